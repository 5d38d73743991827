"""A problem with the steps of another one: negatives that cost nothing, each of them checked."""

import dataclasses
from collections.abc import Iterator, Sequence
from random import Random

import msgspec

from stepsmith.schemas.errors import ProblemError, RecipeError, suggest
from stepsmith.schemas.options import Natural
from stepsmith.schemas.records import (
    LabelledTrajectory,
    Pair,
    Problem,
    Step,
    StepLabel,
    Trajectory,
    Verdict,
)
from stepsmith.transforms.negatives.mismatch.numbers import (
    foreign,
    numbers,
    skeleton,
    within_reach,
)
from stepsmith.transforms.negatives.mismatch.partners import (
    DISTANCES,
    MismatchPayload,
    Partner,
)
from stepsmith.transforms.search.base import Plan, SearchResult, judge_outcomes, strategy
from stepsmith.transforms.search.prefixes.rates import last_label
from stepsmith.transforms.text.answer import extract_answer

__all__ = ["NOT_CONFIRMED", "NO_REFERENCE", "RIGHT", "UNCHECKED", "mismatch_negatives"]

_SOURCE = "mismatch"
RIGHT = "mismatch: right by accident"
UNCHECKED = "mismatch: not checked"
NOT_CONFIRMED = "mismatch: not confirmed wrong"
NO_REFERENCE = "reference: not confirmed right"


@dataclasses.dataclass(frozen=True, kw_only=True)
class _Payload:
    mismatch: MismatchPayload | None = None


@strategy("mismatch_negatives")
def mismatch_negatives(
    problem: Problem,
    rng: Random,
    *,
    distances: tuple[str, ...] = DISTANCES,
    splices: Natural = 1,
) -> Plan:
    """Pair a problem with the steps of others, as CLIP pairs images with the texts of others.

    The source `mismatch` brings a problem's own solution and those of partners at three distances:
    of another domain, of the same domain, and of the same template with other numbers. Each
    partner's solution stands in the place of the problem's own, and from `splices` later steps on.
    None is assumed to be wrong: what the run's outcome verifier does not refute is dropped with the
    reason, and so is a step that is not confirmed to be wrong in its place. A step is, if the
    problem's own solution says the same there with other numbers, if it states a number that
    neither the problem nor the steps so far give, or if it states the refuted answer. No policy is
    asked.
    """
    for name in distances:
        if name not in DISTANCES:
            msg = f"distances: no distance {name!r}; {suggest(name, DISTANCES)}"
            raise RecipeError(msg)
    payload = _read(problem)
    chosen = [each for each in payload.partners if each.distance in distances]
    mixed = [
        one
        for number, partner in enumerate(chosen)
        for one in _mix(payload.reference, partner, number, splices, rng)
    ]
    own = _trajectory(problem, "reference", payload.reference)
    ways = [_trajectory(problem, one.name, one.steps, branch_step=one.place) for one in mixed]
    outcomes = yield from judge_outcomes(problem, (own, *ways))
    known = outcomes[0].outcome == "valid"
    rows = [
        _row(problem, way, one, outcome, payload.reference if known else None)
        for way, one, outcome in zip(ways, mixed, outcomes[1:], strict=True)
    ]
    kept = [(row, one) for row, one in zip(rows, mixed, strict=True) if row.keep]
    pairs = [pair for row, one in kept for pair in _pairs(row, own, one)]
    return SearchResult(rows=(_own_row(problem, own, outcomes[0]), *rows), pairs=tuple(pairs))


def _read(problem: Problem) -> MismatchPayload:
    try:
        payload = problem.read_payload(_Payload).mismatch
    except msgspec.ValidationError as error:
        msg = f"what the payload holds under `mismatch` cannot be read: {error}"
        raise ProblemError(msg) from None
    if payload is None or not payload.reference:
        msg = "no solutions of other problems to pair it with; the source `mismatch` brings such"
        raise ProblemError(msg)
    return payload


@dataclasses.dataclass(frozen=True, kw_only=True)
class _Mixed:
    """The first `place` steps of a problem's own solution, and a partner's from there on."""

    name: str
    partner: Partner
    place: int
    steps: tuple[str, ...]


def _mix(
    reference: Sequence[str], partner: Partner, number: int, splices: int, rng: Random
) -> Iterator[_Mixed]:
    """Yield a partner's whole solution, and those that begin with some of the problem's own."""
    later = range(1, min(len(reference), len(partner.steps)))
    for place in (0, *sorted(rng.sample(later, min(splices, len(later))))):
        yield _Mixed(
            name=f"{partner.distance}/{number:02d}/{place:02d}",
            partner=partner,
            place=place,
            steps=(*reference[:place], *partner.steps[place:]),
        )


def _trajectory(
    problem: Problem, name: str, steps: Sequence[str], *, branch_step: int | None = None
) -> Trajectory:
    found = extract_answer("".join(steps))
    return Trajectory(
        id=f"{problem.id}/{name}",
        problem_id=problem.id,
        steps=tuple(Step(text=text) for text in steps),
        answer=None if found is None else found.answer,
        finish_reason="given",
        parent_id=None if branch_step is None else f"{problem.id}/reference",
        branch_step=branch_step,
        origin="reference" if branch_step is None else "counterfactual",
    )


def _own_row(problem: Problem, own: Trajectory, outcome: Verdict) -> LabelledTrajectory:
    """Make the row of the problem's own solution; one that its answer refutes labels nothing."""
    right = outcome.outcome == "valid"
    label = StepLabel(correct=True, source="reference") if right else StepLabel()
    last = dataclasses.replace(label, value=last_label(outcome).value)
    return LabelledTrajectory(
        problem=problem,
        trajectory=own,
        outcome=outcome,
        labels=(*[label] * (len(own.steps) - 1), last),
        keep=right,
        drop_reason=None if right else NO_REFERENCE,
    )


def _row(
    problem: Problem,
    way: Trajectory,
    mixed: _Mixed,
    outcome: Verdict,
    reference: Sequence[str] | None,
) -> LabelledTrajectory:
    """Label the step at which another problem's begin, where it is confirmed to be wrong.

    Nothing is held against a reference that is not known to be right: then there is none.
    """
    fault = None
    if outcome.outcome == "invalid" and reference is not None:
        fault = _fault(problem, mixed, reference)
    reason = {"valid": RIGHT, "undecided": UNCHECKED}.get(outcome.outcome)
    if reference is None:
        reason = NO_REFERENCE
    # A whole solution is refuted by its answer, whether or not its first step is.
    if reason is None and fault is None and mixed.place:
        reason = NOT_CONFIRMED
    before = StepLabel(correct=True, source="reference") if reason is None else StepLabel()
    wrong = StepLabel()
    if fault is not None:
        verdict = Verdict(outcome="invalid", verifier=_SOURCE, evidence=fault)
        wrong = StepLabel(correct=False, source=_SOURCE, verdicts=(verdict,))
    labels = [*[before] * mixed.place, wrong, *[StepLabel()] * (len(way.steps) - mixed.place - 1)]
    labels[-1] = dataclasses.replace(labels[-1], value=last_label(outcome).value)
    return LabelledTrajectory(
        problem=problem,
        trajectory=way,
        outcome=outcome,
        labels=tuple(labels),
        first_error=mixed.place if fault is not None else None,
        keep=reason is None,
        drop_reason=reason,
    )


def _fault(problem: Problem, mixed: _Mixed, reference: Sequence[str]) -> str | None:
    """Say what shows that the first of the partner's steps is wrong here, if anything does."""
    step = mixed.steps[mixed.place]
    own = reference[mixed.place] if mixed.place < len(reference) else ""
    stated = set(numbers(step))
    if stated and any(stated == set(numbers(line)) for line in reference):
        return None  # It may say what the problem's own solution says, in another place or order.
    if skeleton(own) == skeleton(step) and sorted(numbers(own)) != sorted(numbers(step)):
        return f"the problem's own solution says it with other numbers: {own.strip()}"
    # Anything that the problem's own solution says may be said, in whatever order.
    number = foreign(step, within_reach((problem.prompt, *reference, problem.answer or "")))
    if number is not None:
        return f"foreign: {number} is not given, nor follows at once from what is"
    if mixed.place == len(mixed.steps) - 1 and extract_answer(step) is not None:
        return "the answer that it states is not the problem's"
    return None


def _pairs(row: LabelledTrajectory, own: Trajectory, mixed: _Mixed) -> Iterator[Pair]:
    """Prefer the problem's own solution to a partner's, and its own step to a partner's."""
    prefix = "".join(step.text for step in own.steps[: mixed.place])
    source = f"mismatch/{mixed.partner.distance}"
    whole = Pair(
        id=f"{row.trajectory.id}/solution",
        problem_id=row.problem.id,
        prompt=row.problem.prompt,
        prefix=prefix,
        chosen=own.text.removeprefix(prefix),
        rejected=row.trajectory.text.removeprefix(prefix),
        preference=1.0,
        kind="solution",
        branch_step=mixed.place,
        chosen_id=own.id,
        rejected_id=row.trajectory.id,
        source=source,
    )
    yield whole
    if row.first_error is not None:
        yield dataclasses.replace(
            whole,
            id=f"{row.trajectory.id}/step",
            chosen=own.steps[mixed.place].text,
            rejected=row.trajectory.steps[mixed.place].text,
            kind="step",
        )
