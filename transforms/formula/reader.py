"""A position in the tokens of one formula, and how deep the reading is."""

from collections.abc import Callable

from stepsmith.transforms.formula.errors import UnreadableError
from stepsmith.transforms.formula.tree import Formula

__all__ = ["Reader"]


class Reader:
    """A position in the tokens of one formula, and how deep the reading is."""

    __slots__ = ("at", "bars", "current", "depth", "max_nesting", "tokens")

    def __init__(self, tokens: list[str], *, max_nesting: int) -> None:
        self.tokens = tokens
        tokens.append("")
        self.at = 0
        self.current = tokens[0]
        self.bars = 0
        self.depth = 0
        self.max_nesting = max_nesting

    def advance(self) -> str:
        """Move past the current token and return it."""
        current = self.current
        if current:  # the end stays the end
            self.at += 1
            self.current = self.tokens[self.at]
        return current

    def peek(self, ahead: int = 1) -> str:
        """Return a later token, empty past the end."""
        index = self.at + ahead
        return self.tokens[index] if index < len(self.tokens) else ""

    def expect(self, wanted: str) -> None:
        """Move past the one token that may stand here."""
        if self.current != wanted:
            self.fail(f"{wanted!r} expected")
        self.advance()

    def fail(self, why: str) -> None:
        """Refuse the text, saying where."""
        found = f"before {self.current!r}" if self.current else "at the end"
        msg = f"{why} {found}"
        raise UnreadableError(msg)

    def enter(self) -> int:
        """Go one level down; bars that are open outside do not count inside."""
        self.depth += 1
        if self.depth > self.max_nesting:
            msg = f"nested deeper than {self.max_nesting}"
            raise UnreadableError(msg)
        bars, self.bars = self.bars, 0
        return bars

    def leave(self, bars: int) -> None:
        """Come back up."""
        self.bars = bars
        self.depth -= 1

    def nested(self, read: Callable[["Reader"], Formula]) -> Formula:
        """Read with `read` one level down."""
        bars = self.enter()
        formula = read(self)
        self.leave(bars)
        return formula
