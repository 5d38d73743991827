"""The tables of a run, declared: explicit Arrow schemas, each with a version of its own.

Never inferred from rows: the first shard carries the full schema, and every shard the same one.
Plain strings only; no map, no extension types (`datasets` refuses them). A change of columns
raises the table's version, which names its golden file.
"""

# pyright: basic
# pyarrow ships no types, so strict mode would report every use of it as unknown.

import dataclasses
from collections.abc import Callable, Iterable, Mapping, Sequence
from operator import attrgetter
from typing import Any, Generic, TypeVar

import msgspec
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from stepsmith.schemas.columns import from_row, list_array, struct_array, to_array
from stepsmith.schemas.records import (
    ErrorRecord,
    LabelledTrajectory,
    Problem,
    Rollout,
    Step,
    StepLabel,
    Trajectory,
    Verdict,
)

R = TypeVar("R")


@dataclasses.dataclass(frozen=True, kw_only=True)
class Table(Generic[R]):
    """One table of a run: its declared columns, and how records fill them and are read back.

    A shard's rows are sorted by the columns in `order`, so that the same records give the same
    bytes in whatever order they arrived.
    """

    name: str
    version: str
    kind: type[R]
    schema: pa.Schema
    order: tuple[str, ...]
    columns: Callable[[Sequence[R]], Iterable[pa.Array]]
    record: Callable[[Mapping[str, Any]], R]

    def to_arrow(self, rows: Sequence[R]) -> pa.Table:
        """Make a table of the rows, in their order."""
        return pa.Table.from_arrays(list(self.columns(rows)), schema=self.schema)

    def from_arrow(self, table: pa.Table) -> list[R]:
        """Read the records back; what `to_arrow` wrote comes back equal."""
        return [self.record(row) for row in table.select(self.schema.names).to_pylist()]


def _required(name: str, kind: pa.DataType) -> pa.Field:
    return pa.field(name, kind, nullable=False)


VERDICT = pa.struct(
    [
        _required("verifier", pa.string()),
        _required("version", pa.string()),
        _required("outcome", pa.string()),
        pa.field("score", pa.float64()),
        _required("evidence", pa.string()),
        _required("cost", pa.int64()),
    ]
)
# A trajectory that was not sampled has none of it, and a null struct's fields are null too.
SAMPLING = pa.struct(
    [
        pa.field("temperature", pa.float64()),
        pa.field("top_p", pa.float64()),
        pa.field("max_tokens", pa.int64()),
        pa.field("stop", pa.list_(pa.string())),
    ]
)
_WRITTEN = (
    _required("text", pa.string()),
    _required("kind", pa.string()),
    pa.field("token_start", pa.int64()),
    pa.field("token_end", pa.int64()),
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
    _required("verdicts", pa.list_(VERDICT)),
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
    (_required("id", pa.string()), attrgetter("trajectory.id")),
    (_required("problem_id", pa.string()), attrgetter("problem.id")),
    (_required("group_id", pa.string()), attrgetter("problem.group_id")),
    (_required("source", pa.string()), attrgetter("problem.source")),
    (_required("domain", pa.string()), attrgetter("problem.domain")),
    (_required("prompt", pa.string()), attrgetter("problem.prompt")),
    (pa.field("answer", pa.string()), attrgetter("problem.answer")),
    (pa.field("predicted", pa.string()), attrgetter("trajectory.answer")),
    (_required("outcome", pa.string()), attrgetter("outcome.outcome")),
    (pa.field("first_error", pa.int64()), attrgetter("first_error")),
    (_required("n_steps", pa.int64()), lambda row: len(row.trajectory.steps)),
    (_required("n_correct_steps", pa.int64()), None),
    (_required("n_wrong_steps", pa.int64()), None),
    (_required("n_valid", pa.int64()), None),
    (_required("n_invalid", pa.int64()), None),
    (_required("n_undecided", pa.int64()), None),
    (pa.field("mean_value", pa.float64()), _mean_value),
    (_required("keep", pa.bool_()), attrgetter("keep")),
    (pa.field("drop_reason", pa.string()), attrgetter("drop_reason")),
    (_required("origin", pa.string()), attrgetter("trajectory.origin")),
    (pa.field("parent_id", pa.string()), attrgetter("trajectory.parent_id")),
    (pa.field("branch_step", pa.int64()), attrgetter("trajectory.branch_step")),
    (_required("finish_reason", pa.string()), attrgetter("trajectory.finish_reason")),
    (_required("outcome_verdict", VERDICT), attrgetter("outcome")),
    (_required("policy", pa.string()), attrgetter("trajectory.policy")),
    (pa.field("sampling", SAMPLING), attrgetter("trajectory.sampling")),
    (pa.field("seed", pa.int64()), attrgetter("trajectory.seed")),
    (pa.field("sample_index", pa.int64()), attrgetter("trajectory.sample_index")),
    (_required("payload", pa.string()), attrgetter("problem.payload")),
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
        keep=row["keep"],
        drop_reason=row["drop_reason"],
    )


TRAJECTORIES: Table[LabelledTrajectory] = Table(
    name="trajectories",
    version="1",
    kind=LabelledTrajectory,
    schema=pa.schema([*(field for field, _ in _FLAT), _required("steps", STEPS)]),
    order=("problem_id", "id"),
    columns=_trajectory_columns,
    record=_labelled_trajectory,
)


def _plain_table(
    kind: type[R], *, name: str, version: str, fields: Sequence[pa.Field], order: tuple[str, ...]
) -> Table[R]:
    """Declare a table whose columns are the record's fields."""
    return Table(
        name=name,
        version=version,
        kind=kind,
        schema=pa.schema(fields),
        order=order,
        columns=lambda rows: [
            to_array(list(map(attrgetter(field.name), rows)), field.type) for field in fields
        ],
        record=lambda row: msgspec.convert(row, kind),
    )


ROLLOUTS: Table[Rollout] = _plain_table(
    Rollout,
    name="rollouts",
    version="1",
    fields=(
        _required("problem_id", pa.string()),
        _required("path", pa.string()),
        _required("sample_index", pa.int64()),
        _required("seed", pa.int64()),
        _required("policy", pa.string()),
        _required("sampling", SAMPLING),
        _required("prefix", pa.string()),
        _required("text", pa.string()),
        _required("finish_reason", pa.string()),
        pa.field("n_prompt_tokens", pa.int64()),
        pa.field("n_tokens", pa.int64()),
        pa.field("logprob", pa.float64()),
        pa.field("tokens", pa.list_(pa.string())),
        pa.field("token_logprobs", pa.list_(pa.float64())),
    ),
    order=("problem_id", "path", "sample_index"),
)

ERRORS: Table[ErrorRecord] = _plain_table(
    ErrorRecord,
    name="errors",
    version="1",
    fields=(
        _required("stage", pa.string()),
        _required("kind", pa.string()),
        _required("message", pa.string()),
        pa.field("problem_id", pa.string()),
        pa.field("location", pa.string()),
        pa.field("line", pa.int64()),
        pa.field("field", pa.string()),
        _required("input", pa.string()),
    ),
    order=("stage", "location", "line", "problem_id", "message", "input"),
)

TABLES: Mapping[str, Table[Any]] = {table.name: table for table in (TRAJECTORIES, ROLLOUTS, ERRORS)}
"""Every table of a run, by name."""
