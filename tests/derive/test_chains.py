import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stepsmith.transforms.derive.chains import MAX_CHARACTERS, find_chains


def sources(text: str) -> list[list[str]]:
    return [[side.source for side in chain.sides] for chain in find_chains(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("x = 8", [["x", "8"]]),
        ("So 2x + 3 = 7, and y = 4.", [["2x + 3", "7"], ["y", "4"]]),
        ("f(x) = (x+2)^2 - 5", [["f(x)", "(x+2)^2 - 5"]]),
        ("f(1, 2) = 3 here", [["f(1, 2)", "3"]]),
        ("which gives $a=1$ and \\(b = 2\\).", [["a", "1"], ["b", "2"]]),
        ("$x$ = $3y$", [["x", "3y"]]),
        ("$x=5$ $y=3$", [["x", "5"], ["y", "3"]]),
        ("\\[x = 1 = y\\]", [["x", "1", "y"]]),
        (
            "\\begin{align*} x &= 1 + 1 \\\\ &= 2 \\\\ y &= 3 \\end{align*}",
            [
                ["x", "1 + 1", "2"],
                ["y", "3"],
            ],
        ),
        ("x = 1 +\n2", [["x", "1 +\n2"]]),
        ("x = 1\ny = 2", [["x", "1"], ["y", "2"]]),
        ("n = 1\\n2k = 4", [["n", "1"], ["2k", "4"]]),
        ("2x = 4 => x = 2", [["2x", "4"], ["x", "2"]]),
        ("2x = 4 \\Rightarrow x = 2", [["2x", "4"], ["x", "2"]]),
        ("a < b = c", [["b", "c"]]),
        ("(so x = 5)", [["x", "5"]]),
        ("3 x 4 = 12", [["3 * 4", "12"]]),
        ("3x(x + 1) = 12", [["3x(x + 1)", "12"]]),
        ("$5 + $3 = $8", [["5 + 3", "8"]]),
        ("\\left( x + 1 \\right) = y", [["( x + 1        )", "y"]]),
        ("- x = 5", [["", "5"]]),  # a bullet or a sign?
        ("1. x = 5", [["x", "5"]]),
        ("10x = 2.\\overline{2}", [["10x", "2.\\overline{2}"]]),
        ("1,000x = 5", [["1,000x", "5"]]),
        ("= 5", [["", "5"]]),
        ("a = 4 has a solution", [["a", "4"]]),
        ("we have a 2x = 4", [["2x", "4"]]),
        ("xy = 8 is xy", [["xy", "8"]]),
        ("[asy] x = 3; [/asy] y = 2", [["y", "2"]]),
        ("[asy] x = 3;", []),
        ("x := 3", []),
        ("x = 2 or x = 3", [["x", "2"], ["x", "3"]]),
        ("$x = 2$ or $x = 3$", [["x", "2"], ["x", "3"]]),
        ("x = 2 or 3", [["x", ""]]),  # which?
        ("y = a^2 - b + 2abi", [["y", ""]]),  # a product of letters, no unit
        ("y = 2cm", [["y", "2"]]),
        ("2 * 50 sq.ft = 100 sq.ft", [["", "100"]]),
        ("no equation", []),
    ],
)
def test_the_sides_of_a_chain_are_what_stands_between_its_signs(
    text: str, expected: list[list[str]]
) -> None:
    found = [[" ".join(each.split()) for each in chain] for chain in sources(text)]
    assert found == [[" ".join(each.split()) for each in chain] for chain in expected]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("half of x = 5", [["", "5"]]),
        ("the total area = 5", [["", "5"]]),
        ("det(A) = -3", [["", "-3"]]),
        ("x = 4 inches / 12 = 2 feet", [["x", ""], ["", "2"]]),
        ("x = 5 times y", [["x", ""]]),
        ("6 + 6 = 2 (modulo 10)", [["6 + 6", ""]]),
        ("x = 0.333...", [["x", ""]]),
        (
            "A = \\begin{pmatrix} 1 \\\\ x = 2 \\end{pmatrix} = 3",
            [["A", ""], ["x", "2"], ["", "3"]],
        ),
        ("x = 5 -", [["x", ""]]),
        ("area \\text{of } x = 5", [["", "5"]]),
    ],
)
def test_a_side_that_words_change_is_not_read(text: str, expected: list[list[str]]) -> None:
    assert sources(text) == expected


def test_a_chain_knows_the_words_around_it() -> None:
    [first, second] = find_chains("If x = 3, then we get y = 4 or more. So it goes.")
    assert (first.lead, first.tail) == ("If ", ", then we get ")
    assert (second.lead, second.tail) == (", then we get ", " or more.")
    assert second.sentence == "If x = 3, then we get "


def test_words_of_the_last_sentence_are_not_those_of_a_chain() -> None:
    [chain] = find_chains("If it rains. So y = 4")
    assert chain.sentence == " So "


@pytest.mark.parametrize(
    ("text", "implied", "continues", "related"),
    [
        ("x = 3", False, False, False),
        ("y => x = 3", True, False, False),
        ("= 3 + x", False, True, False),
        ("2 < x = 3", False, False, True),
        ("x = 3 \\approx 2", False, False, True),
    ],
)
def test_a_chain_knows_the_signs_around_it(
    text: str, *, implied: bool, continues: bool, related: bool
) -> None:
    [chain] = find_chains(text)
    assert (chain.implied, chain.continues, chain.related) == (implied, continues, related)


MARKS = st.text("ab x=+-*/^(){}[]$\\&<>.,;:!?\n0123456789'|%~é≈⇒", max_size=120)


@given(st.text() | MARKS)
def test_spans_are_in_order_and_lie_in_the_text(text: str) -> None:
    end = 0
    for chain in find_chains(text):
        assert 0 <= chain.start < chain.end <= len(text)
        assert end <= chain.start
        end = chain.end
        at = chain.start
        for side in chain.sides:
            assert at <= side.start <= side.end <= chain.end
            at = side.end


@given(MARKS)
def test_every_chain_has_two_sides_and_no_source_has_an_equals_sign(text: str) -> None:
    for chain in find_chains(text):
        assert len(chain.sides) >= 2
        assert not any("=" in side.source for side in chain.sides)


@pytest.mark.parametrize(
    "text",
    [
        "=" * 19000,
        "(" * 9000 + "=" + ")" * 9000,
        "$x=" * 6000,
        "a' = " * 3900,
        "[asy]=" * 3000,
        "\\begin{align}x=" * 1200,
        "1,000" * 3000 + "=",
        "x = 1. " * 2800,
    ],
    ids=lambda text: text[:12],
)
def test_hostile_text_takes_time_in_proportion(text: str) -> None:
    began = time.process_time()
    find_chains(text)
    assert time.process_time() - began < 10


def test_text_that_is_too_long_has_no_chains() -> None:
    assert find_chains("x = 1 " * MAX_CHARACTERS) == []
