"""The pilot of a run: searched first, once, and the same however the run is cut or cut off."""

import concurrent.futures
import dataclasses
import inspect
import json
import shutil
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest

from stepsmith.pipelines.manifest import Manifest
from stepsmith.pipelines.run import RunOptions, make_job, run
from stepsmith.schemas import LabelledTrajectory, Problem, Rollout, Sampling
from stepsmith.schemas.arrow import ROLLOUTS, TABLES
from stepsmith.schemas.errors import EngineError, RecipeError
from stepsmith.transforms.beam.fit import SampleProblems
from stepsmith.transforms.beam.journals import journal_path
from stepsmith.transforms.beam.open_shards import OpenShards
from stepsmith.transforms.beam.pilot import recall_pilot, strategy_after
from stepsmith.transforms.files import LocalFiles
from stepsmith.transforms.job import Job
from stepsmith.transforms.label.fitted import entry, read_prior
from stepsmith.transforms.label.posterior import FIT
from stepsmith.transforms.label.prior import Prior, default_prior
from stepsmith.transforms.policy import Reply, Request
from stepsmith.transforms.policy.journal import Journal, key_of
from stepsmith.transforms.policy.simulated import SimulatedPolicy
from stepsmith.transforms.sink.read import read_trajectories
from stepsmith.transforms.sink.shards import read_shard, write_shard
from tests.pipelines.runs import digests, write_recipe

BISECT = 'strategy={kind="bisect", solutions=2, budget=6, confidence=0.97}'
POSTERIOR = 'label={kind="posterior"}'


@pytest.fixture
def recipe(tmp_path: Path) -> Path:
    return write_recipe(tmp_path)


def job_of(recipe: Path, root: Path, *overrides: str) -> Job:
    return make_job(str(recipe), output=str(root), overrides=[BISECT, POSTERIOR, *overrides])


def finish(
    recipe: Path, root: Path, *overrides: str, workers: int = 1, fresh: bool = False
) -> Manifest:
    job = job_of(recipe, root, "pilot=5", *overrides)
    manifest = run(job, RunOptions(quiet=True, workers=workers, fresh=fresh))
    assert manifest is not None
    return manifest


def rows(root: Path) -> set[LabelledTrajectory]:
    return set(read_trajectories(LocalFiles(), str(root)))


def pilot_of(root: Path) -> set[str]:
    """Return the problems whose replies the pilot kept."""
    paths = sorted((root / "pilot").glob("*.parquet"))
    replies = [one for path in paths for one in read_shard(LocalFiles(), str(path), ROLLOUTS)]
    return {reply.problem_id for reply in replies}


class Asked:
    """What the simulated policy was asked for in this process; it may die.

    `before` holds the draws before the file `until` was there.
    """

    def __init__(self) -> None:
        self.draws: Counter[tuple[str, str, int]] = Counter()
        self.dies_after: int | None = None
        self.until: Path | None = None
        self.before: set[tuple[str, str, int]] = set()

    @property
    def problems(self) -> set[str]:
        return {problem for problem, _, _ in self.draws}

    def count(self, request: Request) -> None:
        if self.dies_after is not None and self.draws.total() >= self.dies_after:
            msg = "the engine is gone"
            raise EngineError(msg)
        text = "".join(step.text for step in request.prefix)
        for index in range(request.n):
            draw = request.problem.id, text, request.seed + index
            self.draws[draw] += 1
            if self.until is not None and not self.until.exists():
                self.before.add(draw)


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> Asked:
    asked, sample = Asked(), SimulatedPolicy.sample

    async def counted(self: SimulatedPolicy, request: Request) -> tuple[Reply, ...]:
        asked.count(request)
        return await sample(self, request)

    monkeypatch.setattr(SimulatedPolicy, "sample", counted)
    return asked


def test_the_pilot_is_the_smallest_hashes_and_its_prior_is_used(
    recipe: Path, tmp_path: Path
) -> None:
    root = tmp_path / "out"
    finish(recipe, root)
    done = rows(root)
    ranked = sorted({row.problem.id for row in done}, key=lambda name: entry(name, None)[0])
    assert pilot_of(root) == set(ranked[:5])
    written = json.loads((root / "pilot.json").read_text())
    assert (written["fitted_by"], written["n_problems"]) == ("bisect", 5)
    prior = read_prior(
        LocalFiles(), str(root / "pilot.json"), FIT, digest=job_of(recipe, root, "pilot=5").digest
    )
    assert isinstance(prior, Prior)
    assert prior.weights != default_prior().weights


def test_the_shard_count_changes_neither_a_row_nor_the_pilot(recipe: Path, tmp_path: Path) -> None:
    finish(recipe, tmp_path / "one", "shards=1")
    finish(recipe, tmp_path / "five", "shards=5")
    assert rows(tmp_path / "one") == rows(tmp_path / "five")
    assert len({(tmp_path / name / "pilot.json").read_bytes() for name in ("one", "five")}) == 1


@pytest.mark.slow
@pytest.mark.parametrize("shards", [1, 5])
def test_two_workers_write_the_bytes_of_one(recipe: Path, tmp_path: Path, shards: int) -> None:
    finish(recipe, tmp_path / "one", f"shards={shards}")
    finish(recipe, tmp_path / "two", f"shards={shards}", workers=2)
    assert digests(tmp_path / "two") == digests(tmp_path / "one")
    pilots = {(tmp_path / name / "pilot.json").read_bytes() for name in ("one", "two")}
    assert len(pilots) == 1


AFTER = (*TABLES, "searched", "judged", "status", "prior.json", "_MANIFEST.json", "_SUCCESS")


def cut_off(root: Path, *names: str) -> None:
    """Leave what a run leaves that was killed before these files were there."""
    for name in names:
        path = root / name
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)
    (root / "journal").mkdir(exist_ok=True)


@pytest.mark.slow
@pytest.mark.parametrize("also", [(), ("pilot.json",)], ids=["fitted", "not yet fitted"])
def test_a_run_cut_off_after_the_pilot_samples_nothing_of_it_again(
    recipe: Path, tmp_path: Path, asked: Asked, also: tuple[str, ...]
) -> None:
    root = tmp_path / "out"
    finish(recipe, root)
    whole, draws, pilot = digests(root), asked.draws.copy(), pilot_of(root)
    fitted = (root / "pilot.json").read_bytes()
    assert set(draws.values()) == {1}
    cut_off(root, *AFTER, *also, "journal")
    asked.draws.clear()
    finish(recipe, root)
    assert digests(root) == whole
    assert (root / "pilot.json").read_bytes() == fitted
    assert pilot
    assert not pilot & asked.problems
    assert asked.draws == Counter({one: 1 for one in draws if one[0] not in pilot})


@pytest.mark.slow
@pytest.mark.parametrize("dies_after", [4, 20])
def test_an_engine_that_dies_in_the_pilot_is_not_asked_twice(
    recipe: Path, tmp_path: Path, asked: Asked, dies_after: int
) -> None:
    finish(recipe, tmp_path / "whole")
    whole = asked.draws.copy()
    asked.draws.clear()
    asked.dies_after = dies_after
    with pytest.raises(Exception, match="the engine is gone"):
        finish(recipe, tmp_path / "broken")
    asked.dies_after = None
    finish(recipe, tmp_path / "broken")
    assert digests(tmp_path / "broken") == digests(tmp_path / "whole")
    assert asked.draws == whole


def test_a_pilot_of_more_problems_than_there_are_is_all_of_them(
    recipe: Path, tmp_path: Path, asked: Asked
) -> None:
    root = tmp_path / "out"
    finish(recipe, root, "pilot=64")
    assert pilot_of(root) == {row.problem.id for row in rows(root)}
    assert set(asked.draws.values()) == {1}
    assert json.loads((root / "pilot.json").read_text())["n_problems"] == 12


@pytest.mark.slow
def test_no_pilot_leaves_no_file_and_searches_with_the_default(
    recipe: Path, tmp_path: Path
) -> None:
    finish(recipe, tmp_path / "none", "pilot=0")
    finish(recipe, tmp_path / "all", "pilot=64")
    for name in ("pilot", "pilot.json"):
        assert not (tmp_path / "none" / name).exists()
    # Problems of the pilot are searched without a prior, as all are where there is no pilot.
    searched = [sorted((tmp_path / name / "rollouts").glob("*")) for name in ("none", "all")]
    replies = [
        [one for path in paths for one in read_shard(LocalFiles(), str(path), ROLLOUTS)]
        for paths in searched
    ]
    assert replies[0] == replies[1]


def test_while_the_pilot_is_searched_other_problems_are_begun(
    recipe: Path, tmp_path: Path, asked: Asked
) -> None:
    fitted = tmp_path / "out" / "pilot.json"
    finish(recipe, tmp_path / "at once", "shards=1")
    at_once = asked.draws.copy()
    asked.draws.clear()
    asked.until = fitted
    finish(recipe, tmp_path / "out", "shards=1", "engine.latency_s=0.01")
    pilot = pilot_of(tmp_path / "out")
    assert len(pilot) == 5
    assert {problem for problem, _, _ in asked.before} > pilot
    # The first ask of `bisect` is two solutions; nobody asked for more of a problem that waits.
    others = [(name, text) for name, text, _ in asked.before if name not in pilot]
    assert max(Counter(others).values()) == 2
    assert {text for _, text in others} == {""}
    assert asked.draws == at_once
    assert rows(tmp_path / "out") == rows(tmp_path / "at once")


def test_a_strategy_without_a_fit_has_no_pilot(recipe: Path, tmp_path: Path) -> None:
    root = tmp_path / "out"
    finish(recipe, root, 'strategy={kind="monte_carlo", solutions=2, rollouts=2}')
    assert not (root / "pilot").exists()
    assert not (root / "pilot.json").exists()


def test_fresh_removes_the_pilot(recipe: Path, tmp_path: Path) -> None:
    root = tmp_path / "out"
    finish(recipe, root)
    assert list((root / "pilot").iterdir())
    finish(recipe, root, "pilot=0", fresh=True)
    assert not list((root / "pilot").iterdir())
    assert not (root / "pilot.json").exists()


def test_a_problem_that_fails_in_the_pilot_is_one_error_of_the_run(
    recipe: Path, tmp_path: Path
) -> None:
    with (tmp_path / "problems.jsonl").open("a") as file:
        file.write(json.dumps({"question": "no sum in here", "answer": "2"}) + "\n")
    counts = finish(recipe, tmp_path / "out", "pilot=64", "max_error_rate=0.1").counts
    assert (counts.planned, counts.done, counts.failed) == (13, 12, 1)


def test_the_fit_is_the_strategys_where_there_is_a_pilot(recipe: Path, tmp_path: Path) -> None:
    root = tmp_path / "out"
    assert job_of(recipe, root).search_fit is FIT
    assert job_of(recipe, root, "pilot=0").search_fit is None
    other = 'strategy={kind="monte_carlo"}'
    assert job_of(recipe, root, other).search_fit is None


def test_a_pilot_of_less_than_nothing_is_refused(recipe: Path, tmp_path: Path) -> None:
    with pytest.raises(RecipeError, match=r"pilot = -1: a pilot has no problem \(0\) or some"):
        job_of(recipe, tmp_path / "out", "pilot=-1")


def test_the_prior_is_no_option_of_a_recipe(recipe: Path, tmp_path: Path) -> None:
    with pytest.raises(RecipeError, match="unknown option 'prior'"):
        job_of(recipe, tmp_path / "out", 'strategy={kind="bisect", prior="x"}')


def rollout(path: str, index: int = 0) -> Rollout:
    return Rollout(
        problem_id="p",
        path=path,
        sample_index=index,
        seed=1,
        policy="simulated",
        sampling=Sampling(),
        prefix="",
        text=f"{path} {index}",
        finish_reason="stop",
    )


def test_the_pilots_replies_are_put_into_a_journal_once(recipe: Path, tmp_path: Path) -> None:
    job = job_of(recipe, tmp_path / "out")
    kept = [rollout("a"), rollout("a", 1), rollout("b")]
    write_shard(LocalFiles(), job.layout.shard("pilot", 2), ROLLOUTS, kept, job.footer())
    with Journal(tmp_path / "journal", owner=job.digest) as journal:
        journal.put(own := dataclasses.replace(kept[1]))
        recall_pilot(job, 2, journal)
        recall_pilot(job, 2, journal)
        recall_pilot(job, 3, journal)  # a shard that had no problem in the pilot
        assert {key_of(reply) for reply in journal} == {key_of(reply) for reply in kept}
        assert journal.get(key_of(own)) is own


def test_the_pilots_problems_are_searched_as_they_were(recipe: Path, tmp_path: Path) -> None:
    root = tmp_path / "out"
    finish(recipe, root)
    job = job_of(recipe, root, "pilot=5")
    search = strategy_after(job, sorted(pilot_of(root)))
    [first, *_] = sorted(pilot_of(root))

    def prior_in(name: str) -> object:
        plan = search(Problem(id=name, prompt="1 + 1 =", answer="2"), Random(0))
        return inspect.getgeneratorlocals(plan)["prior"]

    assert prior_in(first) is None
    assert isinstance(prior_in("another"), Prior)


def test_a_journal_stands_with_its_run_or_on_this_machine_where_that_is_remote(
    recipe: Path, tmp_path: Path
) -> None:
    job = job_of(recipe, tmp_path / "out")
    assert journal_path(job, 3) == Path(job.layout.journal(3))
    there = dataclasses.replace(job, root="gs://bucket/out")
    other = dataclasses.replace(job, root="gs://bucket/other")
    assert journal_path(there, 3).name == journal_path(job, 3).name
    assert journal_path(there, 3) == journal_path(there, 3)
    folders = {journal_path(one, 3).parent for one in (job, there, other)}
    assert len(folders) == 3
    assert "bucket" not in str(journal_path(there, 3))


@pytest.fixture
def threads() -> Iterator[concurrent.futures.ThreadPoolExecutor]:
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        yield pool


def test_every_open_shard_is_yielded_once(
    threads: concurrent.futures.ThreadPoolExecutor,
) -> None:
    shards: OpenShards[int] = OpenShards()
    seen: list[int] = []
    for index in range(20):
        shards.add(threads.submit(int, index))
        seen += shards.drain(3)
    seen += shards.drain(1)
    assert sorted(seen) == list(range(20))
    assert list(shards.drain(1)) == []


def test_fewer_open_shards_than_the_limit_are_not_waited_for() -> None:
    shards: OpenShards[int] = OpenShards()
    never: concurrent.futures.Future[int] = concurrent.futures.Future()
    shards.add(never)
    assert list(shards.drain()) == []


def test_a_shard_that_fails_stops_the_others_and_raises() -> None:
    shards: OpenShards[int] = OpenShards()
    waiting, failed = (concurrent.futures.Future[int]() for _ in range(2))
    failed.set_exception(EngineError("gone"))
    shards.add(waiting)
    shards.add(failed)
    with pytest.raises(EngineError, match="gone"):
        list(shards.drain(1))
    assert waiting.cancelled()


def test_the_smallest_ranks_are_chosen_whatever_the_parts() -> None:
    entries = [entry(f"p{index}", None) for index in range(30)]
    combine = SampleProblems(7)
    whole = combine.extract_output(entries)
    parts = [combine.compact(entries[at::3]) for at in range(3)]
    assert combine.extract_output(combine.merge_accumulators(parts)) == whole
    assert whole == sorted(entries)[:7]
