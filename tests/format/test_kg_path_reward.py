"""The exported rows of the path reward: the solution, its labels, the reward in its parts."""

import dataclasses
from typing import Any

import pytest

from stepsmith.schemas import LabelledTrajectory, Problem
from stepsmith.transforms.format import LeftOut
from stepsmith.transforms.format.kg_path_reward import KgPathRewardRow, kg_path_reward, read
from stepsmith.transforms.graph.payload import GraphPayload
from stepsmith.transforms.graph.triples import Fact
from tests.format.solutions import solution

FACTS = (Fact("aspirin", "treats", "headache"), Fact("headache", "indicates", "migraine"))
TEXTS = ("aspirin treats headache.\n", "headache indicates migraine.\n", "The answer is A.")


def row(**given: Any) -> LabelledTrajectory:
    made = solution((True, True, None), texts=TEXTS, outcome="valid")
    payload = GraphPayload(facts=FACTS, paths=(FACTS,))
    problem = Problem(id="p", prompt="?", payload=payload.encode())
    return dataclasses.replace(made, **{"problem": problem, **given})


def test_a_row_holds_the_solution_the_path_and_every_part() -> None:
    assert kg_path_reward(row()) == KgPathRewardRow(
        id="p/solve#0",
        prompt="?",
        steps=TEXTS,
        labels=(True, True),
        path=("aspirin", "treats", "headache", "indicates", "migraine"),
        n_hits=5,
        n_path_tokens=5,
        coverage=1.0,
        hit2=1,
        dominance=2 / 7,
        max_run=2,
        phi_rep=1.0,
        r_path=1.5,
        r_bin=0.1,
        reward=1.6,
    )


def test_a_wrong_answer_costs_the_paper_s_penalty() -> None:
    wrong = dataclasses.replace(row().outcome, outcome="invalid")
    made = kg_path_reward(row(outcome=wrong))
    assert isinstance(made, KgPathRewardRow)
    assert (made.r_bin, made.reward) == (-1.0, 0.5)


def test_labels_end_where_one_is_missing_and_are_read_so() -> None:
    made = kg_path_reward(row())
    assert isinstance(made, KgPathRewardRow)
    assert read(made).labels == (True, True, None)
    assert read(made).steps == TEXTS


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"labels": ()}, "no steps"),
        (
            {"problem": Problem(id="p", prompt="?", payload='{"paths": 1}')},
            "the problem is no question over a graph",
        ),
    ],
)
def test_what_cannot_be_scored_is_left_out_with_its_reason(
    change: dict[str, Any], reason: str
) -> None:
    assert kg_path_reward(row(**change)) == LeftOut(reason=reason)


def test_an_undecided_outcome_is_no_wrong_answer() -> None:
    undecided = dataclasses.replace(row().outcome, outcome="undecided")
    assert kg_path_reward(row(outcome=undecided)) == LeftOut(reason="the outcome is undecided")
