"""Reading a clean answer as a formula, in the usual way or in one less usual."""

import functools
import re

from stepsmith.transforms.formula import Formula, UnreadableError, read_formula
from stepsmith.transforms.verify.answers.compare import compare_answers
from stepsmith.transforms.verify.answers.comparison import Comparison
from stepsmith.transforms.verify.answers.words import has_words, spell_in_digits

__all__ = ["compare_otherwise", "may_repeat", "read_answer", "with_thousands"]

_GROUPS = re.compile(r"(?<=\d),(?=\d{3}(?!\d))")
_OTHERWISE = (
    # `4e+7` is a decimal, or four times Euler's number and seven.
    (re.compile(r"(?<=\d)e(?=[-+]?\d)"), " e"),
    # A line each, as one stands after the other, or a sum where the second begins with a minus.
    (re.compile(r" *\n\s*"), ", "),
    # As computer algebra prints the imaginary unit.
    (re.compile(r"(?<![A-Za-z\\_{])I(?![A-Za-z_(])"), "i"),
    # `100,200` is a number, or two; `100,000` is not.
    (_GROUPS, ", "),
    # `1000,99` is two numbers, or a decimal as most of Europe writes it.
    (re.compile(r"(?<![\d.,])(\d+),(\d{1,2}|\d{4,}|(?<=\d{4},)\d{3})(?![\d.,])"), r"\1.\2"),
    (re.compile(r"(?<![\d.,])(0),(\d+)(?![\d.,])"), r"\1.\2"),
    # `1.000,5`, as most of Europe writes it.
    (re.compile(r"\A(-?\d{1,3})\.(\d{3}),(\d+)\Z"), r"\1\2.\3"),
    # `2 and 1/2` is two numbers, or a mixed one.
    (re.compile(r"(?<=\d) and (?=\d+/\d+\Z|\\d?frac)"), " "),
    (re.compile(r"(?<=\d)[kK]\Z"), r" \\times 10^3"),
    (re.compile(r"(?<=\d) ?(?:M|mn|mio)\Z"), r" \\times 10^6"),
    (re.compile(r"(?<=\d) ?(?:B|bn)\Z"), r" \\times 10^9"),
    # `0.8(3)` is a product, or five sixths as it is written where brackets mean repetition.
    (re.compile(r"(\d\.\d+)\((\d+)\)"), r"\1\\overline{\2}"),
    # As engineers write the imaginary unit; beside an `i` it is a variable, or a vector.
    (re.compile(r"\A(-?\d[\d./]* ?[-+] ?[\d./]*) ?j\Z"), r"\1i"),
)
_REPEATING = re.compile(r"-?\d*\.\d+\(\d+\)")
_THOUSANDS = re.compile(r"(?<![\d.,])([1-9]\d{0,2})\.(\d{3})(?![\d.,])")
_ZEROS = re.compile(r",\s*0\d")  # no number of a list begins so
# What stands before the only equals sign, if it is no formula, says what has the value.
_NAMED = re.compile(
    r"(?:[PQRpq] ?\([A-Za-z0-9]\) ?|[^=<>!\d+*/^-]*[A-Za-z][^=<>!\d+*/^-]*)=([^=<>!]+)"
)


@functools.lru_cache(maxsize=4_096)
def read_answer(text: str) -> Formula | str:
    """Read a formula, or return why it cannot be read."""
    try:
        return read_formula(spell_in_digits(text) if has_words(text) else text)
    except UnreadableError as error:
        named = _NAMED.fullmatch(text)
        return str(error) if named is None else read_answer(named[1])


def compare_otherwise(gold: str, given: str) -> Comparison:
    """Compare two answers that seem to differ, read in ways less common, by the best of them."""
    best: Comparison = "different"
    for pattern, other_way in _OTHERWISE:
        if pattern is _GROUPS and _ZEROS.search(f"{gold} {given}"):
            continue
        if pattern.search(gold) or pattern.search(given):
            one, other = (read_answer(pattern.sub(other_way, text)) for text in (gold, given))
            if isinstance(one, str) or isinstance(other, str):
                continue
            compared = compare_answers(one, other)
            if compared == "same":
                return compared
            best = compared if compared in {"rounded", "converted"} else best
    return best


def may_repeat(text: str) -> bool:
    """Say whether `0.1(6)`, read as a product, may be a sixth."""
    return _REPEATING.fullmatch(text) is not None


def with_thousands(text: str) -> str:
    """Read `1.234` as a thousand and more, as most of Europe writes it."""
    return _THOUSANDS.sub(r"\1\2", text)
