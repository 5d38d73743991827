r"""Read `2 \cdot (3 + \frac{4}{5})` from tokens: recursive descent, bounded, never `eval`."""

import itertools
from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

from stepsmith.transforms.verify.steps.atoms import read_atom
from stepsmith.transforms.verify.steps.cursor import STARTS_FACTOR, Cursor
from stepsmith.transforms.verify.steps.marks import Kind
from stepsmith.transforms.verify.steps.tokens import Token
from stepsmith.transforms.verify.steps.trees import (
    Node,
    Number,
    Operation,
    Reading,
    Tree,
    UnreadableError,
)
from stepsmith.transforms.verify.steps.units import take_rate, take_units


class Expression(NamedTuple):
    """What was read, and how it was written.

    `stop` is the index of the first token after it, `places` are the most decimals printed, `loose`
    the ways in which it can be read differently: names of fields of `Reading`.
    """

    tree: Tree
    stop: int
    n_numbers: int
    adds: bool
    multiplies: bool
    divides: bool
    places: int
    units: tuple[str, ...]
    has_currency: bool
    loose: frozenset[str]

    @property
    def is_lone(self) -> bool:
        """Whether it is one printed number, perhaps with a sign, and nothing is computed."""
        tree = self.tree
        while isinstance(tree, Node) and tree.operation in {"negative", "%"}:
            tree = tree.right
        return isinstance(tree, Number) and not isinstance(tree.value, float)

    def readings(self) -> Iterator[Reading]:
        """Yield all ways to read it, the likeliest first."""
        ways = (
            (likeliest, not likeliest) if name in self.loose else (likeliest,)
            for name, likeliest in zip(Reading._fields, Reading(), strict=True)
        )
        return (Reading(*way) for way in itertools.product(*ways))


def read_expression(
    tokens: Sequence[Token], kinds: Sequence[Kind], start: int, *, x_multiplies: bool
) -> Expression:
    """Read the longest expression that starts at `tokens[start]`; `kinds` are the tokens' kinds.

    `x_multiplies` says that a lone letter x may be a multiplication sign. Raises `UnreadableError`
    for anything that could mean something else.
    """
    cursor = Cursor(tokens, kinds, start, x_multiplies=x_multiplies, read_sum=_sum)
    tree = _sum(cursor)
    if cursor.mixes_percent and cursor.n_percents != cursor.n_numbers:
        raise UnreadableError  # "50 + 20 %" may be 60
    return Expression(
        tree=tree,
        stop=cursor.at,
        n_numbers=cursor.n_numbers,
        adds=cursor.adds,
        multiplies=cursor.multiplies,
        divides=cursor.divides,
        places=cursor.places,
        units=tuple(cursor.units),
        has_currency=cursor.has_currency,
        loose=frozenset(cursor.loose),
    )


def _sum(cursor: Cursor) -> Tree:
    kinds, tokens = cursor.kinds, cursor.tokens
    n_percents = cursor.n_percents
    tree = _product(cursor)
    while kinds[cursor.at] == "operator" and tokens[cursor.at].text in _ADDITIONS:
        if not _operand_follows(cursor):
            break
        operation = _ADDITIONS[tokens[cursor.at].text]
        if operation == "±":
            cursor.loose.add("plus")
        cursor.at += 1
        cursor.adds = True
        tree = Node(operation, tree, _product(cursor))
        cursor.mixes_percent |= cursor.n_percents > n_percents
    return tree


_ADDITIONS: Final[dict[str, Operation]] = {"+": "+", "-": "-", "±": "±"}


def _operand_follows(cursor: Cursor) -> bool:
    """Tell whether the sign here computes with what follows, readable or not."""
    if cursor.at >= cursor.end:
        raise UnreadableError
    following = cursor.kinds[cursor.at + 1]
    return following in STARTS_FACTOR or following in {"operator", "bar", "binomial", "word"}


def _product(cursor: Cursor) -> Tree:
    tree = _signed(cursor)
    while True:
        kind, token = cursor.kinds[cursor.at], cursor.tokens[cursor.at]
        if kind == "operator" and token.text in "*/" and _operand_follows(cursor):
            tree = _after_sign(cursor, tree, token)
        elif kind == "word" and (is_of := _is_of(cursor, token)) | _is_times(cursor, token):
            cursor.at += 1
            cursor.multiplies = True
            if is_of:
                cursor.loose.add("part")
            tree = Node("of" if is_of else "*", tree, _signed(cursor))
        elif _stands_beside(cursor, kind, token):
            cursor.multiplies = True
            tree = _close(cursor, "beside", tree, _power(cursor))
        else:
            return tree


def _after_sign(cursor: Cursor, tree: Tree, sign: Token) -> Tree:
    cursor.at += 1
    if sign.text == "*":
        cursor.multiplies = True
        return Node("*", tree, _signed(cursor))
    if take_rate(cursor):
        return tree
    cursor.divides = True
    is_close = sign.glued and cursor.tokens[cursor.at].glued
    divisor = _signed(cursor)
    if is_close or (isinstance(tree, Node) and tree.operation in {"/", "//"}):
        return _close(cursor, "//", tree, divisor)
    return Node("/", tree, divisor)


def _close(cursor: Cursor, operation: Operation, left: Tree, right: Tree) -> Tree:
    if isinstance(left, Node) and left.operation in {"/", "//"}:
        cursor.loose.add("tight")
    return Node(operation, left, right)


def _is_times(cursor: Cursor, token: Token) -> bool:
    """Tell whether this word is the letter x for a multiplication sign."""
    following = cursor.tokens[cursor.at + 1]
    is_hexadecimal = token.glued and cursor.tokens[cursor.at - 1].text == "0"
    if token.text not in {"x", "X"} or token.math or is_hexadecimal or not cursor.x_multiplies:
        return False
    return (
        following.kind in STARTS_FACTOR
        and token.glued == following.glued
        and (not token.glued or following.kind in {"number", "currency"})
    )


def _is_of(cursor: Cursor, token: Token) -> bool:
    """Tell whether this is the "of" in "20% of 50" or "3/4 of 20"."""
    at, kinds = cursor.at, cursor.kinds
    if token.text != "of" or kinds[at + 1] not in STARTS_FACTOR:
        return False
    if kinds[at - 1] == "percent":
        return True
    if at < 3 or kinds[at - 3 : at] != ["number", "operator", "number"]:  # noqa: PLR2004 -- 3/4
        return False
    return cursor.tokens[at - 2].text == "/" and cursor.tokens[at - 1].glued


def _stands_beside(cursor: Cursor, kind: Kind, token: Token) -> bool:
    r"""Tell whether a factor follows without a sign: 2(3), (2)(3), 2\sqrt{3}."""
    if kind == "open":
        following = cursor.kinds[cursor.at + 1 : cursor.at + 4]
        if token.text == "{" or following[0] == "word":
            return False
        if token.glued or token.math or cursor.depth or cursor.tokens[cursor.at - 1].text == ")":
            return True
        goes_on = following[-1] in {"operator", "equals", "approximate"}  # 0.15 (54) + 0.40 (27)
        return goes_on and following[:2] == ["number", "close"]
    if kind in {"root", "pi", "binomial"}:
        return True
    return kind == "fraction" and cursor.kinds[cursor.at - 1] == "close"


def _signed(cursor: Cursor) -> Tree:
    kinds, tokens = cursor.kinds, cursor.tokens
    negative = False
    while kinds[cursor.at] == "operator" and tokens[cursor.at].text in "+-":
        negative ^= tokens[cursor.at].text == "-"
        cursor.at += 1
    tree = _power(cursor)
    if not negative:
        return tree
    if isinstance(tree, Node) and tree.operation == "^" and isinstance(tree.left, Number):
        cursor.loose.add("whole_base")
    return Node("negative", tree, tree)


def _power(cursor: Cursor) -> Tree:
    tree = _postfix(cursor)
    if cursor.kinds[cursor.at] != "power":
        return tree
    cursor.at += 1
    tree = Node("^", tree, _exponent(cursor))
    if cursor.kinds[cursor.at] == "power":
        raise UnreadableError
    take_units(cursor)
    return tree


def _exponent(cursor: Cursor) -> Tree:
    if cursor.kinds[cursor.at] == "open":
        return cursor.bracket()
    negative = cursor.tokens[cursor.at].text == "-"
    cursor.at += negative
    tree = cursor.number()
    return Node("negative", tree, tree) if negative else tree


def _postfix(cursor: Cursor) -> Tree:
    kinds = cursor.kinds
    if kinds[cursor.at] == "currency":
        cursor.has_currency = True
        cursor.at += 1
        if cursor.tokens[cursor.at].text == "-":  # "$-65"
            cursor.at += 1
            tree = _postfix(cursor)
            return Node("negative", tree, tree)
    tree = read_atom(cursor)
    kind = kinds[cursor.at]
    if kind == "bang" and _is_factorial(cursor):
        cursor.at += 1
        tree = Node("!", tree, tree)
    elif kind == "percent" or cursor.tokens[cursor.at].text == "percent":
        cursor.at += 1
        cursor.n_percents += 1
        cursor.loose.add("percent")
        tree = Node("%", tree, tree)
    elif kind == "currency" and kinds[cursor.at + 1] != "number":
        cursor.at += 1  # "5$", and the end of "$5 = 5$"
    take_units(cursor)
    return tree


def _is_factorial(cursor: Cursor) -> bool:
    token, following = cursor.tokens[cursor.at], cursor.kinds[cursor.at + 1]
    goes_on = following in {"operator", "equals", "approximate", "close", "power"}
    return token.glued and (token.math or goes_on)
