"""The sandbox over guards: slots, retries and results, whatever starts the guards."""

import atexit
import dataclasses
import os
from collections.abc import Mapping, Sequence

from stepsmith.sandboxes.contract import (
    Check,
    Conversation,
    Execution,
    ExecutionResult,
    IsolationReport,
    Limits,
)
from stepsmith.sandboxes.errors import SandboxError
from stepsmith.sandboxes.images import Image
from stepsmith.sandboxes.interview import Interview, identities
from stepsmith.sandboxes.prefork.guard import Ended
from stepsmith.sandboxes.prefork.guards import Guards, Patience
from stepsmith.sandboxes.prefork.launch import Launcher
from stepsmith.sandboxes.prefork.orders import (
    check_files,
    program_of,
    result_of,
    stretched,
)
from stepsmith.sandboxes.prefork.retries import Attempt
from stepsmith.sandboxes.prefork.slots import Slots
from stepsmith.sandboxes.prefork.uids import PARTIES
from stepsmith.sandboxes.prefork.wire import PartyEnd
from stepsmith.schemas.errors import UnknownNameError, suggest


class PreforkSandbox:
    """Runs programs in guards, one for each slot and image: a `contract.Sandbox`.

    A guard that was late, spoke nonsense or could not build its walls is killed and replaced; so
    is one that has done its number of runs.
    """

    def __init__(
        self,
        launcher: Launcher,
        images: Mapping[str, Image],
        *,
        slots: int,
        limits: Limits,
        backend: str,
        patience: Patience | None = None,
    ) -> None:
        self.backend = backend
        self.is_closed = False
        self._images = dict(images)
        self._limits = limits
        self._owner = os.getpid()
        self._slots = Slots(slots)
        self._guards = Guards(launcher, limits, patience or Patience())
        self._self_test: tuple[Check, ...] = ()
        atexit.register(self.close)

    def capabilities(self) -> IsolationReport:
        """Say what isolates the programs; raises `SandboxError` where no guard starts."""
        if self._guards.report is None:
            self._check_owner()
            with self._slots.borrow() as slot:
                self._guards.fit(slot, self._image(""))
        return self._report()

    def remember(self, self_test: Sequence[Check]) -> None:
        """Have every report from now on say what a self-test found."""
        self._self_test = tuple(self_test)

    def run(self, execution: Execution) -> ExecutionResult:
        """Run one program to its end; its calls are asked by an `Interview`."""
        if execution.calls is None:
            [result] = self._run((execution,), None)
            return result
        interview = Interview(execution.calls, identities())
        [result] = self._run((execution,), interview)
        result = dataclasses.replace(result, answers=interview.answers)
        if not interview.violation or result.outcome == "sandbox_error":
            return result
        return dataclasses.replace(
            result,
            outcome="protocol_violation",
            exit_code=None,
            signal=None,
            detail=interview.violation,
        )

    def converse(
        self, executions: Sequence[Execution], conversation: Conversation
    ) -> tuple[ExecutionResult, ...]:
        """Run programs side by side and carry a conversation between them."""
        if not 1 <= len(executions) <= PARTIES:
            msg = f"a conversation of {len(executions)} programs; allowed: 1 to {PARTIES}"
            raise ValueError(msg)
        if len({execution.image for execution in executions}) > 1:
            msg = "programs that talk to each other must start from the same image"
            raise ValueError(msg)
        return tuple(self._run(executions, conversation))

    def close(self) -> None:
        """Stop every guard and all that runs in it; a process that was forked off owns none."""
        if self.is_closed or os.getpid() != self._owner:
            return
        self.is_closed = True
        atexit.unregister(self.close)
        self._guards.interrupt()
        if self._slots.close(self._guards.patience.close_s):
            self._guards.close()

    @property
    def guard_pids(self) -> tuple[int, ...]:
        """The process ids of the guards that are children of this process."""
        return self._guards.pids

    def _run(
        self, executions: Sequence[Execution], conversation: Conversation | None
    ) -> list[ExecutionResult]:
        """Run until the endings are the last word; the conversation tells of the last run."""
        image = self._image(executions[0].image)
        for execution in executions:
            check_files(execution.files, execution.limits or self._limits)
        self._check_owner()
        self._guards.breaker.check()
        attempt = Attempt()
        while True:
            with self._slots.borrow(avoid=attempt.slots, alone=attempt.alone) as slot:
                ended = self._once(executions, conversation, attempt, (slot, image))
            following = attempt.after([one.end.outcome for one in ended], slot)
            if following is None:
                return [self._result(one, attempt, image) for one in ended]
            attempt = following
            if conversation is not None:
                conversation.restart()

    def _once(
        self,
        executions: Sequence[Execution],
        conversation: Conversation | None,
        attempt: Attempt,
        place: tuple[int, Image],
    ) -> Sequence[Ended]:
        limits = [stretched(one.limits or self._limits, attempt.stretch) for one in executions]
        timeout_s = max(one.wall_s for one in limits) + self._guards.patience.grace_s
        try:
            guard = self._guards.fit(*place)
        except SandboxError as error:
            return _failed(error, len(executions))
        try:
            programs = [
                program_of(one, limit, talks=conversation is not None)
                for one, limit in zip(executions, limits, strict=True)
            ]
            ended = guard.run(programs, conversation, timeout_s=timeout_s)
        except SandboxError as error:
            self._guards.discard(*place)
            ended = _failed(error, len(executions))
        except BaseException:  # an interrupt, in mid-run: what the guard says next is of this run
            self._guards.discard(*place)
            raise
        self._count(ended, attempt, place)
        return ended

    def _count(self, ended: Sequence[Ended], attempt: Attempt, place: tuple[int, Image]) -> None:
        """Tell the breaker: one program, however often it is run, is one failure at most."""
        failed = next((one.end for one in ended if one.end.outcome == "sandbox_error"), None)
        if failed is None:
            self._guards.breaker.succeeded()
            return
        self._guards.discard(*place)
        if attempt.failures == 0:
            self._guards.breaker.failed(failed.detail)

    def _result(self, ended: Ended, attempt: Attempt, image: Image) -> ExecutionResult:
        return dataclasses.replace(
            result_of(ended),
            isolation=self._report(),
            attempts=attempt.number,
            backend=self.backend,
            image=image.key,
        )

    def _report(self) -> IsolationReport:
        report = self._guards.report or IsolationReport(level="unsafe")  # none has ever started
        return dataclasses.replace(report, self_test=self._self_test)

    def _image(self, name: str) -> Image:
        if not name:
            return next(iter(self._images.values()))
        if name not in self._images:
            msg = f"no image {name!r} in this sandbox; {suggest(name, self._images)}"
            raise UnknownNameError(msg)
        return self._images[name]

    def _check_owner(self) -> None:
        if os.getpid() != self._owner:
            msg = "this sandbox belongs to the process that this one was forked from"
            raise SandboxError(msg)


def _failed(error: SandboxError, parties: int) -> Sequence[Ended]:
    return [Ended(end=PartyEnd(outcome="sandbox_error", detail=str(error)))] * parties
