"""What is killed in mid-run: nothing is orphaned, and no label is lost or invented."""

import contextlib
import dataclasses
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any, cast

import pytest

from stepsmith.sandboxes.contract import Execution, ExecutionResult, Limits, Message
from stepsmith.sandboxes.docker.client import Engine
from stepsmith.sandboxes.docker.engine import remove
from stepsmith.sandboxes.docker.image import GuardImage
from stepsmith.sandboxes.docker.janitor import sweep
from stepsmith.sandboxes.docker.launch import DockerLauncher
from stepsmith.sandboxes.errors import SandboxError
from stepsmith.sandboxes.images import Image
from stepsmith.sandboxes.owner import DEADLINE, OWNER, labels
from stepsmith.sandboxes.prefork.sandbox import PreforkSandbox
from stepsmith.schemas.sandbox import SandboxSettings
from tests.docker.conftest import PATIENCE_S, ours, wait_until

pytestmark = [pytest.mark.container, pytest.mark.usefixtures("no_containers_left")]

ROOT = Path(__file__).parents[2]
IMAGES = {"python": Image(name="python")}
LIMITS = Limits(wall_s=60, cpu_s=60)

# Slow enough to be killed in mid-run, and done in time when it is run again.
SLOW = Execution(
    id="slow",
    source="""
import time
with open(4, "w") as answers:
    answers.write("here")
time.sleep(4)
print("done")
""",
)


class Listening:
    """A conversation in which nothing is said but by the program: that it has begun."""

    violation = ""

    def __init__(self, heard: Callable[[], None]) -> None:
        self._heard = heard

    def restart(self) -> None:
        pass

    def begin(self) -> Sequence[Message]:
        return (Message(party=0, last=True),)

    def receive(self, party: int, data: bytes) -> Sequence[Message]:
        self._heard()
        return ()

    def ended(self, party: int) -> Sequence[Message]:
        return ()


def begun(
    sandbox: PreforkSandbox, pool: ThreadPoolExecutor, execution: Execution = SLOW
) -> Future[ExecutionResult]:
    """Start the slow program and return when it runs."""
    event = threading.Event()
    running = pool.submit(lambda: sandbox.converse((execution,), Listening(event.set))[0])
    assert event.wait(PATIENCE_S)
    return running


OWNER_PROGRAM = """
import sys
sys.path.insert(0, sys.argv[2])
from tests.docker.test_kills import Listening
from stepsmith.sandboxes.contract import Execution, Limits
from stepsmith.sandboxes.docker.launch import DockerLauncher
from stepsmith.sandboxes.images import Image
from stepsmith.sandboxes.prefork.sandbox import PreforkSandbox
from stepsmith.schemas.sandbox import SandboxSettings
limits = Limits(wall_s=600, cpu_s=600)
launcher = DockerLauncher(SandboxSettings(docker_image=sys.argv[1], limits=limits))
images = {"python": Image(name="python")}
sandbox = PreforkSandbox(launcher, images, slots=1, limits=limits, backend="docker")
source = "import os, time; os.write(4, b'here'); time.sleep(600)"
listening = Listening(lambda: print("running", flush=True))
sandbox.converse((Execution(id="endless", source=source),), listening)
"""


@contextlib.contextmanager
def opened(image: GuardImage) -> Iterator[PreforkSandbox]:
    launcher = DockerLauncher(SandboxSettings(docker_image=image.name, limits=LIMITS))
    sandbox = PreforkSandbox(launcher, IMAGES, slots=1, limits=LIMITS, backend="docker")
    with contextlib.closing(sandbox):
        yield sandbox


@contextlib.contextmanager
def owner_in_mid_run(image: GuardImage) -> Iterator[subprocess.Popen[str]]:
    """Start another process that owns a container in which a program runs."""
    command = [sys.executable, "-c", OWNER_PROGRAM, image.name, str(ROOT)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as owner:
        try:
            assert owner.stdout is not None
            assert owner.stdout.readline() == "running\n"
            yield owner
        finally:
            owner.kill()


def test_a_killed_owner_leaves_no_container_even_without_the_janitor(
    engine: Engine, guard_image: GuardImage
) -> None:
    with owner_in_mid_run(guard_image) as owner:
        assert len(ours(engine, guard_image)) == 1
        owner.send_signal(signal.SIGKILL)
        owner.wait()
        wait_until(lambda: ours(engine, guard_image) == [])


def test_a_guard_that_cannot_leave_is_removed_by_the_next_sandbox(
    engine: Engine, guard_image: GuardImage
) -> None:
    with owner_in_mid_run(guard_image) as owner:
        [container] = ours(engine, guard_image)
        cast("Any", engine).pause(container)
        assert sweep(engine) == ()
        owner.send_signal(signal.SIGKILL)
        owner.wait()
        assert ours(engine, guard_image) == [container]
        assert sweep(engine) == (container,)
        wait_until(lambda: ours(engine, guard_image) == [])


def test_a_container_that_was_never_started_is_removed(
    engine: Engine, guard_image: GuardImage
) -> None:
    dead = {**labels(0), OWNER: "- - 1 -"}
    living = {**labels(0), DEADLINE: "99999999999"}
    made = [
        str(engine.create_container(guard_image.id, command=["x"], labels=one)["Id"])
        for one in (dead, living)
    ]
    assert sweep(engine) == (made[0],)
    assert ours(engine, guard_image) == [made[1]]
    remove(engine, made[1])


def test_a_sandbox_sweeps_when_it_opens(engine: Engine, guard_image: GuardImage) -> None:
    dead = {**labels(0), OWNER: "- - 1 -"}
    made = engine.create_container(guard_image.id, command=["x"], labels=dead)["Id"]
    assert ours(engine, guard_image) == [made]
    DockerLauncher(SandboxSettings(docker_image=guard_image.name)).close()
    assert ours(engine, guard_image) == []


def test_a_container_killed_in_mid_run_costs_a_retry_and_no_label(
    engine: Engine, guard_image: GuardImage
) -> None:
    with opened(guard_image) as sandbox, ThreadPoolExecutor(1) as pool:
        running = begun(sandbox, pool)
        [container] = ours(engine, guard_image)
        cast("Any", engine).kill(container)
        result = running.result()
        assert (result.outcome, result.stdout, result.attempts) == ("exited", b"done\n", 2), result


def test_containers_that_are_killed_every_time_are_our_failure_and_not_the_programs(
    engine: Engine, guard_image: GuardImage
) -> None:
    seen: set[str] = set()

    def kill_what_comes() -> None:
        for one in set(ours(engine, guard_image)) - seen:
            seen.add(one)
            remove(engine, one)

    with opened(guard_image) as sandbox, ThreadPoolExecutor(1) as pool:
        endless = dataclasses.replace(SLOW, source=SLOW.source.replace("sleep(4)", "sleep(600)"))
        running = begun(sandbox, pool, endless)
        wait_until(lambda: kill_what_comes() or running.done())
        result = running.result()
        assert (result.outcome, result.exit_code, result.attempts) == ("sandbox_error", None, 3)
        assert sandbox.run(Execution(id="next", source="print(6 * 7)")).stdout == b"42\n"


class Proxy:
    """Stands between us and the engine, and can be cut like a wire."""

    def __init__(self, path: Path, engine: str) -> None:
        self._engine = engine
        self._lock = threading.Lock()
        self._open: list[socket.socket] = []
        self.is_cut = False
        self._server = socket.socket(socket.AF_UNIX)
        self._server.bind(str(path))
        self._server.listen()
        self._threads = [threading.Thread(target=self._accept)]
        self._threads[0].start()

    def cut(self) -> None:
        with self._lock:
            self.is_cut = True
            for one in self._open:
                with contextlib.suppress(OSError):
                    one.shutdown(socket.SHUT_RDWR)

    def mend(self) -> None:
        with self._lock:
            self.is_cut = False

    def close(self) -> None:
        self.cut()
        self._server.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join()
        for one in (*self._open, self._server):
            one.close()

    def _accept(self) -> None:
        while True:
            try:
                theirs, _ = self._server.accept()
            except OSError:
                return
            ours = socket.socket(socket.AF_UNIX)
            ours.connect(self._engine)
            with self._lock:
                self._open += [theirs, ours]
                if self.is_cut:
                    theirs.shutdown(socket.SHUT_RDWR)
            for pair in ((theirs, ours), (ours, theirs)):
                self._threads.append(threading.Thread(target=self._carry, args=pair))
                self._threads[-1].start()

    @staticmethod
    def _carry(source: socket.socket, target: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while data := source.recv(65_536):
                target.sendall(data)
        with contextlib.suppress(OSError):
            target.shutdown(socket.SHUT_WR)


@pytest.fixture
def proxy(engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Proxy]:
    del engine
    host = os.environ.get("DOCKER_HOST", "unix:///var/run/docker.sock")
    if not host.startswith("unix://"):
        pytest.skip(f"needs an engine on a socket of this machine, and it is at {host}")
    path = tmp_path / "engine.sock"
    with contextlib.closing(Proxy(path, host.removeprefix("unix://"))) as one:
        monkeypatch.setenv("DOCKER_HOST", f"unix://{path}")
        yield one


def test_a_connection_that_breaks_in_mid_run_costs_a_retry_and_no_label(
    engine: Engine, guard_image: GuardImage, proxy: Proxy
) -> None:
    with opened(guard_image) as sandbox, ThreadPoolExecutor(1) as pool:
        running = begun(sandbox, pool)
        [container] = ours(engine, guard_image)
        proxy.cut()
        proxy.mend()
        result = running.result()
        assert (result.outcome, result.stdout) == ("exited", b"done\n"), result
        assert result.attempts in {2, 3}  # the second may have met the wire when it was cut
        wait_until(lambda: container not in ours(engine, guard_image))


def test_an_engine_that_is_not_reached_is_our_failure_and_leaves_nothing(
    engine: Engine, guard_image: GuardImage, proxy: Proxy
) -> None:
    with opened(guard_image) as sandbox, ThreadPoolExecutor(1) as pool:
        running = begun(sandbox, pool)
        proxy.cut()
        result = running.result()
        assert result.outcome == "sandbox_error"
        assert "could not reach the Docker Engine" in result.detail
        wait_until(lambda: ours(engine, guard_image) == [])
        proxy.mend()
        again = sandbox.run(Execution(id="again", source="print(6 * 7)"))
        assert (again.outcome, again.stdout) == ("exited", b"42\n"), again


def test_what_cannot_be_reached_cannot_be_opened(guard_image: GuardImage, proxy: Proxy) -> None:
    proxy.cut()
    with pytest.raises(SandboxError, match="could not reach the Docker Engine"):
        DockerLauncher(SandboxSettings(docker_image=guard_image.name))
