"""What follows from several equations together is confirmed; nothing is ever refuted."""

import pytest

from stepsmith.transforms.derive.entailed import judge_entailed
from tests.derive.reading import trail


def confirm(text: str, *prior: str, prompt: str = "") -> list[tuple[str, str]]:
    found = list(judge_entailed(trail(text, *prior, prompt=prompt), set()))
    assert {each.decision for each in found} <= {"partly"}
    return [(each.pair.text, each.computed) for each in found]


@pytest.mark.parametrize(
    ("text", "prior"),
    [
        ("x(19 - x) = 70", ("xy = 70", "y = 19 - x")),
        ("6d - 8 + d = 69", ("o + d = 69", "o = 6d - 8")),
        ("10x = e^(bx)", ("y = 10x", "y = e^(bx)")),
        ("a^4 = 2c", ("b^2 = 2c", "a^2 = b")),
        ("L^2 + (3L/5)^2 = 48^2", ("L^2 + H^2 = 48^2", "H = 3L/5")),
        ("6 + 6 + c = 18", ("6 + b + c = 18", "b = 6")),
        ("a = 3", ("(a + b)(a - b) = 8", "b = 1")),
        ("f(8) = 83 + f(50)", ("f(8) = 34 + f(26)", "f(26) = 49 + f(50)")),
        ("V = 4πh", ("V = πr^2h", "r = 2")),
    ],
)
def test_one_equation_is_put_into_another(text: str, prior: tuple[str, str]) -> None:
    [(_, computed)] = confirm(text, *prior)
    assert computed == f"fits {' and '.join(prior)}"


@pytest.mark.parametrize("text", ["3x = 12", "2x + 3y = 17", "5x + y - 7 = 16", "x = 4", "y = 3"])
def test_linear_equations_are_added_up(text: str) -> None:
    assert confirm(text, "x + 2y = 10", "x - y = 1")


@pytest.mark.parametrize("text", ["3x = 13", "2x + 3y = 20", "x^2 = 4x", "x = 5", "x + z = 4"])
def test_what_is_no_sum_of_them_is_left(text: str) -> None:
    assert confirm(text, "x + y = 10", "x - y = 1") == []


def test_equations_that_are_not_needed_are_not_named() -> None:
    [(_, computed)] = confirm("3x = 5y - 1.5", "3x - 5y = -1.5", "7x + 2y = 4.7")
    assert computed == "fits 3x - 5y = -1.5"


def test_a_side_of_a_chain_is_computed_with_what_is_known() -> None:
    [(text, computed)] = confirm("A = L * W = (x - 2W) * W", "L = x - 2W")
    assert text == "L * W = (x - 2W) * W"
    assert computed == "fits L = x - 2W"


def test_what_the_problem_states_may_be_repeated_and_what_a_step_says_not() -> None:
    given = "The curves y = x^2 and y = 2 - x^2 meet."
    [(text, _)] = confirm("We know that y = x^2.", prompt=given)
    assert text == "y = x^2"
    assert confirm("We know that y = x^2.", given) == []
    assert confirm("We know that y = x^3.", prompt=given) == []


def test_any_equation_before_will_do_and_not_the_latest_alone() -> None:
    prior = ("x^2 + y^2 = 25", "x^2 - y = 13")
    assert confirm("x^2 = 25 - y^2", *prior) == [("x^2 = 25 - y^2", "fits x^2 + y^2 = 25")]
    assert confirm("x = 5", "x = 25/x", "x^2 = 9") == [("x = 5", "fits x = 25/x")]
    assert confirm("x = 4", "x = 25/x", "x^2 = 9") == []


def test_equations_of_different_cases_prove_nothing() -> None:
    cases = ("A = (1/2) * b * 10", "A = (1/2) * b * 12")
    assert confirm("A = (1/2) * b * 15", *cases) == []
    assert confirm("10b = 12b", *cases) == []
    assert confirm("x + y = 7", "x + y = 3", "x + y = 4") == []


def test_identities_and_what_was_confirmed_already_are_passed_over() -> None:
    assert confirm("2x = x + x", "x = y", "y = x") == []
    step = trail("x + 2x = 12", "x + y = 12", "y = 2x")
    [found] = judge_entailed(step, set())
    assert list(judge_entailed(step, {(found.pair.start, found.pair.end)})) == []
