"""Putting claims to verifiers: in threads, with a worker at hand, counting what stays undecided."""

import asyncio
import collections
import concurrent.futures
import dataclasses
from collections.abc import Iterable, Sequence
from functools import partial

from stepsmith.schemas.records import Claim, LabelledTrajectory, Verdict
from stepsmith.transforms.verify.base import Verifier, Worker, get_verifier


@dataclasses.dataclass(frozen=True, kw_only=True)
class Verification:
    """The verifiers of a run, the worker that they share, and the threads that wait for it."""

    outcome: str
    steps: Sequence[str]
    worker: Worker
    threads: concurrent.futures.Executor

    async def ask(self, claim: Claim, name: str | None) -> Verdict:
        """Judge a claim without blocking the event loop; no name asks the outcome verifier."""
        check = partial(get_verifier(name or self.outcome), claim, self.worker)
        return await asyncio.get_running_loop().run_in_executor(self.threads, check)

    def judge_steps(self, row: LabelledTrajectory) -> LabelledTrajectory:
        """Add every step verifier's verdict to every step of a row, in the verifiers' order."""
        verifiers = [get_verifier(name) for name in self.steps]
        claims = step_claims(row)
        labels = tuple(
            dataclasses.replace(
                label, verdicts=tuple(self._judge(verifier, claim) for verifier in verifiers)
            )
            for claim, label in zip(claims, row.labels, strict=True)
        )
        return dataclasses.replace(row, labels=labels)

    def _judge(self, verifier: Verifier, claim: Claim) -> Verdict:
        return verifier(claim, self.worker)


def step_claims(row: LabelledTrajectory) -> list[Claim]:
    """Make one claim a step: the step, after all the steps before it."""
    steps = row.trajectory.steps
    return [
        Claim(problem=row.problem, prior=steps[:index], step=step)
        for index, step in enumerate(steps)
    ]


def reason(verdict: Verdict) -> str:
    """Return the reason of an undecided verdict: its evidence up to the first colon."""
    return verdict.evidence.partition(":")[0]


def count_undecided(verdicts: Iterable[Verdict]) -> dict[str, int]:
    """Count the undecided verdicts by `verifier/reason`."""
    counts = collections.Counter(
        f"{verdict.verifier}/{reason(verdict)}"
        for verdict in verdicts
        if verdict.outcome == "undecided"
    )
    return dict(sorted(counts.items()))
