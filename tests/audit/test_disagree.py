"""Disagreements: each kind, each once, under keys that outlive a re-run."""

import dataclasses

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stepsmith.pipelines.audit import score
from stepsmith.pipelines.audit.disagree import disagreements, key_of
from tests.audit.judging import judged, labelled


@pytest.mark.parametrize(
    ("known", "outcomes", "expected"),
    [
        ("+-?", "?-?", []),
        ("+++", "???", []),
        ("???", "---", []),  # nobody knows
        ("+++", "?--", [("false alarm", 1), ("false alarm", 2)]),
        ("+-?", "--?", [("false alarm", 0)]),  # found, and a right step refuted beside it
        ("+-?", "??-", [("wrong place", 2)]),
        ("++-", "-??", [("false alarm", 0), ("missed", 2)]),
        ("+-?", "-?-", [("false alarm", 0), ("wrong place", 2)]),
        ("-??", "?--", [("wrong place", 1)]),
        ("+-?", "???", [("missed", 1)]),
        ("?-+", "??-", [("false alarm", 2)]),  # not known to be the first error
    ],
)
def test_every_disagreement_is_of_one_kind(
    known: str, outcomes: str, expected: list[tuple[str, int]]
) -> None:
    found = disagreements([judged(known, outcomes)])
    assert [(each.kind, each.step) for each in found] == expected


@given(st.text("+-?", min_size=1, max_size=6), st.data())
def test_they_add_up_to_what_is_scored(known: str, data: st.DataObject) -> None:
    n_steps = len(known)
    each = judged(known, data.draw(st.text("+-?", min_size=n_steps, max_size=n_steps)))
    kinds = [found.kind for found in disagreements([each])]
    tool = score([each])["tool"]
    assert kinds.count("false alarm") == tool.false_alarms.hits
    assert len(kinds) - kinds.count("false alarm") == tool.recall.of - tool.recall.hits


def test_they_come_by_side_and_then_in_the_order_of_the_solutions() -> None:
    both = [
        judged("+-", {"one": "??", "two": "+?"}, id=name, labels={"labels.correct": "??"})
        for name in "ab"
    ]
    assert [(each.verifier, each.solution) for each in disagreements(both)] == [
        (name, index) for name in ("one", "two", "fused", "labels.correct") for index in (0, 1)
    ]


def test_one_verifier_alone_does_not_disagree_twice() -> None:
    assert [each.verifier for each in disagreements([judged("+", "-")])] == ["tool"]


def test_the_verdict_of_the_step_in_question_comes_along() -> None:
    [found] = disagreements([judged("+-", "+?")])
    assert (found.kind, found.verdict.outcome, found.verdict.evidence) == (
        "missed",
        "undecided",
        "no equation",
    )


def test_a_key_is_that_of_the_texts_whatever_the_file_says_beside() -> None:
    solution = labelled("+-")
    key = key_of(solution, 1, "tool")
    other = dataclasses.replace(
        solution,
        id="another file",
        source="elsewhere",
        answer="7",
        known=(None, None),
        steps=tuple(f"{text}\n" for text in solution.steps),
    )
    assert key_of(other, 1, "tool") == key


def test_a_key_differs_by_problem_steps_step_and_verifier() -> None:
    solution = labelled("+-")
    keys = {
        key_of(solution, 1, "tool"),
        key_of(solution, 0, "tool"),
        key_of(solution, 1, "other"),
        key_of(dataclasses.replace(solution, problem="x"), 1, "tool"),
        key_of(dataclasses.replace(solution, steps=("x", "y")), 1, "tool"),
    }
    assert len(keys) == 5


def test_keys_stay_those_of_the_first_release() -> None:
    """Marks are worth hours of somebody's work: a change here throws them away."""
    assert key_of(labelled("+-"), 1, "math.arithmetic") == "b966e0d2ebbbc75b8d71"
