"""A run that is killed at random moments ends with the bytes of an unbroken one, and pays once."""

import contextlib
import os
import signal
import time
from pathlib import Path
from random import Random

import pyarrow.parquet as pq
import pytest

from tests.pipelines.processes import command, descendants, until
from tests.pipelines.runs import digests, write_recipe
from tests.pipelines.warm_runs import IN_FLIGHT, Runs, SumServer, recipe_for
from tests.policy.managed import Machine

KILLS = 12
WORKER_KILLS = 6
DEATHS = (0.3, 0.8)
"""How much of an unbroken run's samples is paid for when a search is killed."""

SEARCHES = {
    "omega": '{ kind = "omega", rollouts = 4, searches = 6 }',
    "mcts": '{ kind = "mcts", simulations = 10, children = 3, parallel = 2 }',
    "bisect": '{ kind = "bisect", solutions = 2, searches = 3, budget = 12 }',
    "repair": '{ kind = "repair", solutions = 3, repairs = 2, budget = 12 }',
}
"""Strategies that ask by what they were answered, with few enough questions for a test."""


@pytest.mark.slow
def test_killed_drivers_lose_nothing_and_pay_for_nothing_twice(
    runs: Runs, server: SumServer, tmp_path: Path
) -> None:
    recipe = recipe_for(server, tmp_path)
    started = time.monotonic()
    runs.start(recipe, tmp_path / "whole")
    assert runs.status() == 0
    length_s = time.monotonic() - started
    unbroken = server.paid()
    assert len(set(unbroken)) == len(unbroken)

    random = Random(7)
    server.forget()
    killed = 0
    for kill in range(KILLS):
        # The first half of them cannot end before they are killed, whatever the machine is at.
        first = kill < KILLS // 2
        server.hold((kill + 1) * len(unbroken) // KILLS if first else None)
        child = runs.start(recipe, tmp_path / "broken")
        time.sleep(random.uniform(0.05, 0.6) * length_s)
        os.kill(child, signal.SIGKILL)
        killed += runs.status() == -signal.SIGKILL
        assert_whole_or_absent(tmp_path / "broken")
    runs.start(recipe, tmp_path / "broken")
    assert runs.status() == 0

    assert killed >= KILLS // 2
    assert digests(tmp_path / "broken") == digests(tmp_path / "whole")
    paid = server.paid()
    assert set(paid) == set(unbroken)
    assert len(paid) - len(unbroken) <= killed * IN_FLIGHT
    assert not list((tmp_path / "broken/journal").iterdir())


@pytest.mark.slow
@pytest.mark.parametrize("strategy", SEARCHES)
def test_killed_searches_go_on_where_they_were_and_pay_for_nothing_twice(
    runs: Runs, server: SumServer, tmp_path: Path, strategy: str
) -> None:
    recipe = recipe_for(server, tmp_path, problems=12)
    # A pilot of less than the run, so that kills fall into both, for those that are fitted to it.
    overrides = (f"strategy={SEARCHES[strategy]}", "pilot=4", "shards=2")
    runs.start(recipe, tmp_path / "whole", *overrides)
    assert runs.status() == 0
    unbroken = server.paid()
    assert len(set(unbroken)) == len(unbroken)

    server.forget()
    for share in DEATHS:
        most = int(share * len(unbroken))
        server.hold(most)
        child = runs.start(recipe, tmp_path / "broken", *overrides)
        until(lambda most=most: len(server.paid()) >= most)
        os.kill(child, signal.SIGKILL)
        assert runs.status() == -signal.SIGKILL
        assert_whole_or_absent(tmp_path / "broken")
    server.hold(None)
    before = len(server.paid())
    runs.start(recipe, tmp_path / "broken", *overrides)
    assert runs.status() == 0

    assert digests(tmp_path / "broken") == digests(tmp_path / "whole")
    made = {path.parent.name for path in (tmp_path / "whole").rglob("*.parquet")}
    assert {"trajectories", "rollouts", "pairs"} <= made
    assert ("trees" in made) is (strategy != "repair")
    paid = server.paid()
    assert set(paid) == set(unbroken)
    assert len(paid) - len(unbroken) <= len(DEATHS) * IN_FLIGHT
    assert len(paid) - before < 0.5 * len(unbroken)
    assert not list((tmp_path / "broken/journal").iterdir())


@pytest.mark.slow
def test_killed_verifier_workers_change_no_byte(
    runs: Runs, server: SumServer, tmp_path: Path
) -> None:
    recipe = recipe_for(server, tmp_path, problems=8)
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

    # One problem after the other, each of which is verified when it was searched; the last of them
    # is not searched to its end before all kills.
    in_all = len(server.paid())
    server.forget()
    server.hold(1)
    child = runs.start(recipe, tmp_path / "broken", "window=1")
    random = Random(3)
    killed = 0
    for kill in range(WORKER_KILLS):
        most = (kill + 2) * in_all // (WORKER_KILLS + 2)
        server.hold(most)
        until(lambda most=most: len(server.paid()) >= most)
        time.sleep(random.uniform(0, 0.1))
        workers = [pid for pid in descendants(child) if is_verifier_worker(pid)]
        if workers:
            with contextlib.suppress(ProcessLookupError):
                os.kill(random.choice(workers), signal.SIGKILL)
                killed += 1
    server.hold(None)
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
    for name, die_after in (("whole", None), ("broken", "24")):
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
@pytest.mark.parametrize("moment", ["as it starts", "at work"])
def test_a_killed_pool_worker_fails_the_run_and_it_resumes(
    runs: Runs, server: SumServer, tmp_path: Path, moment: str
) -> None:
    recipe = recipe_for(server, tmp_path)
    runs.start(recipe, tmp_path / "whole")
    assert runs.status() == 0

    server.forget()
    most = {"as it starts": 0, "at work": 20}[moment]
    server.hold(most)
    child = runs.start(recipe, tmp_path / "broken", workers=2)
    until(lambda: any(is_pool_worker(pid) for pid in descendants(child)))
    until(lambda: len(server.paid()) >= most)
    os.kill(next(pid for pid in descendants(child) if is_pool_worker(pid)), signal.SIGKILL)
    # Although the other worker has asked for what never comes.
    assert runs.status() == 1
    assert not (tmp_path / "broken/_SUCCESS").exists()
    server.hold(None)
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
