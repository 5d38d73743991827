"""Whether the words around a reading bear it out: what a rule of word order alone would get wrong.

A reading is doubted where another name or phrase is tied to one of its parts (`the pain of Ann`,
`the drug that treats pain causes nausea`), stands between them, or where an unknown word does that
may be a verb. What is doubted is not linked.
"""

from collections.abc import Iterator, Sequence
from itertools import pairwise

from stepsmith.transforms.linking.mentions import Line, Said
from stepsmith.transforms.linking.readings import Parsed
from stepsmith.transforms.linking.sentences import Sentence, Unit
from stepsmith.transforms.linking.words import (
    COPULAS,
    DENIED_COPULAS,
    DETERMINERS,
    GLUE,
    PREPOSITIONS,
    RELATIVES,
    VIA,
)

_TIES = (
    DETERMINERS
    | PREPOSITIONS
    | frozenset(("and", "or", "nor", "but", "s", "as", "like", "also", "both", "than", "plus"))
    | frozenset(("along", "addition", "together", "well"))
)
"""Words that tie a name to what stands beside it, and begin no clause of their own."""
_PHRASE_TIES = (_TIES | RELATIVES) - {"that"}
"""Those of a phrase; "we know that" begins a clause, whatever `know` is."""
_SHORT = frozenset(("it", "that", "what", "there", "here", "let", "he", "she", "who"))
"""Words whose "s" is no possessive."""
_PASSED_WORDS = """
able always clear classified commonly considered defined described evident follows indeed itself
known meant must obvious often others really regarded sometimes used usually well will
"""
_PASSED = frozenset(_PASSED_WORDS.split())
_SCENES = PREPOSITIONS | frozenset(("between", "among", "regarding", "about", "within"))
_ORDINALS = frozenset(("first", "second", "third", "next", "other", "another", "step"))
"""Words before a noun that make another one of it: `the second capital of A`."""
_CLAUSES = frozenset(("and", "or", "nor", "but"))
_ODD_MARKS = frozenset(
    "<\u2190\u27f5\u21d0\u2260\u00ac~\u2717\u2718\u274c\u2715\u2716\u2209\u219a\u219b\u21ae\u21cd\u21cf\u274e"
)


def doubt_of(
    line: Line, sentence: Sentence, parsed: Parsed, others: Sequence[Parsed]
) -> str | None:
    """Say why a reading is not to be trusted; nothing where it is."""
    units = list(_left_units(sentence, parsed, others))
    said = list(_left_said(sentence, parsed, others))
    tied = any(_is_tied(line, parsed, each, phrase=True) for each in said)
    unknown = _unknown_between(line, parsed)
    doubts = {
        "a mark that may turn it round or deny it": _holds_odd_mark(line, parsed),
        "a name and a phrase may stand for each other": _may_be_exchanged(line, parsed),
        "another name stands between": any(_is_inside(parsed, each) for each in units),
        "a hyphen joins a word to its phrase": line.between(parsed.said.first) == "-",
        "an unknown name behind a comma may make another of it": _is_placed(line, parsed),
        "a word joins its parts to something else": _is_joined(line, parsed),
        "another name is tied to it": any(_is_tied(line, parsed, each) for each in units),
        "a clause says which of them is meant": _is_qualified(line, parsed),
        "another relation stands between": any(_is_rival(parsed, each) for each in said),
        "it is a part of something longer": _is_nested(line, parsed),
        "another relation is tied to it": tied and not _is_relative(line, parsed),
        f"the word {unknown!r} stands between": unknown is not None,
    }
    return next((why for why, holds in doubts.items() if holds), None)


def _may_be_exchanged(line: Line, parsed: Parsed) -> bool:
    """Say whether its phrase is a name as well, and one of its names a phrase."""
    names = {(each.first, each.last) for each in line.mentions}
    phrases = {(each.first, each.last) for each in line.said}
    items = (*parsed.one.items, *parsed.two.items)
    return (parsed.said.first, parsed.said.last) in names and any(
        (each.first, each.last) in phrases for each in items
    )


def _is_inside(parsed: Parsed, other: Unit | Said) -> bool:
    return parsed.first <= other.first < parsed.last


def _is_rival(parsed: Parsed, said: Said) -> bool:
    """Say whether a phrase may join its units in the place of its own: `A's R is a B`."""
    return _is_inside(parsed, said) and said.last == parsed.two.first


def _holds_odd_mark(line: Line, parsed: Parsed) -> bool:
    for at in range(parsed.first, min(parsed.last + 1, len(line.words) + 1)):
        marks = line.between(at)
        if _ODD_MARKS & set(marks):
            return True
        if marks.endswith("!") and at < min(parsed.last, len(line.words)):
            return True
    return False


def _left_units(sentence: Sentence, parsed: Parsed, others: Sequence[Parsed]) -> Iterator[Unit]:
    """Yield the units of a sentence that no reading holds, and that name anything else."""
    used = {at for each in (parsed, *others) for at in _own_words(each)}
    for each in sentence.units:
        nodes = {node for item in each.items for node in item.nodes}
        if each.first not in used and not nodes <= parsed.nodes:
            yield each


def _left_said(sentence: Sentence, parsed: Parsed, others: Sequence[Parsed]) -> Iterator[Said]:
    used = {at for each in (parsed, *others) for at in _own_words(each)}
    yield from (each for each in sentence.said if each.first not in used)


def _own_words(parsed: Parsed) -> Iterator[int]:
    for part in (parsed.said, parsed.one, parsed.two):
        yield from range(part.first, part.last)


def _is_tied(line: Line, parsed: Parsed, other: Unit | Said, *, phrase: bool = False) -> bool:
    """Say whether nothing but small words stand between a reading and what is beside it."""
    if other.last <= parsed.first:
        first, last = other.last, parsed.first
    elif other.first >= parsed.last:
        first, last = parsed.last, other.first
    else:
        return False
    ties = _PHRASE_TIES if phrase else _TIES
    if any(line.words[at].text not in ties for at in range(first, last)):
        return False
    marks = {mark for at in range(first, last + 1) for mark in line.between(at)}
    if phrase:
        return not marks & set(",;:.()")
    if first == last and "," in marks and last == parsed.first:
        # "In London, ..." sets a scene, "NYC, New York is ..." names one thing.
        return _before(line, other.first) not in _SCENES
    return not marks & set(";:.")


def _is_joined(line: Line, parsed: Parsed) -> bool:
    """Say whether an `and` stands between its parts, an ordinal or another's `s` before one."""
    own = set(_own_words(parsed))
    words = line.words
    between = (at for at in range(parsed.first, parsed.last) if at not in own)
    if any(words[at].text in _CLAUSES and words[at + 1].text not in VIA for at in between):
        return True
    at = parsed.said.first - 1
    if at in range(parsed.first, parsed.last) and at not in own and words[at].text in _ORDINALS:
        return True
    starts = [unit.first - 1 for unit in (parsed.one, parsed.two) if unit.first > 1]
    return any(
        words[at].text == "s" and at - 1 not in own and words[at - 1].text not in _SHORT
        for at in starts
    )


def _is_nested(line: Line, parsed: Parsed) -> bool:
    """Say whether it is a part of a phrase: `the capital of [the birthplace of Ada is ...]`."""
    if not parsed.stand_in and parsed.first:
        before = _before(line, parsed.first)
        place = parsed.first - 1
        short = place > 0 and line.words[place - 1].text in _SHORT
        if before == "of" or (line.words[place].text == "s" and not short):
            return not line.between(parsed.first).strip()
    after = line.words[parsed.last].text if parsed.last < len(line.words) else ""
    if after == "to" and not line.between(parsed.last).strip():
        return True  # "causes the plant to grow"
    return after == "of" or (after == "s" and not line.between(parsed.last).isspace())


def _is_placed(line: Line, parsed: Parsed) -> bool:
    """Say whether an unknown name says which one the last is: `born in Paris, Texas`."""
    first = end = parsed.last
    if end >= len(line.words) or line.between(end).strip() != ",":
        return False
    spans = [(each.first, each.last) for each in line.mentions]
    spans += [(each.first, each.last) for each in line.said]
    known = {at for start, stop in spans for at in range(start, stop)}
    while end < len(line.words) and end not in known and _is_name(line, end):
        if end > first and not line.between(end).isspace():
            break
        end += 1
    return end > first and (end == len(line.words) or not line.between(end).isspace())


def _is_name(line: Line, at: int) -> bool:
    start = line.folded.offsets[line.words[at].start]
    return line.text[start].isupper() and line.words[at].text not in GLUE


def _is_qualified(line: Line, parsed: Parsed) -> bool:
    """Say whether `the drug that treats pain` is no name but a description of another one."""
    at = parsed.one.last
    if parsed.stand_in or at >= len(line.words) or line.words[at].text not in RELATIVES:
        return False
    before = [word.text for word in line.words[: parsed.one.first]]
    cleft = "it" in before and bool((COPULAS | DENIED_COPULAS) & set(before))
    return not cleft and not line.between(at).strip()


def _before(line: Line, at: int) -> str:
    while at > 0 and line.words[at - 1].text in DETERMINERS:
        at -= 1
    return line.words[at - 1].text if at > 0 else ""


def _is_relative(line: Line, parsed: Parsed) -> bool:
    """Say whether a `which` joins its first unit to its phrase."""
    words = line.words[parsed.one.last : parsed.said.first]
    return bool(words) and words[0].text in {"which", "who"}


def _unknown_between(line: Line, parsed: Parsed) -> str | None:
    """Return a word between the parts of a reading that may say something else altogether."""
    units: tuple[Unit | Said, ...] = (parsed.said, parsed.one, parsed.two)
    parts = sorted(units, key=lambda each: (each.first, each.last))
    for left, right in pairwise(parts):
        gap = range(left.last, right.first)
        unknown = [at for at in gap if not _is_passed(line, at)]
        if unknown and not _is_introduced(line, gap, unknown, phrase=right is parsed.said):
            return line.words[unknown[0]].text
    return None


def _is_passed(line: Line, at: int) -> bool:
    word = line.words[at].text
    return word in GLUE or word in _PASSED or word.endswith(("ly", "n't"))


def _is_introduced(line: Line, gap: range, unknown: Sequence[int], *, phrase: bool) -> bool:
    """Say whether unknown words are a noun of one end: `the city Oslo`, `is a drug that treats`."""
    if phrase:
        return line.words[gap[0]].text in COPULAS and line.words[gap[-1]].text in RELATIVES
    run = range(unknown[0], gap[-1] + 1)
    return list(run) == list(unknown) and _is_determined(line, unknown[0], gap[0])


def _is_determined(line: Line, at: int, first: int) -> bool:
    return at > first and line.words[at - 1].text in DETERMINERS
