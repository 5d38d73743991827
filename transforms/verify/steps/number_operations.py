"""What a step computes in words: `multiplying 23 by 8 gives 184`, `37 is greater than 36.8`.

These only ever confirm: what does not fit may be rounded, of other units, or half of a sentence.
"""

import math
import re
from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from functools import partial
from typing import Final

from stepsmith.transforms.verify.steps.number_words import NumberClaim, Reader, claim

__all__ = ["OPERATION_READERS"]

_VALUE: Final = (
    r"-?(?:[0-9]{1,3}(?:,[0-9]{3})++|[0-9]{1,15}+)(?:\.[0-9]{1,15}+)?+(?:/[0-9]{1,9}+)?+%?+"
    r"(?![0-9]|[,./^][0-9]|\s{0,3}[-+*/^×=!]|[A-Za-z(])"  # noqa: RUF001 -- signs that people write
)
_S: Final = r"\s{1,3}"
_GOES_ON: Final = (
    "by|and|from|to|than|which|gives?|giving|is|are|equals?|we|yields?|results?|for"
    "|times|plus|minus|divided|multiplied"
)
# What is counted: `23 ounces of milk` holds none of the words with which a sentence goes on.
_THINGS: Final = rf"(?:\s{{1,3}}(?!(?:{_GOES_ON})\b)\(?[A-Za-z]{{1,15}}\)?){{0,4}}+"
_LINK: Final = r"""(?P<link> [,:]?+ (?: \s{1,3}+
  (?: which | that | this | it | to | we | and | then | us | gives? | giving | get | gets | yields?
  | equals? | equal | is | obtain | have | results? | resulting | in | a | the | total | of
  | approximately | about | roughly | = | : ) (?![A-Za-z]) ){1,6}+ )"""
_NAME: Final = r"(?:(?:[A-Za-z]{1,15}\s){1,5}?of\s{1,3})?+"  # the total difference of 84
_ONE: Final = rf"{_NAME}(?P<one>{_VALUE}){_THINGS}"
_OTHER: Final = rf"{_NAME}(?P<other>{_VALUE}){_THINGS}"
_GIVES: Final = rf"{_LINK} \s{{1,3}}+ (?P<value>{_VALUE})"
_BEFORE: Final = r"(?<![\w.,^\\/*+(-])"
_ROUNDS: Final = re.compile(r"(?i)approximately|about|roughly")
_SIGNS: Final = ("+", "-", "*", "/", "^", "=", "×", "<", ">")  # noqa: RUF001 -- as people type them
_NEAR: Final = 8

Judge = Callable[[re.Match[str]], NumberClaim | None]
Apply = Callable[[Fraction, Fraction], Fraction]

_OPERATIONS: Final[Mapping[str, Apply]] = {
    rf"\b multipl(?:y|ying) {_S} {_ONE} {_S} (?:by|and) {_S} {_OTHER}": Fraction.__mul__,
    rf"\b divid(?:e|ing) {_S} {_ONE} {_S} by {_S} {_OTHER}": Fraction.__truediv__,
    rf"\b add(?:ing)? {_S} {_ONE} {_S} (?:and|to|plus) {_S} {_OTHER}": Fraction.__add__,
    rf"\b subtract(?:ing)? {_S} {_ONE} {_S} from {_S} {_OTHER}": Fraction.__rsub__,
    rf"\b sum \s of {_S} {_ONE} {_S} and {_S} {_OTHER}": Fraction.__add__,
    rf"\b product \s of {_S} {_ONE} {_S} and {_S} {_OTHER}": Fraction.__mul__,
    rf"{_BEFORE} {_ONE} {_S} (?:times|multiplied\sby) {_S} {_OTHER}": Fraction.__mul__,
    rf"{_BEFORE} {_ONE} {_S} divided\sby {_S} {_OTHER}": Fraction.__truediv__,
    rf"{_BEFORE} {_ONE} {_S} plus {_S} {_OTHER}": Fraction.__add__,
    rf"{_BEFORE} {_ONE} {_S} minus {_S} {_OTHER}": Fraction.__sub__,
    rf"{_BEFORE} (?P<one>{_VALUE}(?<=%)) {_S} of {_S} {_OTHER}": Fraction.__mul__,
}
_COMPARES: Final = re.compile(
    rf"""(?ix) {_BEFORE} {_ONE} ,? \s{{1,3}} (?:which\s)?+ (?:is|are) \s (?:much\s|still\s)?+
      (?: (?P<more>greater|larger|more|higher|bigger) | less|smaller|lower|fewer ) \s than
      \s{{1,3}} (?P<other>{_VALUE})"""
)
_POWER: Final = re.compile(
    rf"""(?ix) \b (?: square (?P<root>\sroot)? | (?P<cube>cube) ) \s of \s{{1,3}} (?P<one>{_VALUE})
      {_GIVES}"""
)


def _number(written: str) -> Fraction:
    """Return a number as it is printed; raises `ArithmeticError` and `ValueError` for none."""
    plain = written.rstrip("%").replace(",", "")
    return Fraction(plain) / (100 if written.endswith("%") else 1)


def _confirming(holds: Callable[[re.Match[str]], bool]) -> Judge:
    """Make a judge of a test: it is silent where the test fails, or finds no numbers."""

    def judge(found: re.Match[str]) -> NumberClaim | None:
        before = found.string[: found.start()][-_NEAR:].rstrip()
        if before.endswith(_SIGNS):
            return None  # `x + 3 times 4`
        try:
            return claim(found, "", truth=True, whole=False) if holds(found) else None
        except (ArithmeticError, ValueError):
            return None

    return judge


def _is_printed(value: Fraction, found: re.Match[str]) -> bool:
    """Tell whether a value is the written one, at the digits that are printed."""
    written = found["value"]
    right = _number(written)
    if value == right:
        return True
    digits = written.rstrip("%").partition(".")[2]
    if "/" in written or not (digits or _ROUNDS.search(found["link"])):
        return False
    unit = Fraction(1, 10 ** (len(digits) + 2 * written.endswith("%")))
    return abs(value - right) <= unit / 2


def _computes(apply: Apply, found: re.Match[str]) -> bool:
    return _is_printed(apply(_number(found["one"]), _number(found["other"])), found)


def _compares(found: re.Match[str]) -> bool:
    one, other = _number(found["one"]), _number(found["other"])
    return one > other if found["more"] else one < other


def _raises(found: re.Match[str]) -> bool:
    one = _number(found["one"])
    if found["root"]:
        return one >= 0 and _is_root(one, found)
    return _is_printed(one ** (3 if found["cube"] else 2), found)


def _is_root(of: Fraction, found: re.Match[str]) -> bool:
    """Tell whether a written value is the square root of a number, at the printed digits."""
    digits = 20
    root = Fraction(math.isqrt(int(of * 100**digits)), 10**digits)
    return _number(found["value"]) ** 2 == of or _is_printed(root, found)


OPERATION_READERS: Final[Sequence[Reader]] = (
    *(
        (re.compile(f"(?ix) {words} {_GIVES}"), _confirming(partial(_computes, apply)))
        for words, apply in _OPERATIONS.items()
    ),
    (_COMPARES, _confirming(_compares)),
    (_POWER, _confirming(_raises)),
)
