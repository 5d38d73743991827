r"""Read the smallest parts of an expression: numbers, brackets, \frac, \sqrt, \binom, |...|."""

from collections.abc import Callable
from fractions import Fraction
from typing import Final

from stepsmith.transforms.verify.steps.cursor import Cursor
from stepsmith.transforms.verify.steps.tokens import Token
from stepsmith.transforms.verify.steps.trees import Node, Number, Tree, UnreadableError

_PI: Final = Number(3.141592653589793, 0)
_TWO: Final = Number(2, 0)


def read_atom(cursor: Cursor) -> Tree:
    """Read one part; raises `UnreadableError` where none begins."""
    kind = cursor.kinds[cursor.at]
    if kind == "number":
        return _number(cursor)
    if kind == "open":
        return cursor.bracket()
    token = cursor.tokens[cursor.at]
    read = _COMMANDS.get(token.text if kind == "word" else kind)
    if read is None:
        raise UnreadableError
    cursor.at += 1
    return read(cursor)


def _number(cursor: Cursor) -> Tree:
    r"""Read a number, and what may stand right beside it: `2 1/2`, `2\\frac{1}{2}`, `10C2`."""
    whole = cursor.number()
    kind, token = cursor.kinds[cursor.at], cursor.tokens[cursor.at]
    if kind == "fraction":
        return _mixed_with_command(cursor, whole)
    if kind == "number":
        return _mixed(cursor, whole, token)
    if kind == "word" and cursor.kinds[cursor.at + 1] == "number" and _is_choose(cursor, token):
        cursor.at += 1
        return Node("binomial", whole, cursor.number())
    return _repeating(cursor, whole) if kind == "open" and whole.places else whole


def _repeating(cursor: Cursor, whole: Number) -> Tree:
    """Read `0.1(6)`, a product or a sixth, where nothing else computes with the bracket alone."""
    at, tokens = cursor.at, cursor.tokens
    bracket = tokens[at : at + 3]
    opened, digits, closed = [token.text for token in bracket] if len(bracket) == 3 else "..."  # noqa: PLR2004
    is_bracket = opened == "(" and digits.isdigit() and closed == ")"
    computes = cursor.kinds[at + 3 : at + 4] == ["power"] or tokens[max(0, at - 2)].text == "/"
    if not is_bracket or computes or not all(token.glued for token in bracket):
        return whole
    cursor.at += 1
    repetend = cursor.number()
    cursor.at += 1
    cursor.multiplies = True
    cursor.loose.add("repeats")
    scale = 10**whole.places * (10 ** len(digits) - 1)
    repeated = Number(whole.value + Fraction(int(digits), scale), whole.places)
    return Node("repeats", Node("*", whole, repetend), repeated)


def _is_choose(cursor: Cursor, token: Token) -> bool:
    """Tell whether this is the middle of `10C2` or `10 choose 2`."""
    is_glued = token.glued and cursor.tokens[cursor.at + 1].glued
    return token.text == "choose" or (token.text == "C" and is_glued)


def _mixed_with_command(cursor: Cursor, whole: Number) -> Tree:
    if not isinstance(whole.value, int):
        raise UnreadableError
    cursor.at += 1
    cursor.loose.add("mixed")
    return Node("mixed", whole, _fraction(cursor))


def _mixed(cursor: Cursor, whole: Number, token: Token) -> Tree:
    """Read `2 1/2`; two other numbers side by side are unreadable."""
    if token.text[0] not in "0123456789.":  # \frac12, or a character such as one half
        cursor.loose.add("mixed")
        return Node("mixed", whole, cursor.number())
    if token.fenced or cursor.kinds[cursor.at + 1 : cursor.at + 3] != ["operator", "number"]:
        raise UnreadableError
    sign, last = cursor.tokens[cursor.at + 1 : cursor.at + 3]
    is_fraction = sign.text == "/" and sign.glued and last.glued and token.value < last.value
    if not is_fraction or token.glued:
        raise UnreadableError
    over = cursor.number()
    cursor.at += 1
    cursor.divides = True
    return Node("mixed", whole, Node("/", over, cursor.number()))


def _argument(cursor: Cursor) -> Tree:
    """Read what a LaTeX command takes: a group in braces, or one digit."""
    if cursor.kinds[cursor.at] == "number" and len(cursor.tokens[cursor.at].text) == 1:
        return cursor.number()
    if cursor.tokens[cursor.at].text != "{":
        raise UnreadableError
    return cursor.bracket()


def _fraction(cursor: Cursor) -> Tree:
    cursor.divides = True
    over = _argument(cursor)
    return Node("/", over, _argument(cursor))


def _root(cursor: Cursor) -> Tree:
    index: Tree = _TWO
    if cursor.tokens[cursor.at].text == "[":
        index = cursor.bracket()
    if cursor.kinds[cursor.at] == "open":
        return Node("root", index, cursor.bracket())
    if cursor.tokens[cursor.at - 1].text == "\\sqrt":
        return Node("root", index, _argument(cursor))
    return Node("root", index, cursor.number())


def _named_root(cursor: Cursor) -> Tree:
    if cursor.kinds[cursor.at] != "open":
        raise UnreadableError
    return Node("root", _TWO, cursor.bracket())


def _binomial(cursor: Cursor) -> Tree:
    above = _argument(cursor)
    return Node("binomial", above, _argument(cursor))


def _choose(cursor: Cursor) -> Tree:
    """Read `C(5, 2)`, which is one token."""
    above, below = cursor.tokens[cursor.at - 1].text[2:-1].split(",")
    cursor.n_numbers += 2
    return Node("binomial", Number(int(above), 0), Number(int(below), 0))


def _pi(cursor: Cursor) -> Tree:
    cursor.n_numbers += 1
    return _PI


def _absolute(cursor: Cursor) -> Tree:
    tree = cursor.group(cursor.tokens[cursor.at - 1].text.replace("\\l", "\\r"))
    return Node("abs", tree, tree)


_COMMANDS: Final[dict[str, Callable[[Cursor], Tree]]] = {
    "fraction": _fraction,
    "root": _root,
    "sqrt": _named_root,
    "binomial": _binomial,
    "choose": _choose,
    "pi": _pi,
    "bar": _absolute,
}
