"""Samples and scores for one search: replies that are filed already, and those of a policy."""

import dataclasses
from collections.abc import Iterator, Sequence

from stepsmith.schemas.records import (
    FinishReason,
    Problem,
    Rollout,
    Sampling,
    Trajectory,
)
from stepsmith.transforms.drive.base import Replies
from stepsmith.transforms.drive.gather import gather_all
from stepsmith.transforms.drive.scheduler import QueuedPolicy, Turn
from stepsmith.transforms.drive.seeds import first_draw_seed
from stepsmith.transforms.policy.base import Reply, Request
from stepsmith.transforms.search.base import Sample, Score
from stepsmith.transforms.text.read import Reader, ReaderAfter


class Sampler:
    """Answers the samples and scores of one problem's search.

    What is filed under an ask's path is not asked for again; whatever else a policy replies is
    filed before it is used. Each draw has a seed of its own, which hangs on the run's, the problem,
    the path and the sample index. `used` are all the replies that answers were made of.
    """

    def __init__(
        self, *, problem: Problem, replies: Replies, sampling: Sampling, seed: int, read: Reader
    ) -> None:
        self._problem = problem
        self._replies = replies
        self._sampling = sampling
        self._seed = seed
        self._read = read
        self.used: list[Rollout] = []
        self.n_replayed = 0

    async def sample(self, ask: Sample, policy: QueuedPolicy, turn: Turn) -> tuple[Trajectory, ...]:
        """Return the trajectories that an ask is answered by, in the order of sample indices."""
        read = self._read.after(ask.prefix)
        found = self._recorded(ask.path, read.text, ask.n)
        self.n_replayed += len(found)
        missing = [index for index in range(ask.n) if index not in found]
        # Greedy draws are all the same one, and vLLM refuses to draw several of them at once.
        greedy = self._sampling.temperature == 0
        most = 1 if greedy else policy.policy.samples_per_request
        asked = _Asked(ask=ask, prefix=read.text, policy=policy, turn=turn)
        for rollouts in await gather_all(
            [self._draw(asked, run) for run in consecutive(missing, most)]
        ):
            found |= {rollout.sample_index: rollout for rollout in rollouts}
        self.used += found.values()
        return tuple(self._trajectory(ask, read, found[index]) for index in range(ask.n))

    async def _draw(self, asked: "_Asked", run: range) -> Sequence[Rollout]:
        first = first_draw_seed(self._seed, self._problem.id, asked.ask.path)
        request = self._request(asked.ask, seed=first + run.start, n=len(run))
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
        keys = ((self._problem.id, path, index, self._sampling) for index in range(n))
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

    async def score(self, ask: Score, policy: QueuedPolicy, turn: Turn) -> tuple[float, ...]:
        """Return the log-probabilities that an ask is answered by, one a token."""
        prefix = "".join(step.text for step in ask.prefix)
        rollout = self._recorded(ask.path, prefix, 1).get(0)
        if rollout is None:
            request = self._request(ask, seed=0)
            logprobs = await policy.score(request, ask.text, turn)
            reply = Reply(text=ask.text, finish_reason="given", token_logprobs=logprobs)
            asked = _Asked(ask=ask, prefix=prefix, policy=policy, turn=turn)
            rollout = self._rollout(asked, reply, 0, request.seed)
            self._replies.put(rollout)
        else:
            self.n_replayed += 1
        self.used.append(rollout)
        return rollout.token_logprobs or ()

    def _request(self, ask: Sample | Score, *, seed: int, n: int = 1) -> Request:
        problem = self._problem
        if isinstance(ask, Sample) and ask.prompt is not None:
            problem = dataclasses.replace(problem, prompt=ask.prompt)
        return Request(problem=problem, prefix=ask.prefix, sampling=self._sampling, seed=seed, n=n)

    def _rollout(self, asked: "_Asked", reply: Reply, index: int, seed: int) -> Rollout:
        logprobs = reply.token_logprobs
        return Rollout(
            problem_id=self._problem.id,
            path=asked.ask.path,
            sample_index=index,
            seed=seed,
            policy=asked.policy.policy.name,
            sampling=self._sampling,
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
