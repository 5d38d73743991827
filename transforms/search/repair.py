"""Wrong solutions continued anew from just before their first error (SCOPE)."""

import dataclasses
from collections.abc import Mapping, Sequence
from random import Random
from typing import Literal

from stepsmith.schemas.errors import RecipeError
from stepsmith.schemas.options import Count, Natural
from stepsmith.schemas.records import LabelledTrajectory, Pair, Problem, Trajectory, Verdict
from stepsmith.transforms.label.posterior import FIT, Confidence
from stepsmith.transforms.label.prior import Prior
from stepsmith.transforms.search.base import (
    Asking,
    Plan,
    Sample,
    SearchResult,
    draw,
    draw_each,
    judge_groups,
    judge_outcomes,
    strategy,
    unfinished,
)
from stepsmith.transforms.search.first_error.blame import (
    Blamed,
    Probing,
    by_posterior,
    by_rollouts,
    by_tools,
)
from stepsmith.transforms.search.prefixes.estimates import make_row

NOT_REPAIRED = "not repaired"
"""Why a repair is not kept: it was written to its end, and does not reach the answer."""


@strategy("repair", fit=FIT)
def repair(  # noqa: PLR0913 - its parameters are a recipe's options
    problem: Problem,
    rng: Random,  # noqa: ARG001 - every draw is the policy's
    *,
    solutions: Count = 4,
    repairs: Count = 4,
    margin: Natural = 1,
    teacher: str | None = None,
    locate: Literal["posterior", "monte_carlo", "tools"] = "posterior",
    confidence: Confidence = 0.8,
    budget: Natural = 24,
    batch: Count = 2,
    rollouts: Count = 8,
    verifiers: tuple[str, ...] = ("math.arithmetic",),
    pairs: Literal["first", "all"] = "first",
    prior: Prior | None = None,
) -> Plan:
    """Continue each wrong solution from just before its first error; pair what was mended.

    SCOPE: of each of `solutions` solutions that ends wrong, the steps before the first error are
    kept and continued `repairs` times, by the policy itself or by the recipe's policy `teacher`.
    `margin` more steps are given up, since the error may lie before where it shows: one step kept
    too many ruins the repair, one too few costs next to nothing. `margin` 0 trusts the place.

    `locate="posterior"` asks `verifiers` about every step and then completes `batch` prefixes at a
    time, until one place has the probability `confidence` or `budget` completions were spent, as
    the strategy `bisect` does. Where no place is sure, the steps are kept that are with this
    confidence all right. `"monte_carlo"` bisects for the first prefix from which none of `rollouts`
    completions reaches the answer; `"tools"` takes the first step that one of `verifiers` refutes,
    and leaves alone a solution in which they refute none.

    Repairs are rows of the origin `repair`, with the wrong solution as their parent and the cut as
    `branch_step`. One that does not reach the answer stays, not kept. Each wrong solution and the
    first of its repairs that does (`pairs="all"`: each that is another text) make a pair that
    shares the steps up to the cut; its preference is 1, for the outcome verifier has told the two
    ends apart.
    """
    if locate == "tools" and not verifiers:
        msg = "locate 'tools' needs verifiers to ask, such as verifiers = ['math.arithmetic']"
        raise RecipeError(msg)
    rows = yield from _solve(problem, n=solutions)
    probing = Probing(confidence=confidence, budget=budget, batch=batch)
    match locate:
        case "posterior":
            asking = by_posterior(problem, rows, probing, verifiers=verifiers, prior=prior)
        case "monte_carlo":
            asking = by_rollouts(problem, rows, rollouts=rollouts)
        case "tools":
            asking = by_tools(problem, rows, verifiers=verifiers)
    blamed = yield from asking
    cuts = {at: max(0, one.step - margin) for at, one in enumerate(blamed) if one.step is not None}
    wrong = [row.trajectory for row in rows]
    mended = yield from _mend(problem, wrong, cuts, n=repairs, policy=teacher)
    return _result(blamed, mended, cuts, every=pairs == "all")


def _solve(problem: Problem, *, n: int) -> Asking[tuple[LabelledTrajectory, ...]]:
    attempts = yield from draw(Sample(path="solve", n=n))
    outcomes = yield from judge_outcomes(problem, attempts)
    return tuple(
        make_row(problem, attempt, outcome, {})
        for attempt, outcome in zip(attempts, outcomes, strict=True)
    )


def _mend(
    problem: Problem,
    wrong: Sequence[Trajectory],
    cuts: Mapping[int, int],
    *,
    n: int,
    policy: str | None,
) -> Asking[dict[int, tuple[LabelledTrajectory, ...]]]:
    """Continue each solution from its cut; one row a repair, kept if it reaches the answer."""
    drawn = yield from draw_each(
        [
            Sample(
                path=f"solve/{index}/repair",
                prefix=wrong[index].steps[:cut],
                n=n,
                parent=wrong[index].id,
                policy=policy,
            )
            for index, cut in cuts.items()
        ]
    )
    outcomes = yield from judge_groups(problem, drawn)
    return {
        index: tuple(
            _repair_row(problem, one, outcome, cut)
            for one, outcome in zip(group, heard, strict=True)
        )
        for (index, cut), group, heard in zip(cuts.items(), drawn, outcomes, strict=True)
    }


def _result(
    blamed: Sequence[Blamed],
    mended: Mapping[int, Sequence[LabelledTrajectory]],
    cuts: Mapping[int, int],
    *,
    every: bool,
) -> SearchResult:
    """Put the solutions before their repairs; pair each mended one with its first, or with all."""
    return SearchResult(
        rows=(
            *(one.row for one in blamed),
            *(row for group in mended.values() for row in group),
        ),
        pairs=tuple(
            pair
            for at, group in mended.items()
            for pair in _pairs(blamed[at].row.trajectory, group, cuts[at])[: None if every else 1]
        ),
    )


def _repair_row(
    problem: Problem, trajectory: Trajectory, outcome: Verdict, cut: int
) -> LabelledTrajectory:
    # Of a reply that was cut or blank the labeler says so itself; "not repaired" would hide it.
    failed = outcome.outcome != "valid" and unfinished(trajectory) is None
    trajectory = dataclasses.replace(trajectory, origin="repair", branch_step=cut)
    return dataclasses.replace(
        make_row(problem, trajectory, outcome, {}),
        keep=outcome.outcome == "valid",
        drop_reason=NOT_REPAIRED if failed else None,
    )


def _pairs(wrong: Trajectory, repaired: Sequence[LabelledTrajectory], cut: int) -> tuple[Pair, ...]:
    """Pair a wrong solution with its kept repairs, in the order drawn, equal texts once."""
    kept: dict[str, LabelledTrajectory] = {}
    for row in repaired:
        if row.keep:
            kept.setdefault(row.trajectory.text, row)
    return tuple(
        Pair(
            id=row.trajectory.id,
            problem_id=row.problem.id,
            prompt=row.problem.prompt,
            prefix=_text(wrong, 0, cut),
            chosen=_text(row.trajectory, cut, None),
            rejected=_text(wrong, cut, None),
            preference=1.0,
            kind="solution",
            branch_step=cut,
            chosen_id=row.trajectory.id,
            rejected_id=wrong.id,
            source="repair",
        )
        for row in kept.values()
    )


def _text(trajectory: Trajectory, start: int, end: int | None) -> str:
    return "".join(step.text for step in trajectory.steps[start:end])
