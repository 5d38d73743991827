"""Estimating a run before anything is spent on it: from stated rates, or from a probe."""

import dataclasses
from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from stepsmith.pipelines.estimate import Estimate, describe, extrapolate, hours, write_estimate
from stepsmith.pipelines.probe import first_problems, search_ahead
from stepsmith.schemas.errors import StepsmithError, UsageError, UserError
from stepsmith.schemas.records import Problem
from stepsmith.transforms.beam.files import AnyFiles, files_of
from stepsmith.transforms.drive.rehearse import Cost, Rates, rehearse
from stepsmith.transforms.job import Job
from stepsmith.transforms.search import runs_programs

N_REHEARSED = 200
"""Simulated problems of an estimate from rates."""
DEFAULT_TOKENS_PER_S = 500.0
DEFAULT_ACTIONS = 2.0
"""Blocks of code that a solution runs on the way, of a strategy that runs any."""


def plan(
    job: Job,
    *,
    rates: Mapping[str, Any],
    probe: int | None = None,
    problems: int | None = None,
    tokens_per_s: float | None = None,
    as_json: bool = False,
) -> str:
    """Estimate a run by a probe if one is asked for, else by rates, and show the estimate."""
    if tokens_per_s is not None and not tokens_per_s > 0:
        msg = f"--tokens-per-s {tokens_per_s:g}: an engine writes some"
        raise UserError(msg)
    if problems is not None and problems < 0:
        msg = f"--problems {problems}: there are none or more"
        raise UserError(msg)
    if probe is None:
        stated = _rates(job, rates)
        estimate = plan_by_rates(job, stated, problems=problems, tokens_per_s=tokens_per_s)
    elif rates:
        options = ", ".join(f"--{name.replace('_', '-')}" for name in rates)
        msg = f"--probe measures what {options} would state: give one or the other"
        raise UsageError(msg)
    else:
        estimate = plan_by_probe(job, probe, problems=problems, tokens_per_s=tokens_per_s)
    if as_json:
        return msgspec.json.encode(estimate).decode()
    return f"{describe(estimate, job.recipe.name)}\n  written to {job.layout.estimate}"


def _rates(job: Job, given: Mapping[str, Any]) -> Rates:
    """Return the rates as given, with usual ones for what is not: only some strategies run code."""
    kind = job.recipe.strategy.kind
    stated = Rates(**given)
    if runs_programs(kind):
        usual = min(DEFAULT_ACTIONS, stated.steps - 1)
        return stated if "actions" in given else dataclasses.replace(stated, actions=usual)
    if stated.actions:
        msg = f"--actions {stated.actions:g}: {kind} runs no code on the way"
        raise UserError(msg)
    return stated


def plan_by_rates(
    job: Job, rates: Rates, *, problems: int | None = None, tokens_per_s: float | None = None
) -> Estimate:
    """Estimate a run from what is assumed of the policy; asks no engine.

    The recipe's own strategy searches simulated problems. `problems` is read off the source where
    it is not given. Raises `UserError` for a strategy that needs real problems.
    """
    _check_rates(rates)
    n_problems = _count(job) if problems is None else problems
    speed = DEFAULT_TOKENS_PER_S if tokens_per_s is None else tokens_per_s
    costs = _rehearse(job, rates)
    totals = extrapolate(costs, n_problems)
    return _write(
        job,
        Estimate(
            recipe_digest=job.digest,
            method="rates",
            n_problems=n_problems,
            n_tried=len(costs),
            rates=_stated(rates),
            totals=totals,
            tokens_per_s=speed,
            engine_hours=hours(totals.tokens, speed),
        ),
    )


def _stated(rates: Rates) -> dict[str, float]:
    """Return the rates that matter: of actions nothing is said where none are taken."""
    return {
        name: value
        for name, value in dataclasses.asdict(rates).items()
        if name != "actions" or value
    }


def plan_by_probe(
    job: Job, count: int, *, problems: int | None = None, tokens_per_s: float | None = None
) -> Estimate:
    """Estimate a run from its first `count` problems, which it will not have to pay for again.

    The engine's speed is measured, unless `tokens_per_s` is given. A few problems do not fill an
    engine as a run does: the hours are then too many.
    """
    if count < 1:
        msg = f"--probe {count}: at least one problem, and ten tell more"
        raise UserError(msg)
    chosen = first_problems(_problems(job), count)
    probed = search_ahead(job, chosen)
    if not probed.costs:
        msg = f"all of the {len(chosen)} probed problems failed: run the recipe to see why"
        raise UserError(msg)
    n_problems = _count(job) if problems is None else problems
    totals = extrapolate(probed.costs, n_problems)
    speed = probed.tokens_per_s if tokens_per_s is None else tokens_per_s
    return _write(
        job,
        Estimate(
            recipe_digest=job.digest,
            method="probe",
            n_problems=n_problems,
            n_tried=len(chosen),
            n_failed=probed.n_failed,
            totals=totals,
            tokens_per_s=speed,
            engine_hours=None if speed is None else hours(totals.tokens, speed),
        ),
    )


def _rehearse(job: Job, rates: Rates) -> list[Cost]:
    try:
        return list(rehearse(job.strategy(), rates, n_problems=N_REHEARSED, seed=job.recipe.seed))
    except StepsmithError as error:
        kind = job.recipe.strategy.kind
        msg = f"{kind} cannot be rehearsed with simulated problems ({error}); use --probe"
        raise UserError(msg) from error


def _check_rates(rates: Rates) -> None:
    for name in ("step_success", "recovery"):
        value: float = getattr(rates, name)
        if not 0.0 <= value <= 1.0:
            msg = f"--{name.replace('_', '-')} {value:g}: it must lie in [0, 1]"
            raise UserError(msg)
    if rates.steps < 1:
        msg = f"--steps {rates.steps}: a solution has at least one"
        raise UserError(msg)
    if not 0.0 <= rates.actions <= rates.steps - 1:
        msg = f"--actions {rates.actions:g}: each stands behind one of the {rates.steps} steps,"
        msg += " and none behind the last"
        raise UserError(msg)


def _problems(job: Job) -> Iterator[Problem]:
    source, files = job.source(), AnyFiles()
    for part in source.parts(files):
        for record in source.read(part, files):
            if isinstance(record, Problem):
                yield record


def _count(job: Job) -> int:
    return sum(1 for _ in _problems(job))


def _write(job: Job, estimate: Estimate) -> Estimate:
    write_estimate(files_of(job.root), job.layout.estimate, estimate)
    return estimate
