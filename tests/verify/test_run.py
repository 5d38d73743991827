"""Judging the steps of a row: what was heard stands, and only what is missing is asked."""

import concurrent.futures
import dataclasses

import pytest

from stepsmith.schemas import (
    Claim,
    LabelledTrajectory,
    Problem,
    Step,
    StepKind,
    StepLabel,
    Trajectory,
    Verdict,
)
from stepsmith.transforms.verify import Tools, Verifier, undecided
from stepsmith.transforms.verify.run import Verification

HEARD = Verdict(outcome="invalid", verifier="first", version="1", evidence="said in the search")
OTHER = Verdict(outcome="undecided", verifier="other", evidence="asked by the strategy alone")


class NoWorker:
    """No verifier of this module runs anything in another process."""

    def call(self, target: str, payload: bytes, *, deadline_s: float) -> bytes:
        raise AssertionError(target, payload, deadline_s)


def judge(
    monkeypatch: pytest.MonkeyPatch,
    names: tuple[str, ...],
    *labels: StepLabel,
    kinds: tuple[StepKind, ...] = ("think",) * 3,
) -> tuple[LabelledTrajectory, list[tuple[str, str]]]:
    """Judge a row of such labels; return it and who was asked about which step."""
    asked: list[tuple[str, str]] = []

    def find(name: str) -> Verifier:
        def check(claim: Claim, tools: Tools) -> Verdict:
            asked.append((name, claim.step.text))
            return undecided("nothing to check")

        return Verifier(name=name, version="1", cases=(), check=check)

    monkeypatch.setattr("stepsmith.transforms.verify.run.get_verifier", find)
    steps = tuple(
        Step(text=text, kind=kind) for text, kind in zip("abc"[: len(labels)], kinds, strict=False)
    )
    row = LabelledTrajectory(
        problem=Problem(id="p", prompt="?"),
        trajectory=Trajectory(id="t", problem_id="p", steps=steps),
        outcome=Verdict(outcome="invalid", verifier="end", evidence="no"),
        labels=labels,
    )
    with concurrent.futures.ThreadPoolExecutor(1) as threads:
        verification = Verification(
            outcome="end", steps=names, tools=Tools(NoWorker()), threads=threads
        )
        return verification.judge_steps(row), asked


def names_of(row: LabelledTrajectory) -> list[list[str]]:
    return [[verdict.verifier for verdict in label.verdicts] for label in row.labels]


def test_steps_that_nobody_judged_get_every_verdict_in_the_verifiers_order(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    row, asked = judge(monkeypatch, ("first", "second"), StepLabel(), StepLabel())
    assert names_of(row) == [["first", "second"]] * 2
    assert asked == [("first", "a"), ("second", "a"), ("first", "b"), ("second", "b")]


def test_what_a_strategy_heard_stands_and_is_not_asked_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    heard = StepLabel(value=0.5, verdicts=(HEARD,))
    row, asked = judge(monkeypatch, ("first", "second"), StepLabel(), heard)
    assert row.labels[1].verdicts[0] == HEARD
    assert names_of(row) == [["first", "second"], ["first", "second"]]
    assert asked == [("first", "a"), ("second", "a"), ("second", "b")]
    assert row.labels[1].value == 0.5


def test_verdicts_of_verifiers_that_the_run_does_not_name_stay(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    heard = StepLabel(verdicts=(OTHER, HEARD))
    row, asked = judge(monkeypatch, ("second",), heard)
    assert row.labels[0].verdicts[:2] == (OTHER, HEARD)
    assert asked == [("second", "a")]
    none, asked = judge(monkeypatch, (), heard)
    assert none.labels[0].verdicts == (OTHER, HEARD)
    assert asked == []


def test_what_no_policy_wrote_is_not_judged(monkeypatch: pytest.MonkeyPatch) -> None:
    kinds: tuple[StepKind, ...] = ("think", "observation", "answer")
    row, asked = judge(monkeypatch, ("first",), *[StepLabel()] * 3, kinds=kinds)
    assert names_of(row) == [["first"], [], ["first"]]
    assert asked == [("first", "a"), ("first", "c")]


def test_a_verdict_by_an_older_version_is_replaced(monkeypatch: pytest.MonkeyPatch) -> None:
    old = dataclasses.replace(HEARD, version="0", evidence="by rules that are gone")
    row, asked = judge(monkeypatch, ("first", "second"), StepLabel(verdicts=(OTHER, old)))
    assert names_of(row) == [["other", "first", "second"]]
    assert old not in row.labels[0].verdicts
    assert asked == [("first", "a"), ("second", "a")]
