"""The contract of a labeler: the rows of one problem in, the same rows with their labels out.

A labeler decides `correct`, `first_error` and `keep`; it never drops a row, a count or a verdict.
Rows of one problem come together, since what one solution shows of the problem (how often the
policy succeeds, what its other solutions conclude) is evidence about the others.

Labels may not depend on the other problems of a shard, but a labeler may need what only a whole
run can tell: how often a verifier is wrong, how much problems differ. Such a labeler declares a
`Fit`. Its prior is estimated once, over the whole run, before the first row is labelled.
"""

import dataclasses
import inspect
import itertools
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, Generic, TypeVar

from stepsmith.schemas.records import LabelledTrajectory, Outcome, StepLabel, Trajectory, Verdict
from stepsmith.schemas.registry import Registry, first_line

E = TypeVar("E")
P = TypeVar("P")

Rows = tuple[LabelledTrajectory, ...]
Label = Callable[[Sequence[LabelledTrajectory]], Rows]
"""A labeler with its options, and its prior if it has one, bound: labels one problem's rows."""

Labeler = Callable[..., Rows]

LABELERS: Registry[Labeler] = Registry("labeler", package="stepsmith.transforms.label")


@dataclasses.dataclass(frozen=True, kw_only=True)
class Fit(Generic[E, P]):
    """What is estimated over many problems before it is used on any. Pure functions both.

    A labeler's is estimated over the whole run, a strategy's over the run's pilot.

    `extract` sees the rows of one problem, verdicts included and labels not yet made, and returns
    a small record of type `evidence`, or nothing. `fit` is called once, with the evidence of the
    problems sorted by their ids (of a stable sample where a run has very many), and returns a
    `prior`; without any evidence it is not called and the prior is null. msgspec encodes both.
    """

    extract: Callable[[Rows], E | None]
    fit: Callable[[Sequence[tuple[str, E]]], P]
    evidence: type[E]
    prior: type[P]


_FITS: dict[str, Fit[Any, Any]] = {}


def labeler(
    name: str, *, fit: Fit[Any, Any] | None = None
) -> Callable[[Callable[..., Rows]], Callable[..., Rows]]:
    """Register a labeler under `name`; its keyword-only parameters are the recipe's options.

    One with a `fit` takes the fitted prior as the keyword `prior`, which is no option of a recipe.
    """

    def register(function: Labeler) -> Labeler:
        if fit is not None:
            hide_prior(name, function)
            _FITS[name] = fit
        LABELERS.add(name, function, module=function.__module__, summary=first_line(function))
        return function

    return register


def hide_prior(name: str, function: Callable[..., object]) -> None:
    """Take `prior` out of the signature from which a recipe's options are read."""
    signature = inspect.signature(function)
    if "prior" not in signature.parameters:
        msg = f"{name!r} declares a fit but takes no keyword `prior`"
        raise TypeError(msg)
    rest = [each for each in signature.parameters.values() if each.name != "prior"]
    vars(function)["__signature__"] = signature.replace(parameters=rest)


def fit_of(name: str) -> Fit[Any, Any] | None:
    """Return what the labeler called `name` estimates over the run, if anything."""
    LABELERS.get(name)
    return _FITS.get(name)


def by_problem(rows: Iterable[LabelledTrajectory]) -> Iterator[Rows]:
    """Group rows that are sorted by their problem, as those of a shard are."""
    for _, group in itertools.groupby(rows, key=lambda row: row.problem.id):
        yield tuple(group)


def decide_keep(row: LabelledTrajectory) -> LabelledTrajectory:
    """Drop what should not be trained on: what its strategy dropped, and a cut or blank reply."""
    reason = row.drop_reason or _DROP_REASONS.get(row.trajectory.finish_reason)
    return dataclasses.replace(row, keep=row.keep and reason is None, drop_reason=reason)


def is_cut(trajectory: Trajectory) -> bool:
    """Say whether a solution has no end, since its reply was cut or blank."""
    return trajectory.finish_reason in _DROP_REASONS


def ungraded(trajectory: Trajectory) -> frozenset[int]:
    """Return the steps that are neither right nor wrong: observations, an end cut or left blank.

    No policy wrote an observation, and where a reply was cut nobody knows what its last step was to
    be: `12 + 3 = 1` may have been on its way to 15, and no verdict on it counts. Steps that a reply
    continues were written to their ends. Where a blank one adds nothing they are all that there is,
    and are labelled in the solutions that go on from them.
    """
    steps = trajectory.steps
    found = {index for index, step in enumerate(steps) if step.kind == "observation"}
    if is_cut(trajectory) and len(steps) > (trajectory.branch_step or 0):
        found.add(len(steps) - 1)
    elif trajectory.finish_reason == "empty":
        found.update(range(len(steps)))
    return frozenset(found)


def silenced(label: StepLabel) -> StepLabel:
    """Take back what is said of a step that is neither right nor wrong: it has only a value."""
    return dataclasses.replace(label, correct=None, correct_prob=None, source=None)


_DROP_REASONS = {"length": "truncated", "empty": "empty"}

CORRECT: Mapping[Outcome, bool | None] = {"valid": True, "invalid": False, "undecided": None}
"""What a verdict on a step says of it, as a label."""

VALUES: Mapping[Outcome, float | None] = {"valid": 1.0, "invalid": 0.0, "undecided": None}
"""What a solution is worth when it is written to its end: nothing is left to complete."""


def decisive(verdicts: Sequence[Verdict]) -> Verdict | None:
    """Return the verdict of a tool that decides a step by itself, a refutation first."""
    decided = [verdict for verdict in verdicts if verdict.outcome != "undecided"]
    return min(decided, key=lambda verdict: verdict.outcome != "invalid", default=None)
