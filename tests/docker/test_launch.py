"""A container as the engine sees it, and what its guard reaches inside."""

import contextlib
import hashlib
import json
from collections.abc import Iterator, Mapping
from typing import Any, cast

import pytest

from stepsmith.sandboxes.contract import Answer, Call, Execution, File, Limits
from stepsmith.sandboxes.docker.client import Engine
from stepsmith.sandboxes.docker.image import GuardImage
from stepsmith.sandboxes.docker.launch import DockerLauncher
from stepsmith.sandboxes.errors import SandboxError
from stepsmith.sandboxes.images import Image
from stepsmith.sandboxes.owner import OWNER, ourselves
from stepsmith.sandboxes.prefork.sandbox import PreforkSandbox
from stepsmith.schemas.sandbox import SandboxSettings
from tests.docker.conftest import ours

pytestmark = pytest.mark.container

PYTHON = Image(name="python")
LIMITS = Limits(memory_bytes=2**28)


@contextlib.contextmanager
def opened(image: GuardImage, slots: int = 1) -> Iterator[PreforkSandbox]:
    launcher = DockerLauncher(SandboxSettings(docker_image=image.name, limits=LIMITS))
    sandbox = PreforkSandbox(
        launcher, {"python": PYTHON}, slots=slots, limits=LIMITS, backend="docker"
    )
    with contextlib.closing(sandbox):
        yield sandbox


@pytest.fixture(scope="module")
def sandbox(guard_image: GuardImage) -> Iterator[PreforkSandbox]:
    with opened(guard_image) as one:
        yield one


@pytest.fixture(scope="module")
def inspected(engine: Engine, guard_image: GuardImage) -> Mapping[str, Any]:
    """A container as the engine describes it."""
    launcher = DockerLauncher(SandboxSettings(docker_image=guard_image.name, limits=LIMITS))
    stream = launcher.launch(PYTHON, 3)
    try:
        [container] = [
            one
            for one in ours(engine, guard_image)
            if described(engine, one)["Config"]["Labels"]["stepsmith.slot"] == "3"
        ]
        return described(engine, container)
    finally:
        stream.kill()
        launcher.close()


def described(engine: Engine, container: str) -> Mapping[str, Any]:
    client = cast("Any", engine)
    return cast("Mapping[str, Any]", client.inspect_container(container))


def test_a_container_has_nothing_of_its_host(inspected: Mapping[str, Any]) -> None:
    host = inspected["HostConfig"]
    assert host["NetworkMode"] == "none"
    assert host["Binds"] is None
    assert host["Privileged"] is False
    assert not host["Devices"]
    assert [mount["Type"] for mount in inspected["Mounts"]] == []


def test_a_container_has_the_capabilities_that_its_guard_needs_and_no_other(
    inspected: Mapping[str, Any],
) -> None:
    host = inspected["HostConfig"]
    assert host["CapDrop"] == ["ALL"]
    assert sorted(host["CapAdd"]) == ["KILL", "SETGID", "SETUID"]
    assert host["SecurityOpt"] == ["no-new-privileges"]


def test_all_that_a_container_may_use_is_bounded(inspected: Mapping[str, Any]) -> None:
    host = inspected["HostConfig"]
    memory = 2 * 2**28 + (512 + 16) * 2**20
    assert host["ReadonlyRootfs"] is True
    assert (host["Memory"], host["MemorySwap"]) == (memory, memory)
    assert host["PidsLimit"] == 258
    assert host["ShmSize"] == 2**20
    [(scratch, options)] = host["Tmpfs"].items()
    assert (scratch, options.split(",")[0]) == ("/tmp", "size=16777216")  # noqa: S108
    assert {limit["Name"]: limit["Hard"] for limit in host["Ulimits"]} == {
        "core": 0,
        "nofile": 1024,
    }


def test_nothing_of_a_container_is_kept(inspected: Mapping[str, Any]) -> None:
    host = inspected["HostConfig"]
    assert host["AutoRemove"] is True
    assert host["LogConfig"]["Type"] == "none"
    assert host["Init"] is False
    assert inspected["Config"]["StdinOnce"] is True  # its guard learns that its owner is gone


def test_a_container_says_whose_it_is(inspected: Mapping[str, Any]) -> None:
    labels = inspected["Config"]["Labels"]
    assert labels[OWNER] == str(ourselves())
    assert labels["stepsmith.warmed"] == PYTHON.key


def test_a_container_counts_as_one_and_says_what_its_guard_reached(
    sandbox: PreforkSandbox,
) -> None:
    report = sandbox.capabilities()
    assert report.level == "container"
    assert {"a user of its own", "seccomp allow-list"} <= set(report.layers), report


def test_a_program_runs_and_is_talked_to(sandbox: PreforkSandbox) -> None:
    source = "import sys; print(sys.stdin.read())"
    result = sandbox.run(Execution(id="one", source=source, stdin=b"read me"))
    assert (result.outcome, result.exit_code, result.stdout) == ("exited", 0, b"read me\n")
    assert (result.backend, result.image) == ("docker", PYTHON.key)
    source = """
identity, wanted, function, arguments = open(3).readline().split()
with open(4, "w") as answers:
    print(identity, "value", f'"{wanted} of {function}"', file=answers)
"""
    talked = sandbox.run(
        Execution(id="two", source=source, calls=(Call(function="double", arguments="[21]"),))
    )
    assert talked.answers == (Answer(status="value", payload='"value of double"'),), talked


@pytest.mark.parametrize(
    ("source", "wall_s", "outcome"),
    [
        ("import sys; sys.exit(3)", 60, "exited"),
        ("import os; os.kill(os.getpid(), 9)", 60, "signaled"),
        ("while True: pass", 60, "timeout_cpu"),
        ("import time; time.sleep(100)", 1, "timeout_wall"),
        ("while True: print('x' * 1000)", 60, "output_limit"),
    ],
)
def test_endings_are_told_apart_as_they_are_elsewhere(
    sandbox: PreforkSandbox, source: str, wall_s: float, outcome: str
) -> None:
    limits = Limits(wall_s=wall_s, cpu_s=0.5, memory_bytes=2**28, output_bytes=10_000)
    result = sandbox.run(Execution(id="one", source=source, limits=limits))
    assert result.outcome == outcome, result.detail


def test_files_lie_in_the_programs_folder(sandbox: PreforkSandbox) -> None:
    files = (File(name="notes.txt", data=b"a note"),)
    result = sandbox.run(Execution(id="one", source="print(open('notes.txt').read())", files=files))
    assert result.stdout == b"a note\n", result


def test_a_program_sees_the_image_and_not_the_host(sandbox: PreforkSandbox) -> None:
    source = """
import json, os, socket, sys
found = {"version": list(sys.version_info[:3]), "prefix": sys.base_prefix, "uid": os.getuid()}
for name in ("/etc/hostname", "/etc/shadow", "/root", "/var/run/docker.sock"):
    try:
        found[name] = os.path.isdir(name) and os.listdir(name) or open(name).read()
    except OSError as error:
        found[name] = type(error).__name__
try:
    socket.create_connection(("127.0.0.1", 1))
except OSError as error:
    found["socket"] = type(error).__name__
print(json.dumps(found))
"""
    result = sandbox.run(Execution(id="one", source=source))
    found = json.loads(result.stdout)
    assert found["prefix"] == "/opt/python"
    assert found["uid"] != 0
    assert found["socket"] == "PermissionError"
    for name in ("/etc/hostname", "/etc/shadow", "/root", "/var/run/docker.sock"):
        assert found[name] in {"PermissionError", "FileNotFoundError"}, name


def test_what_comes_in_one_piece_may_be_large(sandbox: PreforkSandbox) -> None:
    stdin = bytes(range(256)) * 20_000
    source = "import sys, hashlib; print(hashlib.sha256(sys.stdin.buffer.read()).hexdigest())"
    result = sandbox.run(Execution(id="one", source=source, stdin=stdin))
    assert result.stdout.decode().strip() == hashlib.sha256(stdin).hexdigest(), result


def test_two_slots_are_two_containers(engine: Engine, guard_image: GuardImage) -> None:
    before = set(ours(engine, guard_image))
    with opened(guard_image, slots=2) as sandbox:
        with sandbox._slots.borrow() as first, sandbox._slots.borrow() as second:
            for slot in (first, second):
                sandbox._guards.fit(slot, PYTHON)
        assert len(set(ours(engine, guard_image)) - before) == 2


def test_an_image_without_packages_refuses_what_needs_them(guard_image: GuardImage) -> None:
    launcher = DockerLauncher(SandboxSettings(docker_image=guard_image.name))
    with contextlib.closing(launcher), pytest.raises(SandboxError, match="build --packages"):
        launcher.launch(Image(name="numeric", packages=True), 0)
    assert launcher.reached("unsafe") == "unsafe"
    assert launcher.reached("uid") == "container"


def test_a_guard_that_cannot_start_says_why(engine: Engine, guard_image: GuardImage) -> None:
    launcher = DockerLauncher(SandboxSettings(docker_image=guard_image.name))
    stream = launcher.launch(PYTHON, 0)
    try:
        stream.send(b"\xff" * 64)
        assert stream.receive() == b""
        assert "guard: " in stream.last_words()
    finally:
        stream.kill()
        launcher.close()
