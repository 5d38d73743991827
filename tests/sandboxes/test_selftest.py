"""The self-test must find what does not hold: tried on a guard without walls, and on real ones."""

import dataclasses
import os
import re
import signal
from collections.abc import Iterator

import pytest

from stepsmith.sandboxes.contract import Check, Execution, ExecutionResult, IsolationReport
from stepsmith.sandboxes.images import Image
from stepsmith.sandboxes.prefork.local import LocalLauncher
from stepsmith.sandboxes.prefork.sandbox import PreforkSandbox
from stepsmith.sandboxes.selftest import PROBES, next_run, own_signal, self_test, signals, works
from stepsmith.schemas.sandbox import Level, Limits
from tests.sandboxes.backends import local

WALLS = [
    "files of yours cannot be read",
    "nothing can be written outside",
    "no network",
    "one process",
    "no memory beyond the limit",
    "memory of yours cannot be read",
    "processes of yours cannot be killed",
    "programs leave nothing to the next",
    "dangerous system calls are refused",
]


@pytest.fixture(scope="module")
def found_without_walls() -> Iterator[tuple[Check, ...]]:
    sandbox = PreforkSandbox(
        LocalLauncher("unsafe"),
        {"python": Image(name="python")},
        slots=1,
        limits=Limits(),
        backend="unsafe",
    )
    yield self_test(sandbox)
    sandbox.close()


def test_without_walls_every_one_of_them_is_found_missing(
    found_without_walls: tuple[Check, ...],
) -> None:
    fallen = {check.name: check.detail for check in found_without_walls if not check.held}
    assert list(fallen) == WALLS, fallen
    assert all(fallen.values())


def test_what_needs_no_wall_holds_without(found_without_walls: tuple[Check, ...]) -> None:
    held = [check.name for check in found_without_walls if check.held]
    assert held == ["programs run", "ends are told by the kernel"]


@pytest.mark.parametrize("level", ["self", "uid", "ns"])
def test_every_wall_holds_at_every_level(level: Level) -> None:
    with local(level) as sandbox:
        checks = self_test(sandbox)
    assert [check.name for check in checks if not check.held] == []
    assert len({check.name for check in checks}) == len(PROBES)


class Fixed:
    """A sandbox that answers every program with the same."""

    def __init__(self, result: ExecutionResult) -> None:
        self._result = result

    def run(self, execution: Execution) -> ExecutionResult:
        return self._result

    def capabilities(self) -> IsolationReport:
        return IsolationReport(level="ns")

    def converse(self, executions: object, conversation: object) -> tuple[ExecutionResult, ...]:
        return ()

    def close(self) -> None: ...


@pytest.mark.parametrize(
    "result",
    [
        ExecutionResult(outcome="sandbox_error", detail="no guard"),
        ExecutionResult(outcome="exited", exit_code=1, stderr=b"SyntaxError"),
        ExecutionResult(outcome="timeout_wall"),
        ExecutionResult(outcome="signaled", signal=11),
    ],
)
def test_a_probe_that_did_not_run_to_its_end_has_found_nothing_to_hold(
    result: ExecutionResult,
) -> None:
    checks = self_test(Fixed(result))
    assert [check.name for check in checks if check.held] == []
    assert all(check.detail for check in checks)


class Retried(Fixed):
    """A sandbox whose first run took a second attempt, and which kills whom it is told to."""

    def __init__(self, result: ExecutionResult, attempts: tuple[int, ...]) -> None:
        super().__init__(result)
        self._result = result
        self._attempts = iter(attempts)

    def run(self, execution: Execution) -> ExecutionResult:
        return dataclasses.replace(self._result, attempts=next(self._attempts))


@pytest.mark.parametrize(("attempts", "held"), [((1,), True), ((2, 1), True), ((2, 2), False)])
def test_a_guard_that_a_program_ends_is_told_from_a_busy_machine_by_a_second_look(
    attempts: tuple[int, ...], *, held: bool
) -> None:
    fine = ExecutionResult(outcome="exited", exit_code=0)
    assert signals(Retried(fine, attempts)).held is held


class Killing(Fixed):
    """A sandbox whose program gets at the process that it is to kill."""

    def run(self, execution: Execution) -> ExecutionResult:
        [pid] = re.findall(r"for pid in \((\d+),", execution.source)
        os.kill(int(pid), signal.SIGKILL)
        return ExecutionResult(outcome="exited", exit_code=0)


def test_a_process_that_has_just_been_killed_is_never_taken_for_one_that_lives() -> None:
    for _ in range(20):
        assert not signals(Killing(ExecutionResult(outcome="exited"))).held


def test_each_probe_can_be_tried_by_itself() -> None:
    fine = Fixed(ExecutionResult(outcome="exited", exit_code=0, stdout=b"[2]\n"))
    [check] = self_test(fine, probes=(works,))
    assert check == Check(name="programs run", held=True)
    assert not own_signal(fine).held
    assert next_run(fine).detail == "it found [2]"
