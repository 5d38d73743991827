"""The host of a process: what it opens, how many searches it lets in, and that it stops clean."""

import asyncio
import concurrent.futures
import dataclasses
import gc
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random

import pytest

from stepsmith.pipelines.run import make_job
from stepsmith.schemas import Problem, Rollout
from stepsmith.schemas.recipe import Component
from stepsmith.transforms.beam.host import Host, new_event_loop
from stepsmith.transforms.beam.interpreter import set_to_drive
from stepsmith.transforms.beam.status import read_status
from stepsmith.transforms.job import Job
from stepsmith.transforms.policy.journal import Key
from stepsmith.transforms.search import Plan, Sample, SearchResult, draw_each
from tests.pipelines.runs import write_recipe

PROBLEM = Problem(id="p", prompt="1 + 2 =", answer="3")


def job_of(folder: Path, *overrides: str, window: int | None = None) -> Job:
    recipe = write_recipe(folder)
    given = "" if window is None else f"window = {window}\n"
    recipe.write_text(recipe.read_text().replace("window = 8\n", given))
    return make_job(str(recipe), output=str(folder / "out"), overrides=overrides)


@contextmanager
def hosting(job: Job) -> Iterator[Host]:
    host = Host(job)
    try:
        yield host
    finally:
        host.close()


class Memory(dict[Key, Rollout]):
    def put(self, *rollouts: Rollout) -> None:
        raise AssertionError(rollouts)


def many(problem: Problem, rng: Random) -> Plan:
    yield from draw_each([Sample(path=str(index), n=4) for index in range(100)])
    return SearchResult(rows=())


async def search(host: Host) -> None:
    await (await host.driver()).solve(PROBLEM, many, Memory())


async def searches_let_in(host: Host) -> int:
    window, count = await host.window(), 0
    while not window.locked():
        await window.acquire()
        count += 1
    return count


@pytest.mark.parametrize(("window", "expected"), [(5, 5), (None, 12)])
def test_the_window_is_twice_what_the_engine_writes_unless_it_is_given(
    tmp_path: Path, window: int | None, expected: int
) -> None:
    with hosting(job_of(tmp_path, "engine.max_in_flight=6", window=window)) as host:
        assert host.submit(searches_let_in(host)).result() == expected


def test_what_is_off_the_loop_leaves_it_free_and_ends_even_where_nobody_waits_any_more(
    tmp_path: Path,
) -> None:
    begun, go_on = threading.Event(), threading.Event()
    ended: list[str] = []

    def write() -> str:
        begun.set()
        assert go_on.wait(60)
        ended.append("written")
        return "written"

    async def answer() -> str:
        return "free"

    with hosting(job_of(tmp_path)) as host:
        kept = host.submit(host.off_the_loop(write))
        left = host.submit(host.off_the_loop(write))
        assert begun.wait(60)
        assert host.submit(answer()).result(60) == "free"
        left.cancel()
        assert host.submit(answer()).result(60) == "free"
        go_on.set()
        assert kept.result(60) == "written"
    # Closing waited for the one that was cancelled.
    assert ended == ["written", "written"]


def test_few_threads_ever_write_however_many_shards_end_at_once(tmp_path: Path) -> None:
    with hosting(job_of(tmp_path)) as host:
        writes = [host.submit(host.off_the_loop(threading.get_ident)) for _ in range(64)]
        assert len({write.result(60) for write in writes}) <= 2


def test_what_raises_off_the_loop_raises_where_it_is_awaited(tmp_path: Path) -> None:
    def write() -> None:
        msg = "the disk is full"
        raise OSError(msg)

    with (
        hosting(job_of(tmp_path)) as host,
        pytest.raises(OSError, match="the disk is full"),
    ):
        host.submit(host.off_the_loop(write)).result(60)


def test_the_interpreter_is_set_to_drive_for_as_long_as_the_host_lives(tmp_path: Path) -> None:
    with set_to_drive():
        driving = gc.get_threshold(), sys.getswitchinterval()
    before = gc.get_threshold(), sys.getswitchinterval()
    assert before != driving
    with hosting(job_of(tmp_path)):
        assert (gc.get_threshold(), sys.getswitchinterval()) == driving
    assert (gc.get_threshold(), sys.getswitchinterval()) == before


def test_closing_cancels_what_is_under_way_and_the_engine_has_nothing_in_flight(
    tmp_path: Path,
) -> None:
    job = job_of(tmp_path, "engine.latency_s=1000", "engine.max_in_flight=8")
    with hosting(job) as host:
        under_way = host.submit(search(host))

        async def asked() -> None:
            while not host.usage().n_in_flight:  # noqa: ASYNC110 -- a meter tells nobody
                await asyncio.sleep(0.01)

        host.submit(asked()).result(timeout=300)
    with pytest.raises(concurrent.futures.CancelledError):
        under_way.result(timeout=0)
    engine = read_status(Path(job.layout.status)).engine
    assert (engine.n_in_flight, engine.n_samples) == (0, 0)
    assert engine.n_requests > 0


TEACHER = """
[policies.teacher]
kind = "simulated"
"""


@pytest.mark.parametrize(
    ("deadline", "opened"), [((), set()), (("plan_deadline_s=9",), {"teacher"})]
)
def test_a_further_policy_is_opened_late_but_not_in_the_time_of_a_search(
    tmp_path: Path, deadline: tuple[str, ...], opened: set[str]
) -> None:
    recipe = write_recipe(tmp_path)
    recipe.write_text(recipe.read_text() + TEACHER)
    job = make_job(str(recipe), output=str(tmp_path / "out"), overrides=deadline)
    with hosting(job) as host:
        host.submit(host.driver()).result()
    assert set(read_status(Path(job.layout.status)).policies) == opened


def kind_of_loop(job: Job) -> str:
    loop = new_event_loop(job)
    loop.close()
    return type(loop).__module__.partition(".")[0]


def test_the_loop_is_uvloops_where_it_is_installed_and_no_engine_is_started(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("uvloop")
    job = job_of(tmp_path)
    teacher = {"teacher": Component(kind="vllm")}
    managed = dataclasses.replace(job, recipe=dataclasses.replace(job.recipe, policies=teacher))
    assert (kind_of_loop(job), kind_of_loop(managed)) == ("uvloop", "asyncio")
    monkeypatch.setitem(sys.modules, "uvloop", None)
    assert kind_of_loop(job) == "asyncio"


def test_the_host_works_alike_on_either_loop(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "uvloop", None)
    with hosting(job_of(tmp_path, "engine.max_in_flight=6")) as host:
        assert host.submit(searches_let_in(host)).result() > 0
