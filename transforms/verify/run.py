"""Putting claims to verifiers, and programs to sandboxes: in threads, with the tools at hand."""

import asyncio
import collections
import concurrent.futures
import dataclasses
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import TypeVar

from stepsmith.sandboxes.contract import Execution, ExecutionResult
from stepsmith.schemas.errors import ProblemError
from stepsmith.schemas.records import Claim, LabelledTrajectory, Problem, StepLabel, Verdict
from stepsmith.transforms.judging import Judgement, StdioTests, Tests, judge_source
from stepsmith.transforms.verify.base import BREAKDOWNS, Tools, Verifier, get_verifier

T = TypeVar("T")


class GoldError(ProblemError):
    """The answer that a problem comes with cannot be what its solutions are judged by."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class Verification:
    """The verifiers of a run, the tools that they share, and the threads that wait for those."""

    outcome: str
    steps: Sequence[str]
    tools: Tools
    threads: concurrent.futures.Executor

    async def ask(self, claim: Claim, name: str | None) -> Verdict:
        """Judge a claim without blocking the event loop; no name asks the outcome verifier."""
        return await self._wait(partial(get_verifier(name or self.outcome), claim, self.tools))

    async def execute(self, execution: Execution) -> ExecutionResult:
        """Run a program without blocking the event loop; raises `SandboxError` where none can."""
        return await self._wait(lambda: self.tools.sandbox.run(execution))

    async def run_tests(
        self, tests: Tests | StdioTests, source: str, *, seed: int = 0
    ) -> Judgement:
        """Judge a program by tests likewise."""
        return await self._wait(lambda: judge_source(self.tools.sandbox, source, tests, seed=seed))

    async def check_problem(self, problem: Problem) -> None:
        """Raise `GoldError` where the problem cannot be what its solutions are judged by.

        It is asked before anything is sampled: no solution could be right. A worker or a sandbox
        that was too slow or broke down says nothing of the problem.
        """
        gold = get_verifier(self.outcome).gold
        if gold is None:
            return
        verdict = await self._wait(partial(gold, problem, self.tools))
        if verdict.outcome != "valid" and reason(verdict) not in BREAKDOWNS:
            stated = (problem.answer or "").strip()
            msg = f"the answer {problem.answer!r}" if stated else "the problem"
            msg += f" does not verify against itself by {self.outcome}: {verdict.evidence}"
            raise GoldError(msg)

    def prepare(self, names: Iterable[str]) -> None:
        """Open what these verifiers need; raises `SandboxError` where that cannot be had."""
        for name in names:
            self.tools.prepare(get_verifier(name))

    async def _wait(self, work: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self.threads, work)

    def judge_steps(self, row: LabelledTrajectory) -> LabelledTrajectory:
        """Add to every step of a row the verdicts that it lacks, in the step verifiers' order.

        What the strategy heard of a step stands, before the others: a verifier that has judged a
        step, even if undecided, is not asked about it again. A verdict by another version of one
        of these verifiers is replaced. Observations, which no policy wrote, are not judged.
        """
        verifiers = [get_verifier(name) for name in self.steps]
        labels = tuple(
            label if claim.step.kind == "observation" else self._judge(label, claim, verifiers)
            for claim, label in zip(step_claims(row), row.labels, strict=True)
        )
        return dataclasses.replace(row, labels=labels)

    def _judge(self, label: StepLabel, claim: Claim, verifiers: Sequence[Verifier]) -> StepLabel:
        version = {each.name: each.version for each in verifiers}
        stands = [
            verdict
            for verdict in label.verdicts
            if version.get(verdict.verifier, verdict.version) == verdict.version
        ]
        heard = {verdict.verifier for verdict in stands}
        new = (each(claim, self.tools) for each in verifiers if each.name not in heard)
        return dataclasses.replace(label, verdicts=(*stands, *new))


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
