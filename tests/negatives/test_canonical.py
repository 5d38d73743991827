"""Programs that are plainly the same have one form, and others have not."""

import ast
import textwrap

import pytest

from stepsmith.transforms.negatives.code import mutants
from stepsmith.transforms.negatives.code.canonical import canonical_form

SAME = [
    ("'doc'\nreturn 1", "return 1"),
    ("pass\nreturn 1", "3\nreturn 1"),
    ("return 1\ng()", "return 1"),
    ("while a:\n    break\n    g()", "while a:\n    break"),
    ("g()\nreturn None", "g()\nreturn"),
    ("g()\nreturn", "g()"),
    ("for x in a:\n    g()\n    continue", "for x in a:\n    g()"),
    ("if a:\n    return None\nelse:\n    return 1", "if a:\n    pass\nelse:\n    return 1"),
    ("g()\nif a:\n    if b:\n        h()\n        return", "g()\nif a:\n    if b:\n        h()"),
    (
        "for x in a:\n    if b:\n        g()\n        continue",
        "for x in a:\n    if b:\n        g()",
    ),
    ("a = a\ng()", "g()"),
    ("a += 0\nb -= 0\na *= 1\ng()", "g()"),
    ("if True:\n    g()\nelse:\n    h()", "g()"),
    ("if False:\n    g()", "pass"),
    ("return 2 + 3 * 4", "return 14"),
    ("return 2 ** 2", "return 2 * 2"),
    ("return a * 1 + 0", "return a"),
    ("return 1 * a - 0", "return 0 + a"),
    ("return a ** 1", "return a"),
    ("return --a", "return a"),
    ("return -(1)", "return -1"),
    ("return a > b", "return b < a"),
    ("return a >= b", "return b <= a"),
    ("return a == b", "return b == a"),
    ("return a * b", "return b * a"),
    ("return not a == b", "return a != b"),
    ("return range(0, a, 1)", "return range(a)"),
    ("return a[0:b:1]", "return a[:b]"),
    ("x: int = 1", "x: int = 1  # why"),
]
DIFFERENT = [
    ("return 1", "return 1.0"),
    ("return 1", "return True"),
    ("return a + b", "return b + a"),
    ("return a - 0", "return 0 - a"),
    ("return a < b", "return a <= b"),
    ("return not a < b", "return a >= b"),
    ("return a[0::-1]", "return a[::-1]"),
    ("return range(1, a)", "return range(a)"),
    ("a += 1", "a = 1"),
    ("return a // 1", "return a"),
    ("if a:\n    return 1\ng()", "if a:\n    return 1"),
    ("if a:\n    return\ng()", "if a:\n    pass\ng()"),
    ("for x in a:\n    if b:\n        return", "for x in a:\n    if b:\n        pass"),
    (
        "while a:\n    if b:\n        continue\n    g()",
        "while a:\n    if b:\n        pass\n    g()",
    ),
    ("if a:\n    return\nelse:\n    g()", "g()"),
    ("return 2 ** -1", "return 2 * -1"),
    ("return 10 ** 500", "return 10 ** 501"),
    ("return", "return 0"),
    ("while True:\n    g()", "g()"),
    ("return lambda x: x", "return lambda y: y"),
    ("return g(x=1)", "return g(y=1)"),
    ("return 0 < a < 1", "return 0 < a <= 1"),
]


def form(body: str) -> object:
    return canonical_form(ast.parse("def f(a, b):\n" + textwrap.indent(body, "    ")))


@pytest.mark.parametrize(("one", "other"), SAME)
def test_what_is_plainly_the_same_has_one_form(one: str, other: str) -> None:
    assert form(one) == form(other)


@pytest.mark.parametrize(("one", "other"), DIFFERENT)
def test_what_is_not_has_two(one: str, other: str) -> None:
    assert form(one) != form(other)


def test_annotations_say_nothing() -> None:
    forms = [canonical_form(ast.parse(f"def f(a{each}): return a")) for each in ("", ": int")]
    assert forms[0] == forms[1]


@pytest.mark.parametrize(
    ("body", "operator"),
    [
        ("return a\ng(1)", "constant"),  # nothing runs behind the return
        ("return a[0:]", "slice_bound"),
        ("return 1 if a else 1", "branches_swapped"),
    ],
)
def test_a_mutant_that_is_plainly_equivalent_is_not_made(body: str, operator: str) -> None:
    source = "def f(a, n):\n" + textwrap.indent(body, "    ")
    assert mutants(source, entry_point="f", operators=[operator]) == []


def test_of_two_mutants_that_are_the_same_one_is_made() -> None:
    source = "def f(a):\n    return a - 1\n"
    found = mutants(source, entry_point="f", max_per_statement=None)
    # Leaving the operand out and setting it to nought are one program.
    assert (
        len([each for each in found if each.source.rstrip().endswith(("return a", "a - 0"))]) == 1
    )
