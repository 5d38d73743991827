"""Answers in words: numbers that are spelled out, and words that mean themselves."""

import re
from fractions import Fraction

from stepsmith.transforms.formula.symbols import FUNCTIONS
from stepsmith.transforms.verify.answers.dates import MONTHS, in_full
from stepsmith.transforms.verify.answers.text import without_commands

__all__ = ["NUMBER_WORDS", "PARTS", "compare_words", "has_words", "is_in_words", "spell_in_digits"]

_SMALL_NAMES = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen "
    "fifteen sixteen seventeen eighteen nineteen"
)
_TENS_NAMES = "twenty thirty forty fifty sixty seventy eighty ninety"
_SMALL = {word: value for value, word in enumerate(_SMALL_NAMES.split())}
_TENS = {word: 10 * value for value, word in enumerate(_TENS_NAMES.split(), start=2)}
_MONTHS = frozenset(MONTHS)
_SCALES = {"thousand": 10**3, "million": 10**6, "billion": 10**9, "trillion": 10**12}
NUMBER_WORDS = frozenset([*_SMALL, *_TENS, "hundred", *_SCALES])
PARTS = {
    word: value
    for value, words in (
        (2, "half halves"), (3, "third thirds"), (4, "quarter quarters fourth fourths"),
        (5, "fifth fifths"), (6, "sixth sixths"), (7, "seventh sevenths"), (8, "eighth eighths"),
        (9, "ninth ninths"), (10, "tenth tenths"), (11, "eleventh elevenths"),
        (12, "twelfth twelfths"), (13, "thirteenth thirteenths"), (14, "fourteenth fourteenths"),
        (15, "fifteenth fifteenths"), (16, "sixteenth sixteenths"), (20, "twentieth twentieths"),
        (30, "thirtieth thirtieths"), (40, "fortieth fortieths"), (50, "fiftieth fiftieths"),
        (60, "sixtieth sixtieths"), (100, "hundredth hundredths"),
        (1_000, "thousandth thousandths"), (10**6, "millionth millionths"),
    )
    for word in words.split()
}  # fmt: skip
_WORD = re.compile(r"[^\W\d_]{3,}")
# Letters that are no command: most answers have none, and need not be looked at further.
_LETTERS = re.compile(r"(?<![\\A-Za-z])[^\W\d_]{2,}")
_ANY_WORD = re.compile(r"[^\W_]+")
_SIGNS = re.compile(r"[=<>+^*/{}|_]")
_DIGIT = re.compile(r"\d")
_ORDINAL = re.compile(r"(\d+)(?:st|nd|rd|th)")
_FILLERS = frozenset(["the", "a", "an", "is", "are", "it", "its", "on", "in", "there"])
_SHORT = frozenset(["yes", "no", "true", "false"])
_NOTHING = frozenset(
    [
        "none",
        "no",
        "empty",
        "undefined",
        "dne",
        "impossible",
        "infinite",
        "infinity",
        "exist",
        "cannot",
        "determined",
        "information",
    ]
)
_PHRASES = {
    "no solutions": ["no", "solution"],
    "dne": ["does", "not", "exist"],
    "do not exist": ["does", "not", "exist"],
    "infinitely many": ["infinitely", "many", "solutions"],
}
_NO_WORDS = frozenset([*FUNCTIONS, "and", "circ"])
_MAX_WORDS_APART = 3
_TEN = 10

Tokens = list[str]


def has_words(text: str) -> bool:
    """Tell whether there is a word in an answer: three letters that name no function."""
    if _LETTERS.search(text) is None:
        return False
    words = _WORD.findall(without_commands(text))
    return any(word.lower() not in _NO_WORDS for word in words)


def is_in_words(text: str) -> bool:
    """Tell whether an answer is words and nothing else: no signs, and digits in a date only."""
    if _LETTERS.search(text) is None:
        return False
    plain = without_commands(text)
    if plain.lower() in _SHORT:
        return True
    if _SIGNS.search(plain):
        return False
    return has_words(text) and (not _DIGIT.search(plain) or not _MONTHS.isdisjoint(_meaning(text)))


def compare_words(one: str, other: str) -> bool | None:
    """Compare two answers in words; nothing where they may say the same thing differently."""
    first, second = _meaning(one), _meaning(other)
    if first == second:
        return True
    if _denies(first, second) or _denies(second, first):
        return False
    if sorted(first) == sorted(second):
        # The same words in another order: a date, or something else altogether.
        is_pair = len(first) == 3 and first[1] == second[1] == "and"  # noqa: PLR2004
        return True if is_pair or _MONTHS & set(first) else None
    both = {*first, *second}
    if both <= _SHORT:
        return None if both in ({"yes", "true"}, {"no", "false"}) else False
    shorter, longer = sorted((set(first), set(second)), key=len)
    if not shorter or shorter <= longer or both & _NOTHING:
        return None
    return None if max(len(first), len(second)) > _MAX_WORDS_APART else False


def _meaning(text: str) -> Tokens:
    words = [
        _ORDINAL.sub(r"\1", word) for word in _ANY_WORD.findall(without_commands(text).lower())
    ]
    kept = [in_full(word) for word in words if word not in _FILLERS]
    return _PHRASES.get(" ".join(kept), kept) or words


def _denies(one: Tokens, other: Tokens) -> bool:
    """Say whether one says no more than that the other is not so, or adds a second name to it."""
    has_second = len(other) == 1 and one[1:-1] == ["and"] and other[0] in one
    return one == ["not", *other] or has_second


def spell_in_digits(text: str) -> str:
    """Write the number that an answer begins with in digits, if it is in words."""
    if _LETTERS.search(text) is None:
        return text
    plain = without_commands(text).replace("-", " ")
    tokens = plain.lower().split()
    is_negative = tokens[:1] in (["minus"], ["negative"])
    value, stop = _read_number(tokens, int(is_negative))
    if value is None or (stop < len(tokens) and tokens[stop] in {**_SMALL, **_TENS}):
        return text
    written = f"{'-' if is_negative else ''}{value}"
    return " ".join([written, *plain.split()[stop:]])


def _read_number(tokens: Tokens, start: int) -> tuple[Fraction | None, int]:
    whole, stop = _read_whole(tokens, start)
    if whole is None:
        if tokens[start : start + 1] in (["a"], ["an"]) and _part(tokens, start + 1):
            return Fraction(1, _part(tokens, start + 1)), start + 2
        return (Fraction(1, 2), start + 1) if tokens[start:] == ["half"] else (None, start)
    if part := _part(tokens, stop):
        return Fraction(whole, part), stop + 1
    if tokens[stop : stop + 1] == ["and"]:
        above, after = _read_whole(tokens, stop + 1)
        if above is None and tokens[stop + 1 : stop + 2] == ["a"]:
            above, after = 1, stop + 2
        if above is not None and (part := _part(tokens, after)):
            return whole + Fraction(above, part), after + 1
    if tokens[stop : stop + 1] == ["point"]:
        return _read_decimals(whole, tokens, stop)
    return Fraction(whole), stop


def _read_decimals(whole: int, tokens: Tokens, point: int) -> tuple[Fraction, int]:
    """Read the digits after a point: "three point one four"."""
    value, stop, unit = Fraction(whole), point, Fraction(1)
    for word in tokens[point + 1 :]:
        if (digit := _SMALL.get(word, _TEN)) >= _TEN:
            break
        unit /= _TEN
        value, stop = value + digit * unit, point + 1 if stop == point else stop + 1
    return value, stop + (stop > point)


def _part(tokens: Tokens, index: int) -> int:
    return PARTS.get(tokens[index], 0) if index < len(tokens) else 0


def _read_whole(tokens: Tokens, start: int) -> tuple[int | None, int]:
    total = current = 0
    index = stop = start
    while index < len(tokens):
        word = tokens[index]
        if word in _SMALL and _has_room(current, _SMALL[word]):
            current += _SMALL[word]
        elif word in _TENS and current % 100 == 0:
            current += _TENS[word]
        elif word == "hundred" and 0 < current < 100:  # noqa: PLR2004
            current *= 100
        elif word in _SCALES and current:
            total, current = total + current * _SCALES[word], 0
        elif word != "and" or index == start or not _goes_on(tokens, index + 1):
            break
        index += 1
        stop = index
    return (total + current, stop) if stop > start else (None, start)


def _has_room(current: int, value: int) -> bool:
    """Tell whether a value below twenty may follow, as in "twenty one", but not "one two"."""
    rest = current % 100
    return rest == 0 or (rest >= 20 and rest % 10 == 0 and 0 < value < 10)  # noqa: PLR2004


def _goes_on(tokens: Tokens, index: int) -> bool:
    """Tell whether what follows "and" belongs to the whole number: "one hundred and five"."""
    if index >= len(tokens) or tokens[index] not in {**_SMALL, **_TENS}:
        return False
    _, stop = _read_whole(tokens, index)
    return not _part(tokens, stop) and index >= 2 and tokens[index - 2] in {"hundred", *_SCALES}  # noqa: PLR2004
