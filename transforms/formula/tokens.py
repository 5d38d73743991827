r"""Cutting a formula into tokens: numbers, words, commands, text and single signs.

A token is a plain string and its first character says what it is: a digit or a point begins a
number (separators already removed), a letter a symbol or a word, a backslash a command, a quote
`"` begins text that `\text{...}` held. White space is gone: where it matters (`1, 234`, `1 000`)
the pattern for numbers has looked at it.
"""

import itertools
import re

from stepsmith.transforms.formula.errors import UnreadableError
from stepsmith.transforms.formula.symbols import FUNCTIONS, GREEK, SPACES, STOPWORDS
from stepsmith.transforms.formula.units import UNITS

__all__ = ["TEXT", "is_product", "tokenize"]

TEXT = '"'

_SEPARATED = r"(?<!\d,)[1-9]\d{0,2}(?:,\d{3})+(?!,?\d)(?:\.\d+)?"
_SPACED = r"(?<!\d )[1-9]\d{0,2}(?: \d{3})+(?! ?[\d/])(?:\.\d+)?"
_DIGITS = r"\d+\.\d*(?=\\overline)|\d+(?:\.\d+)?(?:[eE][-+]?\d+(?![\d.A-Za-z]))?|\.\d+"
# Digits above nine before a base, as in `152A_{11}`.
_LETTERED = r"\d[0-9A-F]{1,40}(?=_\{?1[1-6](?!\d))"
_TEXT_COMMANDS = (
    r"\\(?:text|mbox|hbox|textbf|textit|textrm|textnormal|mathrm|mathbf|mathit|mathsf|mathcal"
    r"|boldsymbol|bf|rm|operatorname\*?)\s*\{[^{}]*\}"
)
_TOKEN = re.compile(
    rf"\s*({_LETTERED}|{_SEPARATED}|{_SPACED}|{_DIGITS}"
    rf"|{_TEXT_COMMANDS}|\\(?:begin|end)\s*\{{[A-Za-z]+\*?\}}|\\mathbb\s*\{{?[A-Z]\}}?"
    r"|\\[A-Za-z]+|\\.|[A-Za-z]+|<=|>=|!=|==|\*\*|\S)"
)
_SIZES = re.compile(r"\\(left|right|[bB]igg?[lrm]?|middle)(?![A-Za-z])\s*")
_TIGHT = re.compile(r"\\!|\{\}")
_THOUSANDS = re.compile(r"(?<=\d)(?:\{, ?\}|,\\! ?)(?=\d{3})")
_SPACE = re.compile(r"(?<!\\)\\(?:[,;: ]|q?quad)|~")
_LONG = re.compile(r"[A-Za-z]{2}")


def tokenize(text: str, *, max_digits: int) -> list[str]:
    """Cut `text`, which is ASCII but for characters without a reading, into tokens."""
    if "\\" in text or "{" in text or "~" in text:
        text = _plain_spacing(text)
    tokens = _TOKEN.findall(text)
    if "\\" in text or _LONG.search(text):
        tokens = _meanings(tokens)
    commas = False
    for index, token in enumerate(tokens):
        if len(token) > 1 and (token[0].isdigit() or token[0] == "."):
            if len(token) > max_digits:
                msg = f"a number of {len(token)} digits; {max_digits} are allowed"
                raise UnreadableError(msg)
            if " " in token:
                tokens[index] = token.replace(" ", "")
            elif "," in token:
                commas = True
    return _without_commas(tokens) if commas else tokens


_OPENING = frozenset({"(", "[", r"\{"})
_CLOSING = frozenset({")", "]", r"\}"})
_OF_ONE = frozenset(FUNCTIONS) - {"gcd", "lcm", "max", "min", "binom"}
_AROUND = frozenset({"", ",", ";", "=", "and", "or", r"\in", r"\cup", r"\cap"})


def _without_commas(tokens: list[str]) -> list[str]:
    """Take the separators out of `1,234`; in `(1,234)` on its own they are between items."""
    found: list[str] = []
    padded = ["", "", *tokens, "", ""]
    for index, token in enumerate(tokens, start=2):
        if "," not in token or len(token) == 1 or not token[0].isdigit():
            found.append(token)
        elif _is_bracketed(padded, index) and padded[index - 2].lstrip("\\") not in _OF_ONE:
            if padded[index - 2] not in _AROUND or padded[index + 2] not in _AROUND:
                msg = "a number with separators or items between brackets"
                raise UnreadableError(msg)
            found.append(token.replace(",", " , "))
        else:
            found.append(token.replace(",", ""))
    return " ".join(found).split(" ") if any(" , " in token for token in found) else found


def _is_bracketed(padded: list[str], index: int) -> bool:
    """Say whether a number fills a bracket, with groups that may be numbers of their own."""
    groups = padded[index].split(",")
    return (
        padded[index - 1] in _OPENING
        and padded[index + 1] in _CLOSING
        and not any(group[0] == "0" for group in groups)
    )


def _plain_spacing(text: str) -> str:
    """Take out what only moves or sizes what is printed."""
    text = _THOUSANDS.sub("", text)
    text = _TIGHT.sub("", text)
    text = _SPACE.sub(" ", text)
    return _SIZES.sub(_sized, text) if "ig" in text or "left" in text or "middle" in text else text


def _sized(match: re.Match[str]) -> str:
    bar = match.string.startswith("|", match.end())
    # The bar itself follows: `\lvert` and `\rvert` are read as opening and closing it.
    return {"left": r"\opening", "right": r"\closing"}.get(match[1], "") if bar else ""


def _meanings(tokens: list[str]) -> list[str]:
    """Unwrap text, cut runs of letters into symbols, drop what is only layout."""
    found: list[str] = []
    for token in tokens:
        first = token[0]
        if first == "\\":
            if len(token) > 2 and token[-1] == "}" and token[1:6] != "begin":  # noqa: PLR2004
                _unwrap(token, found)
            elif token.startswith(r"\mathbb "):
                found.append(rf"\mathbb{{{token[-1]}}}")
            elif token not in SPACES:
                found.append(token)
        elif (
            len(token) > 1
            and first.isalpha()
            and is_product(token, after=found[-1] if found else "")
        ):
            found.extend(token)
        else:
            found.append(token)
    return found


_CONNECTIVES = frozenset({"and", "or", ", and", ", or", "and ", "or "})


def _unwrap(token: str, found: list[str]) -> None:
    command, _, content = token[:-1].partition("{")
    content = content.strip()
    name = command.strip()
    if name in {r"\end", r"\mathbb"}:
        found.append(f"{name}{{{content}}}")
    elif content.isdigit() or (len(content) == 1 and content.isalpha()) or content in FUNCTIONS:
        found.append(content)
    elif name in _MATH_FONTS and content.isalpha() and content not in UNITS:
        found.extend(content)
    elif content == "of":
        found.append(content)
    elif content.strip(" ,") in _CONNECTIVES or content == ",":
        found.append(content.strip(" ,") or ",")
    elif content:
        found.append(TEXT + content)


_MATH_FONTS = frozenset({r"\mathbf", r"\mathit", r"\boldsymbol", r"\mathcal"})
_KNOWN = frozenset(
    {*FUNCTIONS, *GREEK, "pi", "inf", "infty", "infinity", "oo", "and", "or", "mod", "percent"}
    | {"degree", "degrees", "sqrt", "deg", "pct", "union", "plus", "times", "minus"}
)
_LONGEST_PRODUCT = 4


def is_product(word: str, *, after: str = "") -> bool:
    """Say whether a run of letters is variables side by side rather than a word."""
    if word in _KNOWN or (word.lower() in STOPWORDS and not word.isupper()):
        return False
    if word in UNITS and (after[-1:].isdigit() or after in {")", "}"}):
        return False
    if len(word) == 2:  # noqa: PLR2004 - any two letters that are no word
        return True
    if len(word) > _LONGEST_PRODUCT or not set("eiou").isdisjoint(word.lower()):
        return False
    return word not in _ASCENDING_WORDS and all(a < b for a, b in itertools.pairwise(word))


_ASCENDING_WORDS = frozenset({"any", "ant", "act", "ask"})
