"""Where a reader stands in the tokens of a step, and what it has seen on its way."""

from collections.abc import Callable, Sequence
from typing import Final

from stepsmith.transforms.verify.steps.marks import Kind
from stepsmith.transforms.verify.steps.tokens import Token
from stepsmith.transforms.verify.steps.trees import (
    GROUP,
    THOUSAND,
    Number,
    Tree,
    UnreadableError,
)

MAX_TOKENS: Final = 400
_MAX_DEPTH: Final = 40

STARTS_FACTOR: Final = frozenset({"number", "open", "currency", "fraction", "root", "pi", "choose"})


class Cursor:
    """The place `at` in the tokens, and how what was read there is written.

    `loose` are the ways in which it can be read differently, as `Expression` lists them. `read_sum`
    reads what brackets hold.
    """

    __slots__ = (
        "adds",
        "at",
        "depth",
        "divides",
        "end",
        "has_currency",
        "kinds",
        "loose",
        "mixes_percent",
        "multiplies",
        "n_numbers",
        "n_percents",
        "places",
        "read_sum",
        "tokens",
        "units",
        "x_multiplies",
    )

    def __init__(
        self,
        tokens: Sequence[Token],
        kinds: Sequence[Kind],
        start: int,
        *,
        x_multiplies: bool,
        read_sum: "Callable[[Cursor], Tree]",
    ) -> None:
        self.tokens = tokens
        self.kinds = kinds
        self.at = start
        self.end = start + MAX_TOKENS
        self.x_multiplies = x_multiplies
        self.read_sum = read_sum
        self.n_numbers = 0
        self.n_percents = 0
        self.places = 0
        self.adds = False
        self.mixes_percent = False
        self.multiplies = False
        self.divides = False
        self.has_currency = False
        self.units: list[str] = []
        self.loose: set[str] = set()
        self.depth = 0

    def number(self) -> Number:
        """Take a number."""
        if self.kinds[self.at] != "number":
            raise UnreadableError
        token = self.tokens[self.at]
        self.at += 1
        self.n_numbers += 1
        self.places = max(self.places, token.places)
        if token.places == GROUP and 1 <= token.value < THOUSAND:
            self.loose.add("grouped")
        return Number(token.value, token.places)

    def group(self, closing: str) -> Tree:
        """Take a sum and what closes it; the opening sign is taken already."""
        self.depth += 1
        if self.depth > _MAX_DEPTH:
            raise UnreadableError
        tree = self.read_sum(self)
        if self.tokens[self.at].text != closing:
            raise UnreadableError
        self.at += 1
        self.depth -= 1
        return tree

    def bracket(self) -> Tree:
        """Take a sum in brackets, or in a LaTeX group."""
        closing = _CLOSES.get(self.tokens[self.at].text)
        if closing is None:
            raise UnreadableError
        self.at += 1
        return self.group(closing)


_CLOSES: Final = {"(": ")", "[": "]", "{": "}"}
