import gc
from pathlib import Path

import pytest

from stepsmith.sandboxes.docker.client import Engine
from stepsmith.sandboxes.docker.engine import Facts, Runtime, connect, facts, remove
from stepsmith.sandboxes.docker.launch import _level, _warn
from stepsmith.sandboxes.errors import SandboxError

RUNTIMES = {"runc": Runtime(path="runc"), "runsc": Runtime(path="/usr/bin/runsc")}


@pytest.mark.container
def test_the_engine_says_what_it_is(engine: Engine) -> None:
    found = facts(engine)
    assert found.server_version
    assert found.driver
    assert "runc" in (found.runtimes or {})


@pytest.mark.container
def test_removing_what_is_gone_is_no_failure(engine: Engine) -> None:
    remove(engine, "no-such-container-as-this")


def test_an_engine_that_is_not_there_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("docker", reason="needs the extra `docker`")
    monkeypatch.setenv("DOCKER_HOST", f"unix://{tmp_path}/none.sock")
    with pytest.raises(SandboxError, match=r"could not reach the Docker Engine \(unix:///.*none"):
        connect()
    gc.collect()  # a socket left open would be complained of, and fail this test


@pytest.mark.parametrize(("runtime", "level"), [("", "container"), ("runc", "container")])
def test_a_container_on_our_kernel_is_a_container(runtime: str, level: str) -> None:
    assert _level(Facts(runtimes=RUNTIMES), runtime) == level


def test_a_container_with_a_kernel_of_its_own_is_more() -> None:
    assert _level(Facts(runtimes=RUNTIMES), "runsc") == "gvisor"
    renamed = {"walled": Runtime(path="/opt/gvisor/runsc")}
    assert _level(Facts(runtimes=renamed), "walled") == "gvisor"
    assert _level(Facts(runtimes={"g": Runtime(runtimeType="io.containerd.runsc.v1")}), "g") == (
        "gvisor"
    )


def test_a_runtime_of_that_name_alone_is_no_kernel() -> None:
    assert _level(Facts(runtimes={"runsc": Runtime(path="runc")}), "runsc") == "container"


def test_a_runtime_that_the_engine_has_not_is_refused() -> None:
    with pytest.raises(SandboxError, match="no runtime 'runscc'; did you mean 'runsc'"):
        _level(Facts(runtimes=RUNTIMES), "runscc")


def test_an_engine_as_it_should_be_is_not_complained_of(caplog: pytest.LogCaptureFixture) -> None:
    _warn(Facts(driver="overlay2", security_options=("name=seccomp,profile=default",)))
    assert caplog.messages == []


def test_a_slow_storage_driver_is_said_in_the_log(caplog: pytest.LogCaptureFixture) -> None:
    _warn(Facts(driver="vfs", security_options=("name=seccomp,profile=default",)))
    [said] = caplog.messages
    assert "storage driver vfs" in said


@pytest.mark.parametrize("options", [None, (), ("name=apparmor",)])
def test_an_engine_without_a_filter_of_system_calls_is_said_in_the_log(
    caplog: pytest.LogCaptureFixture, options: tuple[str, ...] | None
) -> None:
    _warn(Facts(driver="overlay2", security_options=options))
    [said] = caplog.messages
    assert "no seccomp profile" in said
