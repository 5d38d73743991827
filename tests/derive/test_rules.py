"""Each rule alone: what it looks at, what it decides, and what it says of it."""

import pytest

from stepsmith.transforms.derive.follows import judge_conclusions
from stepsmith.transforms.derive.functions import definitions, judge_values
from stepsmith.transforms.derive.identities import judge_identities
from stepsmith.transforms.derive.judgement import Judgement
from stepsmith.transforms.derive.known import judge_known
from stepsmith.transforms.derive.report import (
    count_checked,
    evidence,
    refuted,
    says_nothing_else,
    to_finding,
)
from stepsmith.transforms.derive.solved import judge_solutions
from stepsmith.transforms.text.spans import outside
from tests.derive.reading import trail


def decided(found: list[Judgement]) -> list[tuple[str, str]]:
    return [(each.pair.text, each.decision) for each in found]


def test_a_conclusion_is_compared_with_the_latest_equation_in_its_variables() -> None:
    found = list(judge_conclusions(trail("So x = 1.", "x + 1 = 3", "y = 9", "2x = 4.")))
    assert decided(found) == [("x = 1", "false")]
    assert found[0].computed == "at x = 1 the sides of 2x = 4 are 2 and 4"


@pytest.mark.parametrize(
    ("text", "decision"),
    [
        ("So x = 2.", "true"),
        ("So x^2 = 4.", "true"),
        ("So (x - 2)(x - 3) = 0.", "true"),
        ("So x = 3.", "false"),
        ("And x = 3 there.", "open"),
    ],
)
def test_a_conclusion_follows_or_cannot_or_may_be_of_another_case(text: str, decision: str) -> None:
    [found] = judge_conclusions(trail(text, "2x = 4."))
    assert found.decision == decision


def test_a_conclusion_that_loses_solutions_fits_without_following() -> None:
    [found] = judge_conclusions(trail("So x = 2.", "x^2 = 4."))
    assert found.decision == "partly"
    assert found.computed == "shares solutions with x^2 = 4"


def test_a_conclusion_in_several_variables_shows_a_solution_of_its_source() -> None:
    [found] = judge_conclusions(trail("Dividing by 2 gives x + y = 2.", "2x + 2y = 6."))
    assert found.decision == "false"
    assert found.computed.endswith("where 2x + 2y = 6 holds, the sides are 3 and 2")


def test_quadratics_without_a_common_root_need_no_point() -> None:
    [found] = judge_conclusions(trail("So (x - 3)(x - 4) = 0.", "(x - 1)(x - 2) = 0."))
    assert found.computed == "no solution in common with (x - 1)(x - 2) = 0"


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("f(x) = 3x + 1", {"f"}),
        ("f(x, y) = x + y", {"f"}),
        ("f(x) = 3x and g(t) = t^2", {"f", "g"}),
        ("f(x) = 5", set()),  # asks for an x
        ("f(x) = x", set()),
        ("f(x) = ax", set()),
        ("f(2) = 5", set()),
        ("f(x) = f(x - 1)", set()),
        ("f(x) = g(x)", set()),
        ("f(x) = 3x for x < 2", set()),
        ("y = f(x) = 3x", set()),
        ("f(x) = 3x. Also f(x) = 3x + 0", {"f"}),
        ("f(x) = 3x. Also f(x) = 4x", set()),
        ("f(x) = 3x. Find x such that f(x) = 6.", {"f"}),
    ],
)
def test_functions_are_defined_once_and_without_doubt(text: str, names: set[str]) -> None:
    assert definitions(trail("so", prompt=text)).keys() == names


def test_values_of_functions_are_computed() -> None:
    found = list(judge_values(trail("f(2) = 7, f(3) = 8, g(1) = 2", prompt="Let f(x) = 3x + 1.")))
    assert decided(found) == [("f(2) = 7", "true"), ("f(3) = 8", "false")]
    assert found[1].computed == "the sides are 10 and 8"


def test_a_value_that_is_supposed_is_left_open() -> None:
    [found] = judge_values(trail("If f(3) = 8, then", prompt="Let f(x) = 3x + 1."))
    assert found.decision == "open"


def test_rounded_values_of_functions_are_near_enough() -> None:
    [found] = judge_values(trail("f(2) = 0.67", prompt="Let f(x) = \\frac{x}{3}."))
    assert found.decision == "true"


def test_lists_of_values_are_put_into_the_equations_in_just_these_variables() -> None:
    prior = ["x + y = 5.", "x - y = 2.", "x + y + z = 9."]
    found = list(judge_solutions(trail("Solving gives x = 3 and y = 2.", *prior)))
    assert [(each.decision, each.computed) for each in found] == [
        ("false", "at x = 3, y = 2 the sides of x - y = 2 are 1 and 2"),
        ("partly", "at x = 3, y = 2 the sides of x + y = 5 are 5 and 5"),
    ]


def test_values_that_nobody_solved_for_are_left_open() -> None:
    [found] = judge_solutions(trail("Take x = 3 and y = 3.", "x + y = 5."))
    assert found.decision == "open"


@pytest.mark.parametrize("text", ["x = 3", "x = 3. So y = 2.", "x = 3 and x = 2", "x = y, y = 2"])
def test_what_is_no_list_of_values_is_not_put_in(text: str) -> None:
    assert list(judge_solutions(trail(f"Solving gives {text}", "x + y = 5."))) == []


def test_equations_of_long_ago_are_not_put_in() -> None:
    text = "Solving gives x = 3 and y = 3."
    assert list(judge_solutions(trail(text, "x + y = 5.", *["Well."] * 7))) == []


def test_known_values_are_put_into_new_equations() -> None:
    [found] = judge_known(trail("y = 2x + 1", "x = 3", "y = 7"))
    assert found.decision == "partly"
    assert found.computed == "at x = 3, y = 7 both sides are 7"
    assert list(judge_known(trail("y = 2x + 2", "x = 3", "y = 7"))) == []
    assert list(judge_known(trail("y = 2x + 1", "x = 3"))) == []


@pytest.mark.parametrize(
    ("text", "decisions"),
    [
        ("x + x = 2x", ["true"]),
        ("x + x = 3x", []),  # a condition
        ("y = x + x = 3x", ["false"]),
        ("y = x + x = 2x = 3x", ["true", "false"]),
        ("If y = x + x = 3x", []),
        ("z = x + y = x - y", ["open"]),
        ("x + y = 3x", []),
    ],
)
def test_identities_are_looked_for_in_chains(text: str, decisions: list[str]) -> None:
    found = judge_identities(trail(text, "x + y = 1" if "z" in text else "so"))
    assert [each.decision for each in found] == decisions


STEP = "So 2x = 4, hence x = 3."


def judged() -> list[Judgement]:
    return list(judge_conclusions(trail(STEP, "2x + 3 = 7.")))


def test_what_refutes_is_the_first_false_equation() -> None:
    false = refuted(judged())
    assert false is not None
    assert evidence(false).startswith("x = 3 (characters 17-22): at x = 3 the sides of 2x = 4 ")
    assert refuted([]) is None
    assert refuted(judged()[:1]) is None


def test_equations_are_counted_once() -> None:
    assert count_checked(judged()) == 1
    assert count_checked(judged() * 2) == 1


def test_what_stands_outside_the_equations_is_what_is_left() -> None:
    left = "".join(outside(STEP, [(each.pair.start, each.pair.end) for each in judged()]))
    assert left.split() == ["So", ",", "hence", "."]
    assert not says_nothing_else(STEP, judged())


def test_findings_show_how_an_equation_was_read() -> None:
    first, second = map(to_finding, judged())
    assert (first.text, first.read, first.decision) == ("2x = 4", "2*x = 4", "true (follows)")
    assert (second.start, second.end) == (17, 22)
    assert second.decision == "false (follows)"
