"""Cut text into the tokens that arithmetic is written in. Never fails, and keeps the spans."""

import dataclasses
import re
from fractions import Fraction
from typing import Literal, cast

TokenKind = Literal[
    "number",
    "operator",
    "open",
    "close",
    "equals",
    "approximate",
    "currency",
    "percent",
    "word",
    "stop",
    "other",
]

MAX_DIGITS = 100

# One character becomes one character, so that every span stays right in the original text.
_PLAIN = str.maketrans(
    "０１２３４５６７８９．，＋－−＊×✕✖·⋅∙÷∕／＝（）＄％\u00a0\u202f\u2009",  # noqa: RUF001
    "0123456789.,+--*******///=()$%   ",
)
_LATEX = re.compile(r"\\(?:(?:times|cdot|div|left|right)(?![A-Za-z])|[$%,;!()\[\]])")
_LATEX_MEANING = {r"\times": "*", r"\cdot": "*", r"\div": "/", r"\$": "$", r"\%": "%"}
_BOLD = re.compile(r"(?<![\w)*])\*\*(?=[^\s*])|(?<=[^\s*])\*\*(?![\w(*])")
_LETTER_TIMES = re.compile(r"(?<=[0-9)])(?: +[xX] +|(?<!\b0)[xX])(?=[0-9($.])")

# The possessive `++` keeps 100,000 letters in front of a digit from being tried one by one.
_TOKEN = re.compile(
    r"""
      (?P<number>(?<![\w.,])(?:[0-9]{1,3}(?:,[0-9]{3})++|[0-9]++)(?:\.[0-9]++)?+(?!\w|[.,][0-9.]))
    | (?P<bare>(?<![\w.,])\.[0-9]++(?!\w|[.,][0-9.]))
    | (?P<word>[^\W\d_]++(?:['’][^\W\d_]{1,2}+)?+(?!\w))
    | (?P<equals>(?<![<>=!:~+*/^-])==?(?![=>]))
    | (?P<approximate>[≈≃≅])
    | (?P<operator>(?<!\*)\*(?!\*)|(?<!/)/(?!/)|(?<!\+)\+(?!\+)|-(?!>))
    | (?P<open>[(\[])
    | (?P<close>[)\]])
    | (?P<currency>[$€£])
    | (?P<percent>%)
    | (?P<stop><<|>>|["“”`|#]|[.,;:!?](?=\s|$|["'”’)\]*$])|(?<=[^\W\d_]):)
    | (?P<space>\s++)
    | (?P<other>\w++|.)
    """,  # noqa: RUF001
    re.VERBOSE | re.DOTALL,
)


@dataclasses.dataclass(frozen=True, kw_only=True, slots=True)
class Token:
    """A token and its half-open span; `glued` says that no space is between it and the last one.

    A number has its exact value and the decimal places that are printed.
    """

    kind: TokenKind
    text: str
    start: int
    end: int
    glued: bool
    value: Fraction = Fraction(0)
    places: int = 0


def tokenise(text: str) -> list[Token]:
    """Cut `text` into tokens, white space left out; the spans are over `text` as given."""
    plain = simplify(text)
    tokens: list[Token] = []
    for match in _TOKEN.finditer(plain):
        kind = match.lastgroup
        if kind != "space":
            glued = bool(tokens) and tokens[-1].end == match.start()
            tokens.append(_token(kind or "other", match, glued=glued))
    return tokens


def simplify(text: str) -> str:
    """Write signs in their plain forms and blank out mark-up, at the same length."""
    plain = text.translate(_PLAIN)
    plain = _LATEX.sub(lambda found: _pad(found, _LATEX_MEANING.get(found[0], "")), plain)
    plain = _BOLD.sub("  ", plain)
    return _LETTER_TIMES.sub(lambda found: _pad(found, "*"), plain)


def _pad(found: re.Match[str], meaning: str) -> str:
    return meaning.rjust(len(found[0]))


def _token(kind: str, match: re.Match[str], *, glued: bool) -> Token:
    text, start, end = match[0], match.start(), match.end()
    if kind not in {"number", "bare"}:
        named = cast("TokenKind", kind)
        return Token(kind=named, text=text, start=start, end=end, glued=glued)
    if len(text) > MAX_DIGITS:
        return Token(kind="other", text=text, start=start, end=end, glued=glued)
    return Token(
        kind="number",
        text=text,
        start=start,
        end=end,
        glued=glued,
        value=Fraction(text.replace(",", "")),
        places=len(text.partition(".")[2]),
    )
