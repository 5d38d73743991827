"""Facts that prose asserts: the best reading of each sentence, then of what is left of it.

A reading is a phrase and two units of names. The best has the fewest words of meaning that it
leaves unexplained between its parts, and then stands first.
"""

import dataclasses
from collections.abc import Iterator, Sequence
from itertools import product

from stepsmith.transforms.graph.triples import Edge
from stepsmith.transforms.linking.ellipsis import read_ellipsis, subjects_of
from stepsmith.transforms.linking.leftover import (
    covered_words,
    left_over,
    runs_of,
    unlinked,
    why_nothing,
)
from stepsmith.transforms.linking.links import Assertion, Candidate, Unlinked
from stepsmith.transforms.linking.mentions import Line, Said
from stepsmith.transforms.linking.near import Repairs
from stepsmith.transforms.linking.negation import (
    Polarity,
    governs_all,
    is_conditional,
    is_hedged,
    polarity_of,
)
from stepsmith.transforms.linking.readings import Parsed, Place
from stepsmith.transforms.linking.sentences import Item, Sentence, Unit
from stepsmith.transforms.linking.trust import doubt_of
from stepsmith.transforms.linking.words import GLUE, RELATIVES

_MAX_UNITS = 24
_MAX_SAID = 12
_NEAREST = 3
_MAX_UNEXPLAINED = 6
_SKIPPED_NAME = 3
_DOUBT = 0.5
_MAX_CANDIDATES = 256


Found = Assertion | Unlinked
QUESTION = "a question"
"""The detail of what a step asks."""


def parse_sentence(
    line: Line, sentence: Sentence, context: tuple[int, ...], repairs: Repairs
) -> Iterator[Found]:
    """Yield what a sentence asserts. `context` are the nodes that a pronoun may stand for."""
    if len(sentence.units) > _MAX_UNITS or len(sentence.said) > _MAX_SAID:
        yield unlinked(line, sentence, "too much", f"{len(sentence.units)} names")
        return
    if sentence.said and len(sentence.units) < 2:  # noqa: PLR2004 -- both ends
        sentence = _repaired(repairs, line, sentence)
    parsed = _parse_all(line, sentence, context)
    if not parsed:
        yield from why_nothing(line, sentence)
        return
    yield from _assertions(line, sentence, parsed)


def _assertions(line: Line, sentence: Sentence, parsed: Sequence[Parsed]) -> Iterator[Found]:
    covered = covered_words(sentence, parsed)
    yield from left_over(line, sentence, parsed)
    first, last = sentence.first, sentence.last
    if len(parsed) > 1 and governs_all(line.words, covered, first, parsed[0].first):
        yield unlinked(line, sentence, "scope of a negation", f"{len(parsed)} facts under it")
        return
    places = list(_places(sentence, parsed))
    polarities = _polarities(line, covered, parsed, places)
    supposed = sentence.asks or is_conditional(line.words, covered, first, last)
    for each, place, polarity in zip(parsed, places, polarities, strict=True):
        doubt = doubt_of(line, sentence, each, parsed)
        if supposed or is_hedged(line.words, covered, place.start, place.end):
            detail = QUESTION if sentence.asks else "a condition or a guess"
            yield unlinked(line, each, "not asserted", detail)
        elif doubt is not None:
            yield unlinked(line, each, "no frame", doubt)
        elif polarity == "unclear":
            yield unlinked(line, each, "scope of a negation", "it is not plain what is denied")
        else:
            yield from _of_one(line, each, denied=polarity == "denied")


def _polarities(
    line: Line, covered: frozenset[int], parsed: Sequence[Parsed], places: Sequence[Place]
) -> list[Polarity]:
    """Say of each reading whether it is asserted, also by the word that joins it to the last."""
    found: list[Polarity] = []
    for each, place in zip(parsed, places, strict=True):
        own = polarity_of(line.words, covered, line.breaks, place)
        if found:
            joining = {word.text for word in line.words[place.start : place.first]}
            found[-1], own = _joined_polarity(line, found[-1], own, each, joining)
        found.append(own)
    return found


def _joined_polarity(
    line: Line, earlier: Polarity, own: Polarity, each: Parsed, joining: set[str]
) -> tuple[Polarity, Polarity]:
    """Let `does not A or B` deny both, `A or B` assert neither, and doubt `does not A and B`."""
    if "or" in joining:
        both = earlier == "denied" and own == "affirmed" and each.stand_in
        return ("denied", "denied") if both else ("unclear", "unclear")
    finite = line.words[each.said.first].text.endswith(("s", "ed"))
    relative = joining & RELATIVES
    if earlier == "denied" and each.stand_in and not finite and not relative:
        return earlier, own if own == "denied" else "unclear"
    return earlier, own


def _places(sentence: Sentence, parsed: Sequence[Parsed]) -> Iterator[Place]:
    """Yield for each reading the stretch of the sentence that it stands in."""
    starts = [sentence.first, *(each.last for each in parsed)]
    ends = [*(each.first for each in parsed[1:]), sentence.last]
    for each, start, end in zip(parsed, starts, ends, strict=False):
        final = each is parsed[-1]
        yield Place(start=start, first=each.first, last=each.last, end=end, final=final)


def _of_one(line: Line, parsed: Parsed, *, denied: bool) -> Iterator[Found]:
    """Yield one assertion for each pair of names in the two units."""
    start, end = line.place(parsed.first, parsed.last)
    items = (*parsed.one.items, *parsed.two.items)
    if not denied and any("or" in each.joined for each in items):
        yield unlinked(line, parsed, "not asserted", "one of several")
        return
    joined = {word for each in items for word in each.joined}
    if denied and "and" in joined and "but" not in joined:
        yield unlinked(line, parsed, "scope of a negation", "it may hold of one of several")
        return
    for one, two in product(parsed.one.items, parsed.two.items):
        candidates = _candidates(parsed, one, two)
        negated = _is_negated(one.joined | two.joined, denied=denied)
        if candidates is None:
            yield unlinked(line, parsed, "too ambiguous", "")
        elif negated is None:
            yield unlinked(line, parsed, "scope of a negation", "a list with a denial")
        else:
            yield Assertion(
                candidates=candidates,
                start=start,
                end=end,
                negated=negated,
                score=min(one.score, two.score),
                pronoun=parsed.pronoun,
            )


def _is_negated(joined: frozenset[str], *, denied: bool) -> bool | None:
    """Say whether an item of a list is denied, by what joins it; nothing where it is not plain."""
    if "but" in joined:
        if denied:  # "not A but B"
            return False if not joined & {"not", "also"} else None
        return "not" in joined if joined & {"not", "also"} else None
    if "not" in joined:
        return None if denied else True
    return denied


def _candidates(parsed: Parsed, one: Item, two: Item) -> tuple[Candidate, ...] | None:
    if len(one.nodes) * len(two.nodes) * len(parsed.subjects) > _MAX_CANDIDATES:
        return None
    found: dict[Candidate, None] = {}
    for reading, subject in parsed.subjects:
        subjects, objects = (one, two) if subject == "first" else (two, one)
        for source, target in product(subjects.nodes, objects.nodes):
            head, tail = (target, source) if reading.inverted else (source, target)
            edge = Edge(head, reading.relation, tail)
            modified = source in subjects.before or target in objects.before
            found[Candidate(edge, reading.inverted, modified)] = None
    return tuple(found)


def _parse_all(line: Line, sentence: Sentence, context: tuple[int, ...]) -> list[Parsed]:
    """Take the best reading, then read what stands before it and after it."""
    parsed: list[Parsed] = []
    waiting = [(sentence.first, sentence.last)]
    while waiting:
        first, last = waiting.pop()
        best = _best(line, sentence, first, last)
        if best is None:
            before = max((each for each in parsed if each.last <= first), key=_end, default=None)
            best = read_ellipsis(line, sentence, (first, last), before, context)
        if best is None:
            continue
        parsed.append(best)
        waiting += [(first, best.first), (best.last, last)]
    return sorted(parsed, key=lambda each: each.first)


def _end(parsed: Parsed) -> int:
    return parsed.last


def _best(line: Line, sentence: Sentence, first: int, last: int) -> Parsed | None:
    units = [each for each in sentence.units if first <= each.first and each.last <= last]
    found = [
        parsed
        for said in sentence.said
        if first <= said.first and said.last <= last
        for one, two in _pairs(said, units)
        if (parsed := _parsed(line, units, said, one, two)) is not None
    ]
    return min(found, key=lambda each: (each.cost, each.first), default=None)


def _pairs(said: Said, units: Sequence[Unit]) -> Iterator[tuple[Unit, Unit]]:
    """Yield pairs of the units nearest to a phrase, in the order of the text."""
    before = [each for each in units if each.last <= said.first][-_NEAREST:]
    after = [each for each in units if each.first >= said.last][:_NEAREST]
    near = [*before, *after]
    for at, one in enumerate(near):
        yield from ((one, two) for two in near[at + 1 :])


def _parsed(line: Line, units: Sequence[Unit], said: Said, one: Unit, two: Unit) -> Parsed | None:
    subjects = subjects_of(line, said, one, two)
    cost = _cost(line, units, said, one, two)
    if not subjects or cost > _MAX_UNEXPLAINED:
        return None
    return Parsed(said=said, one=one, two=two, subjects=subjects, cost=cost)


def _cost(line: Line, units: Sequence[Unit], said: Said, one: Unit, two: Unit) -> float:
    """Count what a reading leaves unexplained between its parts."""
    parts = (said, one, two)
    first, last = min(each.first for each in parts), max(each.last for each in parts)
    covered = {at for each in parts for at in range(each.first, each.last)}
    words = sum(at not in covered and line.words[at].text not in GLUE for at in range(first, last))
    skipped = sum(
        first <= each.first and each.last <= last and each.first not in covered for each in units
    )
    if any(first <= at < last and at not in covered for at in _content(line)):
        return _MAX_UNEXPLAINED + 1  # another relation stands between its parts
    doubt = 0.0
    if any((said.first, said.last) == (each.first, each.last) for each in line.mentions):
        doubt = _DOUBT if _is_upper(line, said.first) else 0.0
    return words + _SKIPPED_NAME * skipped + doubt


def _content(line: Line) -> Iterator[int]:
    """Yield the words of meaning in phrases, but for what may be a name as well."""
    names = {at for each in line.mentions for at in range(each.first, each.last)}
    for each in line.said:
        for at in range(each.first, each.last):
            if at not in names and line.words[at].text not in GLUE:
                yield at


def _is_upper(line: Line, at: int) -> bool:
    return line.text[line.folded.offsets[line.words[at].start]].isupper()


def _repaired(repairs: Repairs, line: Line, sentence: Sentence) -> Sentence:
    """Take runs of unknown words for the name that they are a slip for, if there is one."""
    units = list(sentence.units)
    for first, last in runs_of(line, sentence):
        start, end = line.place(first, last)
        found = repairs.near(line.text[start:end])
        if found is not None:
            nodes, score = found
            item = Item(first=first, last=last, nodes=nodes, score=score)
            units.append(Unit(items=(item,)))
    ordered = sorted(units, key=lambda each: each.first)
    return dataclasses.replace(sentence, units=tuple(ordered))
