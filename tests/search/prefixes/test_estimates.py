"""Rows of what is known: each step carries the label of the prefix that it ends."""

from stepsmith.schemas import Problem, Step, StepLabel, Trajectory, Verdict
from stepsmith.transforms.search.prefixes.estimates import Estimate, make_row, prefix_texts

PROBLEM = Problem(id="p", prompt="?")
WRONG = Verdict(outcome="invalid", verifier="test", evidence="no")


def solution(text: str) -> Trajectory:
    return Trajectory(id="p/0", problem_id="p", steps=tuple(Step(text=letter) for letter in text))


def known(value: float) -> Estimate:
    return Estimate(depth=1, completions=(), outcomes=(), label=StepLabel(value=value))


def test_prefixes_are_all_of_them_from_the_empty_one_to_the_whole() -> None:
    assert prefix_texts(solution("abc")) == ("", "a", "ab", "abc")
    assert prefix_texts(solution("")) == ("",)


def test_steps_carry_what_is_known_and_the_last_one_the_outcome() -> None:
    row = make_row(PROBLEM, solution("abcd"), WRONG, {"ab": known(0.25), "abcd": known(0.5)})
    assert [label.value for label in row.labels] == [None, 0.25, None, 0.0]
    assert row.outcome == WRONG


def test_what_is_known_of_another_text_or_of_the_problem_itself_is_no_label() -> None:
    row = make_row(PROBLEM, solution("abc"), WRONG, {"": known(0.9), "b": known(0.9)})
    assert [label.value for label in row.labels] == [None, None, 0.0]


def test_a_solution_without_steps_has_no_label() -> None:
    assert make_row(PROBLEM, solution(""), WRONG, {"": known(0.5)}).labels == ()
