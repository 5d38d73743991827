"""What an expression surely is; of whatever could be otherwise nothing is said."""

import ast
import textwrap

import pytest

from stepsmith.transforms.negatives.code.kinds import Kinds
from stepsmith.transforms.negatives.code.program import read_program


def look(body: str) -> tuple[Kinds, ast.expr]:
    """Return what is known, and the expression that the last line returns."""
    source = "def f(a, b, n: int, q: float, s: str, xs: list[int]):\n" + textwrap.indent(
        body, "    "
    )
    program = read_program(source, entry_point="f")
    last = program.entry.body[-1]
    assert isinstance(last, ast.Return)
    assert last.value is not None
    return Kinds(program), last.value


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        ("return 1", "int"),
        ("return True", "bool"),
        ("return None", None),
        ("return n + 1", "int"),
        ("return n / 2", "float"),
        ("return n * q", "float"),
        ("return n ** 2", "int"),
        ("return n ** n", None),
        ("return -q", "float"),
        ("return a", None),
        ("return a + 1", None),
        ("return s + 'x'", "str"),
        ("return s * 2", "str"),
        ("return '%d' % a", "str"),
        ("return s[0]", "str"),
        ("return xs[0]", None),
        ("return xs[1:]", "list"),
        ("return xs", "list"),
        ("return len(a)", "int"),
        ("return abs(n - 3)", "int"),
        ("return abs(a)", None),
        ("return max(n, 1)", "int"),
        ("return max(a)", None),
        ("return round(q)", "int"),
        ("return sum(a)", None),
        ("return sorted(a)", "list"),
        ("return s.upper()", "str"),
        ("return a.upper()", None),
        ("return a in b", "bool"),
        ("return n < 1", "bool"),
        ("return a < 1", None),
        ("return not a", "bool"),
        ("return 1 if a else 2", "int"),
        ("return 1 if a else 2.0", None),
        ("return n and 0", "int"),
        ("len = a\nreturn len(b)", None),
        ("t = 0\nreturn t", "int"),
        ("t = 0\nt += 1\nt = t * n\nreturn t", "int"),
        ("t = 0\nt = t + a\nreturn t", None),
        ("t = 0\nt = 'x'\nreturn t", None),
        ("t = 0\nfor x in a:\n    t += x\nreturn t", None),
        ("for i in range(a):\n    g()\nreturn i", "int"),
        ("for i, x in enumerate(a):\n    g()\nreturn i", "int"),
        ("for i, x in enumerate(a):\n    g()\nreturn x", None),
        ("for c in s:\n    g()\nreturn c", "str"),
        ("t, u = 1, 'x'\nreturn u", "str"),
        ("t = u = 1\nreturn t", "int"),
        ("n = a\nreturn n", None),
        ("t = 1\ndel t\nreturn t", None),
        ("t = 1\nglobal u\nu = 1\nreturn u", None),
        ("t = 1\nwith a as t:\n    g()\nreturn t", None),
        ("t = 1\ng = [t for t in a]\nreturn t", None),
        ("t = 1\nu = t + 1\nt = a\nreturn u", None),  # `u` leant on what `t` was at first
        ("t = u\nu = t\nreturn t", None),
    ],
)
def test_it_is_known_what_this_is(body: str, kind: str | None) -> None:
    kinds, value = look(body)
    assert kinds.of(value) == kind
    assert kinds.of(value) == kind  # and still is when asked again


@pytest.mark.parametrize(
    ("expression", "free"),
    [
        ("a + b[n] * 2", True),
        ("len(a) if a else -1", True),
        ("a.b", True),
        ("g(a)", False),
        ("a.pop()", False),
        ("sum(a)", False),  # it would use an iterator up
        ("[x for x in a]", False),
        ("(x := 1)", False),
        ("int(a, base=g())", False),
        ("f'{a}'", False),
    ],
)
def test_it_is_known_whether_computing_this_does_anything(expression: str, free: bool) -> None:
    kinds, value = look(f"return {expression}")
    assert kinds.is_effect_free(value) is free
