"""Step verifiers against people: precision, recall, false alarms, reach and speed.

Five sets: three in which people marked the first wrong step (sums of BIG-Bench-Mistake, StepVerify,
MR-Ben's mathematics), two whose steps are right (PRMBench's original chains, GSM8K's solutions).
Each is split by a hash of the problem: rules were made by looking at the `tune` half alone, and
`held-back` says what they are worth. Steps after the first error are not counted, people said
nothing of them. `naive` is a pattern `a op b = c` without guards, on the same steps; `fused` is all
step verifiers together. `audited` numbers count a refutation as right where a reader of
`docs/audited_disagreements.toml` found that people had passed a false equation; what is not in that
list counts as people said. Speed counts processor time, of one thread and the one worker process
that it asks; it is the best of three.
"""

import dataclasses
import os
import sys
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from benchmarks.data.audited import (
    audited_false_alarms,
    audited_precision,
    disagreements,
    read_audited,
)
from benchmarks.data.folder import data_folder
from benchmarks.data.step_sets import (
    SETS,
    naive_opinion,
    read_set,
)
from benchmarks.report import Claim, Findings, main
from benchmarks.summaries.plots import draw_shares
from benchmarks.usage.processor import cpu_s
from stepsmith.pipelines.audit import HumanLabelled, Judged, Rate, Scores, judge_solutions, score
from stepsmith.pipelines.audit.command import HALVES, Half, default_verifiers, half_of
from stepsmith.sandboxes import WorkerPool
from stepsmith.transforms.verify import Tools

QUICK = 40
SPEED_SOLUTIONS = 400

Parts = Mapping[tuple[str, Half], Sequence[Judged]]


def measure(*, quick: bool) -> Findings:
    """Judge all steps with each verifier, and count against what people said."""
    folder = data_folder()
    solutions = {each.name: read_set(each, folder, most=QUICK if quick else None) for each in SETS}
    names = default_verifiers()
    with WorkerPool(len(os.sched_getaffinity(0))) as pool:
        judged = {
            name: with_naive(judge_solutions(found, names, Tools(pool)))
            for name, found in solutions.items()
        }
    parts: Parts = {
        (name, half): in_half(found, half) for name, found in judged.items() for half in HALVES
    }
    claims = [*pooled_claims(judged), *set_claims(judged), *speed_claims(solutions, names)]
    details = {
        "verifiers": list(names),
        "parts": {f"{name}.{half}": rows(found) for (name, half), found in parts.items() if found},
        "pooled": {half: pooled_rows(parts, half) for half in HALVES},
        "disagreements": list(listed(judged)),
    }
    return Findings(claims=claims, details=details, plot=partial(plot_shares, claims))


def plot_shares(claims: Iterable[Claim], path: Path) -> None:
    """Draw precision and recall of all verifiers together, by set with errors."""
    found = {claim.name.removeprefix("steps."): claim for claim in claims}
    names = [each.name for each in SETS if each.has_errors]
    shares = {
        kind: {
            name.replace("_", " "): (claim.value, *(claim.spread or (claim.value,) * 2))
            for name, claim in ((name, found[f"{name}.{kind}"]) for name in names)
        }
        for kind in ("precision", "recall")
    }
    draw_shares(shares, path, title="Refuted steps against people's first errors, 95 % intervals")


def with_naive(judged: Iterable[Judged]) -> list[Judged]:
    """Add what the naive pattern says of the same steps."""
    return [
        dataclasses.replace(each, labels={"naive": naive_opinion(each.solution.steps)})
        for each in judged
    ]


def in_half(judged: Iterable[Judged], half: Half) -> list[Judged]:
    """Return the solutions of a half's problems."""
    return [each for each in judged if half_of(each.solution.problem) == half]


def pooled_claims(judged: Mapping[str, Sequence[Judged]]) -> Iterator[Claim]:
    """State the numbers over all sets with errors, and over all without."""
    audited = read_audited()
    wrong = {each.name: judged[each.name] for each in SETS if each.has_errors}
    right = {each.name: judged[each.name] for each in SETS if not each.has_errors}
    report = score([each for found in wrong.values() for each in found])
    for row in (*report.verifiers, *report.labels):
        yield rate_claim(f"precision.{row.name}", row.precision)
        yield rate_claim(f"recall.{row.name}", row.recall)
    yield rate_claim("precision", report.fused.precision, least=0.93)
    yield rate_claim("precision.audited", audited_precision(wrong, audited), least=0.95)
    yield rate_claim("recall", report.fused.recall)
    alarms = score([each for found in right.values() for each in found])
    for row in (*alarms.verifiers, *alarms.labels):
        yield alarm_claim(f"false_alarms.{row.name}", row.false_alarms)
    yield alarm_claim("false_alarms", alarms.fused.false_alarms, most=1.0)
    yield alarm_claim("false_alarms.audited", audited_false_alarms(right, audited))


def set_claims(judged: Mapping[str, Sequence[Judged]]) -> Iterator[Claim]:
    """State each set's recall of first errors and how many of its steps are checked."""
    least = {"multistep_arithmetic.recall": 0.97, "mr_ben_math.checked": 0.5}
    for each in SETS:
        found = judged[each.name]
        fused = score(found).fused
        if each.has_errors:
            name = f"{each.name}.recall"
            yield rate_claim(name, fused.recall, least=least.get(name))
            yield rate_claim(f"{each.name}.precision", fused.precision)
        name = f"{each.name}.checked"
        yield rate_claim(name, fused.checked, least=least.get(name))
        yield rate_claim(f"{each.name}.checked_of_equations", checked_of_equations(found))


def checked_of_equations(judged: Iterable[Judged]) -> Rate:
    """Return the share of the steps with an equals sign in which some relation was checked."""
    checked = [
        any(opinion.checked[index] for opinion in each.opinions.values())
        for each in judged
        for index, step in enumerate(each.solution.steps)
        if "=" in step or "\\approx" in step or "≈" in step
    ]
    return Rate(sum(checked), len(checked))


def rate_claim(name: str, rate: Rate, *, least: float | None = None) -> Claim:
    """State a share with its Wilson interval; one of nothing is 0, of an interval [0, 1]."""
    low, high = rate.interval
    return Claim(
        name=f"steps.{name}",
        value=round(rate.value or 0.0, 4),
        unit="share",
        spread=(round(low, 4), round(high, 4)),
        target=least,
        better=None if least is None else "higher",
    )


def alarm_claim(name: str, rate: Rate, *, most: float | None = None) -> Claim:
    """State false alarms per thousand steps that people passed."""
    low, high = rate.interval
    return Claim(
        name=f"steps.{name}",
        value=round(1_000 * (rate.value or 0.0), 3),
        unit="per 1,000 right steps",
        spread=(round(1_000 * low, 3), round(1_000 * high, 3)),
        target=most,
        better=None if most is None else "lower",
    )


def speed_claims(
    solutions: Mapping[str, Sequence[HumanLabelled]], names: Sequence[str]
) -> Iterator[Claim]:
    """State steps a second of processor time, of caller and worker together."""
    few = [each for found in solutions.values() for each in found[:SPEED_SOLUTIONS]]
    n_steps = sum(len(each.steps) for each in few)
    began = time.process_time()
    for each in few:
        naive_opinion(each.steps)
    naive_s = time.process_time() - began
    yield Claim(name="steps.naive.speed", value=round(n_steps / naive_s), unit="steps/s/core")
    seconds = [judging_s(few, names[:1]) for _ in range(3)]
    yield Claim(
        name="steps.math.arithmetic.speed",
        value=round(n_steps / min(seconds)),
        unit="steps/s/core",
        spread=(round(n_steps / max(seconds)), round(n_steps / min(seconds))),
        target=5_000,
        better="higher",
    )
    yield Claim(
        name="steps.math.arithmetic.speed_to_naive",
        value=round(naive_s / min(seconds), 4),
        unit="of the naive pattern's",
    )
    if len(names) > 1:
        together = round(n_steps / judging_s(few, names))
        yield Claim(name="steps.fused.speed", value=together, unit="steps/s/core")


def judging_s(solutions: Sequence[HumanLabelled], names: Sequence[str]) -> float:
    """Return the processor time of one thread and one worker, which has started already."""
    with WorkerPool(1) as pool:
        tools = Tools(pool)
        judge_solutions(solutions[:10], names, tools, threads=1)
        return cpu_s(pool, lambda: judge_solutions(solutions, names, tools, threads=1))


def rows(judged: Sequence[Judged]) -> dict[str, dict[str, Any]]:
    """Return all that is counted of each verifier, of all together and of the naive pattern."""
    report = score(judged)
    return {row.name: row_of(row) for row in (*report.verifiers, report.fused, *report.labels)}


def pooled_rows(parts: Parts, half: Half) -> dict[str, dict[str, Any]]:
    """Return the same over the sets with errors."""
    names = {each.name for each in SETS if each.has_errors}
    found = [
        each for (name, of), some in parts.items() if of == half and name in names for each in some
    ]
    return rows(found)


def row_of(row: Scores) -> dict[str, Any]:
    """Return one row's numbers, shares as [hits, of]."""
    shares = {
        "precision": row.precision,
        "recall": row.recall,
        "localisation": row.localisation,
        "right_passed": row.right_passed,
        "false_alarms": row.false_alarms,
        "checked": row.checked,
    }
    return {
        **{name: [rate.hits, rate.of] for name, rate in shares.items()},
        "f1": row.f1,
        "abstained": {why: rate.hits for why, rate in row.abstained.items()},
    }


def listed(judged: Mapping[str, Sequence[Judged]]) -> Iterator[dict[str, Any]]:
    """Yield the steps that people passed and a verifier refutes, each once, and who is right."""
    audited = read_audited()
    seen: set[tuple[str, str]] = set()
    for name, found in judged.items():
        for each in disagreements(name, found):
            if each.key not in seen:
                seen.add(each.key)
                half, right = half_of(each.problem), audited.get(each.key, "not read")
                yield {**dataclasses.asdict(each), "half": half, "right": right}


if __name__ == "__main__":
    sys.exit(main("steps", measure))
