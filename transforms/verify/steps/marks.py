"""The marks that arithmetic is written with, in prose, Unicode and LaTeX."""

import re
from fractions import Fraction
from typing import Final, Literal

Kind = Literal[
    "number",
    "operator",  # + - * /, whatever they are written with
    "power",
    "bang",  # a factorial, or the end of a sentence
    "bar",
    "open",
    "close",
    "fraction",
    "root",
    "binomial",
    "choose",  # C(5,2), whole
    "pi",
    "degree",
    "currency",
    "percent",
    "word",
    "equals",
    "approximate",
    "relation",  # any other one: <, ≤, ≠
    "stop",
    "line",  # a line's end; a relation may go on after it
    "other",
    "end",
]

# One character becomes one character, so that every span stays right in the original text.
PLAIN: Final = {
    ord(odd): plain
    for plain, written in {
        **{str(digit): chr(0xFF10 + digit) for digit in range(10)},
        ".": "．", ",": "，", "+": "＋", "-": "－−–", "*": "＊×✕✖·⋅∙•∗", "/": "÷∕／", "=": "＝",  # noqa: RUF001 -- signs that people write
        "(": "（", ")": "）", "$": "＄", "%": "％", "≈": "≃≅∼", "'": "’",  # noqa: RUF001 -- signs that people write
        " ": "\u00a0\u202f\u2009\u200b",
    }.items()
    for odd in written
}  # fmt: skip

_LETTER: Final = r"[^\W\d_\u00b2\u00b3\u00b9\u00bc-\u00be\u03c0\u2070-\u218b]"
TOKEN: Final = re.compile(
    r"""
      (?P<space>[ \t]++ | ~ | \\[ ,;:!>] | &(?!\w+;)
        | \\(?:left|right|[bB]ig[gmlr]*|displaystyle|textstyle|boxed)(?![A-Za-z]))
    | (?P<number>(?:[0-9]{1,3}(?:(?:,|\{,\}|,\\!)[0-9]{3}(?![0-9]))++ | [0-9]++)(?:\.[0-9]++)?+
        | \.[0-9]++)
    | (?P<choose>(?<![^\W_])C\(\s?[0-9]{1,3}\s?,\s?[0-9]{1,3}\s?\))
    | (?P<word>[A-Za-z]++(?![\w'-])
        | LETTER++(?:'LETTER++|(?<=LETTERLETTER)-LETTERLETTER++)*+)[ \t]*+
    | (?P<equals>(?<![<>!:~=])==?(?![=>]))[ \t]*+
    | (?P<line>\n\s*+|\\\\(?!\s?(?:cdot|times|frac|sqrt)\b)(?:\s|\[[0-9.a-z]{1,6}\])*+)
    | (?P<arrow><<|>>|<?[-=]+>|[<>]=?|!=|[≠≤≥→⇒↔⇔≡])
    | (?P<pair>\*\*)
    | (?P<sign>[-+*/])[ \t]*+
    | (?P<bracket>[()\[\]{}])
    | (?P<dollar>\$\$?)
    | (?P<percent>\\?%)
    | (?P<power>\^)
    | (?P<bang>!(?![!=]))
    | (?P<dots>\.{2,}+|…)
    | (?P<point>[.,;:?"“”`\#—])
    | (?P<matrix>\\begin\s*\{(?:[a-zA-Z]?matrix|array|cases)\*?\}
        (?:(?!\\end).)*+(?:\\end\s*\{[a-zA-Z]++\*?\})?+)
    | (?P<named>\\(?:text(?:bf|rm|it)?|mbox|operatorname|math(?:rm|bf|bb|cal|it|sf)|bold)
        \s*+\{(?P<inner>[^{}]*+)\})
    | (?P<short>\\[dtc]?frac\s*+(?P<over>[0-9])\s*+(?P<under>[0-9]))
    | (?P<command>\\(?:begin|end)\s*\{[a-zA-Z]++\*?\}|\\[A-Za-z]++|\\.)
    | (?P<other>_++\{?\w*+\}?|[\u00b2\u00b3\u00bc-\u00be\u2153-\u215b]|\w++|.)
    """.replace("LETTER", _LETTER),
    re.VERBOSE | re.DOTALL,
)

COMMANDS: Final[dict[str, Kind]] = {
    **dict.fromkeys(("\\times", "\\cdot", "\\ast", "\\div"), "operator"),
    **dict.fromkeys(("\\frac", "\\dfrac", "\\tfrac", "\\cfrac"), "fraction"),
    **dict.fromkeys(("\\binom", "\\dbinom", "\\tbinom"), "binomial"),
    **dict.fromkeys(("\\approx", "\\approxeq", "\\simeq", "\\doteq"), "approximate"),
    **dict.fromkeys(("\\lvert", "\\rvert", "\\vert"), "bar"),
    **dict.fromkeys(("\\circ", "\\degree"), "degree"),
    **dict.fromkeys(
        (
            *("\\le", "\\ge", "\\leq", "\\geq", "\\lt", "\\gt", "\\ne", "\\neq", "\\equiv"),
            *("\\sim", "\\cong", "\\in", "\\to", "\\mapsto", "\\mid", "\\propto"),
        ),
        "relation",
    ),
    **dict.fromkeys(
        (
            *("\\implies", "\\Rightarrow", "\\Longrightarrow", "\\rightarrow", "\\iff"),
            *("\\quad", "\\qquad", "\\therefore", "\\because", "\\Leftrightarrow"),
            *("\\longrightarrow", "\\hspace", "\\newline", "\\checkmark"),
        ),
        "stop",
    ),
    "\\*": "operator",
    "\\-": "operator",
    "\\+": "operator",
    "\\pm": "operator",
    "\\sqrt": "root",
    "\\pi": "pi",
    "\\$": "currency",
}
SIGNS: Final = {
    "\\times": "*",
    "\\cdot": "*",
    "\\ast": "*",
    "\\div": "/",
    "\\pm": "±",
    "\\*": "*",
    "\\-": "-",
    "\\+": "+",
}
CHARACTERS: Final[dict[str, Kind]] = {
    **dict.fromkeys("≈", "approximate"),
    **dict.fromkeys("€£¥", "currency"),
    **dict.fromkeys("|", "bar"),
    **dict.fromkeys("±", "operator"),
    **dict.fromkeys("°º", "degree"),
    **dict.fromkeys("√", "root"),
    **dict.fromkeys("π", "pi"),
}
FRACTIONS: Final = {
    "½": Fraction(1, 2),
    "⅓": Fraction(1, 3),
    "⅔": Fraction(2, 3),
    "¼": Fraction(1, 4),
    "¾": Fraction(3, 4),
    "⅕": Fraction(1, 5),
    "⅛": Fraction(1, 8),
}
RAISED: Final = {"²": 2, "³": 3}

SIMPLE: Final[dict[str, Kind]] = {
    "choose": "choose",
    "word": "word",
    "equals": "equals",
    "line": "line",
    "sign": "operator",
    "percent": "percent",
    "power": "power",
    "bang": "bang",
    "dots": "other",
    "matrix": "other",
}
