"""What a driver needs of the world: verifiers, policies, programs, and where replies are filed."""

from collections.abc import Awaitable, Callable
from typing import Protocol

from stepsmith.sandboxes.contract import Execution, ExecutionResult
from stepsmith.schemas.records import Claim, Problem, Rollout, Verdict
from stepsmith.transforms.drive.scheduler import QueuedPolicy
from stepsmith.transforms.judging import Judgement, StdioTests, Tests
from stepsmith.transforms.policy.journal import Key

AskVerifier = Callable[[Claim, str | None], Awaitable[Verdict]]
"""Judges a claim with the verifier of that name; no name: the run's outcome verifier."""

OpenPolicy = Callable[[], Awaitable[QueuedPolicy]]
"""Opens one of the recipe's further policies, or returns it if it is open."""

CheckProblem = Callable[[Problem], Awaitable[None]]
"""Raises for a problem on which no sample should be spent."""


class Programs(Protocol):
    """Where programs run; both may raise `SandboxError` where no sandbox can be had."""

    async def execute(self, execution: Execution) -> ExecutionResult:
        """Run a program to its end."""
        ...

    async def run_tests(
        self, tests: Tests | StdioTests, source: str, *, seed: int = 0
    ) -> Judgement:
        """Judge a program by tests."""
        ...


class Replies(Protocol):
    """Where replies are filed; a journal, or a dictionary in a test."""

    def get(self, key: Key, /) -> Rollout | None:
        """Return the recorded reply, or nothing."""
        ...

    def put(self, *rollouts: Rollout) -> None:
        """Record replies."""
        ...
