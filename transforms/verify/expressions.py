"""Read `2 * (3 + 4)` from tokens and compute it exactly: rationals, a bit budget, never `eval`."""

import dataclasses
from collections.abc import Sequence
from fractions import Fraction

from stepsmith.transforms.verify.tokens import Token, TokenKind, tokenise

_MAX_TOKENS = 400
_MAX_DEPTH = 40
_MAX_BITS = 4096
_MIN_UNIT_LETTERS = 3  # shorter words next to a number are variables more often than units

# Words that compute: a number beside one of them is not a number on its own.
COMPUTING_WORDS = frozenset(
    """
    times plus minus over by divided multiplied added subtracted add subtract multiply divide sum
    difference product quotient ratio per squared cubed square cube root sqrt power exponent half
    third quarter twice double triple factorial choose mod modulo remainder gcd lcm max min floor
    ceil ceiling abs sin cos tan cot sec csc log ln exp hundred hundreds thousand thousands million
    millions billion billions trillion dozen dozens percent percentage degree degrees than
    """.split()  # noqa: SIM905 -- forty quoted words would be harder to read
)


class UnreadableError(Exception):
    """This is not an expression that can be read for sure."""


@dataclasses.dataclass(frozen=True, kw_only=True, slots=True)
class Expression:
    """What was read: an exact value, or none when it divides by zero, and how it was written.

    `places` are the most decimal places printed, `stop` the index of the first token after it.
    """

    value: Fraction | None
    stop: int
    n_numbers: int
    n_percents: int
    adds: bool
    divides: bool
    places: int
    units: tuple[str, ...]
    has_currency: bool


def exact_value(text: str) -> Fraction | None:
    """Return the exact value of text that is nothing but an expression without percent signs."""
    tokens = tokenise(text)
    try:
        read = read_expression(tokens, 0)
    except UnreadableError:
        return None
    whole = read.stop == len(tokens) and not read.units and not read.n_percents
    return read.value if whole else None


def read_expression(
    tokens: Sequence[Token], start: int, *, percent: Fraction = Fraction(1, 100)
) -> Expression:
    """Read the expression that starts at `tokens[start]`, with `percent` as the value of `%`.

    Raises `UnreadableError` for anything that could mean something else.
    """
    reader = _Reader(tokens, start, percent)
    value = reader.sum()
    if reader.n_percents not in {0, reader.n_numbers} and reader.adds:
        raise UnreadableError  # "50 + 20 %" may be 60
    return Expression(
        value=None if reader.divides_by_zero else value,
        stop=reader.position,
        n_numbers=reader.n_numbers,
        n_percents=reader.n_percents,
        adds=reader.adds,
        divides=reader.divides,
        places=reader.places,
        units=tuple(reader.units),
        has_currency=reader.has_currency,
    )


class _Reader:
    """A recursive descent over tokens: sums of products of signed, bracketed numbers."""

    def __init__(self, tokens: Sequence[Token], start: int, percent: Fraction) -> None:
        self._tokens = tokens
        self._end = min(len(tokens), start + _MAX_TOKENS)
        self._percent = percent
        self._depth = 0
        self.position = start
        self.n_numbers = 0
        self.n_percents = 0
        self.adds = False
        self.divides = False
        self.divides_by_zero = False
        self.places = 0
        self.units: list[str] = []
        self.has_currency = False

    def sum(self) -> Fraction:
        value = self._product()
        while sign := self._take("operator", "+-"):
            self.adds = True
            term = self._product()
            value = _within_budget(value + term if sign == "+" else value - term)
        return value

    def _product(self) -> Fraction:
        value = self._signed()
        n_divisions = 0
        while sign := self._take("operator", "*/"):
            factor = self._signed()
            n_divisions += sign == "/"
            if n_divisions > 1:
                raise UnreadableError  # "3 / 1/4" is meant to be 12
            value = _within_budget(value * factor) if sign == "*" else self._divide(value, factor)
        return value

    def _divide(self, value: Fraction, by: Fraction) -> Fraction:
        self.divides = True
        if by == 0:
            self.divides_by_zero = True
            return value
        return _within_budget(value / by)

    def _signed(self) -> Fraction:
        negative = False
        while sign := self._take("operator", "+-"):
            negative ^= sign == "-"
        value = self._factor()
        return -value if negative else value

    def _factor(self) -> Fraction:
        if self._take("currency"):
            self.has_currency = True
        value = self._bracket() if self._kind() == "open" else self._number()
        if self._take("percent"):
            self.n_percents += 1
            value *= self._percent
        if self._kind() == "currency" and self._kind(1) != "number":
            self.position += 1  # "5$", and the end of "$5 = 5$"
        self._unit()
        if self._kind() in {"number", "currency"} or (
            self._kind() == "open" and self._kind(1) != "word"
        ):
            raise UnreadableError  # "2 1/2", "2(3)": a sum here, a product there
        return value

    def _number(self) -> Fraction:
        if self._kind() != "number":
            raise UnreadableError
        token = self._tokens[self.position]
        self.position += 1
        self.n_numbers += 1
        self.places = max(self.places, token.places)
        return token.value

    def _bracket(self) -> Fraction:
        self._depth += 1
        if self._depth > _MAX_DEPTH:
            raise UnreadableError
        closing = ")" if self._take("open") == "(" else "]"
        value = self.sum()
        if self._take("close") != closing:
            raise UnreadableError
        self._depth -= 1
        return value

    def _unit(self) -> None:
        """Take a word between a number and what goes on computing: "2 apples + 3 apples"."""
        goes_on = self._kind(1) in {"equals", "close"} or (
            self._kind(1) == "operator" and self._kind(2) in {"number", "open", "currency"}
        )
        if self._kind() != "word" or not goes_on:
            return
        word = self._tokens[self.position].text.lower()
        if len(word) < _MIN_UNIT_LETTERS or word in COMPUTING_WORDS:
            raise UnreadableError
        self.units.append(stem(word))
        self.position += 1

    def _kind(self, ahead: int = 0) -> TokenKind | None:
        index = self.position + ahead
        if self.position >= self._end:
            if index < len(self._tokens):
                raise UnreadableError  # longer than we read
            return None
        return self._tokens[index].kind if index < len(self._tokens) else None

    def _take(self, kind: TokenKind, texts: str = "") -> str:
        """Take the next token if it is of this kind and one of `texts`; return its text, or ""."""
        if self._kind() != kind:
            return ""
        text = self._tokens[self.position].text
        if texts and text not in texts:
            return ""
        self.position += 1
        return text


def stem(unit: str) -> str:
    """Return a unit's singular, roughly."""
    return unit.lower().removesuffix("s").removesuffix("e")


def _within_budget(value: Fraction) -> Fraction:
    if value.numerator.bit_length() > _MAX_BITS or value.denominator.bit_length() > _MAX_BITS:
        raise UnreadableError
    return value
