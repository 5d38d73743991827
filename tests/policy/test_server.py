import asyncio
import os
import sys
import threading
from asyncio.subprocess import PIPE, Process
from pathlib import Path
from random import Random

import msgspec
import pytest

from stepsmith.schemas import Sampling
from stepsmith.schemas.errors import EngineError, UserError
from stepsmith.transforms.policy import server as server_module
from stepsmith.transforms.policy.client import CompletionsClient
from stepsmith.transforms.policy.folders import runtime_folder
from stepsmith.transforms.policy.server import ServerHandle, managed_server
from stepsmith.transforms.policy.server_protocol import ServerConfig, server_files
from tests.policy.managed import (
    MODEL,
    OWNER,
    PATIENCE_S,
    Machine,
    fake_config,
    kill,
    supervisors,
    until,
)

SERVER_AND_ENGINE = 2


async def own(config: ServerConfig) -> Process:
    """Start a process that holds a lease, and wait until its server is ready."""
    owner = await asyncio.create_subprocess_exec(
        sys.executable, "-c", OWNER, msgspec.json.encode(config), stdout=PIPE
    )
    assert owner.stdout is not None
    assert (await owner.stdout.readline()).startswith(b"http://127.0.0.1:")
    return owner


async def end(owner: Process) -> None:
    owner.kill()
    await owner.communicate()


def client_of(server: ServerHandle) -> CompletionsClient:
    return CompletionsClient(
        server.url, MODEL, rng=Random(0), on_unreachable=server.wait_ready, max_attempts=20
    )


async def test_processes_share_one_server_and_it_ends_with_the_last_of_them(
    machine: Machine,
) -> None:
    config = fake_config()
    first, second = await asyncio.gather(own(config), own(config))
    assert len(machine.alive()) == SERVER_AND_ENGINE
    assert len(supervisors(machine.runtime)) == 1
    await end(first)
    async with managed_server(config):
        await end(second)
        await asyncio.sleep(3 * config.linger_s)
        assert len(machine.alive()) == SERVER_AND_ENGINE
    await until(lambda: not machine.alive() and not supervisors(machine.runtime))
    assert len(machine.server_pids()) == SERVER_AND_ENGINE


def scratch_files(place: Path) -> list[Path]:
    return list(place.glob("stepsmith-server-*/*"))


async def test_what_a_server_leaves_in_its_folder_goes_with_it(
    machine: Machine, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv("FAKE_VLLM_PIDS")
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    async with managed_server(fake_config(scratch_variable="FAKE_VLLM_PIDS")):
        assert len(scratch_files(tmp_path)) == SERVER_AND_ENGINE
    await until(lambda: not supervisors(machine.runtime))
    assert not scratch_files(tmp_path)


async def test_a_folder_that_the_user_chose_for_it_is_left_alone(machine: Machine) -> None:
    config = fake_config(scratch_variable="FAKE_VLLM_PIDS")
    async with managed_server(config):
        assert len(machine.alive()) == SERVER_AND_ENGINE
    await until(lambda: not supervisors(machine.runtime))
    assert len(machine.server_pids()) == SERVER_AND_ENGINE


async def test_another_config_is_another_server(machine: Machine) -> None:
    async with (
        managed_server(fake_config()) as one,
        managed_server(fake_config(restart_budget=1)) as other,
    ):
        assert one.url != other.url
        assert len(machine.alive()) == 2 * SERVER_AND_ENGINE


async def test_killing_every_owner_ends_the_server(machine: Machine) -> None:
    owners = [await own(fake_config()) for _ in range(2)]
    for owner in owners:
        await end(owner)
    await until(lambda: not machine.alive() and not supervisors(machine.runtime))


async def test_an_owner_killed_while_the_server_starts_ends_it(machine: Machine) -> None:
    machine.hang.touch()
    owner = await asyncio.create_subprocess_exec(
        sys.executable, "-c", OWNER, msgspec.json.encode(fake_config())
    )
    await until(lambda: bool(machine.alive()))
    await end(owner)
    await until(lambda: not machine.alive() and not supervisors(machine.runtime))


async def test_a_lease_ends_with_its_process_even_if_a_fork_of_it_lives(
    machine: Machine,
) -> None:
    config = fake_config()
    forking = OWNER.replace(
        "print(server.url, flush=True)",
        "pid = os.fork()\n        print(pid, flush=True) if pid else time.sleep(100)",
    ).replace("import asyncio,", "import asyncio, os, time,")
    owner = await asyncio.create_subprocess_exec(
        sys.executable, "-c", forking, msgspec.json.encode(config), stdout=PIPE
    )
    assert owner.stdout is not None
    fork = int(await owner.stdout.readline())
    try:
        owner.kill()
        await until(lambda: not machine.alive())
    finally:
        kill(fork)
        await owner.communicate()


async def test_killing_the_supervisor_ends_the_server(machine: Machine) -> None:
    async with managed_server(fake_config()):
        kill(*supervisors(machine.runtime))
        await until(lambda: not machine.alive())


async def test_users_survive_their_supervisor_at_the_same_url(machine: Machine) -> None:
    async with managed_server(fake_config()) as server, client_of(server) as client:
        url = server.url
        before = machine.server_pids()
        kill(*supervisors(machine.runtime))
        await until(lambda: not machine.alive())
        assert await client.complete("Problem: 1 + 1\nSolution:\n", Sampling(), seed=1)
        assert server.url == url
        assert machine.alive()
        assert not machine.alive() & before


async def test_a_killed_server_is_restarted_and_waiting_requests_are_answered(
    machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FAKE_VLLM_DIE_AFTER", "6")
    async with managed_server(fake_config(restart_budget=9)) as server, client_of(server) as client:
        replies = await asyncio.gather(
            *(client.complete("Problem: 1 + 1\nSolution:\n", Sampling(), seed=i) for i in range(9))
        )
        assert len(replies) == 9
        assert len(machine.server_pids()) > SERVER_AND_ENGINE
        assert len(machine.alive()) == SERVER_AND_ENGINE


async def test_a_server_that_hangs_is_restarted_when_somebody_asks(machine: Machine) -> None:
    async with managed_server(fake_config(check_timeout_s=5.0)) as server:
        before = machine.alive()
        machine.hang.touch()
        await server.wait_ready()
        assert not machine.alive() & before
        assert len(machine.alive()) == SERVER_AND_ENGINE


async def test_a_spent_budget_is_an_engine_error_with_the_end_of_the_log(
    machine: Machine,
) -> None:
    config = fake_config(restart_budget=1)
    async with managed_server(config) as server:
        kill(*machine.alive())
        await server.wait_ready()
        kill(*machine.alive())
        with pytest.raises(EngineError, match="after 1 restarts") as raised:
            await server.wait_ready()
        with pytest.raises(EngineError, match="after 1 restarts"):
            await server.wait_ready()
    assert server_files(config.key).log.name in str(raised.value)
    assert "stepsmith: ready at http://127.0.0.1:" in str(raised.value)


async def test_concurrent_callers_share_one_question(machine: Machine) -> None:
    async with managed_server(fake_config()) as server:
        await asyncio.gather(*(server.wait_ready() for _ in range(50)))
    assert len(machine.server_pids()) == SERVER_AND_ENGINE


async def test_a_server_that_refuses_to_start_says_why_at_once(
    machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FAKE_VLLM_REFUSE", "no such dtype")
    with pytest.raises(EngineError, match="did not start: it exited with status 1") as raised:
        async with managed_server(fake_config()):
            pass
    assert "ValueError: no such dtype" in str(raised.value)
    monkeypatch.delenv("FAKE_VLLM_REFUSE")
    async with managed_server(fake_config()):  # the failure is not kept
        assert machine.alive()


async def test_a_command_that_does_not_exist_says_so(machine: Machine) -> None:
    config = ServerConfig(model=MODEL, command=("/nonexistent/python",))
    with pytest.raises(EngineError, match="No such file or directory: '/nonexistent/python'"):
        async with managed_server(config):
            pass
    assert not machine.server_pids()


async def test_a_server_that_never_answers_is_given_up(machine: Machine) -> None:
    machine.hang.touch()
    config = ServerConfig(model=MODEL, command=("sleep", "1000"), start_timeout_s=0.3)
    with pytest.raises(EngineError, match=r"did not write a token within 0\.3 s"):
        async with managed_server(config):
            pass


async def test_starting_does_not_block_the_event_loop(
    machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    loop, start = asyncio.get_running_loop(), server_module._start_supervisor

    def start_while_the_loop_turns(order: bytes) -> None:
        for act in (start, None):
            turned = threading.Event()
            loop.call_soon_threadsafe(turned.set)
            assert turned.wait(PATIENCE_S)
            if act is not None:
                act(order)

    monkeypatch.setattr(server_module, "_start_supervisor", start_while_the_loop_turns)
    async with managed_server(fake_config()):
        assert machine.server_pids()


async def test_a_handle_that_is_not_open_says_so() -> None:
    with pytest.raises(RuntimeError, match="async with"):
        _ = ServerHandle(fake_config()).url


def test_a_runtime_folder_that_others_may_enter_is_refused(machine: Machine) -> None:
    folder = runtime_folder()
    assert folder.stat().st_mode & 0o777 == 0o700
    folder.chmod(0o755)
    with pytest.raises(UserError, match=f"only its owner, user {os.getuid()}"):
        runtime_folder()
    assert machine.runtime == folder.parent
