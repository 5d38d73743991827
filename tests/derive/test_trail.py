import dataclasses

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stepsmith.schemas import Claim, Problem, Step, StepKind
from stepsmith.transforms.derive.statements import may_state, read_chains, read_side
from stepsmith.transforms.derive.trail import PROBLEM, follow_trail
from tests.derive.reading import trail


def test_statements_stand_in_order_with_the_step_that_makes_them() -> None:
    found = trail("z = 3", "y = 2, so w = 1", prompt="Let x = 1.")
    assert [(each.pair.text, each.step) for each in found.statements] == [
        ("x = 1", PROBLEM),
        ("y = 2", 0),
        ("w = 1", 0),
        ("z = 3", 1),
    ]
    assert [each.pair.text for each in found.new] == ["z = 3"]
    assert [each.pair.text for each in found.before(found.statements[2])] == ["y = 2", "x = 1"]


def test_the_pairs_of_a_chain_know_their_place() -> None:
    first, middle, last = trail("x = y = z = w").statements
    assert (first.first, first.last, first.is_alone) == (True, False, False)
    assert (middle.first, middle.last) == (False, False)
    assert (last.first, last.last) == (False, True)
    [alone] = trail("x = y").statements
    assert (alone.first, alone.last, alone.is_alone) == (True, True, True)


def test_a_chain_that_begins_with_its_sign_goes_on_from_the_step_before() -> None:
    found = trail("= 2x + 3", "2(x + 1) + 1")
    assert found.statements == ()
    [_, second] = trail("= 2x + 3", "y = 2(x + 1) + 1").statements
    assert second.names == {"x"}
    assert not second.first


@pytest.mark.parametrize("between", ["y = 2(x + 1) + 1 apples", "y = 2(x + 1) + 1 and then"])
def test_words_in_between_end_a_chain(between: str) -> None:
    assert len(trail("= 2x + 3", between).statements) == 1


def test_the_text_between_two_statements_runs_over_steps() -> None:
    found = trail("So y = 2.", "x = 1 here.", "Nothing.")
    first, last = found.statements
    assert found.between(first, last) == " here.\nNothing.\nSo "


def test_a_long_way_between_two_statements_is_not_read() -> None:
    found = trail("So y = 2.", "x = 1 here." + "." * 600)
    first, last = found.statements
    assert found.between(first, last) is None


def test_only_the_last_steps_of_a_long_solution_are_read() -> None:
    found = trail("x = 1", *["y = 2"] * 100)
    assert len(found.statements) == 31
    assert found.now == 30


def test_functions_are_variables_of_an_equation_but_not_of_its_sides() -> None:
    [statement] = trail("f(3) = 3x").statements
    assert statement.names == {"f(3)", "x"}
    assert statement.pair.left.calls == {"f"}
    assert statement.pair.left.names == frozenset()


@pytest.mark.parametrize(
    "source",
    [
        "",
        "f^{-1}(4)",
        "\\cos x (1 + y)",
        "P(A)",
        "5 apples",
        "x \\pm",
        "(1, 2)",
        "x < 3",
        "((x",
        "\\begin{pmatrix} 1 \\end{pmatrix}",
        "the area",
    ],
)
def test_what_is_no_formula_in_numbers_is_not_read(source: str) -> None:
    assert read_side(source) is None


@pytest.mark.parametrize(
    ("source", "names"),
    [
        ("2x + y", {"x", "y"}),
        ("e^x", {"x"}),
        ("3p + e", {"p", "e"}),
        ("\\pi r^2", {"r"}),
        ("a + bi", {"a", "b"}),
        ("x_1 + x_2", {"x_1", "x_2"}),
        ("f(x)", {"x"}),
        ("7", set()),
    ],
)
def test_the_variables_of_a_side(source: str, names: set[str]) -> None:
    found = read_side(source)
    assert found is not None
    assert found.names == names


@pytest.mark.parametrize(
    ("text", "states", "rewrites"),
    [
        ("no sign", False, False),
        ("2 + 3 = 5", False, False),
        ("x = 3", True, False),
        ("x + x = 2x", True, True),
        ("2i + i = 3i", False, True),
        ("= 5", True, True),  # of the chain in the step before
    ],
)
def test_steps_without_variables_are_passed_over(
    text: str, *, states: bool, rewrites: bool
) -> None:
    assert may_state(text, rewriting=False) is states
    assert may_state(text, rewriting=True) is rewrites


@given(st.text("ab x=+-*/^(){}$\\.,\n0123456789", max_size=80))
def test_pairs_are_read_at_their_spans(text: str) -> None:
    for read in read_chains(text):
        for pair in read.pairs:
            assert pair.text == text[pair.start : pair.end]
            assert "=" in pair.text


@pytest.mark.parametrize("kind", ["code", "observation"])
def test_code_and_what_it_printed_state_nothing(kind: StepKind) -> None:
    prior = (Step(text="x = 2\n"), Step(text="x = x + 1\ny = 4\n", kind=kind))
    claim = Claim(problem=Problem(id="p", prompt=""), prior=prior, step=Step(text="So x = 2."))
    followed = follow_trail(claim)
    assert [(each.step, each.pair.text) for each in followed.statements] == [
        (0, "x = 2"),
        (2, "x = 2"),
    ]
    shown = dataclasses.replace(claim, prior=(), step=prior[1])
    assert follow_trail(shown).statements == ()
