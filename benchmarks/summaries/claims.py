"""Shares and means as claims, each with its 95 % interval."""

import math
import statistics
from collections.abc import Sequence
from typing import Literal

from benchmarks.report import Claim
from stepsmith.pipelines.audit.interval import wilson


def share_claim(
    name: str,
    found: Sequence[bool],
    *,
    target: float | None = None,
    better: Literal["higher", "lower"] = "higher",
) -> Claim:
    """State a share of what was found, with its Wilson interval."""
    low, high = wilson(sum(found), len(found))
    return Claim(
        name=name,
        value=round(statistics.fmean(found), 4),
        spread=(round(low, 4), round(high, 4)),
        unit="share",
        target=target,
        better=None if target is None else better,
    )


def mean_claim(
    name: str,
    found: Sequence[float],
    unit: str,
    *,
    target: float | None = None,
    better: Literal["higher", "lower"] = "higher",
) -> Claim:
    """State a mean, with two standard errors to either side."""
    mean = statistics.fmean(found)
    half = 1.96 * statistics.stdev(found) / math.sqrt(len(found)) if len(found) > 1 else 0.0
    return Claim(
        name=name,
        value=round(mean, 4),
        spread=(round(mean - half, 4), round(mean + half, 4)),
        unit=unit,
        target=target,
        better=None if target is None else better,
    )
