"""Repairing at the first error (SCOPE) in the repair world: what is saved, and what ruins it.

Salvage is the share of the wrong solutions that one continuation mends, so that a repair and a
resampled solution are compared at one call each. A tool's verdict costs no call; rollouts do, and
`probes_too` compares with as many resampled solutions as calls were spent in all: who has no tool
and wants nothing but a right solution should resample. `clean` is the share of the kept repairs
without any wrong step: the outcome verifier cannot see it. Spreads are the range over five seeds.

Distinct 4-grams are measured with equally many traces, one a wrong solution, against the teacher's
own right solutions. The world shows what follows from two styles, not that real models have them:
the two writers have words of their own, and as many phrasings each (`own_styles`), or the teacher
fewer (`terse_teacher`). Where both write alike (`one_style`), nothing is to be gained.
"""

import dataclasses
import statistics
import sys
from collections.abc import Mapping, Sequence
from random import Random
from typing import Any, Literal

from benchmarks.report import Claim, Findings, main
from benchmarks.worlds.repair import (
    LATENESS,
    PROBLEM,
    RepairWalk,
    Writer,
    distinct_4,
    ends_right,
    exact_salvage,
    own_styles,
)
from benchmarks.worlds.walk import true_error
from stepsmith.schemas.records import LabelledTrajectory
from stepsmith.transforms.drive.seeds import derive_seed
from stepsmith.transforms.search.repair import repair
from stepsmith.transforms.search.sample import sample

SOLUTIONS = 8
ONE_CALL: dict[str, Any] = {"solutions": SOLUTIONS, "repairs": 1}
POSTERIOR: dict[str, Any] = ONE_CALL | {
    "locate": "posterior",
    "teacher": "teacher",
    "verifiers": (),
}
ROLLOUTS: dict[str, Any] = ONE_CALL | {"locate": "monte_carlo", "teacher": "teacher"}
TOOLS: dict[str, Any] = ONE_CALL | {"locate": "tools", "teacher": "teacher"}
SETTINGS: dict[str, dict[str, Any]] = {
    "exact.margin_0": TOOLS | {"verifiers": ("exact",), "margin": 0},
    "exact.margin_1": TOOLS | {"verifiers": ("exact",), "margin": 1},
    "late.margin_0": TOOLS | {"verifiers": ("late",), "margin": 0},
    "late.margin_1": TOOLS | {"verifiers": ("late",), "margin": 1},
    "monte_carlo.margin_0": ROLLOUTS | {"margin": 0},
    "monte_carlo.margin_1": ROLLOUTS | {"margin": 1},
    "posterior.margin_0": POSTERIOR | {"margin": 0},
    "posterior.margin_1": POSTERIOR | {"margin": 1},
    "posterior_16.margin_1": POSTERIOR | {"margin": 1, "budget": 16},
    "without_teacher.margin_1": TOOLS | {"verifiers": ("exact",), "teacher": None},
}
WRITERS = own_styles()
STYLES: dict[str, tuple[Writer, Writer]] = {
    "own_styles": WRITERS,
    "terse_teacher": (WRITERS[0], dataclasses.replace(WRITERS[1], n_phrasings=4)),
    "one_style": (WRITERS[0], dataclasses.replace(WRITERS[1], style=WRITERS[0].style)),
}


@dataclasses.dataclass(frozen=True, kw_only=True)
class Mended:
    """What one setting made of the wrong solutions of several problems."""

    wrong: Sequence[LabelledTrajectory]
    kept: Sequence[LabelledTrajectory]
    n_probes: int

    def rates(self) -> dict[str, float]:
        """Return the shares that the claims speak of."""
        ends = [row.trajectory.steps[-1].text for row in self.kept]
        lengths = {row.trajectory.id: len(row.trajectory.steps) for row in self.wrong}
        trajectories = [row.trajectory for row in self.kept]
        return {
            "salvage": len(self.kept) / len(self.wrong),
            "kept_pass_outcome": statistics.mean(map(ends_right, ends)),
            "clean": statistics.mean(true_error(one) is None for one in trajectories),
            "kept_fraction": statistics.mean(
                (one.branch_step or 0) / lengths[str(one.parent_id)] for one in trajectories
            ),
            "probes_per_wrong": self.n_probes / len(self.wrong),
        }


def mend(options: dict[str, Any], *, seed: int, n_problems: int) -> Mended:
    """Run `repair` on the problems of one seed."""
    wrong: list[LabelledTrajectory] = []
    kept: list[LabelledTrajectory] = []
    n_probes = 0
    policy, teacher = WRITERS
    for number in range(n_problems):
        walk = RepairWalk(
            writers={None: policy, "teacher": teacher}, seed=derive_seed(seed, number)
        )
        rows = walk.run(repair(PROBLEM, Random(0), **options)).rows
        repairs = [row for row in rows if row.trajectory.origin == "repair"]
        wrong += [row for row in rows if is_wrong_solution(row)]
        kept += [row for row in repairs if row.keep]
        n_probes += sum(walk.n_samples.values()) - SOLUTIONS - len(repairs)
    return Mended(wrong=wrong, kept=kept, n_probes=n_probes)


def is_wrong_solution(row: LabelledTrajectory) -> bool:
    """Say whether a row is one of the policy's own solutions, and ends wrong."""
    return row.trajectory.origin == "rollout" and row.outcome.outcome == "invalid"


def right_share(writer: Writer, *, seed: int, n_problems: int) -> float:
    """Return the share of a writer's own solutions, from nothing, that are right."""
    walks = (
        RepairWalk(writers={None: writer}, seed=derive_seed(seed, n)) for n in range(n_problems)
    )
    plans = (walk.run(sample(PROBLEM, Random(0), solutions=SOLUTIONS)) for walk in walks)
    return statistics.mean(row.outcome.outcome == "valid" for plan in plans for row in plan.rows)


def diversity_gain(writers: tuple[Writer, Writer], *, seed: int, n_problems: int) -> float:
    """Return distinct 4-grams of the kept repairs over those of the teacher's own solutions.

    Problem by problem, of as many traces each, and the mean over those with two or more.
    """
    policy, teacher = writers
    ratios: list[float] = []
    for number in range(n_problems):
        walk = RepairWalk(
            writers={None: policy, "teacher": teacher}, seed=derive_seed(seed, number)
        )
        result = walk.run(repair(PROBLEM, Random(0), **SETTINGS["exact.margin_1"]))
        mended = {pair.chosen_id for pair in result.pairs}
        traces = [row.trajectory.text for row in result.rows if row.trajectory.id in mended]
        alone = RepairWalk(writers={None: teacher}, seed=derive_seed(seed, number, "alone"))
        rows = alone.run(sample(PROBLEM, Random(0), solutions=4 * SOLUTIONS)).rows
        whole = [row.trajectory.text for row in rows if row.outcome.outcome == "valid"]
        if len(traces) > 1:
            ratios.append(distinct_4(traces) / distinct_4(whole[: len(traces)]))
    return statistics.mean(ratios)


TARGETS: dict[str, tuple[float, Literal["higher", "lower"]]] = {
    "exact.margin_0.salvage_of_resampling": (3.0, "higher"),
    "exact.margin_1.salvage_of_resampling": (3.0, "higher"),
    "exact.margin_1.kept_fraction": (0.20, "higher"),
    "late.margin_0.salvage": (0.05, "lower"),
    "late.margin_1.salvage": (0.80, "higher"),
    "posterior.margin_1.salvage_of_monte_carlo": (1.0, "higher"),
    "posterior.margin_1.probes_of_monte_carlo": (1.0, "lower"),
    "diversity.own_styles": (1.0, "higher"),
    "diversity.terse_teacher": (1.0, "higher"),
    **{f"{setting}.kept_pass_outcome": (1.0, "higher") for setting in SETTINGS},
}


def measure(*, quick: bool) -> Findings:
    """Repair the same worlds under every setting, once a seed."""
    n_problems = 40 if quick else 400
    found: dict[str, list[float]] = {}
    for seed in range(2 if quick else 5):
        resampled = right_share(WRITERS[0], seed=seed, n_problems=n_problems)
        measured = {
            "resampling.salvage": resampled,
            "teacher_alone.salvage": right_share(WRITERS[1], seed=seed, n_problems=n_problems),
        }
        for setting, options in SETTINGS.items():
            rates = mend(options, seed=seed, n_problems=n_problems).rates()
            rates["salvage_of_resampling"] = rates["salvage"] / resampled
            if probes := rates["probes_per_wrong"]:
                # What one right solution among as many resampled ones as were spent would be.
                spent = 1 - (1 - resampled) ** (1 + probes)
                rates["salvage_of_resampling_probes_too"] = rates["salvage"] / spent
            measured |= {f"{setting}.{name}": value for name, value in rates.items()}
        measured |= compared(measured)
        for style, writers in STYLES.items():
            gain = diversity_gain(writers, seed=seed, n_problems=n_problems)
            measured[f"diversity.{style}"] = gain
        for name, value in measured.items():
            found.setdefault(name, []).append(value)
    exact = {
        f"{name}.margin_{margin}": exact_salvage(margin=margin, late=late)
        for name, late in LATENESS.items()
        for margin in (0, 1)
    }
    details = {"problems": n_problems, "solutions": SOLUTIONS, "exact_salvage": exact}
    return Findings(claims=[claim(name, values) for name, values in found.items()], details=details)


def compared(measured: Mapping[str, float]) -> dict[str, float]:
    """Return what the posterior mends and asks, in shares of what bisecting by rollouts does."""
    return {
        f"{setting}.{share}_of_monte_carlo": (
            measured[f"{setting}.{name}"] / measured[f"monte_carlo.margin_1.{name}"]
        )
        for setting in SETTINGS
        if setting.startswith("posterior")
        for share, name in (("salvage", "salvage"), ("probes", "probes_per_wrong"))
    }


def claim(name: str, values: Sequence[float]) -> Claim:
    """State the mean over the seeds, and their range."""
    target, better = TARGETS.get(name, (None, None))
    ratio = name.startswith("diversity") or "_of_" in name
    return Claim(
        name=f"repair.{name}",
        value=round(statistics.mean(values), 4),
        spread=(round(min(values), 4), round(max(values), 4)),
        target=target,
        better=better,
        unit="ratio" if ratio else "rollouts" if "probes" in name else "share",
    )


if __name__ == "__main__":
    sys.exit(main("papers_repair", measure))
