"""The driver: answers what plans ask, one problem after another or many at once.

It acts where strategies may not: it asks the policy and the verifiers, files every reply in the
journal before it is used, and gives each draw a seed of its own. What it returns depends on the
problem, the seed and the replies alone.
"""

import dataclasses
import itertools
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from random import Random
from typing import Protocol

from stepsmith.sandboxes.contract import Execution, ExecutionResult
from stepsmith.schemas.errors import UnknownNameError, suggest
from stepsmith.schemas.records import (
    Claim,
    FinishReason,
    Problem,
    Rollout,
    Sampling,
    Step,
    Trajectory,
    Verdict,
)
from stepsmith.transforms.judging import Judgement, StdioTests, Tests
from stepsmith.transforms.policy.base import Reply, Request
from stepsmith.transforms.policy.journal import Key
from stepsmith.transforms.search.base import (
    Ask,
    Check,
    Execute,
    Plan,
    RunTests,
    Sample,
    Score,
    SearchResult,
    Strategy,
)
from stepsmith.transforms.search.gather import gather_all
from stepsmith.transforms.search.scheduler import (
    QueuedPolicy,
    Turn,
    turn_ahead,
    turn_at_the_end,
    turn_in_order,
)
from stepsmith.transforms.search.seeds import derive_seed, first_draw_seed
from stepsmith.transforms.text.read import Reader, ReaderAfter

AskVerifier = Callable[[Claim, str | None], Awaitable[Verdict]]
OpenPolicy = Callable[[], Awaitable[QueuedPolicy]]
CheckProblem = Callable[[Problem], Awaitable[None]]


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


@dataclasses.dataclass(frozen=True, kw_only=True)
class Solved:
    """What one search made, and every reply it used, by path and sample index."""

    result: SearchResult
    rollouts: tuple[Rollout, ...]
    n_replayed: int


@dataclasses.dataclass(frozen=True, kw_only=True)
class Driver:
    """Everything that a search needs from the world.

    `policies` are the recipe's further ones by name, each opened when it is first asked. `turns`
    numbers the searches as they begin; drivers that share a policy's queue share it. `all_begun`
    says whether no search waits to begin. `check_problem` raises for a problem on which no sample
    should be spent. `programs` runs what a strategy asks to have run.
    """

    policy: QueuedPolicy
    sampling: Sampling
    seed: int
    read: Reader
    ask_verifier: AskVerifier
    policies: Mapping[str, OpenPolicy] = dataclasses.field(default_factory=dict[str, OpenPolicy])
    turns: Iterator[int] = dataclasses.field(default_factory=itertools.count)
    all_begun: Callable[[], bool] = lambda: False
    check_problem: CheckProblem | None = None
    programs: Programs | None = None

    async def solve(self, problem: Problem, strategy: Strategy, replies: Replies) -> Solved:
        """Run one search to its end.

        Whatever a plan, the policy or a verifier raises comes out as it is; siblings of the ask
        that failed are cancelled first.
        """
        if self.check_problem is not None:
            await self.check_problem(problem)
        search = _Search(driver=self, problem=problem, replies=replies)
        result = await search.run(self._plan(problem, strategy))
        rollouts = tuple(
            sorted(search.used, key=lambda rollout: (rollout.path, rollout.sample_index))
        )
        return Solved(result=result, rollouts=rollouts, n_replayed=search.n_replayed)

    async def begin(self, problem: Problem, strategy: Strategy, replies: Replies) -> None:
        """File the replies to what a search samples first, after all that searches ask for.

        The search finds them filed when it runs.
        """
        if self.check_problem is not None:
            await self.check_problem(problem)
        search = _Search(driver=self, problem=problem, replies=replies, ahead=True)
        await search.begin(self._plan(problem, strategy))

    def _plan(self, problem: Problem, strategy: Strategy) -> Plan:
        rng = Random(derive_seed(self.seed, problem.id, "plan"))  # noqa: S311 - not a secret
        return strategy(problem, rng)

    async def policy_of(self, name: str | None) -> QueuedPolicy:
        """Return the policy that an ask names; raises `UnknownNameError` with the nearest."""
        if name is None:
            return self.policy
        if name not in self.policies:
            msg = f"the strategy asks policy {name!r}, but the recipe has no [policies.{name}]"
            msg += f"; {suggest(name, self.policies)}"
            raise UnknownNameError(msg)
        return await self.policies[name]()


class _Search:
    """One problem's search: the paths asked so far and the replies used."""

    def __init__(
        self, *, driver: Driver, problem: Problem, replies: Replies, ahead: bool = False
    ) -> None:
        self._driver = driver
        self._problem = problem
        self._replies = replies
        self._ahead = ahead
        self._number = next(driver.turns)
        self._n_rounds = 0
        # Also how many asks there were, since each has a path of its own.
        self._paths: set[str] = set()
        self.used: list[Rollout] = []
        self.n_replayed = 0

    async def run(self, plan: Plan) -> SearchResult:
        answers: Sequence[object] | None = None
        try:
            while True:
                asks = next(plan) if answers is None else plan.send(answers)
                answers = await gather_all([self._answer(ask) for ask in asks])
                self._n_rounds += 1
        except StopIteration as end:
            result: SearchResult = end.value
            return result
        finally:
            plan.close()

    async def begin(self, plan: Plan) -> None:
        try:
            asks = next(plan, ())
            await gather_all([self._answer(ask) for ask in asks if isinstance(ask, Sample)])
        finally:
            plan.close()

    async def _answer(self, ask: Ask) -> object:
        match ask:
            case Sample():
                return await self._sample(ask, self._claim_path(ask.path))
            case Check():
                return await self._driver.ask_verifier(ask.claim, ask.verifier)
            case Score():
                return await self._score(ask, self._claim_path(ask.path))
            case Execute():
                return await self._programs.execute(ask.execution)
            case RunTests():
                return await self._programs.run_tests(ask.tests, ask.source, seed=ask.seed)

    @property
    def _programs(self) -> Programs:
        if self._driver.programs is None:
            msg = "the strategy asks for programs to be run, and this driver has nowhere to"
            raise TypeError(msg)
        return self._driver.programs

    def _claim_path(self, path: str) -> Turn:
        if path in self._paths:
            msg = f"the strategy asked twice under the path {path!r}"
            raise ValueError(msg)
        self._paths.add(path)
        if self._ahead:
            return turn_ahead(self._number, len(self._paths))
        if self._driver.all_begun():
            return turn_at_the_end(self._number, self._n_rounds)
        return turn_in_order(self._number, len(self._paths))

    async def _sample(self, ask: Sample, turn: Turn) -> tuple[Trajectory, ...]:
        policy = await self._driver.policy_of(ask.policy)
        read = self._driver.read.after(ask.prefix)
        found = self._recorded(ask.path, read.text, ask.n)
        self.n_replayed += len(found)
        missing = [index for index in range(ask.n) if index not in found]
        # Greedy draws are all the same one, and vLLM refuses to draw several of them at once.
        greedy = self._driver.sampling.temperature == 0
        most = 1 if greedy else policy.policy.samples_per_request
        asked = _Asked(ask=ask, prefix=read.text, policy=policy, turn=turn)
        for rollouts in await gather_all(
            [self._draw(asked, run) for run in consecutive(missing, most)]
        ):
            found |= {rollout.sample_index: rollout for rollout in rollouts}
        self.used += found.values()
        return tuple(self._trajectory(ask, read, found[index]) for index in range(ask.n))

    async def _draw(self, asked: "_Asked", run: range) -> Sequence[Rollout]:
        first = first_draw_seed(self._driver.seed, self._problem.id, asked.ask.path)
        request = self._request(asked.ask.prefix, seed=first + run.start, n=len(run))
        if isinstance(asked.ask, Sample) and asked.ask.prompt is not None:
            another = dataclasses.replace(request.problem, prompt=asked.ask.prompt)
            request = dataclasses.replace(request, problem=another)
        replies = await asked.policy.sample(request, asked.turn)
        # All are filed before any is used.
        rollouts = [
            self._rollout(asked, reply, index, first + index)
            for index, reply in zip(run, replies, strict=True)
        ]
        self._replies.put(*rollouts)
        return rollouts

    def _recorded(self, path: str, prefix: str, n: int) -> dict[int, Rollout]:
        """Return the replies to this very prefix that are filed already, by their sample index.

        A search that was given another prior, before this run's pilot, may have asked about another
        prefix under the same path: what was replied to that is no reply to this.
        """
        keys = ((self._problem.id, path, index, self._driver.sampling) for index in range(n))
        filed = (self._replies.get(key) for key in keys)
        return {
            rollout.sample_index: rollout
            for rollout in filed
            if rollout is not None and rollout.prefix == prefix
        }

    def _trajectory(self, ask: Sample, read: ReaderAfter, rollout: Rollout) -> Trajectory:
        steps, answer = read(rollout)
        return Trajectory(
            id=f"{self._problem.id}/{ask.path}#{rollout.sample_index}",
            problem_id=self._problem.id,
            steps=steps,
            answer=answer,
            finish_reason=rollout.finish_reason,
            parent_id=ask.parent,
            branch_step=len(ask.prefix) if ask.prefix else None,
            policy=rollout.policy,
            sampling=rollout.sampling,
            seed=rollout.seed,
            sample_index=rollout.sample_index,
        )

    async def _score(self, ask: Score, turn: Turn) -> tuple[float, ...]:
        policy = await self._driver.policy_of(ask.policy)
        prefix = "".join(step.text for step in ask.prefix)
        rollout = self._recorded(ask.path, prefix, 1).get(0)
        if rollout is None:
            request = self._request(ask.prefix, seed=0)
            logprobs = await policy.score(request, ask.text, turn)
            reply = Reply(text=ask.text, finish_reason="given", token_logprobs=logprobs)
            asked = _Asked(ask=ask, prefix=prefix, policy=policy, turn=turn)
            rollout = self._rollout(asked, reply, 0, request.seed)
            self._replies.put(rollout)
        else:
            self.n_replayed += 1
        self.used.append(rollout)
        return rollout.token_logprobs or ()

    def _request(self, prefix: tuple[Step, ...], *, seed: int, n: int = 1) -> Request:
        sampling = self._driver.sampling
        return Request(problem=self._problem, prefix=prefix, sampling=sampling, seed=seed, n=n)

    def _rollout(self, asked: "_Asked", reply: Reply, index: int, seed: int) -> Rollout:
        logprobs = reply.token_logprobs
        return Rollout(
            problem_id=self._problem.id,
            path=asked.ask.path,
            sample_index=index,
            seed=seed,
            policy=asked.policy.policy.name,
            sampling=self._driver.sampling,
            prefix=asked.prefix,
            text=reply.text,
            finish_reason=_finish(reply),
            n_prompt_tokens=reply.n_prompt_tokens,
            n_tokens=reply.n_tokens,
            logprob=None if logprobs is None else sum(logprobs),
            tokens=reply.tokens,
            token_logprobs=logprobs,
        )


@dataclasses.dataclass(frozen=True, kw_only=True, slots=True)
class _Asked:
    """An ask on its way: the text of its prefix, whom it asks, and when."""

    ask: Sample | Score
    prefix: str
    policy: QueuedPolicy
    turn: Turn


def consecutive(indices: Sequence[int], most: int) -> Iterator[range]:
    """Group sorted `indices` into runs without a gap, none of them longer than `most`."""
    start = 0
    for end in range(1, len(indices) + 1):
        whole = end - start == most
        if whole or end == len(indices) or indices[end] != indices[end - 1] + 1:
            yield range(indices[start], indices[end - 1] + 1)
            start = end


def _finish(reply: Reply) -> FinishReason:
    if reply.finish_reason == "stop" and not reply.text.strip():
        return "empty"
    return reply.finish_reason
