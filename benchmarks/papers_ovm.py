"""How near the values that OVM's outcomes give a prefix come to its exact value.

A tree world of 4 steps, each right with probability 0.6, with two right and two bad texts at each
place, so that solutions share their prefixes. Errors are mean absolute ones over the distinct
prefixes that go on, of 40 problems, `at_100` over those with 100 to 199 draws. A spread is that of
four lots of ten problems.
"""

import statistics
import sys
from collections.abc import Iterator, Mapping, Sequence
from itertools import accumulate
from random import Random

from benchmarks.report import Claim, Findings, main
from benchmarks.worlds.tree import TreeWorld
from benchmarks.worlds.walk import PROBLEM, Walk
from stepsmith.schemas.records import LabelledTrajectory, StepLabel
from stepsmith.transforms.search.outcome_value import outcome_value

_WORLD = TreeWorld(depth=4, success=0.6, variants=2)
_HUNDRED = range(100, 200)
_SIZES = (16, 100, 400, 1600)

_Rows = Sequence[LabelledTrajectory]
_Values = Mapping[str, tuple[float, int]]
"""By the text of a prefix: its value, and how many solutions were drawn through it."""


def measure(*, quick: bool) -> Findings:
    """Draw up to 1,600 solutions of each problem."""
    seeds = range(4 if quick else 40)
    claims: list[Claim] = []
    for size in _SIZES:
        pooled = [_pooled(_rows(seed, size)) for seed in seeds]
        claims.append(_error(f"pooled.{size}", pooled, n_draws=range(1, size + 1)))
        if size == _SIZES[-1]:
            claims.append(_error(f"pooled.{size}.at_100", pooled, n_draws=_HUNDRED, target=0.05))
    claims += _duplicates(seeds)
    return Findings(claims=claims, details={"problems": len(seeds), "world": vars(_WORLD)})


def _rows(seed: int, solutions: int, *, pool: bool = True, duplicates: bool = False) -> _Rows:
    plan = outcome_value(PROBLEM, Random(0), solutions=solutions, pool=pool, duplicates=duplicates)
    return Walk(world=_WORLD, seed=seed).run(plan).rows


def _labels(rows: _Rows) -> Iterator[tuple[str, StepLabel]]:
    """Name the prefixes that go on, and give each its label in each row."""
    for row in rows:
        texts = accumulate(step.text for step in row.trajectory.steps)
        yield from zip(texts, row.labels[:-1], strict=False)


def _pooled(rows: _Rows) -> _Values:
    return {text: (label.value or 0.0, label.n_rollouts or 0) for text, label in _labels(rows)}


def _means(rows: _Rows) -> _Values:
    """Average the values that the rows give a prefix, as a model does that is fitted to them."""
    values: dict[str, list[float]] = {}
    for text, label in _labels(rows):
        values.setdefault(text, []).append(label.value or 0.0)
    draws = {text: label.n_rollouts or 0 for text, label in _labels(rows)}
    return {text: (statistics.fmean(each), draws[text]) for text, each in values.items()}


def _error(
    name: str, found: Sequence[_Values], *, n_draws: range, target: float | None = None
) -> Claim:
    def mean_error(problems: Sequence[_Values]) -> float:
        return statistics.fmean(
            abs(value - _WORLD.value(text.splitlines(keepends=True)))
            for values in problems
            for text, (value, drawn) in values.items()
            if drawn in n_draws
        )

    lots = [mean_error(found[start::4]) for start in range(4)]
    return Claim(
        name=f"{name}.error",
        value=mean_error(found),
        unit="of 1",
        spread=(min(lots), max(lots)),
        target=target,
        better=None if target is None else "lower",
    )


def _duplicates(seeds: range) -> Iterator[Claim]:
    """Compare labels with and without duplicates as rows, and pooled with averaged outcomes."""
    size = _SIZES[-1]
    changed: list[bool] = []
    apart: list[float] = []
    distinct: list[_Values] = []
    for seed in seeds:
        once = {row.trajectory.text: row.labels for row in _rows(seed, size)}
        every = {row.trajectory.text: row.labels for row in _rows(seed, size, duplicates=True)}
        changed.append(once != every)
        pooled = _pooled(_rows(seed, size))
        broadcast = _means(_rows(seed, size, pool=False, duplicates=True))
        apart += [abs(broadcast[text][0] - pooled[text][0]) for text in pooled]
        distinct.append(_means(_rows(seed, size, pool=False)))
    yield Claim(
        name="labels_moved_by_duplicates",
        value=statistics.fmean(changed),
        unit="share of problems",
        target=0.0,
        better="lower",
    )
    yield Claim(
        name="broadcast_mean_from_pooled",
        value=max(apart),
        unit="of 1",
        target=1e-9,
        better="lower",
    )
    yield _error(f"broadcast_of_distinct.{size}.at_100", distinct, n_draws=_HUNDRED)


if __name__ == "__main__":
    sys.exit(main("papers_ovm", measure))
