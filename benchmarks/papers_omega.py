"""OmegaPRM in worlds where every first error is known: the paper's claims, as numbers.

Spreads are 95 % intervals: a share's is Wilson's, a mean's two standard errors to either side.
"""

import math
import statistics
import sys
from collections.abc import Callable, Iterator, Sequence
from typing import Literal

from benchmarks.locating.bisections import ROOT_SOLUTIONS, bisect_many, brute_force_many
from benchmarks.locating.omega_trees import searched
from benchmarks.report import Claim, Findings, main
from benchmarks.summaries.claims import mean_claim, share_claim
from benchmarks.worlds.walk import PROBLEM, ChainWorld, Walk, first_bad, true_error
from stepsmith.schemas.records import Claim as StepClaim
from stepsmith.schemas.records import LabelledTrajectory, Node, Problem, Step
from stepsmith.transforms.search.base import Plan, SearchResult
from stepsmith.transforms.search.first_error.binary_search import Rule, RuleName
from stepsmith.transforms.search.omega_tree.screen import draw_until_mixed
from stepsmith.transforms.verify import Tools, get_verifier


def measure(*, quick: bool) -> Findings:
    """Measure what the paper promises of its search, and what its rule costs under recovery."""
    scale = 10 if quick else 1
    claims = [
        *localisation(2_000 // scale),
        *values(60 // scale),
        *screening(4_000 // scale),
        *both_labels(100 // scale),
        *yields(40 // scale),
        answers(),
    ]
    return Findings(claims=claims, details={"spread": "95 % interval", "root": ROOT_SOLUTIONS})


def localisation(repeats: int) -> Iterator[Claim]:
    """Find the first errors of 16-step solutions, uniform over the steps, by each rule."""
    for n_steps in (8, 16, 32):
        found = bisect_many(n_steps=n_steps, recovery=0.0, rule=Rule(), repeats=repeats)
        brute = brute_force_many(n_steps=n_steps, repeats=max(1, repeats // 10))
        name = f"omega.{n_steps}_steps.no_recovery"
        wanted = n_steps == 16  # noqa: PLR2004 - the size of the paper's bar
        yield share_claim(f"{name}.mc_gt_0.exact", found.exact, target=0.97 if wanted else None)
        probes = statistics.fmean(found.probes)
        yield Claim(
            name=f"{name}.mc_gt_0.probes",
            value=round(probes, 2),
            unit="samples",
            target=32 if wanted else None,
            better="lower" if wanted else None,
        )
        yield share_claim(f"{name}.brute_force.exact", brute.exact)
        yield Claim(
            name=f"{name}.brute_force.probes", value=statistics.fmean(brute.probes), unit="samples"
        )
    cells: list[tuple[RuleName, int, float | None, Literal["higher", "lower"]]] = [
        ("mc_gt_0", 8, 0.55, "lower"),
        ("relative", 8, 0.85, "higher"),
        ("mc_gt_0", 16, None, "lower"),
        ("relative", 16, None, "higher"),
    ]
    for rule, rollouts, target, better in cells:
        found = bisect_many(
            n_steps=16, recovery=0.05, rule=Rule(name=rule), repeats=repeats, rollouts=rollouts
        )
        name = f"omega.16_steps.recovery_0.05.k_{rollouts}.{rule}.exact"
        yield share_claim(name, found.exact, target=target, better=better)
    found = bisect_many(n_steps=16, recovery=0.0, rule=Rule(name="relative"), repeats=repeats)
    yield share_claim("omega.16_steps.no_recovery.k_8.relative.exact", found.exact)


def values(problems: int) -> Iterator[Claim]:
    """Compare the values of states with the truth; their error has a binomial's size."""
    signed: list[float] = []
    bounds: list[float] = []
    world = ChainWorld(n_steps=16, success=0.95, recovery=0.05)
    for _, result in searched(world, problems, searches=50):
        for node, texts in _prefixes(result):
            truth = world.value(len(texts), intact=first_bad(texts) is None)
            if node.n_rollouts and node.value is not None:
                signed.append(node.value - truth)
                bounds.append(math.sqrt(truth * (1 - truth) / node.n_rollouts))
    bound = statistics.fmean(bounds)
    yield Claim(name="omega.value.binomial_bound", value=round(bound, 4), unit="value")
    errors = list(map(abs, signed))
    yield mean_claim(
        "omega.value.mean_absolute_error", errors, "value", target=bound, better="lower"
    )
    # Not quite nothing: whether a probe becomes a state is decided by its own completions.
    yield mean_claim("omega.value.bias", signed, "value")


def _prefixes(result: SearchResult) -> Iterator[tuple[Node, Sequence[str]]]:
    """Iterate over the nodes but the root, each with the steps of its prefix."""
    rows = {row.trajectory.id: row.trajectory for row in result.rows}
    for node in result.nodes:
        if node.trajectory_id is not None:
            yield node, [step.text for step in rows[node.trajectory_id].steps[: node.end]]


def screening(problems: int) -> Iterator[Claim]:
    """Count the problems that the filter keeps and the solutions that it draws, by pass rate."""
    kept: list[bool] = []
    for pass_rate in (0.2, 0.35, 0.5, 0.65, 0.8):
        found, draws = screened(pass_rate, problems // 5)
        kept += found
        yield Claim(
            name=f"omega.filter.pass_{pass_rate}.draws",
            value=round(statistics.fmean(draws), 2),
            unit="samples",
        )
    yield share_claim("omega.filter.kept", kept, target=0.99)
    for pass_rate in (0.0, 1.0):
        found, _ = screened(pass_rate, max(1, problems // 40))
        yield share_claim(f"omega.filter.pass_{pass_rate}.kept", found)


def screened(pass_rate: float, problems: int) -> tuple[list[bool], list[int]]:
    """Filter problems of one pass rate: whether each is kept, and how many solutions it took."""
    world = ChainWorld(n_steps=1, success=0.5, curve=lambda _: pass_rate)
    kept: list[bool] = []
    draws: list[int] = []

    def plan() -> Plan:
        drawn = yield from draw_until_mixed(PROBLEM, first=8, batch=8, limit=32)
        kept.append(drawn.one_sided is None)
        return SearchResult(rows=())

    for seed in range(problems):
        walk = Walk(world=world, seed=seed)
        walk.run(plan())
        draws.append(walk.n_samples)
    return kept, draws


def both_labels(problems: int) -> Iterator[Claim]:
    """Count the usable trees that hold both a good and a bad prefix."""
    for n_steps, success in ((16, 0.95), (12, 0.88), (6, 0.8)):
        world = ChainWorld(n_steps=n_steps, success=success)
        both = [
            {bool(node.value) for node in result.nodes[1:]} == {True, False}
            for _, result in searched(world, problems, searches=100)
        ]
        yield share_claim(f"omega.{n_steps}_steps.success_{success}.both_labels", both, target=0.9)


def yields(problems: int) -> Iterator[Claim]:
    """Count the first errors found per 1,000 samples, and how late they lie, by selector."""
    world = ChainWorld(n_steps=12, success=0.88)
    for selector in ("paper", "uniform", "stratified"):
        found = list(searched(world, problems, searches=100, selector=selector))
        rows = [[row for row in result.rows if row.first_error is not None] for _, result in found]
        walks = [walk for walk, _ in found]
        per_1000 = [
            1_000 * len(errors) / walk.n_samples for errors, walk in zip(rows, walks, strict=True)
        ]
        name = f"omega.12_steps.{selector}"
        yield mean_claim(f"{name}.first_errors", per_1000, "per 1,000 samples")
        yield mean_claim(f"{name}.samples", [float(walk.n_samples) for walk in walks], "samples")
        yield mean_claim(f"{name}.late", [_mean_of(errors, _is_late) for errors in rows], "share")
        yield mean_claim(f"{name}.exact", [_mean_of(errors, _is_exact) for errors in rows], "share")


def answers() -> Claim:
    """Count the answers that merely hold the target among their digits and pass for it."""
    verify = get_verifier("math.answer")
    accepted = [
        verify(
            StepClaim(problem=Problem(id="p", prompt="?", answer="1"), step=Step(text=text)),
            Tools(_Unasked()),
        ).outcome
        == "valid"
        for text in ("The answer is 11.", r"\boxed{11}", "#### 21", "The answer is 1.5.")
    ]
    return Claim(
        name="omega.answer.substrings_accepted",
        value=sum(accepted),
        unit="of 4",
        target=0,
        better="lower",
    )


class _Unasked:
    """A worker that plain numbers do not need."""

    def call(self, target: str, payload: bytes, *, deadline_s: float) -> bytes:
        raise AssertionError(target, payload, deadline_s)


LATE_FROM = 9
"""The last three of twelve steps."""


def _is_late(row: LabelledTrajectory) -> bool:
    return (row.first_error or 0) >= LATE_FROM


def _is_exact(row: LabelledTrajectory) -> bool:
    return row.first_error == true_error(row.trajectory)


def _mean_of(
    rows: Sequence[LabelledTrajectory], holds: Callable[[LabelledTrajectory], bool]
) -> float:
    return statistics.fmean(map(holds, rows))


if __name__ == "__main__":
    sys.exit(main("papers_omega", measure))
