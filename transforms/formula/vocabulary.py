"""What a token is to the reader: the begin of an operand, a sign after one, a word, an end.

`OPERANDS` and `SUFFIXES` are filled by the modules that know each construct.
"""

from collections.abc import Callable
from typing import Final

from stepsmith.transforms.formula.reader import Reader
from stepsmith.transforms.formula.symbols import ENVIRONMENTS, RELATIONS
from stepsmith.transforms.formula.tokens import TEXT
from stepsmith.transforms.formula.tree import Formula

__all__ = [
    "LISTED",
    "OPERANDS",
    "STOPS",
    "SUFFIXES",
    "begins_number",
    "is_word",
    "short_operand",
]

LISTED: Final = frozenset({",", ";", "and", "or"})
STOPS: Final = frozenset(
    {"", ")", "]", "}", "+", "-", "&", "\\\\", r"\pm", r"\mp", r"\cup", r"\cap", r"\}", "mod"}
    | {r"\bmod", r"\mod", r"\pmod", r"\rfloor", r"\rceil", r"\rvert", r"\closing", r"\rangle"}
    | {"*", "/", r"\cdot", r"\times", r"\div", "^", "**", "!", "union", ":"}
    | {r"\mid", r"\choose", "percent", "pct", "degree", "degrees", r"\%", "%", "_"}
    | LISTED
    | set(RELATIONS)
    | {rf"\end{{{name}}}" for name in ENVIRONMENTS}
)

OPERANDS: dict[str, Callable[[Reader], Formula]] = {}
"""How an operand is read that begins with this token."""

SUFFIXES: dict[str, Callable[[Reader, Formula], Formula]] = {}
"""What may follow an operand and belongs to it."""


def begins_number(token: str) -> bool:
    """Say whether a token is a number; a point alone is none."""
    return token[:1].isdigit() or (token[:1] == "." and len(token) > 1)


def short_operand(token: str) -> Callable[[Reader], Formula] | None:
    """Say how to read the operand of a sign that takes one: `x^2`, `√3`; a sign is none."""
    if (read := OPERANDS.get(token)) is not None:
        return read
    if token[:1].isdigit():
        return OPERANDS["0"]
    return OPERANDS["x"] if len(token) == 1 and token.isascii() and token.isalpha() else None


def is_word(current: str) -> bool:
    """Say whether a token is text or a word, not a symbol and not a function."""
    first = current[:1]
    if first == TEXT:
        return True
    return len(current) > 1 and first.isalpha() and current not in STOPS and current not in OPERANDS
