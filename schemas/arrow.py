"""The tables of a run: the labelled trajectories, and by name all that stand beside them."""

# pyright: basic
# pyarrow ships no types, so strict mode would report every use of it as unknown.

from collections.abc import Callable, Iterable, Mapping, Sequence
from operator import attrgetter
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from stepsmith.schemas.columns import from_row, list_array, struct_array, to_array
from stepsmith.schemas.records import (
    LabelledTrajectory,
    Problem,
    Step,
    StepLabel,
    Trajectory,
    Verdict,
)
from stepsmith.schemas.side_tables import (
    COUNTERFACTUALS,
    ERRORS,
    EVIDENCE,
    MUTATIONS,
    PAIRS,
    ROLLOUTS,
    SAMPLING,
    TREES,
)
from stepsmith.schemas.table import Table, required

__all__ = [
    "COUNTERFACTUALS",
    "ERRORS",
    "EVIDENCE",
    "MUTATIONS",
    "PAIRS",
    "ROLLOUTS",
    "SAMPLING",
    "STEP",
    "STEPS",
    "TABLES",
    "TRAJECTORIES",
    "TREES",
    "VERDICT",
    "Table",
]

VERDICT = pa.struct(
    [
        required("verifier", pa.string()),
        required("version", pa.string()),
        required("outcome", pa.string()),
        pa.field("score", pa.float64()),
        required("evidence", pa.string()),
        required("cost", pa.int64()),
    ]
)
_WRITTEN = (
    required("text", pa.string()),
    required("kind", pa.string()),
    pa.field("token_start", pa.int64()),
    pa.field("token_end", pa.int64()),
    pa.field("logprob", pa.float64()),
)
_LABELLED = (
    pa.field("correct", pa.bool_()),
    pa.field("correct_prob", pa.float64()),
    pa.field("value", pa.float64()),
    pa.field("n_rollouts", pa.int64()),
    pa.field("n_correct", pa.int64()),
    pa.field("n_undecided", pa.int64()),
    pa.field("n_distinct", pa.int64()),
    pa.field("advantage", pa.float64()),
    pa.field("source", pa.string()),
    required("verdicts", pa.list_(VERDICT)),
)
STEP = pa.struct([*_WRITTEN, *_LABELLED])
STEPS = pa.list_(STEP)


def _count(labels: pa.Array, offsets: np.ndarray[Any, Any]) -> dict[str, pa.Array]:
    """Count labels and verdicts by row; `labels` are those of all rows, `offsets` their bounds."""
    correct = labels.field("correct")
    verdicts = labels.field("verdicts")
    outcomes = verdicts.values.field("outcome")
    bounds = np.asarray(verdicts.offsets)[offsets]
    counts = {
        "n_correct_steps": _sums(pc.fill_null(correct, fill_value=False), offsets),
        "n_wrong_steps": _sums(
            pc.call_function("invert", [pc.fill_null(correct, fill_value=True)]), offsets
        ),
    }
    for outcome in ("valid", "invalid", "undecided"):
        counts[f"n_{outcome}"] = _sums(
            pc.call_function("equal", [outcomes, pa.scalar(outcome)]), bounds
        )
    return {name: pa.array(values, pa.int64()) for name, values in counts.items()}


def _sums(flags: pa.Array, bounds: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    total = np.concatenate(([0], np.cumsum(flags.to_numpy(zero_copy_only=False))))
    return np.diff(total[bounds])


def _mean_value(row: LabelledTrajectory) -> float | None:
    values = [label.value for label in row.labels if label.value is not None]
    return sum(values) / len(values) if values else None


_FLAT: tuple[tuple[pa.Field, Callable[[LabelledTrajectory], object] | None], ...] = (
    (required("id", pa.string()), attrgetter("trajectory.id")),
    (required("problem_id", pa.string()), attrgetter("problem.id")),
    (required("group_id", pa.string()), attrgetter("problem.group_id")),
    (required("source", pa.string()), attrgetter("problem.source")),
    (required("domain", pa.string()), attrgetter("problem.domain")),
    (required("prompt", pa.string()), attrgetter("problem.prompt")),
    (pa.field("answer", pa.string()), attrgetter("problem.answer")),
    (pa.field("predicted", pa.string()), attrgetter("trajectory.answer")),
    (required("outcome", pa.string()), attrgetter("outcome.outcome")),
    (pa.field("first_error", pa.int64()), attrgetter("first_error")),
    (pa.field("first_error_prob", pa.float64()), attrgetter("first_error_prob")),
    (required("n_steps", pa.int64()), lambda row: len(row.trajectory.steps)),
    (required("n_correct_steps", pa.int64()), None),
    (required("n_wrong_steps", pa.int64()), None),
    (required("n_valid", pa.int64()), None),
    (required("n_invalid", pa.int64()), None),
    (required("n_undecided", pa.int64()), None),
    (pa.field("mean_value", pa.float64()), _mean_value),
    (required("keep", pa.bool_()), attrgetter("keep")),
    (pa.field("drop_reason", pa.string()), attrgetter("drop_reason")),
    (required("origin", pa.string()), attrgetter("trajectory.origin")),
    (pa.field("parent_id", pa.string()), attrgetter("trajectory.parent_id")),
    (pa.field("branch_step", pa.int64()), attrgetter("trajectory.branch_step")),
    (required("finish_reason", pa.string()), attrgetter("trajectory.finish_reason")),
    (required("outcome_verdict", VERDICT), attrgetter("outcome")),
    (required("policy", pa.string()), attrgetter("trajectory.policy")),
    (pa.field("sampling", SAMPLING), attrgetter("trajectory.sampling")),
    (pa.field("seed", pa.int64()), attrgetter("trajectory.seed")),
    (pa.field("sample_index", pa.int64()), attrgetter("trajectory.sample_index")),
    (required("payload", pa.string()), attrgetter("problem.payload")),
)


def _trajectory_columns(rows: Sequence[LabelledTrajectory]) -> Iterable[pa.Array]:
    steps = _steps(rows)
    counts = _count(steps.values, np.asarray(steps.offsets))
    for field, getter in _FLAT:
        counted = counts.get(field.name)
        yield to_array(list(map(getter, rows)), field.type) if getter is not None else counted
    yield steps


def _steps(rows: Sequence[LabelledTrajectory]) -> pa.Array:
    for row in rows:
        if len(row.trajectory.steps) != len(row.labels):
            n_steps, n_labels = len(row.trajectory.steps), len(row.labels)
            msg = f"{row.trajectory.id} has {n_steps} steps and {n_labels} labels"
            raise ValueError(msg)

    def flat_array(steps: list[Step]) -> pa.Array:
        labels = [label for row in rows for label in row.labels]
        parts = [(field, steps) for field in _WRITTEN] + [(field, labels) for field in _LABELLED]
        return struct_array(parts, STEP)

    return list_array([row.trajectory.steps for row in rows], STEPS, flat_array)


def _labelled_trajectory(row: Mapping[str, Any]) -> LabelledTrajectory:
    steps = tuple(from_row(Step, step) for step in row["steps"])
    return LabelledTrajectory(
        problem=from_row(Problem, row, id=row["problem_id"]),
        trajectory=from_row(Trajectory, row, answer=row["predicted"], steps=steps),
        outcome=from_row(Verdict, row["outcome_verdict"]),
        labels=tuple(from_row(StepLabel, step) for step in row["steps"]),
        first_error=row["first_error"],
        first_error_prob=row["first_error_prob"],
        keep=row["keep"],
        drop_reason=row["drop_reason"],
    )


TRAJECTORIES: Table[LabelledTrajectory] = Table(
    name="trajectories",
    version="2",
    kind=LabelledTrajectory,
    schema=pa.schema([*(field for field, _ in _FLAT), required("steps", STEPS)]),
    order=("problem_id", "id"),
    columns=_trajectory_columns,
    record=_labelled_trajectory,
)

TABLES: Mapping[str, Table[Any]] = {
    table.name: table
    for table in (
        TRAJECTORIES,
        ROLLOUTS,
        TREES,
        PAIRS,
        MUTATIONS,
        COUNTERFACTUALS,
        EVIDENCE,
        ERRORS,
    )
}
"""Every table of a run, by name."""
