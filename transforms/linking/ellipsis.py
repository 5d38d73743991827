"""A phrase with one name of its own: `which`, a pronoun, an `and` or a comma stands for the other.

A treats B, which is a symptom of C      B
A treats B, a symptom of C               B
A treats B and causes C                  A, if A stands before its verb
A treats B, and it causes C              A or B: a pronoun
"""

import dataclasses
from collections.abc import Sequence

from stepsmith.transforms.linking.frames import subject_of
from stepsmith.transforms.linking.mentions import Line, Said
from stepsmith.transforms.linking.readings import Meaning, Parsed, Subjects
from stepsmith.transforms.linking.sentences import Item, Sentence, Unit
from stepsmith.transforms.linking.words import (
    ARTICLES,
    AUXILIARIES,
    COPULAS,
    DETERMINERS,
    GLUE,
    HAVING,
    NEGATIONS,
    PRONOUNS,
    RELATIVES,
    Word,
)

_AGAIN = frozenset(("not", "too", "so", "either", "also", "well", "as"))
_COMPARING = frozenset(("so", "as", "neither", "nor", "than"))
_GOING_ON = frozenset(("and", "or", "nor", "but", "then", "also"))


def read_ellipsis(
    line: Line,
    sentence: Sentence,
    place: tuple[int, int],
    before: Parsed | None,
    context: tuple[int, ...],
) -> Parsed | None:
    """Read a phrase with one name behind it, where it is plain what stands for the other."""
    first, last = place
    units = [each for each in sentence.units if first <= each.first and each.last <= last]
    said = next((each for each in sentence.said if first <= each.first and each.last <= last), None)
    if said is None or len(units) != 1 or units[0].first < said.last:
        return None
    between = {word.text for word in line.words[first : said.first]}
    if between - GLUE:
        return None
    if before is not None and first == before.last:
        return _after(line, said, units[0], before)
    if not between & PRONOUNS or not context:
        return None
    return _of_pronoun(line, said, units[0], context)


def is_elliptic(words: Sequence[Word], first: int, last: int) -> bool:
    """Say whether the words stand for a whole clause: `so does B`, `B, too`, `B does not`."""
    texts = [word.text for word in words[first:last]]
    while texts and texts[-1] in _AGAIN:
        if texts.pop() == "too":
            return True
    verb = next((at for at, text in enumerate(texts) if text in AUXILIARIES), None)
    if verb is None:
        return False
    return verb + 1 == len(texts) or texts[max(0, verb - 1)] in _COMPARING


def subjects_of(line: Line, said: Said, one: Unit, two: Unit) -> Subjects:
    """Return what a phrase may mean between two units, and which is then its subject."""
    found: list[Meaning] = []
    for reading in said.readings:
        subject = subject_of(line, said, one, two, reading)
        if subject is not None:
            found.append((reading, subject))
    return tuple(found)


def _after(line: Line, said: Said, unit: Unit, before: Parsed) -> Parsed | None:
    words = [word.text for word in line.words[before.last : said.first]]
    named = _subject_word(words)
    if named in PRONOUNS - RELATIVES:
        items = (*before.one.items, *before.two.items)
        nodes = tuple(dict.fromkeys(node for item in items for node in item.nodes))
        return _of_pronoun(line, said, unit, nodes)
    earlier = _earlier(line, said, before, words)
    return None if earlier is None else _standing_for(line, said, earlier, unit)


def _earlier(line: Line, said: Said, before: Parsed, words: Sequence[str]) -> Unit | None:
    """Return the unit of the reading before that is left out here, where that is plain."""
    named = _subject_word(words)
    if named in RELATIVES and (named != "that" or words[0] == "that"):
        return before.two
    if "that" in words:
        return None  # "it is true that" leads to a clause of its own
    resumed = _resumed(line, said, before)
    if resumed is not None:
        return resumed
    if _is_apposition(line, said, before, words):
        return before.two
    return before.one if _GOING_ON & set(words) and _stands_first(line, before) else None


def _is_apposition(line: Line, said: Said, before: Parsed, words: Sequence[str]) -> bool:
    """Say whether it is a noun that only a comma stands before: `B, a symptom of C`."""
    verb = line.words[said.first].text in COPULAS | HAVING
    return (
        before.two.last == before.last
        and not verb
        and set(words) <= DETERMINERS
        and bool(words)
        and "," in line.between(before.last)
    )


def _subject_word(words: Sequence[str]) -> str:
    """Return the word right before a verb or its noun, past articles and auxiliaries."""
    passed = ARTICLES | COPULAS | HAVING | AUXILIARIES | NEGATIONS | {"also", "then"}
    left = (word for word in reversed(words) if word not in passed and not word.endswith("n't"))
    return next(left, "")


def _resumed(line: Line, said: Said, before: Parsed) -> Unit | None:
    """Return what a sentence goes on about after commas: A in `A, a symptom of B, causes C`."""
    between = {word.text for word in line.words[before.last : said.first]}
    finite = line.words[said.first].text.endswith("s") or between & COPULAS
    if "," not in line.between(before.last) or not between <= COPULAS | DETERMINERS or not finite:
        return None
    if before.stand_in or not before.one.last <= before.said.first < before.two.first:
        return None
    if "," in line.between(before.one.last):
        return before.one
    # "A's R, B, is ..."
    return before.two if "," in line.between(before.two.first) else None


def _stands_first(line: Line, before: Parsed) -> bool:
    """Say whether the first name is the one that the sentence is about: `A treats B`."""
    if not before.one.last <= before.said.first < before.two.first:
        return False
    gap = line.words[before.one.last : before.said.first]
    return not (gap and gap[0].text == "s")


def _of_pronoun(line: Line, said: Said, unit: Unit, nodes: tuple[int, ...]) -> Parsed | None:
    item = Item(first=said.first, last=said.first, nodes=nodes)
    parsed = _standing_for(line, said, Unit(items=(item,)), unit)
    return None if parsed is None else dataclasses.replace(parsed, pronoun=True)


def _standing_for(line: Line, said: Said, earlier: Unit, unit: Unit) -> Parsed | None:
    items = tuple(
        dataclasses.replace(each, first=said.first, last=said.first) for each in earlier.items
    )
    stand_in = Unit(items=items)
    subjects = subjects_of(line, said, stand_in, unit)
    if not subjects:
        return None
    return Parsed(said=said, one=stand_in, two=unit, subjects=subjects, cost=0, stand_in=True)
