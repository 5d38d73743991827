"""Cut text into the marks that formulas are written with, and the words between them.

LaTeX and plain prose are cut alike: the `$` around a formula vanish, and what is left is a row of
mathematical terms, of signs that relate them, of words, and of what ends a formula.
"""

import dataclasses
import re
from collections.abc import Sequence
from typing import Literal

MarkKind = Literal["term", "equals", "relation", "implies", "row", "word", "stop", "edge"]

_FUNCTIONS = frozenset(
    """
    sin cos tan cot sec csc arcsin arccos arctan sinh cosh tanh log ln exp sqrt cbrt pi abs
    theta alpha beta gamma lambda phi
    """.split()  # noqa: SIM905 -- words read better as words
)
_NOT_PRODUCTS = frozenset(
    """
    ad ah am an as at be by cm do eh em en ex ft go gm ha he hi ho hr id if in is it kg km lb
    me mg mi ml mm mr ms mu my no of oh ok on op or os ow ox oz re sh so st nd rd th to uh um
    un up us vs we ye yo yd dr sq cu
    gcd lcm max min mod det lim dim deg arg and for not but the sum log all any are can has had
    how its let may now one our out per put she six ten too two use was way who why yes you yet
    """.split()  # noqa: SIM905
)
_PRODUCTS = frozenset({"xyz", "abc", "bcd", "pqr", "acd", "abd", "rst", "uvw"})
_ARTICLES = frozenset({"a", "A", "I"})
_MAX_PRODUCT = 3
_MAX_SPAN_MARKS = 400

_MARK = re.compile(
    r"""
      (?P<space>[^\S\n]++|\\[,;:!\ ]|~
        |\\(?:q?quad|displaystyle|left|right|[bB]igg?[lr]?)(?![A-Za-z]))
    | (?P<row>\n[^\S\n]*+|\\n(?![A-Za-z])|\\\\(?:\[[^\]\n]{0,12}\])?\s*+)
    | (?P<matrix>\\(?:begin|end)\s?\{(?:[pbvBV]?matrix|smallmatrix|array|cases|tabular)\*?\})
    | (?P<environment>\\(?:begin|end)\s?\{[A-Za-z]{1,12}\*?\}(?:\{[a-z|]{0,12}\})?\s*+)
    | (?P<text>\\(?:text|mathrm|mbox|textbf|textit|operatorname|mathbf|textrm)\s?\{[^{}]{0,200}+\})
    | (?P<implies>\\(?:Rightarrow|implies|Longrightarrow|iff|Leftrightarrow|therefore
        |rightarrow|longrightarrow)(?![A-Za-z])|[-=]{1,3}>|[→⇒⟹⇔∴⟺])
    | (?P<relation>\\(?:approx|equiv|neq?|leq?|geq?|lt|gt|sim|simeq|cong|propto|in|mid|subset
        |doteq|notin|leqslant|geqslant|to)(?![A-Za-z])|[<>!:~]=|[<>≈≃≅≡≠≤≥∈∝])
    | (?P<equals>(?:&[^\S\n]?)?==?(?:[^\S\n]?&)?)
    | (?P<dollars>\$\$?|\\[()\[\]])
    | (?P<command>\\(?:[A-Za-z]++|[%&#_{}|$]))
    | (?P<number>(?:[0-9]{1,3}(?:,[0-9]{3})++(?![0-9])|[0-9]++)(?:\.[0-9]++)?+|\.[0-9]++)
    | (?P<letters>[^\W\d_²³⁴⁵⁶⁷⁸⁹⁰¹]++(?:['’][^\W\d_]{1,2}(?![^\W\d_]))?+)
    | (?P<operator>\*\*|\.(?=\s?\\(?:overline|bar|dots|ldots))
        |[-+*/^_(){}|!%°'′−–×·⋅∙÷√∛±∓∫∑∏∂∞²³⁴⁵⁶⁷⁸⁹⁰¹⁻\[\]])
    | (?P<join>&)
    | (?P<stop>.)
    """,  # noqa: RUF001 -- signs as people type them
    re.VERBOSE | re.DOTALL,
)
_KINDS: dict[str, MarkKind] = {
    "row": "row",
    "environment": "edge",
    "matrix": "word",
    "text": "word",
    "implies": "implies",
    "relation": "relation",
    "equals": "equals",
    "dollars": "edge",
    "command": "term",
    "number": "term",
    "letters": "word",
    "operator": "term",
    "stop": "stop",
}


@dataclasses.dataclass(frozen=True, slots=True)
class Mark:
    """A mark and its half-open span. `times` says that it is a letter x that multiplies."""

    kind: MarkKind
    text: str
    start: int
    end: int
    times: bool = False


@dataclasses.dataclass(slots=True)
class _Raw:
    group: str
    text: str
    start: int
    end: int
    in_math: bool = False


def find_marks(text: str) -> list[Mark]:
    """Cut `text` into marks, white space left out; linear in its length."""
    raws = [
        _Raw(match.lastgroup or "stop", match[0], match.start(), match.end())
        for match in _MARK.finditer(text)
        if match.lastgroup not in {"space", "join"}
    ]
    _find_math(raws)
    marks: list[Mark] = []
    for index, raw in enumerate(raws):
        kind = _KINDS[raw.group]
        if raw.text == "$" and not raw.in_math:
            continue  # money
        times = False
        if raw.group == "letters":
            times = raw.text in {"x", "X"} and _multiplies(raws, index)
            kind = "term" if times or _is_term(raws, index) else "word"
        elif raw.group == "row" and raw.in_math and raw.text[0] == "\n":
            continue  # a line break inside a formula
        marks.append(Mark(kind, raw.text, raw.start, raw.end, times))
    return marks


def _find_math(raws: Sequence[_Raw]) -> None:
    """Tell formulas from money: mark all that stands in LaTeX mathematics, delimiters included."""
    index = 0
    while index < len(raws):
        opening = raws[index]
        closing = _closing(raws, index) if opening.group in {"dollars", "environment"} else None
        if closing is None:
            index += 1
            continue
        for raw in raws[index : closing + 1]:
            raw.in_math = True
        index = closing + 1


_CLOSES = {"$": "$", "$$": "$$", r"\(": r"\)", r"\[": r"\]"}


def _closing(raws: Sequence[_Raw], start: int) -> int | None:
    opening = raws[start].text
    wanted = _CLOSES.get(opening)
    if opening.startswith(r"\begin"):
        wanted = r"\end" + opening[6:].partition("}")[0] + "}"
    if wanted is None:
        return None
    for index in range(start + 1, min(len(raws), start + _MAX_SPAN_MARKS)):
        raw = raws[index]
        if raw.text.strip() == wanted:
            return None if opening == "$" and _is_money(raws[start + 1 : index]) else index
        if opening == "$" and _ends_inline(raw):
            return None
    return None


def _ends_inline(raw: _Raw) -> bool:
    """Tell whether a mark cannot stand in `$...$`: a word, or a line break of the prose."""
    if raw.group == "letters":
        long = len(raw.text) > _MAX_PRODUCT or raw.text.lower() in _NOT_PRODUCTS
        return long and raw.text not in _FUNCTIONS
    return raw.group == "row" and raw.text.count("\n") > 1


def _is_money(inside: Sequence[_Raw]) -> bool:
    """Tell whether `$...$` is `$5 + $`: nothing, or something that a formula does not end with."""
    return not inside or (
        inside[-1].text in {"+", "-", "*", "/", "=", "x", ","} and len(inside) > 1
    )


def _multiplies(raws: Sequence[_Raw], index: int) -> bool:
    """Tell whether the letter x at `index` is a sign: `3 x 4`, `(1 + 2) x $5`, `3x4`."""
    if not 0 < index < len(raws) - 1 or raws[index].in_math:
        return False
    before, after, mark = raws[index - 1], raws[index + 1], raws[index]
    numbers = before.group == "number" and after.group == "number"
    apart = before.end < mark.start and mark.end < after.start
    opens = after.group == "number" or after.text in {"(", "$"}
    return (numbers and before.text != "0") or (
        apart and opens and (before.group == "number" or before.text in {")", "%"})
    )


def _is_term(raws: Sequence[_Raw], index: int) -> bool:
    """Tell whether letters are variables, or a function's name, and no word."""
    raw = raws[index]
    if raw.text in _FUNCTIONS:
        return True
    before = raws[index - 1] if index else None
    glued = before is not None and before.end == raw.start
    if before is not None and glued and before.text in {"_", "{"} and len(raw.text) <= _MAX_PRODUCT:
        return True
    if len(raw.text) == 1:
        return raw.in_math or raw.text not in _ARTICLES or _stands_in_formula(raws, index)
    if len(raw.text) > _MAX_PRODUCT or raw.text.lower() in _NOT_PRODUCTS:
        return False
    return (
        raw.in_math
        or raw.text in _PRODUCTS
        or (len(raw.text) < _MAX_PRODUCT and (raw.text.islower() or raw.text.isupper()))
    )


def _stands_in_formula(raws: Sequence[_Raw], index: int) -> bool:
    """Tell whether a lone `a`, `A` or `I` is a variable: a sign stands beside it."""
    raw = raws[index]
    if index:
        before = raws[index - 1]
        if before.end == raw.start and before.group in {"number", "letters"}:
            return True
        if before.group in {"operator", "equals", "relation"} and before.text not in {")", "-"}:
            return True
    if index + 1 == len(raws):
        return False
    after = raws[index + 1]
    if after.group in {"equals", "relation"}:
        return True
    if after.text == "-" and index + 2 < len(raws):
        follows = raws[index + 2]
        return follows.group == "number" or len(follows.text) == 1
    glued = after.start == raw.end
    return after.group == "operator" and (glued or after.text not in {"(", "[", "|", "√"})
