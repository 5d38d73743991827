"""Searching the first problems of a recipe in earnest, so that the run need not pay for them."""

import dataclasses
import hashlib
import heapq
from collections.abc import Iterable, Iterator, Sequence

from stepsmith.pipelines.claim import claim
from stepsmith.schemas.errors import UserError
from stepsmith.schemas.records import ErrorRecord, Problem
from stepsmith.transforms.beam.files import files_of
from stepsmith.transforms.beam.host import Host, close_hosts, host_of
from stepsmith.transforms.beam.journals import journal_path
from stepsmith.transforms.drive.driver import Solved
from stepsmith.transforms.drive.rehearse import Cost
from stepsmith.transforms.drive.shard import ProblemShard, search_shard
from stepsmith.transforms.job import Job
from stepsmith.transforms.policy.journal import Journal
from stepsmith.transforms.sink.layout import shard_of


@dataclasses.dataclass(frozen=True, kw_only=True)
class Probed:
    """What the probed problems cost, the replayed replies included, and how fast the engine was.

    `tokens_per_s` counts the time with a request in flight; null where nothing was sampled.
    """

    costs: Sequence[Cost]
    n_failed: int
    tokens_per_s: float | None


def first_problems(problems: Iterable[Problem], count: int) -> list[Problem]:
    """Choose `count` problems by a hash of their ids: the same ones in whatever order."""
    return heapq.nsmallest(count, problems, key=_rank)


def search_ahead(job: Job, problems: Sequence[Problem]) -> Probed:
    """Search problems in the journals of the run's own shards, and commit nothing.

    A run of the same recipe finds the replies there, and does not ask again. Raises `UserError`
    where the run has shards already: what is left of it needs no probe.
    """
    files = files_of(job.root)
    job = claim(job, files)
    if files.match(job.layout.every_shard("searched")):
        msg = f"the run in {job.root} has begun: to go on, run the recipe"
        raise UserError(msg)
    host = host_of(job)
    results: list[Solved | ErrorRecord] = []
    try:
        under_way = [
            host.submit(_probe_shard(job, host, shard, results)) for shard in _shards(job, problems)
        ]
        for shard in under_way:
            shard.result()
        usage = host.usage()
    finally:
        close_hosts()
    # Sorted: the spread is drawn from them, and must not depend on which search ended first.
    costs = sorted(
        (_cost(result) for result in results if isinstance(result, Solved)),
        key=lambda cost: (cost.samples, cost.prompt_tokens, cost.tokens, cost.rows),
    )
    return Probed(
        costs=costs,
        n_failed=len(results) - len(costs),
        tokens_per_s=usage.n_tokens / usage.busy_s if usage.n_tokens else None,
    )


def _rank(problem: Problem) -> tuple[bytes, str]:
    digest = hashlib.blake2b(problem.id.encode(), digest_size=8, person=b"probe").digest()
    return digest, problem.id


def _shards(job: Job, problems: Sequence[Problem]) -> Iterator[ProblemShard]:
    by_shard: dict[int, list[Problem]] = {}
    for problem in problems:
        by_shard.setdefault(shard_of(problem.id, job.recipe.shards), []).append(problem)
    for index, here in sorted(by_shard.items()):
        yield ProblemShard(index=index, problems=tuple(here))


async def _probe_shard(
    job: Job, host: Host, shard: ProblemShard, results: list[Solved | ErrorRecord]
) -> None:
    with Journal(journal_path(job, shard.index), owner=job.digest) as journal:
        await search_shard(
            shard,
            driver=await host.driver(),
            strategy=job.strategy(),
            journal=journal,
            window=await host.window(),
            plan_deadline_s=job.recipe.plan_deadline_s,
            on_result=results.append,
        )


def _cost(solved: Solved) -> Cost:
    rollouts = solved.rollouts
    return Cost(
        samples=sum(rollout.finish_reason != "given" for rollout in rollouts),
        prompt_tokens=sum(rollout.n_prompt_tokens or 0 for rollout in rollouts),
        tokens=sum(rollout.n_tokens or 0 for rollout in rollouts),
        rows=len(solved.result.rows),
    )
