"""The tables of runs say nothing that contradicts itself, whatever policies and tools do."""

import dataclasses
from collections.abc import Sequence
from random import Random
from typing import Any

import pytest

from stepsmith.schemas import LabelledTrajectory, Pair, Step, StepLabel, Trajectory, Verdict
from stepsmith.transforms.drive.play import play
from stepsmith.transforms.label import LABELERS
from stepsmith.transforms.search import STRATEGIES, SearchResult
from tests.label.consistency import wrong_with_rows, wrong_with_tables
from tests.label.odd_policy import OPTIONS, PROBLEM, TOOLS, OddWorld, draw_options

N_SEEDS = 40
LABELED_BY: dict[str, dict[str, Sequence[float]]] = {
    "first_error": {"threshold": (0.0, 0.3)},
    "given": {},
    "posterior": {"confidence": (0.5, 0.8, 0.95)},
}


def search(name: str, seed: int) -> tuple[SearchResult, OddWorld, dict[str, Any]]:
    """Search one problem with drawn options in a world of its own."""
    world, options = OddWorld(seed), draw_options(name, Random(f"options {seed}"))
    plan = STRATEGIES.get(name).value(PROBLEM, Random(seed), **options)
    return play(plan, world.answer), world, options


@pytest.mark.parametrize("name", OPTIONS)
def test_what_searches_leave_is_consistent(name: str) -> None:
    for seed in range(N_SEEDS):
        result, world, options = search(name, seed)
        # AlphaMath's Q is a mean of more than ends, and OVM's value without pooling is one end.
        shares = name != "mcts" and options.get("pool", True)
        found = list(wrong_with_tables(result, world.drawn, values_are_shares=shares))
        assert not found, (seed, options)


@pytest.mark.parametrize("labeler", LABELED_BY)
@pytest.mark.parametrize("name", OPTIONS)
def test_what_labelers_say_is_consistent(name: str, labeler: str) -> None:
    for seed in range(N_SEEDS):
        result, world, _ = search(name, seed)
        rng = Random(f"labels {seed}")
        options = {option: rng.choice(values) for option, values in LABELED_BY[labeler].items()}
        # With other tools than the search's, these have judged some of the rows alone.
        tools = rng.choice((TOOLS[:1], TOOLS))
        rows = [world.judged(row, tools) for row in result.rows]
        found = list(wrong_with_rows(LABELERS.get(labeler).value(rows, **options)))
        assert not found, (seed, options)


def contradictory(**fields: Any) -> LabelledTrajectory:
    steps = (Step(text="a\n"), Step(text="b"))
    row = LabelledTrajectory(
        problem=PROBLEM,
        trajectory=Trajectory(id="t", problem_id="p", steps=steps),
        outcome=Verdict(outcome="undecided", evidence="no"),
        labels=(StepLabel(correct=True, source="posterior"), StepLabel()),
    )
    own = {name: fields.pop(name) for name in ("finish_reason",) if name in fields}
    last = dataclasses.replace(row.labels[1], **fields.pop("last", {}))
    trajectory = dataclasses.replace(row.trajectory, **own)
    made = dataclasses.replace(row, trajectory=trajectory, labels=(row.labels[0], last))
    return dataclasses.replace(made, **fields)


def test_a_row_without_a_contradiction_passes() -> None:
    assert list(wrong_with_rows([contradictory()])) == []


WRONG = {"correct": False, "source": "posterior"}
TOOL = Verdict(outcome="valid", verifier="tool")


@pytest.mark.parametrize(
    "fields",
    [
        {"first_error": 0},
        {"first_error": 5},
        {"first_error_prob": 0.9, "last": WRONG},
        {"first_error_prob": 0.3},
        {"last": {"correct": False}},
        {"last": {"source": "outcome"}},
        {"last": {"correct": False, "source": "tool", "verdicts": (TOOL,)}},
        {"last": {"correct": True, "source": "conflict"}},
        {"last": {"correct": False, "source": "monte_carlo", "n_rollouts": 2, "n_undecided": 2}},
        {"last": {"correct": False, "source": "monte_carlo", "n_rollouts": 2, "n_correct": 2}},
        {"last": {"correct": True, "source": "monte_carlo", "n_rollouts": 2, "n_correct": 0}},
        {"last": {"correct": False, "source": "outcome"}},
        {"last": {**WRONG, "correct_prob": 0.7}},
        {"finish_reason": "length"},
        {"finish_reason": "length", "keep": False, "drop_reason": "truncated", "last": WRONG},
        {"keep": False},
        {"drop_reason": "why"},
    ],
)
def test_each_contradiction_is_found(fields: dict[str, Any]) -> None:
    assert list(wrong_with_rows([contradictory(**fields)]))


def test_rows_that_contradict_each_other_are_found() -> None:
    wrong = contradictory()
    labels = (StepLabel(correct=False, source="posterior"), StepLabel())
    other = dataclasses.replace(wrong, labels=labels, first_error=0)
    assert list(wrong_with_rows([wrong, other]))


def test_a_pair_whose_chosen_side_is_wrong_is_found() -> None:
    ends = {name: f"The answer is {answer}." for name, answer in (("right", 9), ("wrong", 8))}
    drawn = [
        Trajectory(id=name, problem_id="p", steps=(Step(text=end),)) for name, end in ends.items()
    ]
    for chosen, rejected in (("right", "wrong"), ("wrong", "right")):
        pair = Pair(
            id="pair",
            problem_id="p",
            prompt="",
            prefix="",
            chosen=ends[chosen],
            rejected=ends[rejected],
            preference=1.0,
            kind="solution",
            chosen_id=chosen,
            rejected_id=rejected,
        )
        result = SearchResult(rows=(), pairs=(pair,))
        found = list(wrong_with_tables(result, drawn, values_are_shares=True))
        assert bool(found) == (chosen == "wrong")
