"""Opening a sandbox: the best that this machine gives, tried on it, never less than asked for."""

import os
import threading
from collections.abc import Callable, Iterator, Sequence

from stepsmith.sandboxes.contract import IsolationReport, Sandbox, at_least
from stepsmith.sandboxes.errors import SandboxError
from stepsmith.sandboxes.images import Image
from stepsmith.sandboxes.prefork.launch import Launcher, Rung
from stepsmith.sandboxes.prefork.local import LocalLauncher
from stepsmith.sandboxes.prefork.sandbox import PreforkSandbox
from stepsmith.sandboxes.selftest import self_test
from stepsmith.schemas.errors import UserError
from stepsmith.schemas.sandbox import SandboxSettings

_INNER: tuple[Rung, ...] = ("self", "uid", "ns")


def open_sandbox(settings: SandboxSettings, images: Sequence[Image]) -> PreforkSandbox:
    """Open the sandbox that the settings ask for, or raise `SandboxError` with every reason.

    "auto" is the best local rung, or Docker where that is below the minimum or a wall of it did
    not hold; "unsafe" is taken by its own name alone, and not tested. The first of `images` is
    what programs start from that name none.
    """
    if not images:
        msg = "a sandbox without an image"
        raise ValueError(msg)
    reasons: list[str] = []
    for backend, launcher in _candidates(settings):
        try:
            return _open(settings, images, backend, launcher)
        except SandboxError as error:
            reasons.append(f"{backend}: {error}")
    msg = f"no sandbox here isolates as well as {settings.minimum!r}; {'; '.join(reasons)}"
    msg += " (see: stepsmith sandbox check)"
    raise SandboxError(msg)


def slots_of(settings: SandboxSettings) -> int:
    """Return how many programs run at a time: as many as there are cores, if nothing is said."""
    return settings.slots or len(os.sched_getaffinity(0))


def _candidates(
    settings: SandboxSettings,
) -> Iterator[tuple[str, Callable[[], Launcher]]]:
    """Yield the back ends to be tried, in order."""
    level = settings.level
    if "unsafe" in (settings.backend, level):
        yield "unsafe", lambda: LocalLauncher("unsafe")
        return
    is_inner = level in _INNER or (level is None and at_least("ns", settings.minimum))
    if settings.backend == "local" and not is_inner:
        msg = f"the local backend has no level {level or settings.minimum!r};"
        msg += ' allowed: self, uid, ns; backend = "docker" has container and gvisor'
        raise UserError(msg)
    if settings.backend in ("auto", "local") and is_inner:
        yield "local", lambda: LocalLauncher(level or "best")
    if settings.backend == "docker" or (settings.backend == "auto" and level not in _INNER):
        yield "docker", lambda: _docker(settings)


def _docker(settings: SandboxSettings) -> Launcher:
    try:
        from stepsmith.sandboxes.docker.launch import DockerLauncher
    except ImportError as error:
        msg = f"{error}: install stepsmith[docker]"
        raise SandboxError(msg) from None
    return DockerLauncher(settings)


def _open(
    settings: SandboxSettings,
    images: Sequence[Image],
    backend: str,
    launcher: Callable[[], Launcher],
) -> PreforkSandbox:
    sandbox = PreforkSandbox(
        launcher(),
        {image.name: image for image in images},
        slots=slots_of(settings),
        limits=settings.limits,
        backend=backend,
    )
    try:
        _refuse_below(settings, sandbox.capabilities())
        if backend != "unsafe":
            sandbox.remember(self_test(sandbox))
            _refuse_fallen(sandbox.capabilities())
    except BaseException:
        sandbox.close()
        raise
    return sandbox


def _refuse_below(settings: SandboxSettings, report: IsolationReport) -> None:
    minimum = settings.level or settings.minimum
    is_named = "unsafe" in (settings.backend, settings.level)
    if is_named or (report.level != "unsafe" and at_least(report.level, minimum)):
        return
    missing = f"; missing: {', '.join(report.missing)}" if report.missing else ""
    msg = f"only {report.level!r} was reached{missing}"
    raise SandboxError(msg)


def _refuse_fallen(report: IsolationReport) -> None:
    fallen = [f"{one.name} ({one.detail})" for one in report.self_test if not one.held]
    if fallen:
        msg = f"{report.level!r} did not hold when it was tried: {'; '.join(fallen)}"
        raise SandboxError(msg)


class _Sharing:
    """The sandboxes that everything in this process shares, and the lock under which they open."""

    def __init__(self) -> None:
        self.forget()
        # Guards do not answer two processes; the lock might stay held for ever.
        os.register_at_fork(after_in_child=self.forget)

    def forget(self) -> None:
        self.lock = threading.Lock()
        self.opened: dict[tuple[SandboxSettings, tuple[Image, ...]], PreforkSandbox] = {}


_sharing = _Sharing()


def shared_sandbox(settings: SandboxSettings, images: Sequence[Image]) -> Sandbox:
    """Return this process's sandbox of those settings and images; it is closed at exit."""
    key = (settings, tuple(images))
    with _sharing.lock:
        sandbox = _sharing.opened.get(key)
        if sandbox is None or sandbox.is_closed:
            sandbox = _sharing.opened[key] = open_sandbox(settings, images)
        return sandbox
