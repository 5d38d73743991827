"""An assembler for filters of system calls: numbers to decisions, by binary search.

The kernel tries a filter on every number when it is loaded, once for each program: a list of tests
would cost more than the fork.
"""

import struct
from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

ALLOW: Final = 0x7FFF0000
KILL: Final = 0x80000000
ERRNO: Final = 0x00050000

OWN_PID: Final = -1
"""Stands in a test for the id of the process that will load the filter."""

FOREIGN_NUMBERS: Final = 0x40000000
"""From here on they are of another calling convention (x32), which no table of ours names."""

_LOAD, _AND, _GOTO, _JUMP_EQUAL, _JUMP_FROM, _RETURN = 0x20, 0x54, 0x05, 0x15, 0x35, 0x06
_NUMBER_AT, _ARCHITECTURE_AT, _ARGUMENTS_AT = 0, 4, 16
_LONGEST_JUMP = 255
_ANY = 0xFFFFFFFF
_INSTRUCTION = struct.Struct("<HBBI")
_VALUE_AT = 4


class Demand(NamedTuple):
    """A demand on one half of an argument: `half & mask == value`; the upper half where `high`."""

    argument: int
    value: int
    mask: int = _ANY
    high: bool = False


Rule = tuple[tuple[Demand, ...], ...]
"""Allowed where all tests of one of the alternatives hold, and refused with EPERM otherwise."""

Decision = int | Rule
"""What to return, or the rule that says it."""


class _Instruction(NamedTuple):
    code: int
    value: int
    if_true: int = 0
    if_false: int = 0


class Filter(NamedTuple):
    """A program for the kernel, and where in it the id of its process belongs."""

    program: bytes
    pid_offsets: tuple[int, ...]

    def for_process(self, pid: int) -> bytes:
        """Return the program with the id filled in."""
        if not self.pid_offsets:
            return self.program
        program = bytearray(self.program)
        for offset in self.pid_offsets:
            struct.pack_into("<I", program, offset, pid)
        return bytes(program)


def assemble(architecture: int, decisions: Mapping[int, Decision], otherwise: int) -> Filter:
    """Write the filter: `decisions` by number, `otherwise` for all the rest.

    A call that comes by another architecture's gate, or with a foreign number, kills.
    """
    code = [
        _Instruction(_LOAD, _ARCHITECTURE_AT),
        _Instruction(_JUMP_EQUAL, architecture, if_true=1),
        _Instruction(_RETURN, KILL),
        _Instruction(_LOAD, _NUMBER_AT),
        *_search(_ranges(decisions, otherwise), otherwise),
    ]
    offsets = tuple(
        index * _INSTRUCTION.size + _VALUE_AT
        for index, instruction in enumerate(code)
        if instruction.code == _JUMP_EQUAL and instruction.value == OWN_PID
    )
    return Filter(b"".join(map(_encode, code)), offsets)


def _encode(instruction: _Instruction) -> bytes:
    code, value, if_true, if_false = instruction
    return _INSTRUCTION.pack(code, if_true, if_false, value & _ANY)


def _ranges(decisions: Mapping[int, Decision], otherwise: int) -> list[tuple[int, Decision]]:
    """Cut the numbers into ranges of one decision each; a range is named by its first number."""
    points: dict[int, Decision] = {0: otherwise, FOREIGN_NUMBERS: KILL}
    points |= decisions
    for number in decisions:
        points.setdefault(number + 1, otherwise)
    ranges: list[tuple[int, Decision]] = []
    for number in sorted(points):
        if not ranges or ranges[-1][1] != points[number]:
            ranges.append((number, points[number]))
    return ranges


def _search(ranges: Sequence[tuple[int, Decision]], otherwise: int) -> list[_Instruction]:
    if len(ranges) == 1:
        return _decide(ranges[0][1], otherwise)
    middle = len(ranges) // 2
    below = _search(ranges[:middle], otherwise)
    above = _search(ranges[middle:], otherwise)
    pivot = ranges[middle][0]
    if len(below) <= _LONGEST_JUMP:
        return [_Instruction(_JUMP_FROM, pivot, if_true=len(below)), *below, *above]
    return [
        _Instruction(_JUMP_FROM, pivot, if_false=1),
        _Instruction(_GOTO, len(below)),
        *below,
        *above,
    ]


def _decide(decision: Decision, otherwise: int) -> list[_Instruction]:
    if isinstance(decision, int):
        return [_Instruction(_RETURN, decision)]
    code: list[_Instruction] = []
    for tests in decision:
        code += _alternative(tests)
    return [*code, _Instruction(_RETURN, otherwise)]


def _alternative(tests: tuple[Demand, ...]) -> list[_Instruction]:
    """Return ALLOW where all tests hold, and fall through where one does not."""
    code = [_Instruction(_RETURN, ALLOW)]
    for argument, value, mask, high in reversed(tests):
        half = _ARGUMENTS_AT + 8 * argument + 4 * high
        masked = [] if mask == _ANY else [_Instruction(_AND, mask)]
        code = [
            _Instruction(_LOAD, half),
            *masked,
            _Instruction(_JUMP_EQUAL, value, if_false=len(code)),
            *code,
        ]
    return code
