"""How many samples it takes to find the first wrong step, and how far to trust the answer.

Worlds in which the truth is known (`benchmarks.worlds`). Each problem is a world of its own: how
often a step holds (0.85 to 0.98) and how often a broken prefix recovers by luck (0, .02, .05 or
.1) differ, and no strategy is told. Solutions are drawn until one is wrong; all strategies locate
errors of wrong solutions, and samples are completions of prefixes: the first solutions cost every
strategy the same. `bisect` runs as in a run of that many problems: its prior is fitted to the
first 64 for the search of the others, and to all for their labels. Exact means that the very step
was named; what is not named is not exact.
"""

import concurrent.futures
import dataclasses
import functools
import itertools
import math
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from random import Random
from typing import Any

import numpy as np

from benchmarks.locating.attempts import (
    PILOT,
    Outcome,
    Setting,
    Spreader,
    run_bisect,
    try_monte_carlo,
    try_omega,
)
from benchmarks.report import Claim, Findings, main
from benchmarks.summaries.plots import draw_curves

BUDGETS = {12: 34, 16: 60}
TARGETS = {12: (0.86, 24.0), 16: (0.80, 42.0)}


def measure(*, quick: bool) -> Findings:
    """Measure all strategies in all worlds."""
    n_problems = 100 if quick else 2_400
    with concurrent.futures.ProcessPoolExecutor(len(os.sched_getaffinity(0))) as pool:

        def spread_out(work: Callable[[int], Any], numbers: Sequence[int]) -> list[Any]:
            return list(pool.map(work, numbers, chunksize=8))

        claims: list[Claim] = []
        details: dict[str, Any] = {"problems": n_problems, "pilot": PILOT, "curves": {}}
        for n_steps in (12, 16):
            mixed = Setting(kind="mixed", n_steps=n_steps, n_problems=n_problems)
            claims += _mixed(mixed, spread_out, details)
            plain = dataclasses.replace(mixed, kind="no_recovery")
            claims += _no_recovery(plain, spread_out)
        for kind in ("constant", "bottleneck"):
            claims += _outside(kind, n_problems, spread_out)
        details["curves"] = curves(spread_out, n_problems=60 if quick else 400)
    return Findings(claims=claims, details=details, plot=functools.partial(plot, details))


def _mixed(setting: Setting, spread_out: Spreader, details: dict[str, Any]) -> list[Claim]:
    name = f"{setting.n_steps}_steps.mixed"
    exact, samples = TARGETS[setting.n_steps]
    ours = run_bisect(setting, spread_out, confidence=0.93, budget=BUDGETS[setting.n_steps])
    batched = run_bisect(
        setting, spread_out, confidence=0.93, budget=BUDGETS[setting.n_steps], batch=4
    )
    details[f"{name}.reliability"] = reliability(ours)
    return [
        *_claims(f"bisect.{name}", ours, exact=exact, samples=samples),
        *_calibration(f"bisect.{name}", ours, target=0.03),
        *_claims(f"bisect_batch_4.{name}", batched),
        *_baselines(setting, spread_out, name),
    ]


def _baselines(setting: Setting, spread_out: Spreader, name: str) -> list[Claim]:
    numbers = range(setting.n_problems // 6)
    claims: list[Claim] = []
    for rollouts in (8, 16):
        found = spread_out(functools.partial(try_monte_carlo, setting, rollouts=rollouts), numbers)
        claims += _claims(f"monte_carlo_{rollouts}.{name}", found)
        for rule in ("mc_gt_0", "relative"):
            tried = functools.partial(try_omega, setting, rollouts=rollouts, rule=rule)
            found = [one for one in spread_out(tried, numbers) if one is not None]
            claims += _claims(f"omega_{rule}_{rollouts}.{name}", found)
    return claims


def _no_recovery(setting: Setting, spread_out: Spreader) -> list[Claim]:
    """Compare with OmegaPRM where its rule is exact, at no more samples than it takes."""
    name = f"{setting.n_steps}_steps.no_recovery"
    tried = functools.partial(try_omega, setting, rollouts=8, rule="mc_gt_0")
    peer = [one for one in spread_out(tried, range(setting.n_problems)) if one is not None]
    allowed = _mean([one.n_samples for one in peer])
    fewer = dataclasses.replace(setting, n_problems=max(PILOT, setting.n_problems // 6))
    ours: list[Outcome] = []
    for confidence in (0.8, 0.85, 0.9, 0.93, 0.97, 0.98, 0.99, 0.995):
        found = run_bisect(fewer, spread_out, confidence=confidence, budget=4 * setting.n_steps)
        if ours and _mean([one.n_samples for one in found]) > allowed:
            break
        ours = found
    behind = _share(peer) - _share(ours)
    return [
        *_claims(f"omega_mc_gt_0_8.{name}", peer),
        *_claims(f"bisect.{name}", ours),
        Claim(
            name=f"omega_ahead_of_bisect.{name}",
            value=round(behind, 4),
            spread=_around(
                behind, math.hypot(_error(_share(peer), len(peer)), _error(_share(ours), len(ours)))
            ),
            target=0.02,
            better="lower",
            unit="share",
        ),
    ]


def _outside(kind: str, n_problems: int, spread_out: Spreader) -> list[Claim]:
    """Measure where the success curve is none of those that the prior knows."""
    setting = Setting(kind=kind, n_steps=12, n_problems=n_problems)
    ours = run_bisect(setting, spread_out, confidence=0.93, budget=BUDGETS[12])
    name = f"12_steps.{kind}"
    return [
        *_claims(f"bisect.{name}", ours),
        *_calibration(f"bisect.{name}", ours, target=0.06),
        *_baselines(setting, spread_out, name)[:2],
    ]


def _claims(
    name: str,
    found: Sequence[Outcome],
    *,
    exact: float | None = None,
    samples: float | None = None,
) -> list[Claim]:
    share, spent = _share(found), [one.n_samples for one in found]
    return [
        Claim(
            name=f"{name}.exact",
            value=round(share, 4),
            spread=_around(share, _error(share, len(found))),
            target=exact,
            better=None if exact is None else "higher",
            unit="share",
        ),
        Claim(
            name=f"{name}.samples",
            value=round(_mean(spent), 2),
            spread=_around(_mean(spent), 1.96 * float(np.std(spent)) / math.sqrt(len(spent))),
            target=samples,
            better=None if samples is None else "lower",
            unit="samples",
        ),
    ]


def _calibration(name: str, found: Sequence[Outcome], *, target: float) -> list[Claim]:
    error, floor = calibration_error(found), calibration_floor(found)
    return [
        Claim(
            name=f"{name}.ece",
            value=round(error, 4),
            target=target,
            better="lower",
            unit="share",
        ),
        Claim(name=f"{name}.ece_of_perfect", value=round(floor, 4), unit="share"),
    ]


def reliability(found: Sequence[Outcome], *, bins: int = 10) -> list[tuple[float, float, int]]:
    """Return mean confidence, share exact and size of bins of equal size."""
    ordered = sorted(found, key=lambda one: one.confidence or 0.0)
    bounds = [len(ordered) * number // bins for number in range(bins + 1)]
    parts = [ordered[start:end] for start, end in itertools.pairwise(bounds) if start < end]
    return [
        (
            round(_mean([one.confidence or 0.0 for one in part]), 4),
            round(_share(part), 4),
            len(part),
        )
        for part in parts
    ]


def calibration_error(found: Sequence[Outcome]) -> float:
    """Return the expected calibration error over ten bins of equal size."""
    parts = reliability(found)
    return sum(abs(claimed - share) * n for claimed, share, n in parts) / len(found)


def calibration_floor(found: Sequence[Outcome], *, draws: int = 50) -> float:
    """Return what a perfectly calibrated answer of these confidences would show by chance."""
    rng = Random(1)
    shown: list[float] = []
    for _ in range(draws):
        fair = [
            dataclasses.replace(
                one, named=0, true=0 if rng.random() < (one.confidence or 0.0) else 1
            )
            for one in found
        ]
        shown.append(calibration_error(fair))
    return _mean(shown)


def curves(spread_out: Spreader, *, n_problems: int) -> dict[str, list[tuple[float, float]]]:
    """Trace exactness against samples, 12 steps, mixed recovery."""
    setting = Setting(kind="mixed", n_steps=12, n_problems=n_problems)
    numbers = range(n_problems)
    found: dict[str, list[tuple[float, float]]] = {}

    def point(name: str, outcomes: Sequence[Outcome | None]) -> None:
        kept = [one for one in outcomes if one is not None]
        spent = _mean([one.n_samples for one in kept])
        found.setdefault(name, []).append((round(spent, 2), round(_share(kept), 4)))

    for budget in (6, 10, 16, 24, 34, 60, 100):
        point("bisect", run_bisect(setting, spread_out, confidence=0.95, budget=budget))
    for rollouts in (1, 2, 4, 8, 16):
        tried = functools.partial(try_monte_carlo, setting, rollouts=rollouts)
        point("monte_carlo", spread_out(tried, numbers))
        for rule in ("mc_gt_0", "relative"):
            searched = functools.partial(try_omega, setting, rollouts=rollouts, rule=rule)
            point(f"omega, {rule}", spread_out(searched, numbers))
    return found


def plot(details: dict[str, Any], path: Path) -> None:
    """Draw exactness against samples."""
    draw_curves(
        details["curves"],
        path,
        title="12 steps; a broken prefix recovers with 0, 2, 5 or 10 %",
        x="completions sampled for one wrong solution",
        y="share with the exact first wrong step",
    )


def _mean(values: Sequence[float]) -> float:
    return float(np.mean(values)) if len(values) else 0.0


def _share(found: Sequence[Outcome]) -> float:
    return _mean([one.exact for one in found])


def _error(share: float, n: int) -> float:
    return 1.96 * math.sqrt(max(share * (1 - share), 1e-9) / max(1, n))


def _around(value: float, error: float) -> tuple[float, float]:
    return round(value - error, 4), round(value + error, 4)


if __name__ == "__main__":
    sys.exit(main("first_error", measure))
