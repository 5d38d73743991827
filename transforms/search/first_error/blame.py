"""Where wrong solutions go wrong: by their posterior, by rollouts alone, or by tools alone."""

import dataclasses
from collections.abc import Sequence

from stepsmith.schemas.records import Claim, LabelledTrajectory, Problem, StepLabel
from stepsmith.transforms.label.beliefs import correct_probs
from stepsmith.transforms.label.prior import Prior
from stepsmith.transforms.search.base import Asking, Check, check_each
from stepsmith.transforms.search.first_error.binary_search import Bisection, Rule, locate_each
from stepsmith.transforms.search.first_error.settle import ask_tools, settle
from stepsmith.transforms.search.first_error.suspects import Suspects
from stepsmith.transforms.search.first_error.tables import rows_of
from stepsmith.transforms.search.prefixes.estimates import Estimate, make_row

Rows = Sequence[LabelledTrajectory]


@dataclasses.dataclass(frozen=True, kw_only=True)
class Blamed:
    """A solution's row with what was learnt, and the step from which it should not be trusted.

    `step` is null where nothing shows an error, as in any solution that does not end wrong.
    """

    row: LabelledTrajectory
    step: int | None = None


@dataclasses.dataclass(frozen=True, kw_only=True)
class Probing:
    """How long `by_posterior` asks: `batch` prefixes a round until sure, or out of budget."""

    confidence: float
    budget: int
    batch: int


def by_posterior(
    problem: Problem,
    rows: Rows,
    probing: Probing,
    *,
    verifiers: tuple[str, ...],
    prior: Prior | None,
) -> Asking[tuple[Blamed, ...]]:
    """Bisect as the strategy `bisect` does, the solutions that end wrong alone.

    The step blamed is the first up to which the solution is not right with the confidence asked
    for: the most probable first error where that is sure, and an earlier one where it is not.
    """
    suspects = Suspects(problem, prior=prior, confidence=probing.confidence, budget=probing.budget)
    taken = [suspects.add(row.trajectory, row.outcome) for row in rows]
    wrong = [suspect for suspect in taken if suspect.outcome.outcome == "invalid"]
    yield from ask_tools(problem, suspects, wrong, verifiers)
    yield from settle(problem, suspects, batch=probing.batch, right_too=False)
    blamed: list[Blamed] = []
    for suspect, row in zip(taken, rows_of(suspects), strict=True):
        step = None
        if suspect.place is not None and suspect.outcome.outcome == "invalid":
            right = correct_probs(suspects.joint(suspect)) >= probing.confidence
            step = next((at for at, sure in enumerate(right) if not sure), None)
        blamed.append(Blamed(row=row, step=step))
    return tuple(blamed)


def by_rollouts(problem: Problem, rows: Rows, *, rollouts: int) -> Asking[tuple[Blamed, ...]]:
    """Find in each wrong solution the first prefix that no completion saves, all at once.

    A prefix whose completions are all undecided counts as lost: that cuts early, the harmless side.
    The row names no first error then, for a failure is no label.
    """
    searches = {
        index: Bisection(row.trajectory, path=f"solve/{index}")
        for index, row in enumerate(rows)
        if row.outcome.outcome == "invalid"
    }
    known: dict[str, Estimate] = {}
    rule = Rule(unjudged="broken")
    yield from locate_each(problem, tuple(searches.values()), known, rule=rule, rollouts=rollouts)
    blamed: list[Blamed] = []
    for index, row in enumerate(rows):
        search = searches.get(index)
        if search is None:
            blamed.append(Blamed(row=row))
            continue
        done = make_row(problem, row.trajectory, row.outcome, known)
        error = search.first_error if search.is_judged else None
        blamed.append(
            Blamed(row=dataclasses.replace(done, first_error=error), step=search.first_error)
        )
    return tuple(blamed)


def by_tools(
    problem: Problem, rows: Rows, *, verifiers: Sequence[str]
) -> Asking[tuple[Blamed, ...]]:
    """Find in each wrong solution the first step that a verifier refutes, if there is one."""
    asks = {
        (index, at, name): Check(
            claim=Claim(problem=problem, prior=row.trajectory.steps[:at], step=step), verifier=name
        )
        for index, row in enumerate(rows)
        if row.outcome.outcome == "invalid"
        for at, step in enumerate(row.trajectory.steps)
        for name in verifiers
    }
    verdicts = dict(zip(asks, (yield from check_each(tuple(asks.values()))), strict=True))
    blamed: list[Blamed] = []
    for index, row in enumerate(rows):
        labels = tuple(
            dataclasses.replace(
                label,
                verdicts=tuple(
                    verdicts[index, at, name] for name in verifiers if (index, at, name) in verdicts
                ),
            )
            for at, label in enumerate(row.labels)
        )
        step = next((at for at, label in enumerate(labels) if _is_refuted(label)), None)
        done = dataclasses.replace(row, labels=labels, first_error=step)
        blamed.append(Blamed(row=done, step=step))
    return tuple(blamed)


def _is_refuted(label: StepLabel) -> bool:
    return any(verdict.outcome == "invalid" for verdict in label.verdicts)
