"""The Docker Engine, found as its own client finds it; every call to it has a time-out."""

import contextlib
import os
import socket
import sys
from collections.abc import Generator
from pathlib import PurePath
from typing import TYPE_CHECKING, cast

import msgspec

from stepsmith.sandboxes.errors import SandboxError
from stepsmith.schemas.codec import known

if TYPE_CHECKING:
    from stepsmith.sandboxes.docker.client import Engine

CALL_S = 60.0
"""How long the engine may take to answer: starting a container on a slow disk takes a while."""


class Runtime(msgspec.Struct, frozen=True):
    """What starts the processes of a container."""

    path: str = ""
    runtimeType: str = ""  # noqa: N815  the engine's spelling

    @property
    def has_own_kernel(self) -> bool:
        """Whether programs run on gVisor and not on the host's kernel."""
        return PurePath(self.path).name == "runsc" or ".runsc." in self.runtimeType


class Facts(msgspec.Struct, frozen=True, rename="pascal"):
    """What the engine says of itself."""

    server_version: str = ""
    driver: str = ""
    security_options: tuple[str, ...] | None = None
    runtimes: dict[str, Runtime] | None = None


def connect(timeout_s: float = CALL_S) -> "Engine":
    """Reach the engine that DOCKER_HOST names, the local one without; raises `SandboxError`."""
    try:
        import docker
        from docker.utils import kwargs_from_env, parse_host
    except ImportError:
        msg = "Docker's client is not installed: pip install 'stepsmith[docker]'"
        raise SandboxError(msg) from None
    with failures("reach the Docker Engine"):
        _knock(str(parse_host(os.environ.get("DOCKER_HOST"), sys.platform == "win32")), timeout_s)
        client = docker.APIClient(version="auto", timeout=int(timeout_s), **kwargs_from_env())
    return cast("Engine", client)


def _knock(address: str, timeout_s: float) -> None:
    """See whether anyone is there: the client leaves its socket open where nobody is."""
    path = address.removeprefix("http+unix://")
    if path != address:
        with socket.socket(socket.AF_UNIX) as line:
            line.settimeout(timeout_s)
            line.connect(path)


@contextlib.contextmanager
def failures(task: str) -> Generator[None]:
    """Raise `SandboxError` for whatever goes wrong between us and the engine."""
    from docker.errors import DockerException

    try:
        yield
    except (DockerException, OSError) as error:  # the errors of its HTTP client are OSErrors
        where = os.environ.get("DOCKER_HOST") or "the local engine"
        msg = f"could not {task} ({where}): {error}"
        raise SandboxError(msg) from error


def facts(client: "Engine") -> Facts:
    """Ask the engine what it is made of."""
    with failures("ask the Docker Engine about itself"):
        return msgspec.convert(client.info(), known(Facts))


def remove(client: "Engine", container: str) -> None:
    """Kill a container and remove it; one that is gone, or just going, is fine.

    Raises `SandboxError` where the engine does not answer.
    """
    from docker.errors import APIError

    with failures(f"remove the container {container[:12]}"):
        try:
            client.remove_container(container, v=True, force=True)
        except APIError as error:
            if error.status_code not in {404, 409}:  # 409: the engine removes it already
                raise
