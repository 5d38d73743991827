"""The inside of the worker that judges steps: a verifier that hangs or breaks costs its step only.

Only verifiers that need no worker and no sandbox themselves are asked here.
"""

import dataclasses

import msgspec

from stepsmith.pipelines.audit.opinion import Opinion, form_opinion
from stepsmith.sandboxes import WorkerError
from stepsmith.sandboxes.contract import Sandbox
from stepsmith.schemas.codec import known
from stepsmith.schemas.records import Claim, Problem, Step
from stepsmith.transforms.verify import VERIFIERS, Tools, get_verifier

TARGET = f"{__name__}:judge"


@dataclasses.dataclass(frozen=True, kw_only=True, slots=True)
class Task:
    """The steps [`start`, `stop`) of a solution, and who is to judge them."""

    verifiers: tuple[str, ...]
    problem: Problem
    steps: tuple[Step, ...]
    start: int
    stop: int

    @property
    def claims(self) -> list[Claim]:
        """One claim a step: the step, after all the steps before it."""
        return [
            Claim(problem=self.problem, prior=self.steps[:index], step=self.steps[index])
            for index in range(self.start, self.stop)
        ]


def prepare() -> None:
    """Import every verifier, before any clock starts."""
    VERIFIERS.load()


def judge(payload: bytes) -> bytes:
    """Judge the steps of a `Task`; returns an `Opinion` for each verifier, in their order."""
    task = msgspec.msgpack.decode(payload, type=known(Task))
    tools = Tools(_NoWorker(), _no_sandbox)
    opinions = [form_opinion(get_verifier(name), task.claims, tools) for name in task.verifiers]
    return msgspec.msgpack.encode(opinions)


def read_opinions(reply: bytes) -> list[Opinion]:
    """Read what `judge` returned."""
    return msgspec.msgpack.decode(reply, type=known(list[Opinion]))


def _no_sandbox() -> Sandbox:
    msg = "a verifier that needs a sandbox says so"
    raise WorkerError(msg)


class _NoWorker:
    """There is no worker in a worker."""

    def call(self, target: str, payload: bytes, *, deadline_s: float) -> bytes:
        del payload, deadline_s
        msg = f"{target}: a verifier that needs a worker says so"
        raise WorkerError(msg)
