"""The parts of a run, without Beam: reading, searching, labelling, writing."""

import asyncio
import concurrent.futures
from pathlib import Path

from stepsmith.sandboxes import shared_pool
from stepsmith.schemas.arrow import ROLLOUTS, TRAJECTORIES
from stepsmith.schemas.records import LabelledTrajectory, Problem
from stepsmith.transforms.drive.driver import Driver
from stepsmith.transforms.drive.scheduler import QueuedPolicy, window_of
from stepsmith.transforms.drive.shard import SearchedShard, make_shard, search_shard
from stepsmith.transforms.files import LocalFiles
from stepsmith.transforms.job import Job
from stepsmith.transforms.label import by_problem
from stepsmith.transforms.policy.journal import Journal
from stepsmith.transforms.sink.shards import write_shard
from stepsmith.transforms.verify import Tools
from stepsmith.transforms.verify.run import Verification


def read(job: Job) -> list[Problem]:
    """Read the job's problems."""
    source, files = job.source(), LocalFiles()
    records = (record for part in source.parts(files) for record in source.read(part, files))
    return [record for record in records if isinstance(record, Problem)]


def search(job: Job, problems: list[Problem], folder: Path) -> SearchedShard:
    """Search all problems as one shard, without Beam."""

    async def whole() -> SearchedShard:
        async with job.policy() as policy:
            driver = Driver(
                policy=QueuedPolicy(policy),
                sampling=job.recipe.sampling,
                seed=job.recipe.seed,
                read=job.reader(),
                ask_verifier=verification(job).ask,
            )
            with Journal(folder / "journal", owner="benchmark") as journal:
                return await search_shard(
                    make_shard(0, problems),
                    driver=driver,
                    strategy=job.strategy(),
                    journal=journal,
                    window=asyncio.Semaphore(window_of(policy.max_in_flight)),
                )

    return asyncio.run(whole())


def label(job: Job, searched: SearchedShard) -> list[LabelledTrajectory]:
    """Judge and label every row."""
    judge, decide = verification(job).judge_steps, job.labeler()
    judged = [judge(row) for row in searched.rows]
    return [row for group in by_problem(judged) for row in decide(group)]


def verification(job: Job) -> Verification:
    """Give the job's verifiers threads and the shared pool."""
    verify = job.recipe.verify
    threads = concurrent.futures.ThreadPoolExecutor(16)
    return Verification(
        outcome=verify.outcome, steps=verify.steps, tools=Tools(shared_pool()), threads=threads
    )


def sink(folder: Path, searched: SearchedShard, labelled: list[LabelledTrajectory]) -> None:
    """Write the three tables that a run writes."""
    files = LocalFiles()
    write_shard(files, f"{folder}/s.parquet", TRAJECTORIES, searched.rows, {})
    write_shard(files, f"{folder}/r.parquet", ROLLOUTS, searched.rollouts, {})
    write_shard(files, f"{folder}/t.parquet", TRAJECTORIES, labelled, {})
