r"""Collections: which of order, brackets, length and repetition make two of them different."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stepsmith.transforms.formula import compare, read_formula

E = "equal"
D = "different"
U = "unknown"
TABLE = [
    ("(1, 2)", "(1, 2)", E),
    ("(1, 2)", "(2, 1)", D),
    ("(1, 2)", "(1, 2, 3)", D),
    ("(1, 2)", r"(2/2, \sqrt4)", E),
    ("(1, 2)", "[1, 2]", D),
    ("(1, x)", "(1, y)", D),
    ("[1, 2, 3]", "(1, 2, 3)", D),
    ("(1, 2)", "1, 2", U),
    ("(1, 2)", "3", U),
    (r"\{1, 2\}", r"\{2, 1\}", E),
    (r"\{1, 2\}", r"\{1, 2, 2\}", E),
    (r"\{1, 2\}", r"\{1, 3\}", D),
    (r"\{1, 2\}", r"\{1\}", D),
    (r"\{1, 2\}", "(1, 2)", D),
    (r"\{1, 2\}", "1, 2", E),
    (r"\{\}", r"\emptyset", E),
    (r"\{\}", r"\{0\}", D),
    (r"\{\sqrt2, 1\}", r"\{1, 2^{1/2}\}", E),
    (r"\{\sqrt2, 1\}", r"\{1, \sqrt3\}", D),
    (r"\{\sqrt2, \sqrt3\}", r"\{\sqrt2\}", D),
    (r"\{x, y\}", r"\{y, x\}", E),
    (r"\{f(1), 2\}", r"\{f(2), 2\}", U),
    (r"\{(1, 2), (3, 4)\}", r"\{(3, 4), (1, 2)\}", E),
    (r"\{(1, 2), (3, 4)\}", r"\{(2, 1), (3, 4)\}", D),
    ("1, 2", "1, 2", E),
    ("1, 2", "2, 1", U),
    ("1, 2", "1, 3", D),
    ("1, 2", "1", D),
    ("1, 1", "1", U),
    ("1 or 2", "2 or 1", E),
    ("1 or 2", "1 or 3", D),
    (r"\pm 1", "1, -1", E),
    (r"2 \pm 1", "1 or 3", E),
    (r"2 \pm 1", r"2 \mp 1", E),
    (r"\pm 1", r"\pm 2", D),
    (r"\pm 1", "1", D),
    ("[0, 1]", "[0, 1)", D),
    ("[0, 1]", "[0, 2/2]", E),
    (r"[0, 1] \cup [1, 2]", "[0, 2]", E),
    (r"(0, 1) \cup (1, 2)", "(0, 2)", D),
    (r"[0, 2] \cap [1, 3]", "[1, 2]", E),
    (r"(a, b] \cup [c, d)", r"[c, d) \cup (a, b]", E),
    (r"(-\infty, 0) \cup (0, \infty)", r"(0, \infty) \cup (-\infty, 0)", E),
    (r"\begin{pmatrix}1&2\end{pmatrix}", r"\begin{bmatrix}1&2\end{bmatrix}", E),
    (r"\begin{pmatrix}1&2\end{pmatrix}", r"\begin{pmatrix}1\\2\end{pmatrix}", D),
    (r"\begin{pmatrix}1&2\end{pmatrix}", r"\begin{pmatrix}1&3\end{pmatrix}", D),
    (r"\begin{pmatrix}x+x\end{pmatrix}", r"\begin{pmatrix}2x\end{pmatrix}", E),
    ("1 : 2", "2 : 4", E),
    ("1 : 2", "1 : 3", D),
    ("1 : 2", "1 : 2 : 3", D),
    ("x : 2", "x : 2", E),
    ("0 : 2", "0 : 4", U),
    ("2x : 4y", "x : 2y", E),
    (r"3 \pmod 7", r"-4 \pmod 7", E),
    (r"3 \pmod 7", r"4 \pmod 7", D),
    (r"3 \pmod 7", r"3 \pmod 8", D),
    (r"x \pmod 7", r"y \pmod 7", U),
    (r"1000000! \pmod 7", r"0 \pmod 7", U),
]


@pytest.mark.parametrize(("one", "other", "outcome"), TABLE)
def test_collections_are_compared_by_their_kind(one: str, other: str, outcome: str) -> None:
    assert compare(read_formula(one), read_formula(other)) == outcome
    assert compare(read_formula(other), read_formula(one)) == outcome


numbers = st.lists(st.integers(-4, 4), min_size=1, max_size=5)


def _set(items: list[int]) -> str:
    return rf"\{{{', '.join(map(str, items))}\}}"


@given(numbers, numbers)
def test_sets_of_numbers_are_those_of_python(one: list[int], other: list[int]) -> None:
    outcome = compare(read_formula(_set(one)), read_formula(_set(other)))
    assert outcome == ("equal" if set(one) == set(other) else "different")


@given(st.lists(st.integers(-4, 4), min_size=2, max_size=5), st.data())
def test_tuples_of_numbers_are_those_of_python(one: list[int], data: st.DataObject) -> None:
    other = data.draw(st.permutations(one))
    outcome = compare(
        read_formula(f"({', '.join(map(str, one))})"),
        read_formula(f"({', '.join(map(str, other))})"),
    )
    assert outcome == ("equal" if one == other else "different")


def _text(items: list[int]) -> str:
    roots = [rf"\sqrt{{{item}}}" for item in items]
    return rf"\{{{', '.join(roots)}\}}"


@given(st.sets(st.sampled_from([2, 3, 5, 6, 7]), min_size=1, max_size=4), st.data())
def test_sets_of_roots_have_no_order(roots: set[int], data: st.DataObject) -> None:
    order = data.draw(st.permutations(sorted(roots)))
    assert compare(read_formula(_text(sorted(roots))), read_formula(_text(order))) == "equal"
    changed = [*order[1:], 11]
    assert compare(read_formula(_text(order)), read_formula(_text(changed))) == "different"
