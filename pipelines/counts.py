"""What a run's problems became: counts of rows, labels, replies and failures."""

# pyright: basic
# pyarrow ships no types, so strict mode would report every use of it as unknown.

import collections
import dataclasses
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from stepsmith.schemas.arrow import TRAJECTORIES
from stepsmith.transforms.verify.run import count_undecided


@dataclasses.dataclass(frozen=True, kw_only=True)
class Counts:
    """Where the problems went, and what was made of them.

    `planned` = `done` + `failed` + `skipped`: skipped problems were searched and gave no row,
    failed ones include what could not be read, and `retryable` ones of them may succeed in another
    try. Label counts are over the steps of all rows.
    `rollouts` are the rows of that table: `samples` were drawn, the others only scored.
    `mutations` counts edited programs by what made them and how they fared: `mutation/error`;
    `counterfactuals` counts chains by what was done to them, `evidence` examples by their pool.
    """

    planned: int = 0
    done: int = 0
    failed: int = 0
    retryable: int = 0
    skipped: int = 0
    rows: int = 0
    kept: int = 0
    steps: int = 0
    rollouts: int = 0
    samples: int = 0
    prompt_tokens: int = 0
    tokens: int = 0
    nodes: int = 0
    pairs: int = 0
    mutations: Mapping[str, int] = dataclasses.field(default_factory=dict[str, int])
    counterfactuals: Mapping[str, int] = dataclasses.field(default_factory=dict[str, int])
    evidence: Mapping[str, int] = dataclasses.field(default_factory=dict[str, int])
    outcomes: Mapping[str, int] = dataclasses.field(default_factory=dict[str, int])
    correct: Mapping[str, int] = dataclasses.field(default_factory=dict[str, int])
    with_value: int = 0
    first_errors: int = 0
    undecided: Mapping[str, int] = dataclasses.field(default_factory=dict[str, int])


def _row_counts(shard: pa.Table) -> Counts:
    """Count the rows of one shard. Its problems are in no other, so that `done` adds up."""
    rows = TRAJECTORIES.from_arrow(shard)
    labels = [label for row in rows for label in row.labels]
    verdicts = [row.outcome for row in rows]
    verdicts += [verdict for label in labels for verdict in label.verdicts]
    words = {True: "right", False: "wrong", None: "unknown"}
    return Counts(
        done=len({row.problem.id for row in rows}),
        rows=len(rows),
        kept=sum(row.keep for row in rows),
        steps=len(labels),
        outcomes=_count(row.outcome.outcome for row in rows),
        correct=_count(words[label.correct] for label in labels),
        with_value=sum(label.value is not None for label in labels),
        first_errors=sum(row.first_error is not None for row in rows),
        undecided=count_undecided(verdicts),
    )


def _rollout_counts(shard: pa.Table) -> Counts:
    """Count replies and their tokens by column; a text that was only scored is no sample."""
    given = shard.filter(pc.field("finish_reason") == "given").num_rows
    return Counts(
        rollouts=shard.num_rows,
        samples=shard.num_rows - given,
        prompt_tokens=_sum(shard["n_prompt_tokens"]),
        tokens=_sum(shard["n_tokens"]),
    )


def _mutation_counts(shard: pa.Table) -> Counts:
    """Count edits by their kind, of a teacher's by what it was asked for, and their outcome."""
    columns = (shard[name].to_pylist() for name in ("op_kind", "operator", "exec_outcome"))
    return Counts(
        mutations=_count(
            f"{operator if kind == 'teacher' else kind}/{outcome}"
            for kind, operator, outcome in zip(*columns, strict=True)
        )
    )


def _counterfactual_counts(shard: pa.Table) -> Counts:
    return Counts(counterfactuals=_count(shard["kind"].to_pylist()))


def _evidence_counts(shard: pa.Table) -> Counts:
    """Count examples by their block and pool: `conditional/support`."""
    columns = (shard[name].to_pylist() for name in ("block", "pool"))
    return Counts(evidence=_count(map("/".join, zip(*columns, strict=True))))


COUNTS: Mapping[str, Callable[[pa.Table], Counts]] = {
    "trajectories": _row_counts,
    "rollouts": _rollout_counts,
    "trees": lambda shard: Counts(nodes=shard.num_rows),
    "pairs": lambda shard: Counts(pairs=shard.num_rows),
    "mutations": _mutation_counts,
    "counterfactuals": _counterfactual_counts,
    "evidence": _evidence_counts,
}
"""What is counted in a shard of each table."""


def _sum(column: pa.ChunkedArray) -> int:
    return pc.call_function("sum", [column]).as_py() or 0


def add_up(parts: Iterable[Counts]) -> Counts:
    """Add up the counts of several shards."""
    total: dict[str, Any] = dataclasses.asdict(Counts())
    for part in parts:
        for name, value in dataclasses.asdict(part).items():
            if isinstance(value, int):
                total[name] += value
            else:
                total[name] = dict(
                    sorted((collections.Counter(total[name]) + collections.Counter(value)).items())
                )
    return Counts(**total)


def _count(values: Iterable[str]) -> dict[str, int]:
    return dict(sorted(collections.Counter(values).items()))
