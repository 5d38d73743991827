"""The grounds that the battery is run on: a backend each, and where it stands.

The first six stand on this machine as it is. The workers stand in for Dataflow's: a default
container of this machine's own files on the host's network, as root, as a user without rights,
and as one where the container's filter lets namespaces through. On the last the kernel says that
it has no landlock; the weaker levels do not open there at all. Nor has gVisor's kernel.
"""

import contextlib
import dataclasses
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from stepsmith.sandboxes.archive import guard_archive
from stepsmith.schemas.sandbox import Level, SandboxSettings
from tests.escape.stage import REPOSITORY
from tests.escape.table import Ground

EMPTY_IMAGE = "stepsmith-escape-empty"
"""An image without a file in it: what the container sees is bound from this machine."""

GUARD_IMAGE = "stepsmith-escape-guard"
"""The Docker backend's image, made of the guard as it is now."""

RUNTIME = "runsc"


@dataclasses.dataclass(frozen=True, kw_only=True)
class Standing:
    """What a ground asks for, the level that must come of it, and what it stands in."""

    settings: SandboxSettings
    level: Level
    container: tuple[str, ...] | None = None
    landlock: bool = True
    root: bool = False

    @property
    def is_in_a_container(self) -> bool:
        """Whether it takes a Docker Engine."""
        return self.container is not None or self.settings.backend == "docker"


def _local(level: Level, *, landlock: bool = True) -> Standing:
    settings = SandboxSettings(backend="local", level=level, minimum="unsafe", allow_unsafe=True)
    return Standing(settings=settings, level=level, landlock=landlock, root=level == "uid")


def _worker(level: Level, *options: str) -> Standing:
    settings = SandboxSettings(backend="local", minimum="self")
    return Standing(settings=settings, level=level, container=options)


_NOBODY = ("--user", "1000:1000")
_UNSAFE = SandboxSettings(backend="unsafe", minimum="unsafe", allow_unsafe=True)
_DOCKER = SandboxSettings(backend="docker", minimum="container", docker_image=GUARD_IMAGE)
_GVISOR = dataclasses.replace(_DOCKER, docker_runtime=RUNTIME, minimum="gvisor")

GROUNDS: dict[Ground, Standing] = {
    "unsafe": Standing(settings=_UNSAFE, level="unsafe"),
    "self": _local("self"),
    "uid": _local("uid"),
    "ns": _local("ns"),
    "docker": Standing(settings=_DOCKER, level="container"),
    "gvisor": Standing(settings=_GVISOR, level="gvisor", landlock=False),
    "worker_root": _worker("uid"),
    "worker_user": _worker("self", *_NOBODY),
    "worker_open": _worker("ns", *_NOBODY, "--security-opt", "seccomp=unconfined"),
    "ns_no_landlock": _local("ns", landlock=False),
}


_PYTHON = [sys.executable, "-I", "-S", "-c"]
_LANDLOCK = "import ctypes, sys; sys.exit(ctypes.CDLL(None).syscall(444, None, 0, 1) < 1)"
_NAMESPACES = """
import ctypes, sys
libc = ctypes.CDLL(None)
refused = libc.unshare(0x3C020000) or libc.mount(b"none", b"/", None, 0x44000, None)
sys.exit(bool(refused or libc.mount(b"tmpfs", b"/proc", b"tmpfs", 6, None)))
"""


def why_not_here(ground: Ground) -> str:
    """Say why this machine cannot stand for the ground; empty where it can."""
    standing = GROUNDS[ground]
    if standing.root and os.geteuid():
        return "a user of its own for every slot takes root"
    if standing.is_in_a_container and (why := _why_in_no_container(standing)):
        return why
    if (
        standing.level == "ns"
        and not standing.is_in_a_container
        and not _succeeds([*_PYTHON, _NAMESPACES])
    ):
        return "the kernel gives no user namespaces here"
    if standing.landlock and not _succeeds([*_PYTHON, _LANDLOCK]):
        return "the kernel has no landlock"
    return ""


def _why_in_no_container(standing: Standing) -> str:
    if not _succeeds([_docker(), "version"]):
        return "no Docker Engine answers"
    runtime = standing.settings.docker_runtime
    if runtime and runtime not in _runtimes():
        return f"the Docker Engine has no runtime {runtime}"
    if standing.container is not None and Path("/tmp") in REPOSITORY.parents:  # noqa: S108
        return "a container's own /tmp would hide this repository"
    return ""


def command(ground: Ground, arguments: Sequence[str]) -> list[str]:
    """Return what runs the battery on the ground, inside the container where it has one."""
    battery = ["-m", "tests.escape.battery", ground, *arguments]
    standing = GROUNDS[ground]
    if standing.container is None:
        return [sys.executable, *battery]
    _make_empty_image()
    bound = [f"--volume={folder}:{folder}:ro" for folder in _folders()]
    return [
        *(_docker(), "run", "--rm", "--init", "--network=host", f"--workdir={REPOSITORY}"),
        *("--env=HOME=/home/worker", "--env=PYTHONDONTWRITEBYTECODE=1"),
        *("--tmpfs=/home/worker:mode=1777", "--tmpfs=/tmp:mode=1777", *bound, *standing.container),
        *(EMPTY_IMAGE, sys.executable, *battery),
    ]


def _folders() -> list[str]:
    """Name the folders of this machine that a Python and this repository need."""
    system = [folder for folder in ("/usr", "/lib", "/lib64", "/bin") if Path(folder).exists()]
    own = {sys.base_prefix, sys.prefix, str(REPOSITORY)}
    return system + sorted(folder for folder in own if not folder.startswith("/usr/"))


def _make_empty_image() -> None:
    if not _succeeds([_docker(), "image", "inspect", EMPTY_IMAGE]):
        tape = b"\0" * 10240  # the end of a tape, and nothing before it
        line = [_docker(), "import", "-", EMPTY_IMAGE]
        subprocess.run(line, input=tape, check=True, capture_output=True)


def build_guard_image() -> None:
    """Make the image of the Docker backend, which starts no other guard than the one here."""
    from stepsmith.sandboxes.docker import image
    from stepsmith.sandboxes.docker.engine import connect

    with contextlib.closing(connect()) as client:
        image.build(client, GUARD_IMAGE, guard_archive().read_bytes(), packages=False)


def remove_images() -> None:
    """Leave nothing behind in the engine."""
    for name in (EMPTY_IMAGE, GUARD_IMAGE):
        if _succeeds([_docker(), "image", "inspect", name]):
            _succeeds([_docker(), "image", "rm", name])


def _docker() -> str:
    return shutil.which("docker") or "docker"


def _runtimes() -> Sequence[str]:
    """Name the runtimes of the engine that answers."""
    form = "{{range $name, $_ := .Runtimes}}{{$name}} {{end}}"
    line = [_docker(), "info", "--format", form]
    return subprocess.run(line, capture_output=True, text=True, check=True).stdout.split()


def _succeeds(command: Sequence[str]) -> bool:
    try:
        done = subprocess.run(command, capture_output=True, check=False, timeout=60)
    except (FileNotFoundError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0
