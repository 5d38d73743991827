from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stepsmith.transforms.derive.expression import express, opaque
from stepsmith.transforms.derive.judgement import shorten, show, show_point
from stepsmith.transforms.derive.marks import find_marks
from tests.derive.reading import side


def kinds(text: str) -> str:
    letters = {"term": "t", "equals": "=", "relation": "~", "implies": ">", "row": "/"}
    letters |= {"word": "w", "stop": ".", "edge": "$"}
    return "".join(letters[mark.kind] for mark in find_marks(text))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("x + 1 = 2", "ttt=t"),
        ("the sum is 3", "wwwt"),
        ("a = 4", "t=t"),
        ("a cat", "ww"),
        ("I = 3", "t=t"),
        ("I am", "ww"),
        ("a - b", "ttt"),
        ("2xy", "tt"),
        ("xyz cat is at", "twww"),
        ("sin x", "tt"),
        ("x => y", "t>t"),
        ("x \\Rightarrow y", "t>t"),
        ("x \\le y", "t~t"),
        ("x != y", "t~t"),
        ("x == y", "t=t"),
        ("$x$", "$t$"),
        ("$5 and $6", "twt"),
        ("$5 + $6", "ttt"),
        ("\\(x\\)", "$t$"),
        ("\\begin{align} x \\end{align}", "$t$"),
        ("\\begin{pmatrix} x \\end{pmatrix}", "wtw"),
        ("x &= y \\\\ z", "t=t/t"),
        ("x\ny", "t/t"),
        ("$x\ny$", "$tt$"),
        ("\\text{so } x", "wt"),
        ("1,000.5x", "tt"),
        ("f'(x)", "ttttt"),
        ("x_{max}", "ttttt"),
        ("3 x 4", "ttt"),
        ("it's", "w"),
        ("x²", "tt"),
        ("\\,x", "t"),
    ],
)
def test_text_is_cut_into_terms_signs_and_words(text: str, expected: str) -> None:
    assert kinds(text) == expected


def test_the_letter_x_between_numbers_multiplies() -> None:
    assert [mark.times for mark in find_marks("3 x 4")] == [False, True, False]
    assert [mark.times for mark in find_marks("3x4")] == [False, True, False]
    assert not any(mark.times for mark in find_marks("3x(4)"))
    assert not any(mark.times for mark in find_marks("$3 x 4$"))


@given(st.text(max_size=100))
def test_marks_lie_in_order_and_leave_out_nothing_but_space(text: str) -> None:
    end = 0
    for mark in find_marks(text):
        assert end <= mark.start < mark.end <= len(text)
        assert mark.text == text[mark.start : mark.end]
        end = mark.end


@pytest.mark.parametrize(
    ("text", "either", "calls", "open_log", "decimals"),
    [
        ("x + 1", (), frozenset(), False, False),
        ("x^2 + e^x", ("e",), frozenset(), False, False),
        ("a + bi", ("i",), frozenset(), False, False),
        ("f(g(x))", (), frozenset({"f", "g"}), False, False),
        ("\\log x", (), frozenset(), True, False),
        ("\\log_2 x", (), frozenset(), False, False),
        ("0.5x", (), frozenset(), False, True),
    ],
)
def test_an_expression_knows_what_stands_in_it(
    text: str, either: tuple[str, ...], calls: frozenset[str], *, open_log: bool, decimals: bool
) -> None:
    found = side(text)
    assert (found.either, found.calls) == (either, calls)
    assert (found.has_open_log, found.has_decimals) == (open_log, decimals)
    assert found.is_constant == (not found.names and not calls)


def test_an_opaque_expression_has_variables_for_its_calls() -> None:
    found = opaque(side("f(x + 1) + f(2)x"))
    assert found.names == {"f(x + 1)", "f(2)", "x"}
    assert found.calls == frozenset()
    plain = side("x + 1")
    assert opaque(plain) is plain
    assert express(plain.formula).names == plain.names


def test_values_and_long_texts_are_shown_short() -> None:
    assert show(Fraction(3)) == "3"
    assert show(Fraction(-1, 3)) == "-1/3"
    assert show(Fraction(10**40, 3)).startswith("about 3.33333e+39")
    assert show(complex(1, 2)) == "1+2i"
    assert show(complex(0.5)) == "0.5"
    assert show_point({"x": complex(2), "y": complex(0.25)}) == "x = 2, y = 0.25"
    assert shorten("x\n =  3") == "x = 3"
    assert len(shorten("x" * 500)) <= 85
