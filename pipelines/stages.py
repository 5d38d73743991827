"""The stages of a run, as one Beam pipeline: read, shard, search, judge, label."""

import json
from collections.abc import Sequence
from typing import Any

import apache_beam as beam
from apache_beam.transforms.combiners import ToListCombineFn

from stepsmith.schemas.records import ErrorRecord
from stepsmith.transforms.beam.coders import register_coders
from stepsmith.transforms.beam.files import files_of
from stepsmith.transforms.beam.judge import Judge
from stepsmith.transforms.beam.label import Label
from stepsmith.transforms.beam.pilot import SearchPilot
from stepsmith.transforms.beam.read import ReadProblems
from stepsmith.transforms.beam.search import GroupIntoShards, Search
from stepsmith.transforms.beam.write import WriteDataset
from stepsmith.transforms.drive.shard import ProblemShard
from stepsmith.transforms.job import Job
from stepsmith.transforms.sink.layout import Layout


def build(pipeline: beam.Pipeline, job: Job) -> None:
    """Add the whole run to a pipeline.

    What cannot be read goes to the errors table; each shard of problems is searched, judged and
    labelled, and committed after each; the plan says how many problems each shard has.
    """
    register_coders()
    read = pipeline | "ReadProblems" >> ReadProblems(job.source())
    shards = read.problems | "GroupIntoShards" >> GroupIntoShards(job.recipe.shards)
    plan = (
        shards
        | "CountProblems" >> beam.Map(_size)
        | "GatherPlan" >> beam.CombineGlobally(ToListCombineFn())
        | "WritePlan" >> beam.Map(_write_plan, job.layout.plan)
    )
    pilot = None
    if job.search_fit is not None:
        pilot = shards | "SearchPilot" >> SearchPilot(job, after=plan)
    searched = shards | "Search" >> Search(job, after=plan, pilot=pilot)
    add_labels(searched, job)
    errors = WriteDataset(
        "errors",
        layout=Layout(root=job.root, shards=1),
        key=_location,
        footer=job.footer(),
        split="source",
    )
    _ = read.errors | "WriteErrors" >> errors


def add_labels(searched: Any, job: Job) -> None:
    """Add the stages that need no engine: from the reports of searched shards to labels."""
    _ = searched | "Judge" >> Judge(job) | "Label" >> Label(job)


def _location(error: ErrorRecord) -> str:
    return error.location or ""


def _size(shard: ProblemShard) -> tuple[int, int]:
    return shard.index, len(shard.problems) + len(shard.errors)


def _write_plan(sizes: Sequence[tuple[int, int]], path: str) -> str:
    plan: dict[str, Any] = {"shards": {str(index): size for index, size in sorted(sizes)}}
    files_of(path).write(path, json.dumps(plan, indent=1).encode())
    return path
