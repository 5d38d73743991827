"""The area under the ROC curve, with an interval by bootstrap over groups."""

import dataclasses
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["Auc", "auc_of"]

_DIGITS = 9
_BLOCK = 100
"""How many resamples are weighed at a time: memory, and no result, depends on it."""


@dataclasses.dataclass(frozen=True, kw_only=True, slots=True)
class Auc:
    """The chance that a true example scores above a false one, ties half, and its 95 % interval."""

    value: float
    low: float
    high: float


def auc_of(
    labels: Sequence[bool],
    scores: NDArray[np.float64],
    groups: Sequence[str],
    *,
    resamples: int,
    seed: int = 0,
) -> Auc:
    """Measure scores against labels; whole groups are resampled, since their rows go together.

    Raises `ValueError` where all labels are the same.
    """
    truth = np.asarray(labels, dtype=bool)
    if truth.all() or not truth.any():
        msg = "an AUC takes examples of both labels"
        raise ValueError(msg)
    # Scores that differ by rounding alone are the same.
    bins = np.unique(np.round(scores, _DIGITS), return_inverse=True)[1]
    _, group = np.unique(np.asarray(groups), return_inverse=True)
    n_groups = int(group.max()) + 1
    once = np.ones((1, n_groups))
    [value] = _weighted(truth, bins, group, once)
    generator = np.random.default_rng(seed)
    found: list[NDArray[np.float64]] = []
    for start in range(0, resamples, _BLOCK):
        size = min(_BLOCK, resamples - start)
        even = np.full(n_groups, 1 / n_groups)
        weights = generator.multinomial(n_groups, even, size=size).astype(np.float64)
        found.append(_weighted(truth, bins, group, weights))
    drawn = np.concatenate([*found, np.empty(0)])
    drawn = drawn[~np.isnan(drawn)]
    low, high = np.quantile(drawn, (0.025, 0.975)) if drawn.size else (0.0, 1.0)
    return Auc(value=float(value), low=float(low), high=float(high))


def _weighted(
    truth: NDArray[np.bool_],
    bins: NDArray[np.intp],
    group: NDArray[np.intp],
    weights: NDArray[np.float64],
) -> NDArray[np.float64]:
    """Return one AUC a row of `weights`, each row one weight a group; NaN where a label is gone."""
    order = np.argsort(bins, kind="stable")
    starts = np.flatnonzero(np.diff(bins[order], prepend=-1))
    by_row: NDArray[Any] = weights[:, group[order]]
    true = np.add.reduceat(by_row * truth[order], starts, axis=1)
    false = np.add.reduceat(by_row * ~truth[order], starts, axis=1)
    below = np.cumsum(false, axis=1) - false
    won = (true * (below + false / 2)).sum(axis=1)
    pairs = true.sum(axis=1) * false.sum(axis=1)
    with np.errstate(invalid="ignore"):
        return np.where(pairs > 0, won / np.where(pairs > 0, pairs, 1), np.nan)
