"""The pilot of a run: a few problems searched first, for what the searches of the rest must know.

A strategy that declares a fit is given a prior. For it to be the same whatever the shards, the
workers and the order, it may not grow as the run goes: it is fitted once, to the problems whose
ids have the smallest hashes, and these are searched without one.
"""

from collections.abc import Iterable, Iterator, Sequence
from random import Random
from typing import Any

import apache_beam as beam
from apache_beam.pvalue import AsSingleton
from apache_beam.transforms.window import GlobalWindows

from stepsmith.schemas.arrow import ROLLOUTS
from stepsmith.schemas.records import LabelledTrajectory, Problem
from stepsmith.transforms.beam.files import files_of
from stepsmith.transforms.beam.fit import SampleProblems, write_once
from stepsmith.transforms.beam.host import Host, host_of
from stepsmith.transforms.beam.journals import journal_path
from stepsmith.transforms.beam.open_shards import OpenShards
from stepsmith.transforms.drive.ahead import begin_ahead
from stepsmith.transforms.drive.gather import gather_all
from stepsmith.transforms.drive.shard import ProblemShard, SearchedShard, search_shard
from stepsmith.transforms.job import Job
from stepsmith.transforms.label import by_problem
from stepsmith.transforms.label.fitted import Entry, entry, read_prior
from stepsmith.transforms.policy.journal import Journal, key_of
from stepsmith.transforms.search import Plan, Strategy
from stepsmith.transforms.sink.shards import read_shard, write_or_remove


class SearchPilot(beam.PTransform[Any, Any]):
    """Search the pilot's problems, and fit the strategy's prior to what came of them.

    Input: `PCollection[ProblemShard]`. Output: one element, the pilot's problem ids; when it is
    there, so is the prior. Replies are kept in `pilot/` shards, so that the search of the whole
    shard finds them wherever it runs. Nothing is searched before `after`, and nothing again.

    The rest of the run waits for the pilot's last search, and each search for its own last reply:
    meanwhile the other problems of its shards are begun, for what a strategy samples first does not
    depend on its prior. Those replies are in the shards' journals alone, so that this is done only
    where these stand with the run.
    """

    def __init__(self, job: Job, *, after: Any) -> None:
        super().__init__()
        self._job = job
        self._after = after

    def expand(self, input_or_inputs: Any) -> Any:
        """Choose, search, fit."""
        limit = self._job.recipe.pilot
        ranked = beam.FlatMap(_ranked).with_output_types(tuple[bytes, str, bytes])
        chosen = (
            input_or_inputs
            | "RankProblems" >> ranked
            | "ChooseSmallest" >> beam.CombineGlobally(SampleProblems(limit))
            | "NameChosen" >> beam.Map(_ids)
        )
        search = beam.ParDo(_SearchPilot(self._job), AsSingleton(self._after), AsSingleton(chosen))
        written = (
            input_or_inputs
            | "SpreadPilot" >> beam.Reshuffle()
            | "SearchPilotShard" >> search.with_output_types(tuple[bytes, str, bytes])
            | "GatherPilot" >> beam.CombineGlobally(SampleProblems(limit))
            | "WritePilot" >> beam.Map(_write, self._job)
        )
        return chosen | "AwaitPilot" >> beam.Map(_first, AsSingleton(written))


def recall_pilot(job: Job, index: int, journal: Journal) -> None:
    """Put the pilot's replies to a shard's problems into the shard's journal, if they are not."""
    files, path = files_of(job.root), job.layout.shard("pilot", index)
    if files.exists(path):
        found = read_shard(files, path, ROLLOUTS)
        journal.put(*(rollout for rollout in found if journal.get(key_of(rollout)) is None))


def strategy_after(job: Job, pilot: Sequence[str]) -> Strategy:
    """Return the strategy for the whole run: the pilot's problems are searched as they were."""
    fit = job.search_fit
    if fit is None:
        return job.strategy()
    prior = read_prior(files_of(job.root), job.layout.pilot, fit, digest=job.digest)
    first, rest, ids = job.strategy(), job.strategy(prior), frozenset(pilot)

    def search(problem: Problem, rng: Random) -> Plan:
        return (first if problem.id in ids else rest)(problem, rng)

    return search


class _SearchPilot(beam.DoFn):
    def __init__(self, job: Job) -> None:
        self._job = job

    def setup(self) -> None:
        self._host = host_of(self._job)
        self._host.open_sandbox()

    def start_bundle(self) -> None:
        left_over = getattr(self, "_open", None)
        if left_over is not None:
            left_over.cancel()
        self._open: OpenShards[tuple[Entry, ...]] = OpenShards()

    def process(
        self,
        element: ProblemShard,
        plan: str,  # noqa: ARG002 - it is enough that it is there
        chosen: tuple[str, ...],
    ) -> Iterable[Entry]:
        if files_of(self._job.root).exists(self._job.layout.pilot):
            return
        if not frozenset(chosen).isdisjoint(problem.id for problem in element.problems):
            self._open.add(self._host.submit(_search(self._job, self._host, element, chosen)))
        # No more shards than there are problems in the pilot: none needs to wait for another one.
        yield from self._entries(self._open.drain(len(chosen) + 1))

    def finish_bundle(self) -> Any:
        for each in self._entries(self._open.drain(1)):
            yield GlobalWindows.windowed_value_at_end_of_window(each)

    def _entries(self, groups: Iterable[tuple[Entry, ...]]) -> Iterator[Entry]:
        for group in groups:
            yield from group


async def _search(
    job: Job, host: Host, shard: ProblemShard, chosen: Sequence[str]
) -> tuple[Entry, ...]:
    files, ids = files_of(job.root), frozenset(chosen)
    pilot = tuple(problem for problem in shard.problems if problem.id in ids)
    others = tuple(problem for problem in shard.problems if problem.id not in ids)
    with Journal(journal_path(job, shard.index), owner=job.digest) as journal:
        recall_pilot(job, shard.index, journal)
        results = await gather_all(
            [
                _search_pilot(job, host, ProblemShard(index=shard.index, problems=pilot), journal),
                _begin_others(job, host, others, journal),
            ]
        )
        [searched] = [result for result in results if result is not None]
        rollouts = [one for one in searched.rollouts if one.problem_id in ids]
        path = job.layout.shard("pilot", shard.index)
        write_or_remove(files, path, ROLLOUTS, rollouts, job.footer())
    rows = sorted(searched.rows, key=lambda row: (row.problem.id, row.trajectory.id))
    return tuple(_evidence(job, rows))


async def _search_pilot(
    job: Job, host: Host, shard: ProblemShard, journal: Journal
) -> SearchedShard:
    with host.piloting():
        return await search_shard(
            shard,
            driver=await host.driver(),
            strategy=job.strategy(),
            journal=journal,
            window=await host.window(),
            plan_deadline_s=job.recipe.plan_deadline_s,
        )


async def _begin_others(
    job: Job, host: Host, problems: Sequence[Problem], journal: Journal
) -> None:
    if files_of(job.root).local_path(job.root) is None:
        return
    await begin_ahead(
        problems,
        driver=await host.driver(),
        strategy=job.strategy(),
        journal=journal,
        room=await host.room(),
        goes_on=host.is_piloting,
        plan_deadline_s=job.recipe.plan_deadline_s,
    )


def _evidence(job: Job, rows: Iterable[LabelledTrajectory]) -> Iterator[Entry]:
    fit = job.search_fit
    if fit is None:
        return
    for group in by_problem(rows):
        found = fit.extract(group)
        if found is not None:
            yield entry(group[0].problem.id, found)


def _ranked(shard: ProblemShard) -> Iterator[Entry]:
    return (entry(problem.id, None) for problem in shard.problems)


def _ids(entries: Sequence[Entry]) -> tuple[str, ...]:
    return tuple(sorted(problem_id for _, problem_id, _ in entries))


def _first(chosen: tuple[str, ...], written: str) -> tuple[str, ...]:  # noqa: ARG001 - to wait for it
    return chosen


def _write(entries: Sequence[Entry], job: Job) -> str:
    fit, path = job.search_fit, job.layout.pilot
    return write_once(entries, job, fit=fit, path=path, by=job.recipe.strategy.kind)
