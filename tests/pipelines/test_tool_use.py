"""A whole run whose solutions run code: in the sandbox of the machine, recorded, or not at all."""

import re
from collections.abc import AsyncGenerator, Iterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from stepsmith.pipelines.manifest import Manifest
from stepsmith.pipelines.run import RunOptions, make_job, run
from stepsmith.sandboxes.errors import SandboxError
from stepsmith.sandboxes.open import open_sandbox
from stepsmith.schemas import LabelledTrajectory
from stepsmith.schemas.arrow import ROLLOUTS, TRAJECTORIES
from stepsmith.schemas.sandbox import Level, SandboxSettings
from stepsmith.transforms.beam.files import files_of
from stepsmith.transforms.job import Job
from stepsmith.transforms.judging.images import image_of
from stepsmith.transforms.policy import POLICIES, Reply, Request
from stepsmith.transforms.policy.meter import EngineMeter
from stepsmith.transforms.sink.shards import read_footer, read_shard
from tests.pipelines.runs import digests, write_recipe

QUIET = RunOptions(quiet=True)


class Coder:
    """Solves sums by a program; every third sample misspells it first, and is corrected."""

    name = "coder"
    max_in_flight = 8
    samples_per_request = 8

    def __init__(self) -> None:
        self.meter = EngineMeter(clock=lambda: 0.0)

    async def sample(self, request: Request) -> tuple[Reply, ...]:
        seeds = range(request.seed, request.seed + request.n)
        replies = tuple(
            Reply(text=self._write(request, seed), finish_reason="stop") for seed in seeds
        )
        self.meter.answered(n_samples=len(replies), n_prompt_tokens=1, n_tokens=len(replies))
        return replies

    async def score(self, request: Request, text: str) -> tuple[float, ...]:
        raise AssertionError(request, text)

    def _write(self, request: Request, seed: int) -> str:
        found = re.search(r"\d[-+ \d]*", request.problem.prompt)
        assert found is not None
        term = found[0].strip()
        if not request.prefix:
            name = "total" if seed % 3 else "totl"
            return f"I add it up.\n```python\ntotal = {term}\nprint({name})\n```\n"
        observed = request.prefix[-1]
        assert observed.kind == "observation"
        if "NameError" in observed.text:
            return "I misspelt it.\n```python\ntotal\n```\n"
        return f"The answer is {observed.text.splitlines()[1]}."


@pytest.fixture
def recipe(tmp_path: Path) -> Iterator[Path]:
    POLICIES.load()
    kept = dict(POLICIES._entries)

    @asynccontextmanager
    async def coder() -> AsyncGenerator[Coder, None]:
        yield Coder()

    POLICIES.add("test.coder", coder, module=__name__, summary="")
    path = write_recipe(tmp_path, problems=5)
    text = path.read_text()
    start, end = text.index("[policy]"), text.index("[verify]")
    own = '[policy]\nkind = "test.coder"\n\n[strategy]\nkind = "tool_use"\nsolutions = 3\n\n'
    path.write_text(f"{text[:start]}{own}{text[end:]}")
    yield path
    POLICIES._entries = kept


@pytest.fixture(scope="module")
def level() -> Level:
    """Return the level of this machine's own sandbox; skips where it has none."""
    try:
        sandbox = open_sandbox(SandboxSettings(slots=1), (image_of("python"),))
    except SandboxError as error:
        pytest.skip(f"no sandbox here: {error}")
    reached = sandbox.capabilities().level
    sandbox.close()
    return reached


def finish(recipe: Path, output: Path, *overrides: str) -> tuple[Job, Manifest]:
    settings = ["shards=2", "sandbox.slots=2", *overrides]
    job = make_job(str(recipe), output=str(output), overrides=settings)
    manifest = run(job, QUIET)
    assert manifest is not None
    return job, manifest


def rows_of(job: Job) -> Sequence[LabelledTrajectory]:
    files = files_of(job.root)
    paths = files.match(job.layout.every_shard("trajectories"))
    return [row for path in sorted(paths) for row in read_shard(files, path, TRAJECTORIES)]


def test_a_run_solves_by_code_and_records_what_ran_it(
    recipe: Path, tmp_path: Path, level: Level
) -> None:
    job, manifest = finish(recipe, tmp_path / "out")
    rows = rows_of(job)
    assert manifest.counts.outcomes == {"valid": 15}
    shapes = {tuple(step.kind for step in row.trajectory.steps) for row in rows}
    once = ("think", "code", "observation")
    assert shapes == {(*once, "answer"), (*once, *once, "answer")}
    for row in rows:
        for step, label in zip(row.trajectory.steps, row.labels, strict=True):
            if step.kind == "observation":
                assert (label.correct, label.value, label.verdicts) == (None, None, ())
            else:
                assert label.verdicts
    files = files_of(job.root)
    for table in ("searched", "judged", "trajectories", "rollouts"):
        for path in files.match(job.layout.every_shard(table)):
            kept = read_footer(files, path).metadata
            assert kept["sandbox"] == f"{level} {image_of('python').key}"
    rollouts = [
        rollout
        for path in files.match(job.layout.every_shard("rollouts"))
        for rollout in read_shard(files, path, ROLLOUTS)
    ]
    assert manifest.counts.samples == len(rollouts)
    assert any("```output\n" in rollout.prefix for rollout in rollouts)


@pytest.mark.usefixtures("level")
def test_two_runs_write_the_same_bytes(recipe: Path, tmp_path: Path) -> None:
    finish(recipe, tmp_path / "one")
    finish(recipe, tmp_path / "other", "sandbox.slots=1", "window=1")
    assert digests(tmp_path / "one") == digests(tmp_path / "other")


def test_a_sandbox_without_walls_is_taken_by_its_name_alone_and_said_of_every_shard(
    recipe: Path, tmp_path: Path
) -> None:
    job, _ = finish(recipe, tmp_path / "out", "sandbox.backend=unsafe", "sandbox.allow_unsafe=true")
    files = files_of(job.root)
    paths = files.match(job.layout.every_shard("trajectories"))
    assert {read_footer(files, path).metadata["sandbox"].split()[0] for path in paths} == {"unsafe"}


def test_where_no_sandbox_can_be_had_the_run_fails_before_it_samples(
    recipe: Path, tmp_path: Path
) -> None:
    overrides = ["sandbox.backend=docker", "sandbox.docker_image=stepsmith-nobody-built-this"]
    job = make_job(str(recipe), output=str(tmp_path / "out"), overrides=overrides)
    with pytest.raises(Exception, match="no sandbox here isolates as well as 'self'"):
        run(job, QUIET)
    files = files_of(job.root)
    assert not files.exists(job.layout.success)
    for table in ("searched", "rollouts", "trajectories"):
        assert list(files.match(job.layout.every_shard(table))) == []
