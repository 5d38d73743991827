"""The assembler against an interpreter of its programs: every number gets its decision."""

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stepsmith.sandboxes.confine.bpf import (
    ALLOW,
    ERRNO,
    KILL,
    OWN_PID,
    Decision,
    Demand,
    assemble,
)

ARCHITECTURE = 0xC000003E
DENY = ERRNO | 1


def judge(program: bytes, number: int, arguments: tuple[int, ...] = (), arch: int = 0) -> int:
    """Run a filter as the kernel does, on one system call."""
    padded = (*arguments, *(0,) * (6 - len(arguments)))
    data = struct.pack("<IIQ6Q", number, arch or ARCHITECTURE, 0, *padded)
    code = [struct.unpack_from("<HBBI", program, at) for at in range(0, len(program), 8)]
    accumulator = at = 0
    while True:
        operation, if_true, if_false, value = code[at]
        at += 1
        if operation == 0x20:
            (accumulator,) = struct.unpack_from("<I", data, value)
        elif operation == 0x54:
            accumulator &= value
        elif operation == 0x05:
            at += value
        elif operation == 0x15:
            at += if_true if accumulator == value else if_false
        elif operation == 0x35:
            at += if_true if accumulator >= value else if_false
        else:
            assert operation == 0x06
            return int(value)


@given(st.dictionaries(st.integers(0, 460), st.sampled_from([ALLOW, DENY, ERRNO | 38])))
def test_every_number_gets_its_own_decision_and_the_rest_the_other(
    decisions: dict[int, int],
) -> None:
    program = assemble(ARCHITECTURE, decisions, DENY).program
    for number in range(465):
        assert judge(program, number) == decisions.get(number, DENY)


def test_a_filter_longer_than_a_jump_still_finds_its_way() -> None:
    rule = tuple((Demand(0, value), Demand(1, value)) for value in range(30))
    decisions: dict[int, Decision] = dict.fromkeys(range(0, 200, 2), rule)
    program = assemble(ARCHITECTURE, decisions, DENY).program
    for number in range(201):
        expected = ALLOW if number % 2 == 0 and number < 200 else DENY
        assert judge(program, number, (29, 29)) == expected
        assert judge(program, number, (29, 28)) == DENY


@pytest.mark.parametrize("number", [0, 1, 59, 460])
def test_another_architectures_gate_kills(number: int) -> None:
    program = assemble(ARCHITECTURE, {0: ALLOW}, DENY).program
    assert judge(program, number, arch=0x40000003) == KILL


@pytest.mark.parametrize("number", [0x40000000, 0x40000001, 0xFFFFFFFF])
def test_numbers_of_another_convention_kill(number: int) -> None:
    program = assemble(ARCHITECTURE, {0: ALLOW, 1: ALLOW}, DENY).program
    assert judge(program, number) == KILL


def test_all_tests_of_one_alternative_must_hold() -> None:
    rule = ((Demand(0, 1), Demand(1, 1, 0xF)), (Demand(0, 7),))
    program = assemble(ARCHITECTURE, {5: rule}, DENY).program
    assert judge(program, 5, (1, 0x801)) == ALLOW
    assert judge(program, 5, (1, 2)) == DENY
    assert judge(program, 5, (7, 2)) == ALLOW
    assert judge(program, 5, (8, 1)) == DENY


def test_the_upper_half_of_an_argument_is_tested_where_asked() -> None:
    rule = ((Demand(4, 0), Demand(4, 0, high=True)),)
    program = assemble(ARCHITECTURE, {5: rule}, DENY).program
    assert judge(program, 5, (0, 0, 0, 0, 0)) == ALLOW
    assert judge(program, 5, (0, 0, 0, 0, 1)) == DENY
    assert judge(program, 5, (0, 0, 0, 0, 1 << 32)) == DENY


def test_the_own_process_is_filled_in_without_building_anew() -> None:
    made = assemble(ARCHITECTURE, {62: ((Demand(0, OWN_PID),),), 1: ALLOW}, DENY)
    for pid in (1, 4_194_303):
        program = made.for_process(pid)
        assert judge(program, 62, (pid,)) == ALLOW
        assert judge(program, 62, (pid + 1,)) == DENY
        assert judge(program, 62, (0xFFFFFFFF,)) == DENY
        assert judge(program, 1) == ALLOW
