"""Descents of a taxonomy to the place of a term: the way down, and ways that go astray."""

import dataclasses
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from random import Random

from stepsmith.schemas.options import Natural, Share
from stepsmith.schemas.records import (
    LabelledTrajectory,
    Pair,
    Problem,
    Step,
    StepLabel,
    Trajectory,
    Verdict,
)
from stepsmith.transforms.label.base import CORRECT
from stepsmith.transforms.search.base import Plan, SearchResult, judge_outcomes, strategy
from stepsmith.transforms.search.prefixes.rates import last_label
from stepsmith.transforms.taxonomy.descents import Descent, draw_deviations, gold
from stepsmith.transforms.taxonomy.moves import N_PHRASES, Move, judge, write_move
from stepsmith.transforms.taxonomy.payload import View, read_hierarchy

__all__ = ["hierarchy_descent"]

_VERIFIER = "taxonomy.descent"
_GOLD = "gold"


@strategy("hierarchy_descent")
def hierarchy_descent(
    problem: Problem, rng: Random, *, deviations: Natural = 4, recovered: Share = 0.5
) -> Plan:
    """Write the way down a taxonomy to the parent of a term, and `deviations` that go astray once.

    HEF (Wang et al., 2021): at each node a descent goes forward, stops or goes back, and which of
    them is right is known from the taxonomy, of which the problem brings a part (the source
    `taxonomy`). The right way down is a row of the origin `reference`. The others, of the origin
    `counterfactual` with the right one as their parent, stop too early, go into a sibling of the
    right node or deeper, go beyond the parent, or turn back without reason. Of those that can find
    back, the share `recovered` does: they hold a wrong step, and reach the parent all the same.
    Every move is labelled by itself; the first wrong step and the right one in its place are a
    pair. No policy is asked.
    """
    view = read_hierarchy(problem)
    astray = draw_deviations(view, rng, count=deviations, recovered=recovered)
    # The same reason for the same move: what two descents share is told in the same words.
    reasons: dict[tuple[int, Move], int] = defaultdict(lambda: rng.randrange(N_PHRASES))
    descents = [gold(view), *astray]
    written = [_write(view, descent, reasons) for descent in descents]
    ways = [
        _trajectory(problem, descent, name, steps)
        for descent, name, steps in zip(descents, _names(descents), written, strict=True)
    ]
    outcomes = yield from judge_outcomes(problem, ways)
    rows = [
        LabelledTrajectory(
            problem=problem,
            trajectory=way,
            outcome=outcome,
            labels=_labels(view, descent, way.steps, outcome),
            first_error=descent.error,
        )
        for descent, way, outcome in zip(descents, ways, outcomes, strict=True)
    ]
    pairs = [
        _pair(problem, ways[0], way, descent) for descent, way in zip(astray, ways[1:], strict=True)
    ]
    return SearchResult(rows=tuple(rows), pairs=tuple(pairs))


def _names(descents: Sequence[Descent]) -> Iterator[str]:
    yield _GOLD
    for number, descent in enumerate(descents[1:]):
        yield f"{descent.kind}/{number:02d}"


def _write(
    view: View, descent: Descent, reasons: Mapping[tuple[int, Move], int]
) -> tuple[Step, ...]:
    """Write a descent out, a line a step."""
    lines = [
        write_move(move, view.payload.term, variant=reasons[at, move])
        for at, move in enumerate(descent.moves)
    ]
    return (*(Step(text=f"{line}\n") for line in lines[:-1]), Step(text=lines[-1], kind="answer"))


def _trajectory(
    problem: Problem, descent: Descent, name: str, steps: tuple[Step, ...]
) -> Trajectory:
    astray = descent.error is not None
    return Trajectory(
        id=f"{problem.id}/{name}",
        problem_id=problem.id,
        steps=steps,
        answer=descent.moves[-1].at,
        finish_reason="given",
        parent_id=f"{problem.id}/{_GOLD}" if astray else None,
        branch_step=descent.error,
        origin="counterfactual" if astray else "reference",
    )


def _labels(
    view: View, descent: Descent, steps: Sequence[Step], outcome: Verdict
) -> tuple[StepLabel, ...]:
    """Label each move by what the taxonomy says of it, and the last by the outcome besides."""
    labels = [
        StepLabel(correct=CORRECT[judge(view, move, steps[:at]).outcome], source=_VERIFIER)
        for at, move in enumerate(descent.moves)
    ]
    return (*labels[:-1], dataclasses.replace(labels[-1], value=last_label(outcome).value))


def _pair(problem: Problem, reference: Trajectory, way: Trajectory, descent: Descent) -> Pair:
    """Prefer the right move to the wrong one that stands in its place."""
    at = descent.error or 0
    return Pair(
        id=f"{way.id}/pair",
        problem_id=problem.id,
        prompt=problem.prompt,
        prefix="".join(step.text for step in reference.steps[:at]),
        chosen=reference.steps[at].text,
        rejected=way.steps[at].text,
        preference=1.0,
        kind="step",
        branch_step=at,
        chosen_id=reference.id,
        rejected_id=way.id,
        source=f"hierarchy_descent/{descent.kind}",
    )
