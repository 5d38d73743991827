"""Negation, doubt and their scope: which words deny, and which only look as if they did.

A denial counts where its reach is plain: within a reading (`A does not treat B`), right before it
(`not A`, `it is not true that`), or right behind it (`is false`). Anywhere else its reach is not
guessed at, and neither is that of words that take back without denying (`hardly`, `except`).
"""

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Literal

from stepsmith.transforms.linking.readings import Place
from stepsmith.transforms.linking.words import (
    BARRIERS,
    CONDITIONS,
    COPULAS,
    DENIED_COPULAS,
    DETERMINERS,
    DOUBTS,
    FALSITY,
    GLUE,
    HEDGES,
    NEGATIONS,
    Word,
    words_of,
)

Polarity = Literal["affirmed", "denied", "unclear"]

_NOT_DENYING = {
    "not": frozenset(("only", "just", "merely", "simply", "surprisingly")),
    "no": frozenset(("doubt", "wonder", "matter", "question")),
}
_CLAIMS = frozenset(("true", "right", "correct", "fact", "case", "so", "to", "it")) | FALSITY
_UNTIL = _CLAIMS | COPULAS | DETERMINERS | frozenset(("any", "each", "from", "at", "however"))
"""Words that may stand between a denial and the fact that it is about."""
_PARTLY_WORDS = """
all always alone certain clear completely directly entirely every exactly fully known necessarily
often sure usually yet
"""
_PARTLY = frozenset(_PARTLY_WORDS.split())
"""Words that a denial may be about, so that it denies less than the fact."""
_JOINING_CLAUSES = """
although and as because but hence so since therefore though thus whereas which while
"""
_BREAKS = frozenset(_JOINING_CLAUSES.split())
_REMARKS = (
    GLUE
    | FALSITY
    | frozenset(("correct", "right", "wait", "actually", "however", "can't", "couldn't"))
)
_RETRACTING = frozenset(("oops", "scratch", "correction", "mistake", "my", "sorry"))
_SAYING = "say says states claims asserts implies suggests tells thinks believes argues reports"
_QUOTED = frozenset(_SAYING.split())
_SOMEBODY = frozenset(("some", "they", "people", "many", "others", "experts", "critics", "someone"))
_QUOTING = frozenset(("question", "option", "prompt", "user", "statement", "claim", "choice"))
_CLOSING = COPULAS | DENIED_COPULAS
_VERDICTS = _UNTIL | DENIED_COPULAS | NEGATIONS | {"also"}
_TELLING = _QUOTED | _QUOTING
_AFTER_NO = 2
_TURNING_OUT = frozenset(("found", "happens", "known", "out", "seen", "shown", "considered"))
"""Words behind which `to be` says what is: elsewhere it says what was, or is yet to come."""
_DOUBTING = frozenset(("doubt", "doubts"))


def polarity_of(
    words: Sequence[Word], covered: frozenset[int], breaks: frozenset[int], place: Place
) -> Polarity:
    """Say whether a reading is asserted or denied, or that this is not plain.

    Words in `covered`, those of names and phrases, deny nothing: `No Country for Old Men`.
    `breaks` are the words with a mark before them.
    """
    start, first, last, end, _ = place
    if any(_bars(words, at) for at in range(start, end) if at not in covered):
        return "unclear"
    before = list(_denials(words, covered, start, first))
    inside = list(_denials(words, covered, first, last, start=start))
    if before and not _reaches(words, covered, before[0], first):
        return "unclear"
    if any(words[at + 1].text in _PARTLY for at in (*before, *inside) if at + 1 < len(words)):
        return "unclear"
    behind = _denials_behind(words, covered, breaks, place)
    if behind is None:
        return "unclear"
    return "denied" if (len(before) + len(inside) + behind) % 2 else "affirmed"


def governs_all(words: Sequence[Word], covered: frozenset[int], start: int, first: int) -> bool:
    """Say whether a sentence begins with a denial that may be about all that follows."""
    before = next(_denials(words, covered, start, first), None)
    if before is None:
        return False
    return any(words[at].text not in DETERMINERS for at in range(before + 1, first))


def is_hedged(words: Sequence[Word], covered: frozenset[int], first: int, last: int) -> bool:
    """Say whether the words only suppose what they say, quote it, or say that it may be so."""
    return any(
        words[at].text in HEDGES
        or (words[at].text in DOUBTS and not _is_no_doubt(words, at))
        or _quotes(words, covered, at)
        or _proposes(words, at, first)
        for at in range(first, min(last, len(words)))
        if at not in covered
    )


def is_conditional(words: Sequence[Word], covered: frozenset[int], first: int, last: int) -> bool:
    """Say whether one of the words makes a condition of the sentence, or a part of it."""
    return any(words[at].text in CONDITIONS for at in range(first, last) if at not in covered)


def takes_back(words: Sequence[Word], first: int, last: int) -> bool:
    """Say whether the words are nothing but a remark that something is not so: `That is false`."""
    texts = {word.text for word in words[first:last]}
    if not texts or not texts <= _REMARKS | _RETRACTING:
        return False
    return (
        bool(texts & _RETRACTING) or len(list(_denials(words, frozenset(), first, last))) % 2 == 1
    )


def holds_denial(folded: str) -> bool:
    """Say whether a text holds any word that denies."""
    return any(_is_denial(word.text) or word.text in FALSITY for word in words_of(folded))


def _is_denial(word: str) -> bool:
    return word in NEGATIONS or word.endswith("n't")


def _denials(
    words: Sequence[Word],
    covered: frozenset[int],
    first: int,
    last: int,
    *,
    start: int | None = None,
) -> Iterator[int]:
    for at in range(first, min(last, len(words))):
        if at not in covered and _denies(words, at, first if start is None else start):
            yield at


def _denies(words: Sequence[Word], at: int, first: int) -> bool:
    word = words[at].text
    after = words[at + 1].text if at + 1 < len(words) else ""
    if word == "no" and at == first and after and words[at + 1].start > words[at].end + 1:
        return False  # "No, it is so" denies what somebody else has said
    if word == "nor":  # one denial with its `neither`
        return all(words[before].text != "neither" for before in range(first, at))
    if word in FALSITY:
        before = words[at - 1].text if at else ""
        return before not in DETERMINERS
    kind = "not" if word.endswith("n't") else word
    return _is_denial(word) and after not in _NOT_DENYING.get(kind, ())


def _reaches(words: Sequence[Word], covered: frozenset[int], denial: int, first: int) -> bool:
    """Say whether what stands before a reading, from its first denial on, is about it."""
    between = [words[at].text for at in range(denial + 1, first) if at not in covered]
    return all(word in _UNTIL or _is_denial(word) for word in between)


def _denials_behind(
    words: Sequence[Word], covered: frozenset[int], breaks: frozenset[int], place: Place
) -> int | None:
    """Count the denials right behind a reading; none where it is not plain what they deny."""
    count = 0
    for first, last, beside in _stretches(words, breaks, place):
        if not beside and _corrects(words, first):
            return None
        denials = list(_denials(words, covered, first, last))
        texts = {words[one].text for one in range(first, last) if one not in covered}
        closes = beside and words[first].text in _CLOSING
        if not denials and closes and texts & FALSITY:
            return None  # "is a false statement"
        if not denials:
            continue
        if closes and texts <= _VERDICTS:
            count += len(denials)
        elif beside or texts <= _REMARKS:
            return None
    return count


def _corrects(words: Sequence[Word], at: int) -> bool:
    """Say whether the words at a mark put something right: `A treats B - no, C`."""
    after = words[at + 1].text if at + 1 < len(words) else ""
    return words[at].text in _CORRECTING and after not in _NOT_DENYING["no"]


def _stretches(
    words: Sequence[Word], breaks: frozenset[int], place: Place
) -> Iterator[tuple[int, int, bool]]:
    """Yield the stretches behind a reading, and whether it is the one right beside it.

    They end where a mark or a joining word begins the next. The last of them may belong to the
    reading that follows.
    """
    starts = [
        at for at in range(place.last, place.end) if at in breaks or words[at].text in _BREAKS
    ]
    bounds = [place.last, *starts, place.end]
    for first, last in pairwise(bounds):
        if first < last and (place.final or last < place.end):
            yield first, last, first not in starts


_ALL = "all any anyone anything anywhere each every everybody everyone everything everywhere nobody"
_ALL_OR_NONE = frozenset((*_ALL.split(), "no", "none", "nothing", "nowhere", "one"))
"""Words after which a `but` leaves something out: `everyone but Ada`."""
_CORRECTING = frozenset(("no", "nope", "wait", "sorry", "oops", "correction"))
_BARRING_BEFORE = {
    "instead": frozenset(("of", "than")),
    "rather": frozenset(("of", "than")),
    "far": frozenset(("from",)),
    "will": frozenset(("be", "become")),
}
_GOES_ON = frozenset(("is", "are", "was", "were", "does", "can", "will"))


def _bars(words: Sequence[Word], at: int) -> bool:
    word = words[at].text
    before = words[at - 1].text if at else ""
    after = words[at + 1].text if at + 1 < len(words) else ""
    barring = {
        "only": before not in {"not", "but"} and not before.endswith("n't"),
        "but": before in _ALL_OR_NONE,
        "alone": after not in _GOES_ON,
        "to": after == "be" and before not in _TURNING_OUT | NEGATIONS,
    }
    if word in barring:
        return barring[word]
    if word in _BARRING_BEFORE:
        return after in _BARRING_BEFORE[word]
    if word == "without":
        return after not in _DOUBTING and not (after in DETERMINERS and _has_doubt(words, at))
    return word in BARRIERS


def _has_doubt(words: Sequence[Word], at: int) -> bool:
    return any(word.text in _DOUBTING for word in words[at + 1 : at + 1 + _AFTER_NO])


def _is_no_doubt(words: Sequence[Word], at: int) -> bool:
    before = {word.text for word in words[max(0, at - _AFTER_NO) : at]}
    return words[at].text in _DOUBTING and bool(before & {"no", "without", "beyond"})


def _proposes(words: Sequence[Word], at: int, first: int) -> bool:
    """Say whether a word takes something for granted: `let's say A treats B`."""
    if words[at].text != "say":
        return False
    before = [word.text for word in words[max(0, at - _AFTER_NO) : at]]
    return at == first or before in (["let", "s"], ["let", "us"])


def _quotes(words: Sequence[Word], covered: frozenset[int], at: int) -> bool:
    """Say whether a word tells what somebody says: `the question says that A treats B`."""
    if words[at].text == "according":
        return at + 2 in covered and words[at + 1].text == "to"
    if words[at].text not in _TELLING:
        return False
    before = [word.text for word in words[max(0, at - _AFTER_NO) : at]]
    if words[at].text in _QUOTING:
        return before == ["to", "the"] and at > len(before) and words[at - 3].text == "according"
    told = {*_QUOTING, *_SOMEBODY}
    return at - 1 in covered or any(word in told for word in before)
