"""Rates: right completions over judged ones, and nothing where none could be judged."""

import pytest

from stepsmith.schemas import Outcome, Step, StepLabel, Trajectory, Verdict
from stepsmith.transforms.search.prefixes.rates import last_label, rate

VERDICTS: dict[str, Verdict] = {
    "+": Verdict(outcome="valid", verifier="test"),
    "-": Verdict(outcome="invalid", verifier="test", evidence="no"),
    "?": Verdict(outcome="undecided", verifier="test", evidence="no answer"),
}


def rated(ends: str, *, texts: str) -> StepLabel:
    completions = [
        Trajectory(id=f"p/{index}", problem_id="p", steps=(Step(text=text),))
        for index, text in enumerate(texts)
    ]
    return rate(completions, [VERDICTS[end] for end in ends])


@pytest.mark.parametrize(
    ("ends", "value", "counts"),
    [
        ("+-+-", 0.5, (4, 2, 0)),
        ("+?-?", 0.5, (4, 1, 2)),
        ("---", 0.0, (3, 0, 0)),
        ("++", 1.0, (2, 2, 0)),
        ("??", None, (2, 0, 2)),
        ("", None, (0, 0, 0)),
    ],
)
def test_undecided_completions_are_counted_and_in_no_rate(
    ends: str, value: float | None, counts: tuple[int, int, int]
) -> None:
    label = rated(ends, texts="abcd"[: len(ends)])
    assert label.value == value
    assert (label.n_rollouts, label.n_correct, label.n_undecided) == counts


def test_equal_completions_are_each_a_draw_and_together_one_text() -> None:
    label = rated("+++-", texts="aaab")
    assert (label.value, label.n_rollouts, label.n_distinct) == (0.75, 4, 2)


@pytest.mark.parametrize(
    ("outcome", "value"), [("valid", 1.0), ("invalid", 0.0), ("undecided", None)]
)
def test_the_last_step_is_worth_its_solutions_end(outcome: Outcome, value: float | None) -> None:
    assert last_label(Verdict(outcome=outcome, evidence="x")) == StepLabel(value=value)
