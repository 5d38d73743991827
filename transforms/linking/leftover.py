"""What a sentence leaves over: what nothing was made of, and why there is no fact in it."""

from collections.abc import Iterator, Sequence

from stepsmith.transforms.linking.ellipsis import is_elliptic
from stepsmith.transforms.linking.links import Reason, Unlinked
from stepsmith.transforms.linking.mentions import Line
from stepsmith.transforms.linking.readings import Parsed
from stepsmith.transforms.linking.sentences import IN_LIST, Sentence
from stepsmith.transforms.linking.words import DETERMINERS, GLUE

_MAX_REPAIRED_WORDS = 8
_SPOKEN_OF = frozenset(("relation", "relationship", "edge", "link", "predicate"))


def left_over(line: Line, sentence: Sentence, parsed: Sequence[Parsed]) -> Iterator[Unlinked]:
    """Yield what stands beside the readings and says something that nothing was made of.

    That is a phrase with some other name or word, a name with only an auxiliary (`so does B`), or
    an unknown word that an `and` joins to a name.
    """
    bounds = [sentence.first, *(at for each in parsed for at in (each.first, each.last))]
    bounds.append(sentence.last)
    runs = runs_of(line, sentence)
    for first, last in zip(bounds[::2], bounds[1::2], strict=True):
        said = any(first <= each.first and each.last <= last for each in sentence.said)
        named = any(first <= each.first and each.last <= last for each in sentence.units)
        unknown = [run for run in runs if first <= run[0] and run[1] <= last]
        unnamed = said and unknown and not _only_names_it(line, first, last)
        reason: Reason | None = None
        if (said and named) or (named and is_elliptic(line.words, first, last)):
            reason = "no frame"
        elif unnamed or _is_in_list(line, unknown, first, last):
            reason = "no name"
        if reason is not None:
            start, end = line.place(first, last)
            yield Unlinked(reason=reason, detail=line.text[start:end], start=start, end=end)


def why_nothing(line: Line, sentence: Sentence) -> Iterator[Unlinked]:
    """Say why a sentence that looks like a fact gave none; most sentences are none."""
    if sentence.asks:
        return
    n_names = sum(len(each.items) for each in sentence.units)
    if sentence.said and len(sentence.units) > 1:
        yield unlinked(line, sentence, "no frame", "no rule says which name is the head")
    elif sentence.said and any(sentence.first <= each.first < sentence.last for each in line.parts):
        part = next(each for each in line.parts if sentence.first <= each.first < sentence.last)
        start, end = line.place(part.first, part.last)
        yield unlinked(line, sentence, "no name", line.text[start:end])
    elif sentence.said:
        runs = runs_of(line, sentence)
        if runs and (n_names or len(runs) > 1):
            start, end = line.place(*runs[0])
            yield unlinked(line, sentence, "no name", line.text[start:end])
    elif is_elliptic(line.words, sentence.first, sentence.last) and sentence.units:
        yield unlinked(line, sentence, "no frame", "it goes on from what was said before")
    elif len(sentence.units) > 1:
        between = line.words[sentence.units[0].last : sentence.units[-1].first]
        content = [word.text for word in between if word.text not in GLUE]
        covered = {line.words[at].text for unit in sentence.units
                   for at in range(unit.first, unit.last)}  # fmt: skip
        unknown = [word for word in content if word not in covered]
        joining = {word.text for word in between} - covered - IN_LIST
        if unknown or joining:
            yield unlinked(
                line,
                sentence,
                "no relation",
                " ".join((unknown or sorted(joining))[:_MAX_REPAIRED_WORDS]),
            )


def runs_of(line: Line, sentence: Sentence) -> list[tuple[int, int]]:
    """Return the runs of words that are neither small nor of a name or a phrase."""
    covered = covered_words(sentence, ())
    runs: list[tuple[int, int]] = []
    for at in range(sentence.first, sentence.last):
        if at in covered or line.words[at].text in GLUE:
            continue
        if runs and runs[-1][1] == at and at - runs[-1][0] < _MAX_REPAIRED_WORDS:
            runs[-1] = (runs[-1][0], at + 1)
        else:
            runs.append((at, at + 1))
    return runs


def covered_words(sentence: Sentence, parsed: Sequence[Parsed]) -> frozenset[int]:
    """Return the words of names, and of the phrases that readings use (of all, without any)."""
    spans = [(each.first, each.last) for each in sentence.units]
    used = [each.said for each in parsed] or list(sentence.said)
    spans += [(each.first, each.last) for each in used]
    return frozenset(at for first, last in spans for at in range(first, last))


def unlinked(line: Line, where: Sentence | Parsed, reason: Reason, detail: str) -> Unlinked:
    """Say of a stretch of a line why it is not linked."""
    start, end = line.place(where.first, where.last)
    return Unlinked(reason=reason, detail=detail, start=start, end=end)


def _only_names_it(line: Line, first: int, last: int) -> bool:
    """Say whether a phrase is only spoken of: `using the relation "treats"`."""
    return any(word.text in _SPOKEN_OF for word in line.words[first:last])


def _is_in_list(line: Line, runs: Sequence[tuple[int, int]], first: int, last: int) -> bool:
    """Say whether an unknown word is joined to the reading beside it: `treats A and fever`."""
    if len(runs) != 1:
        return False
    (start, end), joining = runs[0], {"and", "or", "nor"}
    small = DETERMINERS | joining
    before = {word.text for word in line.words[first:start]}
    after = {word.text for word in line.words[end:last]}
    behind = first > 0 and end == last and before <= small and bool(before & joining)
    return behind or (last < len(line.words) and after <= small and bool(after & joining))
