"""The guards of one sandbox: started when first needed, replaced when unfit, all alike."""

import dataclasses
import os
import threading
import time

from stepsmith.sandboxes.contract import IsolationReport, Limits, at_least
from stepsmith.sandboxes.errors import SandboxError
from stepsmith.sandboxes.images import Image
from stepsmith.sandboxes.prefork.breaker import Breaker, delay_s
from stepsmith.sandboxes.prefork.guard import Guard
from stepsmith.sandboxes.prefork.launch import Launcher
from stepsmith.sandboxes.prefork.uids import PARTIES
from stepsmith.sandboxes.prefork.wire import Configure, GuardError


@dataclasses.dataclass(frozen=True, kw_only=True, slots=True)
class Patience:
    """How long to wait for a guard, and how often to use it.

    `grace_s` comes on top of a run's own wall-clock time, before the guard counts as lost.
    """

    start_s: float = 120.0
    grace_s: float = 5.0
    close_s: float = 30.0
    max_runs: int = 10_000


class Guards:
    """One guard for each slot and image. A slot's guards are used by who has the slot, alone.

    The first that starts says what isolates programs here; any other must do as well.
    """

    def __init__(self, launcher: Launcher, limits: Limits, patience: Patience) -> None:
        self.breaker = Breaker(time.monotonic)
        self.patience = patience
        self.report: IsolationReport | None = None
        self._launcher = launcher
        self._limits = limits
        self._guards: dict[tuple[int, str], Guard] = {}
        self._failed_starts = 0  # in a row, of all slots
        self._first = threading.Lock()
        self._closing = threading.Event()
        self._wakened, self._waken = os.pipe2(os.O_CLOEXEC)

    def fit(self, slot: int, image: Image) -> Guard:
        """Return a guard that can run programs; raises `SandboxError` when none starts."""
        guard = self._guards.get((slot, image.name))
        if guard is not None and guard.is_fit and guard.n_runs < self.patience.max_runs:
            return guard
        self.discard(slot, image)
        self._closing.wait(delay_s(self._failed_starts))
        try:
            guard = self._start(slot, image)
        except SandboxError as error:
            self._failed_starts += 1
            self.breaker.failed(str(error))
            raise
        self._failed_starts = 0
        self._guards[slot, image.name] = guard
        return guard

    def discard(self, slot: int, image: Image) -> None:
        """Kill the slot's guard, if there is one; the next is a new one."""
        guard = self._guards.pop((slot, image.name), None)
        if guard is not None:
            guard.kill()

    def interrupt(self) -> None:
        """Have all that waits for a guard give up."""
        self._closing.set()
        os.close(self._waken)

    def close(self) -> None:
        """Kill all; nobody may have a slot any more."""
        while self._guards:
            self._guards.popitem()[1].kill()
        os.close(self._wakened)
        self._launcher.close()

    @property
    def pids(self) -> tuple[int, ...]:
        """The processes of the guards that are children of ours."""
        return tuple(guard.pid for guard in list(self._guards.values()) if guard.pid)

    def _start(self, slot: int, image: Image) -> Guard:
        place = self._launcher.place(image, slot)
        guard = Guard(self._launcher.launch(image, slot), self._wakened)
        order = Configure(
            level=place.level,
            uid=place.first_uid,
            parties=PARTIES,
            warm=image.warm,
            paths=place.paths,
            readable=place.readable,
            cgroup=place.cgroup,
            own_kernel=place.own_kernel,
            disk_bytes=self._limits.disk_bytes,
        )
        try:
            report = guard.configure(order, timeout_s=self.patience.start_s)
            self._compare(dataclasses.replace(report, level=self._launcher.reached(report.level)))
        except BaseException:
            guard.kill()
            raise
        return guard

    def _compare(self, report: IsolationReport) -> None:
        with self._first:
            first = self.report = self.report or report
        lost = [layer for layer in first.layers if layer not in report.layers]
        if lost or not at_least(report.level, first.level):
            msg = f"a guard came back weaker: {report.level}, not {first.level}"
            msg += f", without {', '.join(lost)}" if lost else ""
            raise GuardError(msg)
