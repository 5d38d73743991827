"""Planning: totals with intervals, by rates or by a probe that is not paid for twice."""

import json
from pathlib import Path
from typing import Any

import msgspec
import pytest

from stepsmith.pipelines.cli import main
from stepsmith.pipelines.estimate import Estimate, extrapolate, read_estimate
from stepsmith.pipelines.manifest import Manifest
from stepsmith.pipelines.plan import plan, plan_by_probe, plan_by_rates
from stepsmith.pipelines.run import RunOptions, make_job, run
from stepsmith.pipelines.summary import summary
from stepsmith.schemas.errors import RunError, UserError
from stepsmith.transforms.drive.rehearse import Cost, Rates
from stepsmith.transforms.files import LocalFiles
from stepsmith.transforms.job import Job
from stepsmith.transforms.sink.read import read_trajectories
from tests.pipelines.runs import digests, write_recipe


@pytest.fixture
def recipe(tmp_path: Path) -> Path:
    return write_recipe(tmp_path)


def job_of(recipe: Path, root: Path, *overrides: str) -> Job:
    return make_job(str(recipe), output=str(root), overrides=overrides)


def finish(job: Job) -> Manifest:
    manifest = run(job, RunOptions(quiet=True))
    assert manifest is not None
    return manifest


def test_totals_that_hold_nine_times_in_ten() -> None:
    costs = [Cost(samples=n % 7, tokens=100.0 * (n % 7), rows=1) for n in range(70)]
    totals = extrapolate(costs, 1_000)
    assert totals.samples.expected == pytest.approx(3_000)
    # The mean of 70 has a standard error of 2 / sqrt(70); chance adds 2 * sqrt(1000).
    spread = 1.645 * 2.0 * (1_000**2 / 70 + 1_000) ** 0.5
    assert totals.samples.low == pytest.approx(3_000 - spread, rel=0.03)
    assert totals.samples.high == pytest.approx(3_000 + spread, rel=0.03)
    assert totals.tokens.expected == pytest.approx(300_000)
    assert (totals.rows.low, totals.rows.high) == (1_000, 1_000)


def test_rates_give_the_strategys_own_numbers_for_the_problems_of_the_source(
    recipe: Path, tmp_path: Path
) -> None:
    rates = Rates(steps=4, tokens_per_step=10, question_tokens=50)
    estimate = plan_by_rates(job_of(recipe, tmp_path / "out"), rates, tokens_per_s=100)
    assert (estimate.method, estimate.n_problems, estimate.n_tried) == ("rates", 12, 200)
    assert estimate.totals.samples.expected == 12 * (2 + 2 * 3 * 3)
    assert estimate.totals.tokens.expected == 12 * (2 * 40 + 2 * 3 * (30 + 20 + 10))
    assert estimate.totals.rows.expected == 24
    assert estimate.engine_hours is not None
    assert estimate.engine_hours.expected == pytest.approx(12 * 440 / 360_000)
    wished = plan_by_rates(job_of(recipe, tmp_path / "out"), rates, problems=1_000)
    assert wished.totals.samples.expected == 20_000
    files = LocalFiles()
    job = job_of(recipe, tmp_path / "out")
    assert read_estimate(files, job.layout.estimate, digest=job.digest) == wished
    assert read_estimate(files, job.layout.estimate, digest="another") is None


def test_a_probe_of_all_problems_is_exact_and_the_run_samples_nothing_more(
    recipe: Path, tmp_path: Path
) -> None:
    finish(job_of(recipe, tmp_path / "unplanned"))
    job = job_of(recipe, tmp_path / "out")
    estimate = plan_by_probe(job, 12)
    assert not list((tmp_path / "out").glob("searched/*"))
    manifest = finish(job)
    planned = manifest.run["planned"]
    for name in ("samples", "prompt_tokens", "tokens", "rows"):
        assert planned[name]["ratio"] == pytest.approx(1)
        assert planned[name]["planned"] == pytest.approx(getattr(estimate.totals, name).expected)
    assert manifest.run["engine"]["n_samples"] == 0
    assert digests(tmp_path / "out") == digests(tmp_path / "unplanned")


def test_a_run_after_a_probe_pays_for_the_rest_and_says_how_far_off_the_plan_was(
    recipe: Path, tmp_path: Path
) -> None:
    finish(job_of(recipe, tmp_path / "unplanned"))
    job = job_of(recipe, tmp_path / "out")
    estimate = plan_by_probe(job, 5)
    assert (estimate.n_problems, estimate.n_tried, estimate.n_failed) == (12, 5, 0)
    probed = estimate.totals.samples.expected * 5 / 12
    manifest = finish(job)
    assert manifest.run["engine"]["n_samples"] == pytest.approx(manifest.counts.samples - probed)
    assert digests(tmp_path / "out") == digests(tmp_path / "unplanned")
    lines = summary(job, manifest).splitlines()
    [line] = [line for line in lines if line.startswith("  planned")]
    samples = estimate.totals.samples.expected
    assert f"samples {manifest.counts.samples:,} of {samples:,.0f} (" in line
    assert line.endswith(f"{manifest.counts.samples / samples:.2f} times")


def test_a_probe_of_a_search_that_is_fitted_later_changes_no_row(
    recipe: Path, tmp_path: Path
) -> None:
    options = (
        'strategy={kind="bisect", solutions=2, searches=8, slack=1.0, budget=8, batch=1}',
        "pilot=4",
        "policy.error_rate=0.3",
    )
    probed, plain = (job_of(recipe, tmp_path / name, *options) for name in ("probed", "plain"))
    plan_by_probe(probed, 12)
    finish(probed)
    finish(plain)
    rows = [set(read_trajectories(LocalFiles(), job.root)) for job in (probed, plain)]
    assert rows[0] == rows[1]


def test_a_probe_may_be_repeated_and_extended(recipe: Path, tmp_path: Path) -> None:
    job = job_of(recipe, tmp_path / "out")
    first = plan_by_probe(job, 4)
    assert plan_by_probe(job, 4).totals == first.totals
    assert plan_by_probe(job, 4).engine_hours is None
    assert plan_by_probe(job, 4, tokens_per_s=50).engine_hours is not None
    assert plan_by_probe(job, 8).n_tried == 8


def test_an_estimate_of_another_recipe_is_not_compared(recipe: Path, tmp_path: Path) -> None:
    plan_by_rates(job_of(recipe, tmp_path / "out"), Rates())
    job = job_of(recipe, tmp_path / "out", "strategy.rollouts=2")
    manifest = finish(job)
    assert "planned" not in manifest.run
    assert "planned " not in summary(job, manifest).replace("12 planned", "")


def test_failed_problems_are_counted_and_a_probe_of_only_such_says_so(
    recipe: Path, tmp_path: Path
) -> None:
    problems = tmp_path / "problems.jsonl"
    with problems.open("a") as file:
        file.write(json.dumps({"question": "no sum in here", "answer": "2"}) + "\n")
    assert plan_by_probe(job_of(recipe, tmp_path / "out"), 13).n_failed == 1
    problems.write_text(problems.read_text().splitlines()[-1])
    with pytest.raises(UserError, match="all of the 1 probed problems failed"):
        plan_by_probe(job_of(recipe, tmp_path / "other"), 3)


def test_a_folder_with_shards_or_another_recipe_is_not_probed(recipe: Path, tmp_path: Path) -> None:
    finish(job_of(recipe, tmp_path / "out"))
    with pytest.raises(UserError, match="has begun: to go on, run the recipe"):
        plan_by_probe(job_of(recipe, tmp_path / "out"), 3)
    with pytest.raises(RunError, match="another recipe"):
        plan_by_probe(job_of(recipe, tmp_path / "out", "seed=9"), 3)


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ({"probe": 3, "rates": {"steps": 4}}, "--probe measures what --steps would state"),
        ({"probe": 0}, "--probe 0: at least one problem"),
        ({"rates": {"step_success": 1.5}}, r"--step-success 1\.5: it must lie in \[0, 1\]"),
        ({"rates": {"steps": 0}}, "--steps 0: a solution has at least one"),
        ({"tokens_per_s": 0.0}, "--tokens-per-s 0: an engine writes some"),
        ({"problems": -1}, "--problems -1: there are none or more"),
        ({"rates": {"actions": 2.0}}, "--actions 2: monte_carlo runs no code on the way"),
    ],
)
def test_what_makes_no_sense_is_refused(
    recipe: Path, tmp_path: Path, asked: dict[str, Any], message: str
) -> None:
    nothing = {"rates": {}, "probe": None, "problems": None, "tokens_per_s": None, "as_json": False}
    with pytest.raises(UserError, match=message):
        plan(job_of(recipe, tmp_path / "out"), **{**nothing, **asked})


@pytest.mark.parametrize(
    ("stated", "samples", "words"),
    [
        ([], 12, "actions 2"),
        (["--actions", "0"], 4, ""),
        (["--steps", "2"], 8, "actions 1"),
        (["--actions", "5"], 24, "actions 5"),
    ],
)
def test_a_strategy_that_runs_code_is_expected_to_go_on_from_it(
    recipe: Path,
    tmp_path: Path,
    stated: list[str],
    samples: int,
    words: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    options = ["--set", 'strategy={kind = "tool_use"}', "--problems", "1000", *stated]
    assert main(["plan", str(recipe), "--output", str(tmp_path / "out"), *options]) == 0
    printed = capsys.readouterr().out
    [line] = [line for line in printed.splitlines() if line.startswith("  samples ")]
    assert float(line.split()[1].replace(",", "")) == pytest.approx(1000 * samples, rel=0.05)
    assert printed.count("actions") == (1 if words else 0)
    assert words in printed


def test_no_block_of_code_stands_behind_the_last_step(
    recipe: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    options = ["--set", 'strategy={kind = "tool_use"}', "--actions", "6"]
    assert main(["plan", str(recipe), "--output", str(tmp_path / "out"), *options]) == 1
    assert "--actions 6: each stands behind one of the 6" in capsys.readouterr().err


def test_the_command_prints_a_table_or_one_json_object(
    recipe: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    root = tmp_path / "out"
    command = ["plan", str(recipe), "--output", str(root), "--problems", "5000", "--steps", "4"]
    assert main(command) == 0
    assert capsys.readouterr().out == (
        "sums: 5,000 problems, judging by 200 simulated ones (90 % intervals)\n"
        "  samples        100,000 (100,000 to 100,000)\n"
        "  prompt tokens  13,600,000 (13,600,000 to 13,600,000)\n"
        "  reply tokens   4,400,000 (4,400,000 to 4,400,000)\n"
        "  rows           10,000 (10,000 to 10,000)\n"
        "  engine hours   2.44 (2.44 to 2.44), at 500 reply tokens/s\n"
        "  if these hold: steps 4, step_success 0.9, recovery 0.02, tokens_per_step 20, "
        "question_tokens 100\n"
        f"  written to {root}/estimate.json\n"
    )
    assert main([*command, "--json"]) == 0
    printed = msgspec.json.decode(capsys.readouterr().out, type=Estimate)
    written = msgspec.json.decode((root / "estimate.json").read_bytes(), type=Estimate)
    assert printed == written
