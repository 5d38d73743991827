"""Where the side of an equation begins and ends among words, and whether it surely does."""

from collections.abc import Sequence
from typing import Final, NamedTuple

from stepsmith.transforms.verify.steps.functions import is_function, read_with_functions
from stepsmith.transforms.verify.steps.marks import Kind
from stepsmith.transforms.verify.steps.reader import Expression, read_expression
from stepsmith.transforms.verify.steps.tokens import Token
from stepsmith.transforms.verify.steps.trees import UnreadableError
from stepsmith.transforms.verify.steps.words import COMPUTING, NO_UNITS, is_unit, stem

_MAX_STARTS: Final = 12
_MAX_CALL: Final = 40
_STARTS: Final = frozenset(
    {
        "number",
        "open",
        "currency",
        "fraction",
        "root",
        "pi",
        "binomial",
        "choose",
        "bar",
        "operator",
    }
)
BOUNDS: Final = frozenset({"equals", "approximate", "relation", "stop", "line", "end"})
_INSIDE: Final = frozenset(
    {"operator", "power", "fraction", "root", "binomial", "choose", "bar", "bang"}
)
_SHORT_WORDS: Final = frozenset(
    {"a", "an", "as", "at", "be", "by", "do", "he", "i", "in", "is", "it", "my", "no", "on", "so"}
    | {"to", "up", "us", "we", "of", "or", "if", "me", "am", "go", "per"}
)
_MULTIPLES: Final = frozenset(
    {"dozen", "dozens", "hundred", "thousand", "million", "billion", "trillion", "percent"}
)
_NOT_AFTER: Final = frozenset({"or", "of", "and"})
_NOT_BEFORE: Final = (COMPUTING | {"between", "choice", "option"}) - frozenset(
    {"added", "subtracted", "add", "subtract", "multiply", "divide", "sum", "difference", "by"}
    | {"product", "quotient", "ratio", "percentage"}
)
_OPERATED: Final = frozenset({"divided", "multiplied", "divide", "multiply", "times"})
_AFTER_SIGN: Final = frozenset(
    {"so", "then", "is", "thus", "therefore", "hence", "get", "gets", "have", "to", "are", "be"}
    | {"equals", "simplifies", "becomes", "gives", "calculate", "evaluate"}
)
_JOINING: Final = _AFTER_SIGN | {"and", "that", "since", "as", "because", "where", "have", "or"}


class Side(NamedTuple):
    """One side: what was read at `tokens[start:stop]`, and the words around it.

    `units` are the stems of what it counts, the word after it included. `named` says that a word
    stands before it: "Week 2 = 3 + 4". `after_dash` says that its sign may be a dash,
    `is_range` that it may be one: "Weeks 1-2 = 96 - 70". `unit` stands at its very end.
    """

    read: Expression
    start: int
    stop: int
    units: frozenset[str]
    unit: str
    named: bool
    after_dash: bool
    is_range: bool


class Page(NamedTuple):
    """A step and its tokens. `kinds` are the tokens' kinds, `x_multiplies` as for the reader."""

    text: str
    tokens: Sequence[Token]
    kinds: Sequence[Kind]
    x_multiplies: bool


def read_left(page: Page, low: int, high: int) -> Side | None:
    """Read the longest side that ends just before `tokens[high]` and starts at `low` or later."""
    kinds = page.kinds
    if low and low < high and page.tokens[low].text == "+":
        return None  # what a line before began
    n_tried = 0
    for start in range(low, high):
        if kinds[start] not in _STARTS and page.tokens[start].text != "sqrt":
            continue
        if not _starts_cleanly(page, start, low):
            continue
        read = _try(page, start)
        if read is not None and read.stop == high:
            return _side(page, read, start, low)
        n_tried += 1
        if n_tried == _MAX_STARTS:
            break
    start = _begin(page, low, high)
    return _with_functions(page, start, high) if _starts_cleanly(page, start, low) else None


def read_right(page: Page, start: int) -> Side | None:
    """Read the side that starts at `tokens[start]`, if it surely ends where it seems to."""
    read = _try(page, start)
    if read is None or not _ends_cleanly(page, read.stop):
        return _with_functions(page, start, _stop(page, start))
    return _side(page, read, start, start)


def _with_functions(page: Page, start: int, stop: int) -> Side | None:
    tokens = page.tokens[start:stop]
    if not tokens or len(tokens) > _MAX_CALL or not any(map(is_function, tokens)):
        return None
    read = read_with_functions(page.text, tokens, stop)
    return None if read is None else _side(page, read, start, start)


def _begin(page: Page, low: int, high: int) -> int:
    """Return where a side may begin: after the last word that is no function's name."""
    for at in range(high - 1, max(low, high - _MAX_CALL) - 1, -1):
        if page.kinds[at] == "word" and not is_function(page.tokens[at]):
            return at + 1
    return low


def _stop(page: Page, start: int) -> int:
    """Return where a side may end: at a bound, or at a word that is no function's name."""
    at = start
    while page.kinds[at] not in BOUNDS and at - start <= _MAX_CALL:
        if page.kinds[at] == "word" and not is_function(page.tokens[at]):
            break
        at += 1
    return at


def read_after_dash(page: Page, side: Side) -> Expression | None:
    """Read a side again whose sign in front may be a dash."""
    again = _try(page, side.start + 1) if side.after_dash else None
    return again if again is not None and again.stop == side.stop else None


def _try(page: Page, start: int) -> Expression | None:
    try:
        return read_expression(page.tokens, page.kinds, start, x_multiplies=page.x_multiplies)
    except UnreadableError:
        return None


def _side(page: Page, read: Expression, start: int, low: int) -> Side:
    tokens = page.tokens
    units = set(read.units)
    following, last = tokens[read.stop], tokens[read.stop - 1]
    unit = stem(last.text) if last.kind == "word" else ""
    if (
        following.kind == "word"
        and not following.text[0].isupper()
        and (is_unit(following) or following.text in _MULTIPLES)
    ):
        unit = stem(following.text)
        units.update(
            stem(token.text) for token in tokens[read.stop : read.stop + 4] if token.kind == "word"
        )
    sign = tokens[start]
    before = tokens[start - 1] if start > low and not sign.fenced else sign
    named = before.kind == "word" and before.text.lower() not in _JOINING
    return Side(
        read=read,
        start=start,
        stop=read.stop,
        units=frozenset(units),
        unit=unit,
        named=named,
        after_dash=sign.text == "-" and not tokens[start + 1].glued and start == low,
        is_range=named and read.stop == start + 3 and tokens[start + 1].text == "-",
    )


def _starts_cleanly(page: Page, start: int, low: int) -> bool:
    before, token = page.tokens[start - 1], page.tokens[start]
    if start == low or (token.fenced and before.kind not in _INSIDE):
        return start == low or before.kind != "number"
    if before.kind == "open":
        return not before.glued and before.text != "{"
    if before.kind != "word" or token.glued:
        return before.text == ")" and not token.glued and _is_label(page.tokens[low:start])
    if before.text in {"by", "of"} and start > low + 1 and _operates(page.tokens[start - 2]):
        return False
    if before.text == "and" and page.tokens[max(low, start - 3)].text in {"of", "between", "from"}:
        return False
    return _may_stand_before(before, token)


def _is_label(tokens: Sequence[Token]) -> bool:
    """Tell whether this is what a line of a list begins with: "1)", "(a)"."""
    inner = tokens[1:-1] if tokens[0].text == "(" else tokens[:-1]
    return len(inner) == 1 and inner[0].kind in {"number", "word"} and len(inner[0].text) < 3  # noqa: PLR2004 -- a label


def _operates(token: Token) -> bool:
    """Tell whether "by 5" or "of 5" after this would be an operation: "half of 5"."""
    word = token.text.lower()
    return token.kind != "word" or word in _OPERATED or word in _NOT_BEFORE


def _may_stand_before(before: Token, token: Token) -> bool:
    word = before.text.lower()
    if token.kind == "operator":
        return word in _AFTER_SIGN
    if before.math and before.end - before.start == len(word):
        return False
    is_variable = len(word) <= 2 and word not in _SHORT_WORDS  # noqa: PLR2004 -- as for units
    return not is_variable and word not in _NOT_BEFORE


def _ends_cleanly(page: Page, stop: int) -> bool:
    after, following = page.tokens[stop], page.tokens[stop + 1 : stop + 3]
    if after.kind in BOUNDS:
        return not (after.text == "!=" and after.glued)  # 5!=120
    if after.kind in _INSIDE:
        return False
    if after.kind == "close":
        return (
            not following or following[0].kind in BOUNDS or following[0].kind in {"word", "close"}
        )
    if after.kind == "open":
        is_remark = following[0].kind == "word" and len(following[0].text) > 1
        return not after.glued and not after.math and is_remark
    if after.kind != "word":
        return after.fenced and after.kind != "number"
    return _may_stand_after(after, following)


def _may_stand_after(after: Token, following: Sequence[Token]) -> bool:
    word = after.text.lower()
    ahead = following[0] if following else after
    if word == "and":  # "3 and 1/2", "$2 and 50 cents"
        return ahead.kind != "number" or following[-1].text in {"+", "-", "*"}
    if word in _MULTIPLES:
        return ahead.kind != "number"
    if word in {"times", "more", "less", "fewer", "half", "square", "cubic", "over", "of"}:
        is_word = ahead.kind == "word" and len(ahead.text) > 1
        return (is_word and ahead.text.lower() not in COMPUTING) or ahead.kind in BOUNDS
    if word in COMPUTING or word in _NOT_AFTER:
        return False
    if after.fenced or is_unit(after) or word in NO_UNITS:
        return True
    return not after.glued and not after.math and word in _SHORT_WORDS
