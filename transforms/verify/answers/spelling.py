r"""Other spellings of one answer: `{.}` for a point, `1.5 x 10^3`, `5^{\text{th}}`, `\$-50`."""

import re
from typing import Final

__all__ = ["respell"]

_ASIDE = r"(?:\\approx|~|approx|about|roughly|rounded|nearest)"
_ORDINAL = r"(?<=\d) ?\^ ?\{ ?(?:\\(?:text|mathrm|rm|textrm) ?\{? ?)?(?:st|nd|rd|th)\}{1,2}"
_SIZES = r"\\(?:underline|[Ll]arge|LARGE|[Hh]uge|bf|rm|boldsymbol|bm)(?![A-Za-z])"


def _matrix(found: re.Match[str]) -> str:
    """Write rows in brackets, as programs print a matrix, in LaTeX."""
    rows = [row.replace(",", " & ") for row in re.findall(r"\[([^\[\]]+)\]", found[1])]
    return r"\begin{bmatrix}" + r" \\ ".join(rows) + r"\end{bmatrix}"


# What must be there, what is replaced, and by what: few answers have any of the first.
_RULES: Final = tuple(
    (needle, re.compile(pattern), usual)
    for needle, pattern, usual in (
        ("\\not", r"\\not ?=", r"\\ne "),
        ("[[", r"\A\[ ?(\[[^\[\]]+\](?: ?, ?\[[^\[\]]+\])*) ?\]\Z", _matrix),
        (")U", r"(?<=[)\]])U(?=[(\[\\])", r" \\cup "),
        (" U ", r"(?<=[)\]]) U (?=[(\[\\])", r" \\cup "),
        ("[", r"\A\]([^\[\](),;]+)[,;]([^\[\](),;]+)\[\Z", r"(\1,\2)"),
        ("\\mid", r"\A\\\{ ?[a-z] ?\\mid(?![a-z])([^{}|]+)\\\}\Z", r"\1"),
        ("\\over", r"(?<!\\)\{([^{}]*)\\over(?![A-Za-z])([^{}]*)(?<!\\)\}", r"\\frac{\1}{\2}"),
        ("\\dot{", r"\\dot\{(\d)\}(\d*)\\dot\{(\d)\}", r"\\overline{\1\2\3}"),
        ("\\dot{", r"(?<=[.\d])\\dot(?=\{\d+\})", r"\\overline"),
        ("\\bar", r"(?<=[.\d])\\bar ?(?=\{\d+\})", r"\\overline"),
        (".(", r"(?<=\d\.)\((\d+)\)", r"\\overline{\1}"),
        ("'", r"(?<=\d)'(?=\d{3}(?!\d))", ""),
        ("_", r"(?<=\d)_(?=\d{3}(?!\d))", ""),
        ("dots", r"\\(?:c?dots|ldots|dotsc|dotsb)(?![A-Za-z])", r"\\ldots"),
        ("\\colon", r"\\colon(?![A-Za-z])", ":"),
        ("\\langle", r"\\langle(?![A-Za-z])", "("),
        ("\\rangle", r"\\rangle(?![A-Za-z])", ")"),
        ("color", r"\\(?:text)?color ?\{[a-zA-Z]{1,20}\}", ""),
        ("\\underline", _SIZES, " "),
        ("arge", _SIZES, " "),
        ("LARGE", _SIZES, " "),
        ("uge", _SIZES, " "),
        ("\\b", _SIZES, " "),
        ("\\rm", _SIZES, " "),
        ("\\$", r"\\text ?\{ ?\\\$ ?\}", r"\\$"),
        ("\\$", r"\\text ?\{ ?\\\$", r"\\$\\text{"),
        ("\\$", r"\\\$ ?- ?(?=\d)", r"-\\$"),
        ("\\textdollar", r"\\textdollar(?![A-Za-z])", r"\\$"),
        ("\\$", r"(?<=\d) ?\\\$\Z", " dollars"),
        ("\\euro", r"(?<=\d) ?\\euro\Z", " euros"),
        ("\\cents", r"(?<=\d) ?\\cents\Z", " cents"),
        ("overline", r"\\overline ?\{ ?([A-Z]{2}) ?\}", r"\1"),
        ("/d", r"(?<![A-Za-z\\])d([a-z])/d([a-z])(?![A-Za-z])", r"\\frac{d\1}{d\2}"),
        ("{.}", r"(?<=\d)\{\.\}(?=\d)", "."),
        ("st", _ORDINAL, ""),
        ("nd", _ORDINAL, ""),
        ("rd", _ORDINAL, ""),
        ("th", _ORDINAL, ""),
        ("(", rf" ?(?<!\w)\( ?{_ASIDE}[^()]{{0,60}}\)\Z", ""),
        (" per cent", r"(?<=\d) per cent\b", " percent"),
        ("10", r"(?<=\d) ?[xX] ?(?=10 ?\^)", r" \\times "),
        (" to ", r"(?<=\d) to (?=\d+(?: to \d+)?\Z)", ":"),
        ("nus ", r"(?i)\Aminus (?=[\d\\.])", "-"),
        ("tive ", r"(?i)\Anegative (?=[\d\\.])", "-"),
    )
)


def respell(text: str) -> str:
    """Write an answer in the usual way where it is written in one that means just the same."""
    if text.isalnum():
        return text
    for needle, pattern, usual in _RULES:
        if needle in text:
            text = pattern.sub(usual, text)
    return text
