"""Find the chains `a = b = c` that a text writes down, and the words that stand around them."""

import dataclasses
import functools
import itertools
import re
from collections.abc import Iterator, Sequence

from stepsmith.transforms.derive.marks import Mark, find_marks
from stepsmith.transforms.derive.runs import DASHES, OPENS, SIGNS, Run, find_runs

MAX_CHARACTERS = 20_000
_MAX_CHAINS = 200
_MAX_SIDE = 400
_MAX_WORDS = 200

_BLANKS = re.compile(
    r"\$|\\(?:left|right)(?![A-Za-z])|\\[()\[\]]|&|\\(?:begin|end)\s?\{[A-Za-z]{1,12}\*?\}"
)
_LABEL = re.compile(r"(?m)^[ \t]*+(?:[0-9]{1,2}|[A-Za-z])[.)](?=\s)")
_CALL = re.compile(r"[A-Za-z]\s?\([A-Za-z]\)\s*=")
_NAMES = re.compile(r"(?i)\b(?:derivative|graph|domain|range|inverse|vertex|zeros|roots)\s+$")
_NEAR = 20
_DRAWING, _DRAWN = "[asy]", "[/asy]"
_SENTENCE_ENDS = frozenset(".?")
_CHANGE_BEFORE = frozenset(
    """
    of times minus plus twice thrice half double triple or than per negative squared less more
    not modulo mod base cis
    """.split()  # noqa: SIM905 -- words read better as words
)
_CHANGE_AFTER = frozenset(
    """
    times plus minus more less percent mod modulo of over per factorial squared cubed or dozen
    hundred thousand million billion degrees choose cis
    """.split()  # noqa: SIM905
)


@dataclasses.dataclass(frozen=True, slots=True)
class Side:
    """One side of an equation: its source, ready for the parser, at a half-open span.

    `source` is empty where words stand in place of a formula, and where it touches words that
    change what it means.
    """

    source: str
    start: int
    end: int


@dataclasses.dataclass(frozen=True, kw_only=True, slots=True)
class Chain:
    """Sides that a text declares equal, in order.

    `lead` and `tail` are the words before and after: back to the last chain or the start of the
    sentence, on to the next one; `sentence` is all of it before the chain. `implied` says that an
    arrow leads here, `continues` that the chain begins with its equals sign, `related` that `<`
    or `≈` or the like stands at an end.
    """

    sides: tuple[Side, ...]
    start: int
    end: int
    lead: str
    tail: str
    sentence: str
    implied: bool
    continues: bool
    related: bool

    @classmethod
    def of(cls, sides: tuple[Side, ...]) -> "Chain":
        """Make a chain of sides that were found otherwise, and of which no words are known."""
        return cls(
            sides=sides,
            start=sides[0].start,
            end=sides[-1].end,
            lead="",
            tail="",
            sentence="",
            implied=False,
            continues=False,
            related=False,
        )


def find_chains(text: str) -> list[Chain]:
    """Return the chains of `text` in order; none of a text that is too long."""
    if len(text) > MAX_CHARACTERS or "=" not in text:
        return []
    plain = _plain(text)
    marks = _marks(plain)
    found = list(find_runs(marks))
    for run, following in itertools.pairwise(found):
        both = run.relates and following.relates
        run.or_after = both and run.after is following.before
        following.or_before = both and following.before is not None
    runs = [run for run in found if run.relates]
    ends = [mark.end for mark in marks if mark.kind == "stop" and mark.text in _SENTENCE_ENDS]
    return _with_words(plain, runs[:_MAX_CHAINS], ends)


def find_formulas(text: str) -> Iterator[tuple[Side, bool]]:
    """Yield the formulas of a text in order, and of each whether it is no side of a chain."""
    if len(text) > MAX_CHARACTERS:
        return
    plain = _plain(text)
    for run in find_runs(_marks(plain)):
        for side in _sides(plain, run):
            if side.source:
                yield side, not run.relates


def find_comparisons(text: str) -> Iterator[tuple[Side, str, Side]]:
    """Yield the signs of a text that compare otherwise, `<` or `≠`, with the sides around them."""
    if len(text) > MAX_CHARACTERS:
        return
    plain = _plain(text)
    for run, following in itertools.pairwise(find_runs(_marks(plain))):
        sign = run.after
        if sign is None or sign is not following.before or sign.kind != "relation":
            continue
        *_, left = _sides(plain, run)
        yield left, sign.text, next(_sides(plain, following))


@functools.lru_cache(maxsize=256)  # chains, formulas and comparisons are looked for in turn
def _marks(plain: str) -> Sequence[Mark]:
    return find_marks(plain)


def _plain(text: str) -> str:
    """Blank out what labels a line, and figures."""
    return _LABEL.sub(lambda found: " " * len(found[0]), _without_drawings(text))


def _without_drawings(text: str) -> str:
    """Blank out the programs of figures, at the same length."""
    start = text.find(_DRAWING)
    while start >= 0:
        end = text.find(_DRAWN, start)
        end = len(text) if end < 0 else end + len(_DRAWN)
        text = f"{text[:start]}{' ' * (end - start)}{text[end:]}"
        start = text.find(_DRAWING, end)
    return text


def _with_words(text: str, runs: Sequence[Run], ends: Sequence[int]) -> list[Chain]:
    chains: list[Chain] = []
    done = sentence = end_index = 0
    for index, run in enumerate(runs):
        start, end = run.marks[0].start, run.marks[-1].end
        while end_index < len(ends) and ends[end_index] <= start:
            sentence = ends[end_index]
            done = max(done, sentence)
            end_index += 1
        stop = runs[index + 1].marks[0].start if index + 1 < len(runs) else len(text)
        if end_index < len(ends):
            stop = min(stop, ends[end_index])
        chains.append(
            Chain(
                sides=tuple(_sides(text, run)),
                start=start,
                end=end,
                lead=text[max(done, start - _MAX_WORDS) : start],
                sentence=text[max(sentence, start - _MAX_WORDS) : start],
                tail=text[end : min(stop, end + _MAX_WORDS)],
                implied=run.before is not None and run.before.kind == "implies",
                continues=run.marks[0].kind == "equals",
                related=any(
                    mark is not None and mark.kind == "relation" for mark in (run.before, run.after)
                ),
            )
        )
        done = end
    return chains


def _sides(text: str, run: Run) -> Iterator[Side]:
    pieces: list[list[Mark]] = [[]]
    for mark in run.marks:
        if mark.kind == "equals":
            pieces.append([])
        else:
            pieces[-1].append(mark)
    for index, piece in enumerate(pieces):
        if not piece:
            at = run.marks[0].start if index == 0 else run.marks[-1].end
            if 0 < index < len(pieces) - 1:
                at = pieces[index - 1][-1].end if pieces[index - 1] else at
            yield Side("", at, at)
            continue
        changed = (index == 0 and _changed_before(run) and not _is_named(text, run)) or (
            index == len(pieces) - 1 and _changed_after(run)
        )
        yield _side(text, _balanced(piece), readable=not changed)


def _changed_before(run: Run) -> bool:
    """Tell whether what stands before the first side belongs to it: `half of x`, `det(A)`."""
    before, first = run.before, run.marks[0]
    if first.text in SIGNS and (first.text not in DASHES or _apart(run.marks)):
        return True
    if (
        before is None
        or before.kind not in {"term", "word"}
        or (run.or_before and before.text == "or")
    ):
        return False
    glued = before.end == first.start
    return before.kind == "term" or glued or _word(before, last=True) in _CHANGE_BEFORE


def _is_named(text: str, run: Run) -> bool:
    """Tell whether this is the function that is spoken of: the derivative of `f(x) = x^2`."""
    before = run.before
    is_of = before is not None and before.kind == "word" and before.text == "of"
    if before is None or not is_of or _CALL.match(text, run.marks[0].start) is None:
        return False
    return _NAMES.search(text[max(0, before.start - _NEAR) : before.start]) is not None


def _apart(marks: Sequence[Mark]) -> bool:
    return len(marks) > 1 and marks[0].end < marks[1].start


def _changed_after(run: Run) -> bool:
    after = run.after
    if after is None or (run.or_after and after.text == "or"):
        return False
    if after.kind == "stop":
        return run.goes_on or after.text == "…"
    if after.start == run.marks[-1].end and _is_product(after.text, run.marks):
        return True
    return run.torn or (after.kind == "word" and _word(after, last=False) in _CHANGE_AFTER)


def _is_product(word: str, marks: Sequence[Mark]) -> bool:
    """Tell whether a word is a product of variables that stand there as well: `a^2 + 2abi`."""
    letters = {mark.text for mark in marks if len(mark.text) == 1} | {"i"}
    return set(word) <= letters


def _word(mark: Mark, *, last: bool) -> str:
    """Return a mark's word in lower case; of a LaTeX text the last word or the first."""
    inside = mark.text.rpartition("{")[2] if mark.text.startswith("\\") else mark.text
    words = inside.rstrip("}").lower().split()
    if mark.text.startswith("\\operatorname"):
        return "cis"  # whatever the operator is, it takes what stands beside it
    return words[-1 if last else 0] if words else ""


def _balanced(piece: Sequence[Mark]) -> Sequence[Mark]:
    """Drop a bracket that opens or closes around the whole chain: `(x = 5)`."""
    depth = lowest = 0
    for mark in piece:
        depth += OPENS.get(mark.text, 0)
        lowest = min(lowest, depth)
    if depth > 0 and lowest == 0 and piece[0].text == "(" and len(piece) > 1:
        return piece[1:]
    if depth < 0 and piece[-1].text == ")" and len(piece) > 1:
        return piece[:-1]
    return piece


def _side(text: str, piece: Sequence[Mark], *, readable: bool) -> Side:
    start, end = piece[0].start, piece[-1].end
    if not readable or end - start > _MAX_SIDE or piece[-1].text in SIGNS:
        return Side("", start, end)
    source = _BLANKS.sub(lambda found: " " * len(found[0]), text[start:end])
    for mark in piece:
        if mark.times:
            at = mark.start - start
            source = f"{source[:at]}*{source[at + 1 :]}"
    return Side(source.strip(), start, end)
