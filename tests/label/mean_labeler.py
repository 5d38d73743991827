"""A labeler that fits the least it can: the mean rate at which attempts end right, over a run."""

import dataclasses
import math
from collections.abc import Sequence

from stepsmith.schemas import LabelledTrajectory
from stepsmith.transforms.label import Fit, Rows, labeler


@dataclasses.dataclass(frozen=True, kw_only=True)
class Rate:
    """The evidence of one problem."""

    n_right: int
    n_rows: int
    n_refuted: int


@dataclasses.dataclass(frozen=True, kw_only=True)
class Mean:
    """The prior: means over the problems, and their ids in the order in which they came."""

    right: float
    refuted: float
    problem_ids: tuple[str, ...]


def extract(rows: Rows) -> Rate | None:
    """Count; problems whose attempts are all undecided give no evidence."""
    judged = [row for row in rows if row.outcome.outcome != "undecided"]
    refuted = sum(
        verdict.outcome == "invalid"
        for row in rows
        for label in row.labels
        for verdict in label.verdicts
    )
    n_right = sum(row.outcome.outcome == "valid" for row in judged)
    return Rate(n_right=n_right, n_rows=len(judged), n_refuted=refuted) if judged else None


def fit(evidence: Sequence[tuple[str, Rate]]) -> Mean:
    """Add up in the order given: a sum of floats shows any other order."""
    ids = tuple(problem_id for problem_id, _ in evidence)
    assert list(ids) == sorted(ids)
    rates = [rate.n_right / rate.n_rows + math.pi / rate.n_rows for _, rate in evidence]
    refuted = sum(rate.n_refuted for _, rate in evidence) / len(ids)
    return Mean(right=sum(rates) / len(rates), refuted=refuted, problem_ids=ids)


MEAN = Fit(extract=extract, fit=fit, evidence=Rate, prior=Mean)


@labeler("test.fitted", fit=MEAN)
def fitted(
    rows: Sequence[LabelledTrajectory], *, prior: Mean | None = None, scale: float = 1.0
) -> Rows:
    """Write the prior into every row."""
    known = prior.right * scale if prior else None
    return tuple(dataclasses.replace(row, first_error_prob=known) for row in rows)
