"""The driver: answers what plans ask, one problem after another or many at once.

It acts where strategies may not: it asks the policy and the verifiers, files every reply in the
journal before it is used, and gives each draw a seed of its own. What it returns depends on the
problem, the seed and the replies alone.
"""

import dataclasses
from collections.abc import Awaitable, Callable, Sequence
from random import Random
from typing import Protocol

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
from stepsmith.transforms.policy.base import Policy, Reply, Request
from stepsmith.transforms.policy.journal import Key
from stepsmith.transforms.search.base import Ask, Check, Plan, Rows, Sample, Score, Strategy
from stepsmith.transforms.search.gather import gather_all
from stepsmith.transforms.search.seeds import derive_seed
from stepsmith.transforms.text.read import Reader

AskVerifier = Callable[[Claim, str | None], Awaitable[Verdict]]


class Replies(Protocol):
    """Where replies are filed; a journal, or a dictionary in a test."""

    def get(self, key: Key) -> Rollout | None:
        """Return the recorded reply, or nothing."""
        ...

    def put(self, rollout: Rollout) -> None:
        """Record a reply."""
        ...


@dataclasses.dataclass(frozen=True, kw_only=True)
class Solved:
    """What one search made: its rows, and every reply it used, by path and sample index."""

    rows: Rows
    rollouts: tuple[Rollout, ...]
    n_replayed: int


@dataclasses.dataclass(frozen=True, kw_only=True)
class Driver:
    """Everything that a search needs from the world."""

    policy: Policy
    sampling: Sampling
    seed: int
    read: Reader
    ask_verifier: AskVerifier

    async def solve(self, problem: Problem, strategy: Strategy, replies: Replies) -> Solved:
        """Run one search to its end.

        Whatever a plan, the policy or a verifier raises comes out as it is; siblings of the ask
        that failed are cancelled first.
        """
        search = _Search(driver=self, problem=problem, replies=replies)
        rng = Random(derive_seed(self.seed, problem.id, "plan"))  # noqa: S311 - not a secret
        rows = await search.run(strategy(problem, rng))
        rollouts = tuple(
            sorted(search.used, key=lambda rollout: (rollout.path, rollout.sample_index))
        )
        return Solved(rows=rows, rollouts=rollouts, n_replayed=search.n_replayed)


class _Search:
    """One problem's search: the paths asked so far and the replies used."""

    def __init__(self, *, driver: Driver, problem: Problem, replies: Replies) -> None:
        self._driver = driver
        self._problem = problem
        self._replies = replies
        self._paths: set[str] = set()
        self.used: list[Rollout] = []
        self.n_replayed = 0

    async def run(self, plan: Plan) -> Rows:
        answers: Sequence[object] | None = None
        try:
            while True:
                asks = next(plan) if answers is None else plan.send(answers)
                answers = await gather_all([self._answer(ask) for ask in asks])
        except StopIteration as end:
            rows: Rows = end.value
            return rows
        finally:
            plan.close()

    async def _answer(self, ask: Ask) -> object:
        match ask:
            case Sample():
                self._claim_path(ask.path)
                draws = [self._draw(ask, index) for index in range(ask.n)]
                return tuple(await gather_all(draws))
            case Check():
                return await self._driver.ask_verifier(ask.claim, ask.verifier)
            case Score():
                self._claim_path(ask.path)
                return await self._score(ask)

    def _claim_path(self, path: str) -> None:
        if path in self._paths:
            msg = f"the strategy asked twice under the path {path!r}"
            raise ValueError(msg)
        self._paths.add(path)

    async def _draw(self, ask: Sample, index: int) -> Trajectory:
        driver = self._driver
        seed = derive_seed(driver.seed, self._problem.id, ask.path, index)
        request = self._request(ask.prefix, seed)
        known = self._replies.get((self._problem.id, ask.path, index, driver.sampling))
        if known is None:
            rollout = self._file(await driver.policy.sample(request), ask.path, index, request)
        else:
            self.n_replayed += 1
            rollout = known
        self.used.append(rollout)
        steps, answer = driver.read(ask.prefix, rollout)
        return Trajectory(
            id=f"{self._problem.id}/{ask.path}#{index}",
            problem_id=self._problem.id,
            steps=steps,
            answer=answer,
            finish_reason=rollout.finish_reason,
            parent_id=ask.parent,
            branch_step=len(ask.prefix) if ask.prefix else None,
            policy=rollout.policy,
            sampling=rollout.sampling,
            seed=rollout.seed,
            sample_index=index,
        )

    async def _score(self, ask: Score) -> tuple[float, ...]:
        key = (self._problem.id, ask.path, 0, self._driver.sampling)
        rollout = self._replies.get(key)
        if rollout is None:
            request = self._request(ask.prefix, seed=0)
            logprobs = await self._driver.policy.score(request, ask.text)
            reply = Reply(text=ask.text, finish_reason="given", token_logprobs=logprobs)
            rollout = self._file(reply, ask.path, 0, request)
        else:
            self.n_replayed += 1
        self.used.append(rollout)
        return rollout.token_logprobs or ()

    def _request(self, prefix: tuple[Step, ...], seed: int) -> Request:
        return Request(
            problem=self._problem, prefix=prefix, sampling=self._driver.sampling, seed=seed
        )

    def _file(self, reply: Reply, path: str, index: int, request: Request) -> Rollout:
        logprobs = reply.token_logprobs
        rollout = Rollout(
            problem_id=self._problem.id,
            path=path,
            sample_index=index,
            seed=request.seed,
            policy=self._driver.policy.name,
            sampling=request.sampling,
            prefix="".join(step.text for step in request.prefix),
            text=reply.text,
            finish_reason=_finish(reply),
            n_prompt_tokens=reply.n_prompt_tokens,
            n_tokens=reply.n_tokens,
            logprob=None if logprobs is None else sum(logprobs),
            tokens=reply.tokens,
            token_logprobs=logprobs,
        )
        self._replies.put(rollout)
        return rollout


def _finish(reply: Reply) -> FinishReason:
    if reply.finish_reason == "stop" and not reply.text.strip():
        return "empty"
    return reply.finish_reason
