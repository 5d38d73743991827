"""Read what a number counts: its units, a remark in brackets, a sign for degrees."""

from typing import Final

from stepsmith.transforms.verify.steps.cursor import STARTS_FACTOR, Cursor
from stepsmith.transforms.verify.steps.trees import UnreadableError
from stepsmith.transforms.verify.steps.words import JOINING, is_unit, stem

_MAX_UNIT_WORDS: Final = 3
_MAX_GLUED: Final = 3
_MAX_REMARK_WORDS: Final = 6
_GOES_ON: Final = frozenset({"equals", "approximate", "close"})


def take_units(cursor: Cursor) -> None:
    """Take what a number counts if it goes on computing: "2 apples + 3 red apples"."""
    kinds, tokens = cursor.kinds, cursor.tokens
    kind = kinds[cursor.at]
    if kind == "degree" or (kind == "power" and kinds[cursor.at + 1] == "degree"):
        cursor.at += 1 if kind == "degree" else 2
        cursor.units.append("degre")
        return
    if kind not in {"word", "open"}:
        return
    at = _after_words(cursor, _after_remark(cursor, cursor.at))
    at = _after_remark(cursor, at)
    if at == cursor.at or not _goes_on(cursor, at):
        return
    between = tokens[cursor.at : at]
    cursor.units += [stem(token.text) for token in between if token.kind == "word"]
    cursor.at = at


def take_rate(cursor: Cursor) -> bool:
    """Take the unit after the stroke of `$5 / hour`."""
    if cursor.kinds[cursor.at] != "word":
        return False
    token = cursor.tokens[cursor.at]
    if not is_unit(token):
        raise UnreadableError
    cursor.units.append(stem(token.text))
    cursor.at += 1
    return True


def _after_words(cursor: Cursor, at: int) -> int:
    first = at
    while cursor.kinds[at] == "word" and at - first < _MAX_UNIT_WORDS:
        token = cursor.tokens[at]
        if token.math and token.glued and token.end - token.start == len(token.text) > _MAX_GLUED:
            break  # 2abcd
        if not is_unit(token) and not (at > first and token.text.lower() in JOINING):
            break
        at += 1
    if at > first and cursor.kinds[at] == "power" and cursor.kinds[at + 1] == "number":
        at += 2  # cm^2
    return at


def _after_remark(cursor: Cursor, at: int) -> int:
    """Skip words in brackets: "2 x $12 (adult tickets) + $3"."""
    kinds = cursor.kinds
    token = cursor.tokens[at]
    if kinds[at] != "open" or kinds[at + 1] != "word" or token.glued or token.math:
        return at
    end = at + 1
    while kinds[end] == "word" and end - at <= _MAX_REMARK_WORDS:
        end += 1
    return end + 1 if kinds[end] == "close" else at


def _goes_on(cursor: Cursor, at: int) -> bool:
    kind, following = cursor.kinds[at], cursor.kinds[at + 1]
    if kind == "operator":
        return following in STARTS_FACTOR or following == "word"
    if kind == "word":
        return cursor.tokens[at].text in {"x", "X"} and following in STARTS_FACTOR
    return kind in _GOES_ON
