"""The judge sees what a probe did, whatever the probe or the sandbox says of it."""

import dataclasses
import json
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest

from stepsmith.sandboxes.contract import (
    Conversation,
    Execution,
    ExecutionResult,
    IsolationReport,
)
from stepsmith.schemas.sandbox import Limits
from tests.escape import trial
from tests.escape.stage import Stage
from tests.escape.table import Form, Probe
from tests.escape.trial import BENIGN_INPUT, Trials

pytestmark = pytest.mark.alone

WORLD = {"input": BENIGN_INPUT.decode(), "umask": 18}
MARK = "0f0f"
TAG = f"esc-a_p-{MARK}007"


def _exited(stdout: str, *, code: int = 0) -> ExecutionResult:
    return ExecutionResult(outcome="exited", exit_code=code, stdout=stdout.encode())


def _report(*escaped: str, tried: Sequence[str] = ("it",), more: str = "") -> ExecutionResult:
    report = json.dumps({"tried": tried, "escaped": escaped})
    return _exited(f"{more}\n{TAG} {report}\n")


class Scripted:
    """A sandbox that does as it was told, on its word alone: no program runs."""

    def __init__(self, result: ExecutionResult, **answers: object) -> None:
        self.result = result
        self.worlds = answers.get("worlds", [_exited(json.dumps(WORLD))] * 2)
        self.companion = answers.get("companion", _exited("undisturbed 3"))
        self.act = answers.get("act", lambda: None)
        self.sources: list[str] = []

    def capabilities(self) -> IsolationReport:
        return IsolationReport(level="unsafe")

    def run(self, execution: Execution) -> ExecutionResult:
        self.sources.append(execution.source)
        if execution.id == "nap":
            self.sources.pop()
            return _exited("")
        if execution.id == "benign":
            assert isinstance(self.worlds, list)
            world = self.worlds[0] if len(self.sources) == 1 else self.worlds[1]
            assert isinstance(world, ExecutionResult)
            return world
        if execution.id.endswith("-c"):
            assert isinstance(self.companion, ExecutionResult)
            return self.companion
        assert callable(self.act)
        self.act()
        return self.result

    def converse(
        self, executions: Sequence[Execution], conversation: Conversation
    ) -> tuple[ExecutionResult, ...]:
        conversation.begin()
        return tuple(map(self.run, executions))

    def close(self) -> None:
        return None


@pytest.fixture(scope="module")
def stage() -> Iterator[Stage]:
    with Stage() as stage:
        yield stage


Judge = Callable[..., list[str]]


@pytest.fixture
def judge(stage: Stage) -> Judge:
    def judged(
        result: ExecutionResult, *, form: Form = "alone", ends: str = "exited 0", **answers: object
    ) -> list[str]:
        sandbox = Scripted(result, **answers)
        limits = Limits(wall_s=1.0)
        probe = Probe(name="a_probe", source="pass", ends=(ends,), form=form, limits=limits)
        findings, _ = Trials(stage=stage, one=sandbox, two=sandbox, mark=MARK)(probe, 7)
        return findings

    return judged


@pytest.mark.parametrize("form", ["alone", "answers", "talk", "pair", "sibling", "after"])
def test_what_held_has_no_finding(judge: Judge, form: Form) -> None:
    assert judge(_report(), form=form) == []


def test_what_a_probe_says_that_worked_is_a_finding(judge: Judge) -> None:
    assert judge(_report("fork", "exec")) == ["worked: fork, exec"]


def test_a_probe_that_ends_without_a_word_has_shown_nothing(judge: Judge) -> None:
    [finding] = judge(_exited("hello"))
    assert finding.startswith("VOID")


def test_a_probe_that_tried_nothing_has_shown_nothing(judge: Judge) -> None:
    [finding] = judge(_report(tried=()))
    assert finding.startswith("VOID")


def test_a_probe_that_was_stopped_need_say_nothing(judge: Judge) -> None:
    assert judge(ExecutionResult(outcome="timeout_cpu"), ends="timeout_cpu") == []


def test_an_ending_of_another_class_is_a_finding(judge: Judge) -> None:
    killed = ExecutionResult(outcome="signaled", signal=9, detail="by whom")
    assert judge(killed, ends="timeout_cpu") == ["ended with signaled 9 (by whom), not timeout_cpu"]


@pytest.mark.parametrize("kind", ["file", "environment"])
def test_a_secret_in_the_output_is_a_finding(judge: Judge, stage: Stage, kind: str) -> None:
    result = _report(more=stage.secrets[kind])
    assert judge(result) == [f"read the secret of the {kind}"]
    on_stderr = dataclasses.replace(_report(), stderr=result.stdout)
    assert judge(on_stderr) == [f"read the secret of the {kind}"]


def test_the_next_run_failing_is_a_finding(judge: Judge) -> None:
    worlds = [_exited(json.dumps(WORLD)), ExecutionResult(outcome="sandbox_error", detail="gone")]
    assert judge(_report(), worlds=worlds) == ["the next run ended with sandbox_error: gone"]


def test_the_next_run_finding_another_world_is_a_finding(judge: Judge) -> None:
    worlds = [_exited(json.dumps(WORLD)), _exited(json.dumps({**WORLD, "umask": 0}))]
    assert judge(_report(), worlds=worlds) == ["the next run finds another world: umask 18 -> 0"]


def test_nothing_is_shown_where_the_honest_program_fails_beforehand(judge: Judge) -> None:
    [finding] = judge(_report(), worlds=[_exited("", code=1), _exited(json.dumps(WORLD))])
    assert finding.startswith("VOID")


@pytest.mark.parametrize("form", ["pair", "sibling", "after"])
def test_a_companion_that_was_disturbed_is_a_finding(judge: Judge, form: Form) -> None:
    killed = ExecutionResult(outcome="signaled", signal=9)
    [finding] = judge(_report(), form=form, companion=killed)
    assert finding.startswith("a program beside it was disturbed: signaled 9")


def test_a_process_that_lives_on_is_a_finding_and_is_ended(
    judge: Judge, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = f"import ctypes; ctypes.CDLL(None).prctl(15, b'{TAG}'); print(1, flush=True); input()"
    command = [sys.executable, "-I", "-S", "-c", program]
    started: list[subprocess.Popen[bytes]] = []

    def start() -> None:
        process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        assert process.stdout is not None
        assert process.stdout.readline() == b"1\n"
        started.append(process)

    monkeypatch.setattr(trial, "GRACE_S", 0.5)  # it never leaves by itself
    assert judge(_report(), act=start) == ["1 processes live on"]
    [process] = started
    assert process.wait(timeout=120) == -9
    process.communicate()


def test_a_file_that_is_left_is_a_finding_and_is_removed(judge: Judge, stage: Stage) -> None:
    left = stage.folder / f"{TAG}-left"
    assert judge(_report(), act=left.touch) == [f"1 files are left, such as {left}"]
    assert not left.exists()


def test_harm_to_the_stage_is_a_finding(judge: Judge, stage: Stage) -> None:
    def overwrite() -> None:
        Path(stage.file).write_text("forged")

    assert judge(_report(), act=overwrite) == ["the owner's file was changed"]
    assert judge(_report()) == []


def test_a_probe_is_told_where_things_are_and_no_secret(stage: Stage) -> None:
    sandbox = Scripted(_report())
    probe = Probe(name="a_probe", source="pass")
    Trials(stage=stage, one=sandbox, two=sandbox)(probe, 7)
    source = sandbox.sources[1]
    assert str(stage.file) in source
    assert not [secret for secret in stage.secrets.values() if secret in source]
