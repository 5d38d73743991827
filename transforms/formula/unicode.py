"""Writing Unicode mathematics in ASCII and LaTeX, character by character."""

import re
import unicodedata

from stepsmith.transforms.formula.symbols import SUBSCRIPTS, SUPERSCRIPTS, UNICODE

__all__ = ["to_ascii"]

_HIGH_DIGITS = "".join(high for high, digit in SUPERSCRIPTS.items() if digit.isdigit())
_LOW_DIGITS = "".join(low for low, digit in SUBSCRIPTS.items() if digit.isdigit())
_HIGH = re.compile(f"[{''.join(SUPERSCRIPTS)}]+")
_SLASH = "[\N{FRACTION SLASH}\N{DIVISION SLASH}/]"
_FRACTION = re.compile(rf"(?<![A-Za-z)\]}}])([{_HIGH_DIGITS}]+){_SLASH}([{_LOW_DIGITS}]+)")
_LOW = re.compile(f"[{''.join(SUBSCRIPTS)}]+")


def to_ascii(text: str) -> str:
    """Write digits, signs and letters of any script in ASCII; leave what has no reading.

    Characters of no width are removed; spaces of any kind become a space.
    """
    if text.isascii():
        return text
    text = _FRACTION.sub(_fraction, text)
    text = _HIGH.sub(_superscript, text)
    text = _LOW.sub(_subscript, text)
    return "".join([_character(each) if each > "\x7f" else each for each in text])


def _fraction(match: re.Match[str]) -> str:
    r"""Write `\u00b3\u2044\u2085`, digits of which the first are high and the last are low."""
    above = "".join(SUPERSCRIPTS[each] for each in match[1])
    below = "".join(SUBSCRIPTS[each] for each in match[2])
    return rf"\frac{{{above}}}{{{below}}}"


def _superscript(match: re.Match[str]) -> str:
    return "^{" + "".join(SUPERSCRIPTS[each] for each in match[0]) + "}"


def _subscript(match: re.Match[str]) -> str:
    return "_{" + "".join(SUBSCRIPTS[each] for each in match[0]) + "}"


def _character(character: str) -> str:
    if (known := UNICODE.get(character)) is not None:
        return known
    match unicodedata.category(character):
        case "Cf":
            return ""
        case "Nd":
            return str(unicodedata.decimal(character))
        case "Zs":
            return " "
        case _:
            return _compatible(character)


def _compatible(character: str) -> str:
    """Return what a character is a form of: full width, a fraction, a letter of some font."""
    plain = unicodedata.normalize("NFKC", character)
    if len(plain) > _LONGEST:
        return character
    above, slash, below = plain.partition("\N{FRACTION SLASH}")
    if slash:
        return rf"\frac{{{above}}}{{{below}}}" if below else character
    return "".join(UNICODE.get(each, each) for each in plain)


_LONGEST = 8  # some ligatures stand for whole phrases
