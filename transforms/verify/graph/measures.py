"""Measures of a chain: what it covers of a path, how much of it holds, where it goes wrong."""

import dataclasses
from collections.abc import Sequence

from stepsmith.transforms.graph.triples import Edge, Path
from stepsmith.transforms.verify.graph.chain import Judged, JudgedStep
from stepsmith.transforms.verify.graph.classes import deciding, outcome_of
from stepsmith.transforms.verify.graph.evidence import NO_FACT
from stepsmith.transforms.verify.graph.question import Question


@dataclasses.dataclass(frozen=True, kw_only=True, slots=True)
class ChainMeasures:
    """What is measured of a chain, each by itself.

    `coverage`: the longest common subsequence of the used facts and a path's, over the path's
    hops, for the `path` that it is highest for (the shortest of several, then the first; null
    where the chain uses none). `precision`: supported over asserted facts, null without any.
    `used` counts the true facts that follow from the start, each once. `starts`: the first of
    them begins at a start. `ends`: they reach an answer. `first_wrong`: the index of the first
    step that is invalid. `classes`: one a step, `no fact` for one that asserts none.
    """

    coverage: float
    path: int | None
    precision: float | None
    used: int
    starts: bool
    ends: bool
    first_wrong: int | None
    classes: tuple[str, ...]


def measure_chain(question: Question, steps: Sequence[JudgedStep]) -> ChainMeasures:
    """Measure a judged chain against the best of all the question's paths."""
    found = [judged for step in steps for judged in step]
    asserted = [judged for judged in found if judged.evidence.step_class != "unlinked"]
    used = used_facts(found)
    coverage, path = best_path(used, question.paths)
    decided = [deciding(step) for step in steps]
    classes = tuple(NO_FACT if one is None else one.step_class for one in decided)
    wrong = (
        at
        for at, one in enumerate(decided)
        if one is not None and outcome_of(one.step_class, question.world) == "invalid"
    )
    reached = question.given | {edge.tail for edge in used} | {edge.head for edge in used}
    return ChainMeasures(
        coverage=coverage,
        path=path,
        precision=len(_supported(asserted)) / len(asserted) if asserted else None,
        used=len(used),
        starts=bool(used) and bool({used[0].head, used[0].tail} & question.given),
        ends=bool(used) and bool(question.answers & reached),
        first_wrong=next(wrong, None),
        classes=classes,
    )


def _supported(judged: Sequence[Judged]) -> list[Judged]:
    return [one for one in judged if one.evidence.step_class in {"supported", "supported_off_path"}]


def used_facts(judged: Sequence[Judged]) -> tuple[Edge, ...]:
    """Return the facts that a chain asserts, each where it was asserted first."""
    facts = (
        one.stored
        for one in _supported(judged)
        if one.stored is not None and not one.evidence.denied
    )
    return tuple(dict.fromkeys(facts))


def best_path(used: Sequence[Edge], paths: Sequence[Path]) -> tuple[float, int | None]:
    """Return the highest ordered coverage of a path, and which path that is."""
    scored = [
        (ordered_coverage(used, path), -len(path), -number)
        for number, path in enumerate(paths)
        if path
    ]
    coverage, _, number = max(scored, default=(0.0, 0, 0))
    return coverage, -number if coverage else None


def ordered_coverage(used: Sequence[Edge], path: Path) -> float:
    """Return the longest common subsequence of two lists of facts over the path's hops."""
    lengths = [0] * (len(path) + 1)
    for fact in used:
        before = 0
        for at, hop in enumerate(path, start=1):
            longest = before + 1 if fact == hop else max(lengths[at], lengths[at - 1])
            before, lengths[at] = lengths[at], longest
    return lengths[-1] / len(path)
