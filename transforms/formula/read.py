"""Reading a formula from LaTeX, plain text or a mixture, within limits and without guessing."""

import re
from fractions import Fraction
from typing import Final

from stepsmith.transforms.formula import brackets, commands, functions, operands, suffixes
from stepsmith.transforms.formula.errors import UnreadableError
from stepsmith.transforms.formula.grammar import read_whole
from stepsmith.transforms.formula.reader import Reader
from stepsmith.transforms.formula.symbols import UNREADABLE
from stepsmith.transforms.formula.tokens import is_product, tokenize
from stepsmith.transforms.formula.tree import Apply, Formula, Number, Words
from stepsmith.transforms.formula.unicode import to_ascii
from stepsmith.transforms.formula.vocabulary import OPERANDS

# Imported for the operands that each of them teaches the grammar.
_TAUGHT_BY = (brackets, commands, functions, operands, suffixes)

__all__ = ["MAX_DIGITS", "MAX_LENGTH", "MAX_NESTING", "read_formula"]

MAX_LENGTH: Final = 2_000
MAX_NESTING: Final = 100
MAX_DIGITS: Final = 1_000

_MOST_DIGITS = 4_000  # more than 4,300 Python itself refuses to read
_PLAIN = re.compile(r"(-?)(\d{1,15})(?:\.(\d{1,15})|/(\d{1,15}))?")
# Digits above nine: `2A_{16}`, which is no product. A lone letter is a name, as in `A_{12}`.
_LETTER_DIGITS = re.compile(r"([0-9A-F]{2,99})_\{?(1[1-6])\}?")
_FRACTION = re.compile(r"(-?)\\[dt]?frac\{(\d{1,15})\}\{(\d{1,15})\}")


def read_formula(
    text: str,
    *,
    max_length: int = MAX_LENGTH,
    max_nesting: int = MAX_NESTING,
    max_digits: int = MAX_DIGITS,
) -> Formula:
    """Read `text`, or raise `UnreadableError` where it has no one reading.

    Takes time linear in the text. The limits are on characters, on levels of nesting and on the
    digits of one number. Mathematics may stand in dollar signs or in a box; words alone are
    `Words`, words after a value are its unit.
    """
    plain = _PLAIN.fullmatch(text)
    if plain is not None:
        return _plain(plain)
    if (fraction := _FRACTION.fullmatch(text)) is not None:
        sign, above, below = fraction.groups()
        return _quotient(sign, int(above), int(below))
    if len(text) > max_length:
        msg = f"{len(text)} characters; {max_length} are allowed"
        raise UnreadableError(msg)
    text = _bare(to_ascii(text))
    if (based := _LETTER_DIGITS.fullmatch(text)) is not None:
        return Apply("base", (Words(based[1]), Number(Fraction(int(based[2])))))
    if not text:
        msg = "nothing to read"
        raise UnreadableError(msg)
    words = _WORDS.fullmatch(text)
    if words is not None and _is_prose(text):
        return Words(text)
    return _read(text, max_nesting=max_nesting, max_digits=min(max_digits, _MOST_DIGITS))


def _plain(match: re.Match[str]) -> Formula:
    """Read an integer, a decimal or a fraction of integers, by far the most common answers."""
    sign, whole, decimals, below = match.groups()
    if below is not None:
        return _quotient(sign, int(whole), int(below))
    if decimals is not None:
        value = Fraction(int(whole + decimals), 10 ** len(decimals))
        return Number(-value if sign else value, len(decimals))
    integer = int(whole)
    return Number(Fraction(-integer if sign else integer))


def _quotient(sign: str, above: int, below: int) -> Formula:
    quotient = Apply("/", (Number(Fraction(above)), Number(Fraction(below))))
    return Apply("neg", (quotient,)) if sign else quotient


def _read(text: str, *, max_nesting: int, max_digits: int) -> Formula:
    try:
        return read_whole(Reader(tokenize(text, max_digits=max_digits), max_nesting=max_nesting))
    except RecursionError:
        # Only where the caller itself stands very deep: the nesting is bounded.
        msg = "nested too deep for what is left of the stack"
        raise UnreadableError(msg) from None


_WRAPPED = re.compile(
    r"\\\((?P<a>.*)\\\)|\\\[(?P<b>.*)\\\]|\$\$(?P<c>[^$]*)\$\$|\$(?P<d>[^$]*)\$"
    r"|\\(?:boxed|fbox|text|mbox|textbf|mathrm)\s*\{(?P<e>[^{}]*)\}",
    re.DOTALL,
)
_WORDS = re.compile(r"\(?[^\W\d_](?:[^\W\d_]|[' ,.\-])*\)?")
_MAX_WRAPPERS = 5


_MATH = re.compile(r"\$(?!\s)([^$]*[^\s$])\$(?!\d)")


def _without_dollars(text: str) -> str:
    """Take off the dollar signs of `$1$ and $2$`; those of `$18 and $5` are money."""
    if text.count("$") % 2 or r"\$" in text:
        return text
    plain = _MATH.sub(r" \1 ", text)
    return text if "$" in plain else plain.strip()


def _bare(text: str) -> str:
    """Take off what stands around the formula: math delimiters, boxes, the full stop."""
    text = text.strip()
    if text.endswith(".."):
        raise UnreadableError(UNREADABLE[r"\ldots"])
    for _ in range(_MAX_WRAPPERS):
        text = text.rstrip(".,;: \n") if text[-1:] in ".,; \n:" else text
        match = _WRAPPED.fullmatch(text)
        if match is not None:
            inner = next((each for each in match.groups() if each is not None), "").strip()
            if match["e"] is not None and inner.isalpha() and "box" not in match[0][:6]:
                break  # a word, and to be read as one: `\\text{VW}` is no product
            text = inner
        else:
            break
    if r"\boxed" in text:
        return text.replace("$", " ")  # several boxes, with words between them
    return _without_dollars(text) if "$" in text else text


_RUNS = re.compile(r"[A-Za-z]{2,}")


def _is_prose(text: str) -> bool:
    """Say whether letters are words, as in `Even` and `all real numbers`; not `ab` or `sin x`."""
    if not text.isascii():
        return True
    runs = _RUNS.findall(text)
    return any(run not in OPERANDS and not is_product(run) for run in runs) and not (
        _CONNECTED.fullmatch(text)
    )


_CONNECTED = re.compile(r"[A-Za-z](?:(?:,| and| or) +[A-Za-z]\b)+")
