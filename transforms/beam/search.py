"""Search shards of problems: one plain DoFn keeps the engine full and commits its own files."""

import time
from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from typing import Any

import apache_beam as beam
from apache_beam.metrics.metric import Metrics
from apache_beam.pvalue import AsSingleton
from apache_beam.transforms.window import GlobalWindows

from stepsmith.schemas.arrow import ERRORS, ROLLOUTS, TRAJECTORIES
from stepsmith.schemas.records import Problem
from stepsmith.schemas.side_tables import MADE
from stepsmith.transforms.beam.files import files_of
from stepsmith.transforms.beam.host import Host, host_of
from stepsmith.transforms.beam.journals import journal_path
from stepsmith.transforms.beam.open_shards import OpenShards
from stepsmith.transforms.beam.pilot import recall_pilot, strategy_after
from stepsmith.transforms.beam.report import ShardReport
from stepsmith.transforms.beam.retry import read_former
from stepsmith.transforms.drive.shard import ProblemShard, SearchedShard, make_shard, search_shard
from stepsmith.transforms.job import Job
from stepsmith.transforms.policy.journal import Journal
from stepsmith.transforms.sink.layout import shard_of
from stepsmith.transforms.sink.shards import read_footer, write_or_remove, write_shard
from stepsmith.transforms.verify.run import count_undecided


class GroupIntoShards(beam.PTransform[Any, Any]):
    """Gather problems into stable shards by the hash of their id.

    Input: `PCollection[Problem]`. Output: `PCollection[ProblemShard]`, one element a shard that
    has a problem; the same problems give the same shards on every runner.
    """

    def __init__(self, shards: int) -> None:
        super().__init__()
        self._shards = shards

    def expand(self, input_or_inputs: Any) -> Any:
        """Key by shard, group, sort."""
        return (
            input_or_inputs
            | "KeyByShard" >> beam.Map(_with_shard, self._shards)
            | "GroupByShard" >> beam.GroupByKey()
            | "SortShard" >> beam.MapTuple(make_shard).with_output_types(ProblemShard)
        )


class Search(beam.PTransform[Any, Any]):
    """Search every problem of each shard and commit the shard's files.

    Input: `PCollection[ProblemShard]`. Output: `PCollection[ShardReport]`. Problems that fail
    are written to the `errors` table with their reason; a dead engine fails the bundle. A shard
    whose files are there is not searched again, so that a retry costs nothing. Nothing is searched
    before `after`, a collection of one element, is there: the written plan. `pilot`, if there is
    one, holds the ids of the problems that were searched before, and whose fitted prior the
    searches of all others are given.
    """

    def __init__(self, job: Job, *, after: Any, pilot: Any = None) -> None:
        super().__init__()
        self._job = job
        self._inputs = [AsSingleton(after)] + ([AsSingleton(pilot)] if pilot is not None else [])

    def expand(self, input_or_inputs: Any) -> Any:
        """Spread the shards over the workers, then search them."""
        search = beam.ParDo(_SearchShard(self._job), *self._inputs)
        return (
            input_or_inputs
            | "Spread" >> beam.Reshuffle()
            | "SearchShard" >> search.with_output_types(ShardReport)
        )


def _with_shard(problem: Problem, shards: int) -> tuple[int, Problem]:
    return shard_of(problem.id, shards), problem


class _SearchShard(beam.DoFn):
    """Submit a shard, yield whatever has finished; drain at the end of the bundle.

    Metrics are incremented in the bundle's thread alone: from any other they vanish silently.
    """

    def __init__(self, job: Job) -> None:
        self._job = job
        self._counters = {
            name: Metrics.counter("search", name)
            for name in ("problems", "failed", "rollouts", "replayed", "tokens", "shards")
        }
        self._duration = Metrics.distribution("search", "shard_ms")
        self._wait = Metrics.distribution("search", "engine_wait_ms")

    def setup(self) -> None:
        self._host = host_of(self._job)
        self._host.open_sandbox()
        self._usage = self._host.usage()

    def start_bundle(self) -> None:
        self._cancel()
        self._open: OpenShards[ShardReport] = OpenShards()

    def process(
        self,
        element: ProblemShard,
        plan: str,  # noqa: ARG002 - it is enough that it is there
        pilot: tuple[str, ...] = (),
    ) -> Iterable[ShardReport]:
        self._open.add(self._host.submit(_search(self._job, self._host, element, pilot)))
        yield from self._counted(self._open.drain())

    def finish_bundle(self) -> Any:
        for report in self._counted(self._open.drain(1)):
            yield GlobalWindows.windowed_value_at_end_of_window(report)

    def _counted(self, reports: Iterable[ShardReport]) -> Iterator[ShardReport]:
        for report in reports:
            self._count(report)
            yield report

    def _cancel(self) -> None:
        left_over = getattr(self, "_open", None)
        if left_over is not None:
            left_over.cancel()

    def _count(self, report: ShardReport) -> None:
        self._counters["shards"].inc()
        self._counters["problems"].inc(report.n_problems)
        self._counters["failed"].inc(report.n_failed)
        self._counters["rollouts"].inc(report.n_rollouts)
        self._counters["replayed"].inc(report.n_replayed)
        self._counters["tokens"].inc(report.n_tokens)
        if not report.resumed:
            self._duration.update(report.duration_ms)
        usage = self._host.usage()
        recent, self._usage = usage.since(self._usage), usage
        if recent.n_requests:
            self._wait.update(round(1000 * recent.request_s / recent.n_requests))
        for name, count in report.undecided:
            Metrics.counter("verdicts", f"{name}/undecided").inc(count)


async def _search(job: Job, host: Host, shard: ProblemShard, pilot: Sequence[str]) -> ShardReport:
    started = time.monotonic()
    files = files_of(job.root)
    path = job.layout.shard("searched", shard.index)
    if files.exists(path):
        # Still there where a process was killed between the two.
        journal_path(job, shard.index).unlink(missing_ok=True)
        footer = read_footer(files, path)
        return ShardReport.from_footer(footer.metadata, n_rows=footer.n_rows)
    with Journal(journal_path(job, shard.index), owner=job.digest) as journal:
        former = read_former(job, shard.index)
        left = shard
        if former is not None:
            former.recall(journal)
            left = former.left_of(shard)
        recall_pilot(job, shard.index, journal)
        host.begin(shard.index)
        searched = await search_shard(
            left,
            driver=await host.driver(),
            strategy=strategy_after(job, pilot),
            journal=journal,
            window=await host.window(),
            plan_deadline_s=job.recipe.plan_deadline_s,
            on_result=partial(host.count, shard.index),
        )
        if former is not None:
            searched = former.joined(searched, left)
        report = _report(shard, searched, time.monotonic() - started, host.sandbox)
        await host.off_the_loop(partial(_commit, job, report, searched))
        # Only now: until the shard is there, the journal is all that remembers its replies.
        journal.path.unlink()
    return report


def _commit(job: Job, report: ShardReport, searched: SearchedShard) -> None:
    files, layout, footer = files_of(job.root), job.layout, job.footer(**report.footer())
    index = report.index
    write_or_remove(files, layout.shard("rollouts", index), ROLLOUTS, searched.rollouts, footer)
    for field, table in MADE.items():
        path = layout.shard(table.name, index)
        write_or_remove(files, path, table, searched.made[field], footer)
    errors = layout.shard("errors", index, split="search")
    write_or_remove(files, errors, ERRORS, searched.errors, footer)
    write_shard(files, layout.shard("searched", index), TRAJECTORIES, searched.rows, footer)


def _report(
    shard: ProblemShard, searched: SearchedShard, seconds: float, sandbox: str
) -> ShardReport:
    undecided = count_undecided(row.outcome for row in searched.rows)
    return ShardReport(
        index=shard.index,
        n_problems=len(shard.problems) + len(shard.errors),
        n_rows=len(searched.rows),
        n_failed=len(searched.errors),
        n_rollouts=len(searched.rollouts),
        n_replayed=searched.n_replayed,
        n_tokens=sum(rollout.n_tokens or 0 for rollout in searched.rollouts),
        undecided=tuple(undecided.items()),
        duration_ms=round(seconds * 1000),
        sandbox=sandbox,
    )
