"""The benchmark of mismatches checks them again by code of its own."""

import json

import pytest

from benchmarks.papers_mismatch import (
    figures,
    figures_auc,
    refutes_answer,
    refutes_step,
    true_values,
    words_auc,
)
from stepsmith.schemas import LabelledTrajectory, Pair, Problem, Step, Trajectory, Verdict

CHAIN = "She has 3 x 14 = 42 pears.\nShe keeps 42 - 5 = 37.\n#### 37"
PROBLEM = Problem(
    id="p",
    prompt="3 bags of 14 pears; 5 are eaten.",
    answer="37",
    payload=json.dumps(
        {"entry": {"metadata": {"variables": {"bags": 3, "name": "Ann"}, "answer_cot": CHAIN}}}
    ),
)


def row(step: str, answer: str | None) -> LabelledTrajectory:
    return LabelledTrajectory(
        problem=PROBLEM,
        trajectory=Trajectory(id="t", problem_id="p", steps=(Step(text=step),), answer=answer),
        outcome=Verdict(outcome="invalid"),
        labels=(),
        first_error=0,
    )


def test_an_answer_is_compared_as_a_number_or_not_at_all() -> None:
    assert refutes_answer(PROBLEM, row("", "36")) is True
    assert refutes_answer(PROBLEM, row("", "37.0")) is False
    assert refutes_answer(PROBLEM, row("", "x + 1")) is None
    assert refutes_answer(PROBLEM, row("", None)) is None


def test_a_step_is_refuted_by_a_number_that_is_not_the_problem_s() -> None:
    assert true_values(PROBLEM) == {3, 14, 42, 5, 37}
    assert refutes_step(PROBLEM, row("She has 3 x 15 = 45 pears.", None))
    assert not refutes_step(PROBLEM, row("Anyone has 3 x 14 = 42 plums.", None))
    assert refutes_step(PROBLEM, row("42 - 37 = 5 are eaten, out of 14", None))
    assert true_values(Problem(id="q", prompt="")) == set()


def test_figures_are_read_with_their_thousands() -> None:
    assert figures("1,250 of 3.5 at $7") == {1250, 3.5, 7}


def pairs(rejected: str) -> list[Pair]:
    return [
        Pair(
            id=f"{at}",
            problem_id=f"{at}",
            prompt=f"pears and plums cost {at + 20}",
            prefix="",
            chosen=f"the pears and plums are {at + 20}",
            rejected=rejected.format(at + 90),
            preference=1.0,
            kind="solution",
        )
        for at in range(20)
    ]


def test_other_words_are_told_at_once_and_other_figures_by_no_bag_of_words() -> None:
    pytest.importorskip("sklearn", reason="needs the extra diagnostics")
    words = r"[^\W\d_]{2,}"
    assert words_auc(pairs("find the roots: {}"), words) == (1.0, (1.0, 1.0))
    assert words_auc(pairs("the pears and plums are {}"), words) == (0.5, (0.5, 0.5))
    assert figures_auc(pairs("the pears and plums are {}")) == 1.0
