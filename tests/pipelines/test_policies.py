"""Further policies of a recipe in a whole run, and searches that have a deadline."""

from collections.abc import Iterator
from pathlib import Path
from random import Random

import pyarrow.parquet as pq
import pytest

from stepsmith.pipelines.manifest import Manifest
from stepsmith.pipelines.run import RunOptions, make_job, run
from stepsmith.schemas import Problem, UnknownNameError, UserError
from stepsmith.transforms.search import STRATEGIES, Plan, Sample, SearchResult, draw, draw_each
from tests.pipelines.runs import digests, write_recipe

TEACHER = """
[policies.teacher]
kind = "simulated"
error_rate = 0.0

[policies.teacher.engine]
latency_s = 0.0

[policies.unasked]
kind = "openai"
engine_url = "http://127.0.0.1:9"
model = "nobody"
prompt = "gsm8k"
"""


def taught(problem: Problem, rng: Random, *, teacher: str = "teacher") -> Plan:
    """Ask the run's own policy and the teacher."""
    [_, [attempt]] = yield from draw_each(
        (Sample(path="own"), Sample(path="taught", policy=teacher))
    )
    assert attempt.answer == problem.answer
    return SearchResult(rows=())


def slow(problem: Problem, rng: Random) -> Plan:
    """Ask, then ask one that does not answer."""
    yield from draw(Sample(path="own"))
    yield from draw(Sample(path="taught", policy="teacher"))
    return SearchResult(rows=())


@pytest.fixture
def recipe(tmp_path: Path) -> Iterator[Path]:
    STRATEGIES.load()
    kept = dict(STRATEGIES._entries)
    for name, plan in (("test.taught", taught), ("test.slow", slow)):
        STRATEGIES.add(name, plan, module=__name__, summary="")
    path = write_recipe(tmp_path, problems=6)
    text = path.read_text()
    start, end = text.index("[strategy]"), text.index("[verify]")
    path.write_text(f'{text[:start]}[strategy]\nkind = "test.taught"\n\n{text[end:]}{TEACHER}')
    yield path
    STRATEGIES._entries = kept


def finished(recipe: Path, root: Path, *overrides: str) -> Manifest:
    manifest = run(
        make_job(str(recipe), output=str(root), overrides=overrides), RunOptions(quiet=True)
    )
    assert manifest is not None
    return manifest


def test_a_further_policy_is_opened_when_it_is_asked_and_counted_apart(
    recipe: Path, tmp_path: Path
) -> None:
    manifest = finished(recipe, tmp_path / "out")
    assert manifest.counts.rollouts == 12
    assert manifest.run["engine"]["n_samples"] == 6
    assert {name: usage["n_samples"] for name, usage in manifest.run["policies"].items()} == {
        "teacher": 6
    }


def test_how_a_further_policy_is_served_changes_no_byte_and_what_it_writes_does(
    recipe: Path, tmp_path: Path
) -> None:
    finished(recipe, tmp_path / "a")
    finished(recipe, tmp_path / "b", "policies.teacher.engine.latency_s=0.005")
    assert digests(tmp_path / "b") == digests(tmp_path / "a")
    jobs = [
        make_job(str(recipe), output=None, overrides=overrides).digest
        for overrides in (
            [],
            ["policies.unasked.prompt=arithmetic"],
            ["policies.other.kind=simulated"],
        )
    ]
    assert len(set(jobs)) == 3


def test_a_strategy_that_asks_an_unknown_policy_is_told_the_nearest_before_anything_runs(
    recipe: Path, tmp_path: Path
) -> None:
    with pytest.raises(UnknownNameError, match=r"no policy 'techer' .*; did you mean 'teacher'"):
        finished(recipe, tmp_path / "out", "strategy.teacher=techer")
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("override", "message"),
    [
        ("policies.teacher.kind=simulatd", r"no policy 'simulatd'; did you mean 'simulated'"),
        (
            "policies.teacher.eror_rate=0.1",
            r"\[policies.teacher\] kind='simulated': unknown option 'eror_rate'",
        ),
        (
            "policies.teacher.latency_s=0.1",
            r"latency_s stands in \[policies.teacher\] and in \[policies.teacher.engine\]",
        ),
        ("policies.unasked.engine=3", r"\[policies.unasked.engine\] is a table: Expected"),
        ("window=0", "window = 0: at least one problem"),
        ("plan_deadline_s=0", "plan_deadline_s = 0"),
    ],
)
def test_wrong_options_are_found_before_anything_is_opened(
    recipe: Path, override: str, message: str
) -> None:
    with pytest.raises(UserError, match=message):
        make_job(str(recipe), output=None, overrides=[override])


def test_a_search_past_its_deadline_fails_alone_and_its_replies_are_kept(
    recipe: Path, tmp_path: Path
) -> None:
    manifest = finished(
        recipe,
        tmp_path / "out",
        "strategy.kind=test.slow",
        "policies.teacher.engine.latency_s=1000",
        "plan_deadline_s=5",  # time enough for the first sample, on any machine
        "max_error_rate=1.0",
    )
    assert (manifest.counts.failed, manifest.counts.rollouts) == (6, 6)
    errors = pq.read_table(tmp_path / "out/errors", columns=["kind"])
    assert set(errors.column("kind").to_pylist()) == {"PlanDeadlineError"}
