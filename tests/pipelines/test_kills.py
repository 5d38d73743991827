"""A run that is killed at random moments ends with the bytes of an unbroken one, and pays once."""

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from random import Random

import pyarrow.parquet as pq
import pytest

from tests.pipelines.processes import command, descendants, is_running, until
from tests.pipelines.runs import digests, write_recipe
from tests.policy.managed import Machine

IN_FLIGHT = 8
KILLS = 12
WORKER_KILLS = 6


class Runs:
    """Starts runs in forks of a process that has everything imported."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.pipelines.warm"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self._line() == "ready"

    def start(self, recipe: Path, root: Path, *overrides: str, workers: int = 1) -> int:
        """Start a run; returns its process id."""
        request = {
            "recipe": str(recipe),
            "output": str(root),
            "set": overrides,
            "workers": workers,
        }
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(request) + "\n")
        self._process.stdin.flush()
        return int(self._line())

    def status(self) -> int:
        """Wait for the run; returns its exit status, negative where a signal ended it."""
        return int(self._line())

    def close(self) -> None:
        self._process.communicate()
        assert self._process.returncode == 0

    def _line(self) -> str:
        assert self._process.stdout is not None
        return self._process.stdout.readline().strip()


@pytest.fixture(scope="module")
def runs() -> Iterator[Runs]:
    started = Runs()
    yield started
    started.close()


@pytest.fixture
def server(tmp_path: Path) -> Iterator[tuple[str, Path]]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    log = tmp_path / "paid.log"
    log.touch()
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.pipelines.sum_server", str(port), str(log)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline().strip() == "ready"
    yield f"http://127.0.0.1:{port}/v1", log
    process.communicate()


def recipe_for(server_url: str, folder: Path) -> Path:
    recipe = write_recipe(folder, problems=24)
    prompt = folder / "bare.toml"
    prompt.write_text('style = "plain"\nquestion = "{prompt}\\n"\nsolution = ""\n')
    text = recipe.read_text()
    start, end = text.index("[policy]"), text.index("[strategy]")
    policy = (
        f'[policy]\nkind = "openai"\nmodel = "sums"\nprompt = "{prompt}"\n\n'
        f'[engine]\nengine_url = "{server_url}"\nmax_in_flight = {IN_FLIGHT}\n\n'
    )
    recipe.write_text(text[:start] + policy + text[end:])
    return recipe


@pytest.mark.slow
def test_killed_drivers_lose_nothing_and_pay_for_nothing_twice(
    runs: Runs, server: tuple[str, Path], tmp_path: Path
) -> None:
    url, log = server
    recipe = recipe_for(url, tmp_path)
    started = time.monotonic()
    runs.start(recipe, tmp_path / "whole")
    assert runs.status() == 0
    length_s = time.monotonic() - started
    unbroken = log.read_text().splitlines()
    assert len(set(unbroken)) == len(unbroken)

    random = Random(7)
    log.write_text("")
    killed = 0
    for _ in range(KILLS):
        child = runs.start(recipe, tmp_path / "broken")
        time.sleep(random.uniform(0.05, 0.6) * length_s)
        os.kill(child, signal.SIGKILL)
        killed += runs.status() == -signal.SIGKILL
        assert_whole_or_absent(tmp_path / "broken")
    runs.start(recipe, tmp_path / "broken")
    assert runs.status() == 0

    assert killed >= KILLS // 2
    assert digests(tmp_path / "broken") == digests(tmp_path / "whole")
    paid = log.read_text().splitlines()
    assert set(paid) == set(unbroken)
    assert len(paid) - len(unbroken) <= killed * IN_FLIGHT
    assert not list((tmp_path / "broken/journal").iterdir())


@pytest.mark.slow
def test_killed_verifier_workers_change_no_byte(runs: Runs, tmp_path: Path) -> None:
    recipe = write_recipe(tmp_path, problems=8)
    text = recipe.read_text()
    start, end = text.index("[source]"), text.index("[policy]")
    source = (
        '[source]\nkind = "reasoning_gym"\ngenerator = "chain_sum"\nsize = 8\nseed = 1\n'
        "arguments = { min_terms = 3, max_terms = 5 }\n\n"
    )
    text = text[:start] + source + text[end:].replace("math.answer", "reasoning_gym.answer")
    recipe.write_text(text)
    runs.start(recipe, tmp_path / "whole")
    assert runs.status() == 0

    child = runs.start(recipe, tmp_path / "broken", "engine.latency_s=0.05")
    random = Random(3)
    killed = 0
    while killed < WORKER_KILLS and is_running(child):
        time.sleep(random.uniform(0.02, 0.2))
        workers = [pid for pid in descendants(child) if is_verifier_worker(pid)]
        if workers:
            with contextlib.suppress(ProcessLookupError):
                os.kill(random.choice(workers), signal.SIGKILL)
                killed += 1
    assert runs.status() == 0
    assert killed >= WORKER_KILLS // 2
    assert digests(tmp_path / "broken") == digests(tmp_path / "whole")


@pytest.mark.slow
def test_servers_that_are_killed_are_restarted_and_change_no_byte(
    machine: Machine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    recipe = write_recipe(tmp_path, problems=24)
    (tmp_path / "model").mkdir()
    text = recipe.read_text()
    start, end = text.index("[policy]"), text.index("[strategy]")
    policy = (
        f'[policy]\nkind = "vllm"\nmodel = "{tmp_path}/model"\nprompt = "arithmetic"\n\n'
        "[engine]\nrestart_budget = 20\n\n"
    )
    recipe.write_text(text[:start] + policy + text[end:])
    rows: list[dict[str, str]] = []
    lives: list[int] = []
    for name, die_after in (("whole", None), ("broken", "80")):
        if die_after is not None:
            monkeypatch.setenv("FAKE_VLLM_DIE_AFTER", die_after)
        before = len(machine.server_pids())
        runs = Runs()
        runs.start(recipe, tmp_path / name)
        assert runs.status() == 0
        runs.close()
        rows.append(digests(tmp_path / name))
        lives.append(len(machine.server_pids()) - before)
    assert lives[0] == 2  # a server and the engine that is its child
    assert lives[1] >= 2 * 4
    assert rows[1] == rows[0]


@pytest.mark.slow
def test_a_killed_pool_worker_fails_the_run_within_seconds_and_it_resumes(
    runs: Runs, tmp_path: Path
) -> None:
    recipe = write_recipe(tmp_path, problems=24)
    runs.start(recipe, tmp_path / "whole")
    assert runs.status() == 0

    child = runs.start(recipe, tmp_path / "broken", "engine.latency_s=0.2", workers=2)
    journals = tmp_path / "broken/journal"
    until(lambda: any(path.stat().st_size > 200 for path in journals.glob("*.journal")))
    os.kill(next(pid for pid in descendants(child) if is_pool_worker(pid)), signal.SIGKILL)
    killed = time.monotonic()
    assert runs.status() == 1
    assert time.monotonic() - killed < 20
    assert not (tmp_path / "broken/_SUCCESS").exists()
    runs.start(recipe, tmp_path / "broken", workers=2)
    assert runs.status() == 0
    assert digests(tmp_path / "broken") == digests(tmp_path / "whole")


def is_verifier_worker(pid: int) -> bool:
    return "stepsmith.sandboxes" in command(pid)


def is_pool_worker(pid: int) -> bool:
    return "worker_pool worker" in command(pid)


def assert_whole_or_absent(root: Path) -> None:
    for path in root.rglob("*.parquet"):
        pq.read_table(path)
    assert not (root / "_SUCCESS").exists() or (root / "_MANIFEST.json").exists()
