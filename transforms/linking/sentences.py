"""Sentences of a line, and the units of names in them: `the old dog`, `A, B and C`."""

import dataclasses
from collections.abc import Iterator, Sequence

from stepsmith.transforms.linking.mentions import Line, Said
from stepsmith.transforms.linking.whole import Mention
from stepsmith.transforms.linking.words import AUXILIARIES, COPULAS, DETERMINERS, HAVING

_ABBREVIATED = frozenset(
    ("dr", "mr", "mrs", "ms", "st", "vs", "no", "jr", "sr", "prof", "eg", "ie")
)
_JOINING = frozenset(("and", "or", "nor", "but", "not"))
_LAST = frozenset(("and", "or", "nor"))
IN_LIST = _JOINING | DETERMINERS | frozenset(("also",))


@dataclasses.dataclass(frozen=True, kw_only=True, slots=True)
class Item:
    """One name of a unit: words [`first`, `last`), and all nodes that it may be.

    `joined` are the words between it and the item before it. Of names side by side the last says
    what is spoken of, as a rule; `before` are nodes of the others alone.
    """

    first: int
    last: int
    nodes: tuple[int, ...]
    score: float = 1.0
    joined: frozenset[str] = frozenset()
    before: frozenset[int] = frozenset()


@dataclasses.dataclass(frozen=True, kw_only=True, slots=True)
class Unit:
    """One or several names that stand in one place of a sentence: `A`, or `A, B and C`."""

    items: tuple[Item, ...]

    @property
    def first(self) -> int:
        """The number of its first word."""
        return self.items[0].first

    @property
    def last(self) -> int:
        """The number of the word after it."""
        return self.items[-1].last


@dataclasses.dataclass(frozen=True, kw_only=True, slots=True)
class Sentence:
    """The words [`first`, `last`) of a line, the units and phrases in it, and how it ends."""

    first: int
    last: int
    units: tuple[Unit, ...]
    said: tuple[Said, ...]
    asks: bool


def sentences_of(line: Line) -> Iterator[Sentence]:
    """Split a line where a sentence ends, never within a name or a phrase."""
    spans = [(each.first, each.last) for each in line.mentions]
    spans += [(each.first, each.last) for each in line.said]
    inside = {at for first, last in spans for at in range(first + 1, last)}
    first = 0
    for at in range(1, len(line.words) + 1):
        if at == len(line.words) or (at not in inside and _ends_before(line, at)):
            yield _sentence(line, first, at)
            first = at


def _ends_before(line: Line, at: int) -> bool:
    between = line.between(at)
    if any(mark in between for mark in "?!;"):
        return True
    if "." not in between or not between[between.index(".") + 1 :][:1].isspace():
        return False
    return line.words[at - 1].text not in _ABBREVIATED


def _sentence(line: Line, first: int, last: int) -> Sentence:
    said = tuple(each for each in line.said if first <= each.first < last)
    mentions = [each for each in line.mentions if first <= each.first < last]
    return Sentence(
        first=first,
        last=last,
        units=tuple(_units(line, _items(line, mentions, said), said)),
        said=said,
        asks="?" in line.between(last) or _is_inverted(line, first, mentions),
    )


def _is_inverted(line: Line, first: int, mentions: Sequence[Mention]) -> bool:
    """Say whether a sentence begins as a question does, whatever it ends with."""
    begins = line.words[first].text in COPULAS | AUXILIARIES | HAVING
    return begins and all(each.first > first for each in mentions)


def _items(line: Line, mentions: Sequence[Mention], said: Sequence[Said]) -> Iterator[Item]:
    """Make one item of names that stand side by side, as in `old dog`: it may be any of them.

    What may be a phrase as well stands alone.
    """
    phrases = {(each.first, each.last) for each in said}
    run: list[Mention] = []
    for each in mentions:
        beside = run and each.first == run[-1].last and line.between(each.first).isspace()
        doubtful = any((one.first, one.last) in phrases for one in (each, *run[-1:]))
        if run and (not beside or doubtful):
            yield _item(run)
            run = []
        run.append(each)
    if run:
        yield _item(run)


def _item(run: Sequence[Mention]) -> Item:
    nodes = dict.fromkeys(node for each in reversed(run) for node in each.nodes)
    score = min(each.score for each in run)
    return Item(
        first=run[0].first,
        last=run[-1].last,
        nodes=tuple(nodes),
        score=score,
        before=frozenset(nodes).difference(run[-1].nodes),
    )


def _units(line: Line, items: Iterator[Item], said: Sequence[Said]) -> Iterator[Unit]:
    """Join items that only commas and an `and` stand between."""
    run: list[Item] = []
    for each in items:
        joined = _joined(line, run[-1], each) if run else None
        if joined is not None and run[-1].joined & _LAST and not joined & _JOINING:
            joined = None  # "A and B, C": what an `and` joins is the last of a list
        if run and joined is None:
            yield from _lists(line, run, said)
            run = []
        run.append(dataclasses.replace(each, joined=joined or frozenset()))
    if run:
        yield from _lists(line, run, said)


def _joined(line: Line, one: Item, other: Item) -> frozenset[str] | None:
    """Return the words between two items of a list; none where they are of no list."""
    between = frozenset(word.text for word in line.words[one.last : other.first])
    marks = "".join(line.between(at) for at in range(one.last, other.first + 1))
    if not between <= IN_LIST or any(not mark.isspace() and mark != "," for mark in marks):
        return None
    return between if "," in marks or between & _JOINING else None


def _lists(line: Line, run: list[Item], said: Sequence[Said]) -> Iterator[Unit]:
    """Make units of a run: a list has an `and`; its last item may begin the next clause."""
    starts = {each.first for each in said if each.readings[0].kind == "predicate"}
    after = line.words[run[-1].last].text if run[-1].last < len(line.words) else ""
    begins = run[-1].last in starts or after in COPULAS | HAVING | AUXILIARIES
    if len(run) > 1 and begins and any(each.first < run[0].first for each in said):
        yield from _lists(line, run[:-1], ())
        yield _unit(run[-1:])
    elif any(each.joined & _JOINING for each in run):
        yield _unit(run)
    else:
        yield from (_unit([each]) for each in run)


def _unit(items: Sequence[Item]) -> Unit:
    """Make a unit; what stands before its first item joins that to nothing in it."""
    first, *rest = items
    return Unit(items=(dataclasses.replace(first, joined=frozenset()), *rest))
