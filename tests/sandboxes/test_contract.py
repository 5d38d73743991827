import dataclasses
from typing import get_args

import pytest

from stepsmith.sandboxes.contract import (
    LEVELS,
    Call,
    Check,
    Ending,
    Execution,
    ExecutionResult,
    IsolationReport,
    Level,
    at_least,
    may_label,
)

CALLS = (Call(function="solve", arguments='["t",[]]'),)


def test_what_failed_around_the_program_is_never_a_label() -> None:
    assert [ending for ending in get_args(Ending) if not may_label(ending)] == [
        "timeout_starved",
        "oom_suspected",
        "unjudgeable",
        "sandbox_error",
    ]


def test_every_level_has_a_place_in_the_order() -> None:
    assert get_args(Level) == LEVELS


@pytest.mark.parametrize("minimum", LEVELS)
def test_a_level_is_enough_from_its_own_place_on(minimum: Level) -> None:
    enough = [level for level in LEVELS if at_least(level, minimum)]
    assert enough == list(LEVELS[LEVELS.index(minimum) :])


def test_one_wall_that_did_not_hold_spoils_the_report() -> None:
    held, fell = Check(name="network", held=True), Check(name="files", held=False)
    assert IsolationReport(level="ns", self_test=(held,)).held
    assert not IsolationReport(level="ns", self_test=(held, fell)).held


def test_records_are_frozen_and_can_be_keys() -> None:
    execution = Execution(id="e", source="", calls=CALLS)
    assert {execution: 1}[dataclasses.replace(execution)] == 1
    with pytest.raises(dataclasses.FrozenInstanceError):
        execution.id = "other"  # type: ignore[misc]
    assert hash(ExecutionResult(outcome="exited", exit_code=0))
