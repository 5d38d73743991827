"""Guards in containers: one warm container a slot, and nothing in it that a guard can do without.

Each is a container without a network, with a root that cannot be written, three capabilities (to
become another user, and to kill as one) and fixed amounts of memory, processes and scratch; nothing
of the host is mounted in it. The engine's own seccomp profile stays on. That profile refuses user
namespaces, so that the guard's own rung inside is `uid`, as a rule.
"""

import contextlib
import logging
import sys
import time

from stepsmith.sandboxes import owner
from stepsmith.sandboxes.archive import guard_archive
from stepsmith.sandboxes.contract import Level, Limits
from stepsmith.sandboxes.docker import image as images
from stepsmith.sandboxes.docker.client import Engine
from stepsmith.sandboxes.docker.engine import Facts, connect, facts, failures, remove
from stepsmith.sandboxes.docker.janitor import sweep
from stepsmith.sandboxes.docker.rootfs import GUARD
from stepsmith.sandboxes.docker.stream import DockerStream, as_socket
from stepsmith.sandboxes.errors import SandboxError
from stepsmith.sandboxes.images import Image
from stepsmith.sandboxes.prefork.launch import Place
from stepsmith.sandboxes.prefork.uids import FIRST, PARTIES, Uids
from stepsmith.schemas.errors import suggest
from stepsmith.schemas.sandbox import SandboxSettings

_LOG = logging.getLogger(__name__)

KILL_S = 15.0
"""How long the engine may take to remove a container before that is left to the janitor."""

_GUARD_BYTES = 512 * 2**20
_SCRATCH_BYTES = 16 * 2**20
_SHARED_BYTES = 2**20
_PIDS = 256
_FILES = 1024


class DockerLauncher:
    """Starts guards in containers of the image that the settings name.

    It finds the engine and the image, which must be as `stepsmith sandbox build` would make it now,
    and sweeps up after the dead; raises `SandboxError`. `level` is what its containers count as.
    """

    def __init__(self, settings: SandboxSettings) -> None:
        self._limits = settings.limits
        self._runtime = settings.docker_runtime or ("runsc" if settings.level == "gvisor" else "")
        with contextlib.closing(connect()) as client:
            engine = facts(client)
            _warn(engine)
            self.level: Level = _level(engine, self._runtime)
            self._image = images.find(client, settings.docker_image)
            images.check(self._image, guard_archive().read_bytes())
            for container in sweep(client):
                _LOG.info("removed the container %.12s, whose owner is gone", container)
        self._uids = Uids()

    def place(self, image: Image, slot: int) -> Place:
        """Say what a guard is to be told of its container."""
        description = self._image.description
        return Place(
            level="best",
            first_uid=self._first_uid(slot),
            paths=description.paths if image.packages else (),
            readable=("/opt", "/usr", "/lib", "/lib64"),
            cgroup=False,
            own_kernel=self.level == "gvisor",
        )

    def launch(self, image: Image, slot: int) -> DockerStream:
        """Start a container and the guard in it; raises `SandboxError`."""
        if image.packages and not self._image.description.paths:
            name = self._image.name
            msg = f"the image {name!r} has no packages, which {image.name!r} needs; run: "
            msg += f"stepsmith sandbox build --packages --image {name}"
            raise SandboxError(msg)
        with contextlib.closing(connect()) as client:
            with failures("create a container"):
                settings = self._settings(client, image, slot)
                container = str(client.create_container(self._image.id, **settings)["Id"])
            try:
                return _started(client, container)
            except BaseException:
                with contextlib.suppress(SandboxError):  # the first failure is the one to tell
                    remove(client, container)
                raise

    def reached(self, inner: Level) -> Level:
        """Say the level: a guard without walls is without walls in a container too."""
        return inner if inner == "unsafe" else self.level

    def close(self) -> None:
        """Give the user ids back."""
        self._uids.close()

    def _first_uid(self, slot: int) -> int:
        # What the kernel counts by user it counts over all containers. Where this is no Linux the
        # engine has a machine of its own.
        if sys.platform != "linux":
            return FIRST + PARTIES * slot
        return self._uids.first_of(slot)

    def _settings(self, client: Engine, image: Image, slot: int) -> dict[str, object]:
        return {
            "command": [self._image.description.interpreter, "-P", "-s", "-S", GUARD],
            "entrypoint": [],
            "hostname": "sandbox",
            "user": "0:0",
            "working_dir": "/",
            "stdin_open": True,
            "labels": {
                **owner.labels(time.time()),
                "stepsmith.slot": str(slot),
                "stepsmith.warmed": image.key,
            },
            "host_config": client.create_host_config(**_host(self._limits, self._runtime)),
        }


def _host(limits: Limits, runtime: str) -> dict[str, object]:
    """Say what a container may have of its host, which is as good as nothing."""
    from docker.types import LogConfig, Ulimit

    memory = _GUARD_BYTES + PARTIES * limits.memory_bytes + _SCRATCH_BYTES
    scratch = f"size={_SCRATCH_BYTES},nr_inodes=2048,mode=1777,nosuid,nodev,noexec"
    return {
        "network_mode": "none",
        "read_only": True,
        "cap_drop": ["ALL"],
        "cap_add": ["KILL", "SETGID", "SETUID"],
        "security_opt": ["no-new-privileges"],
        "pids_limit": _PIDS + PARTIES * limits.processes,
        "mem_limit": memory,
        "memswap_limit": memory,
        "tmpfs": {"/tmp": scratch},  # noqa: S108  a container's own
        "shm_size": _SHARED_BYTES,
        "ulimits": [
            Ulimit(name="core", soft=0, hard=0),
            Ulimit(name="nofile", soft=_FILES, hard=_FILES),
        ],
        # The default one would keep whatever a program floods, on the host's disk.
        "log_config": LogConfig(type="none"),
        "auto_remove": True,
        "init": False,
        "runtime": runtime or None,
    }


def _started(client: Engine, container: str) -> DockerStream:
    with failures("start a container"):
        # Attached before it starts, or its first words would be lost.
        wanted = {"stdin": 1, "stdout": 1, "stderr": 1, "stream": 1}
        line = as_socket(client.attach_socket(container, wanted))
        try:
            client.start(container)
        except BaseException:
            line.close()
            raise
    return DockerStream(line, lambda: _end(container))


def _end(container: str) -> None:
    with contextlib.closing(connect(KILL_S)) as client:
        remove(client, container)


def _warn(engine: Facts) -> None:
    """Say in the log what makes this engine slower or weaker than it could be."""
    if engine.driver == "vfs":
        _LOG.warning(
            "the Docker Engine copies whole images (storage driver vfs): each container takes "
            "seconds to start, where overlay2 takes a fraction of one"
        )
    if not any(one.startswith("name=seccomp") for one in engine.security_options or ()):
        _LOG.warning(
            "the Docker Engine has no seccomp profile of its own: the guard's filter of system "
            "calls is the only one"
        )


def _level(engine: Facts, runtime: str) -> Level:
    if not runtime:
        return "container"
    runtimes = engine.runtimes or {}
    if runtime not in runtimes:
        msg = f"the Docker Engine has no runtime {runtime!r}; {suggest(runtime, runtimes)}"
        raise SandboxError(msg)
    return "gvisor" if runtimes[runtime].has_own_kernel else "container"
