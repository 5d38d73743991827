"""What a run made, where it is, and what to type next."""

import shlex
from collections.abc import Iterator, Mapping

import msgspec

from stepsmith.pipelines.manifest import Counts, Manifest
from stepsmith.transforms.job import Job
from stepsmith.transforms.policy.meter import EngineUsage

_MEGABYTE = 1e6


def summary(job: Job, manifest: Manifest) -> str:
    """Sum up a finished run: problems, labels, the engine, the files, and what comes next."""
    entries = [
        ("problems", _problems(manifest.counts)),
        *_labels(manifest.counts),
        *_engine(manifest.run),
        *_files(job, manifest),
    ]
    lines = [f"{manifest.name}: {manifest.counts.rows:,} labelled solutions"]
    lines += [f"  {name:<13} {text}" for name, text in entries]
    return "\n".join([*lines, "", *_next(job, manifest)])


def _problems(counts: Counts) -> str:
    return (
        f"{counts.planned:,} planned = {counts.done:,} done + {counts.failed:,} failed"
        f" + {counts.skipped:,} without a row"
    )


def _labels(counts: Counts) -> Iterator[tuple[str, str]]:
    yield "rows", f"{counts.rows:,}, {counts.kept:,} of them kept; {counts.rollouts:,} rollouts"
    yield "outcomes", _listed(counts.outcomes, ("valid", "invalid", "undecided"))
    yield "steps", f"{counts.steps:,}: {_listed(counts.correct, ('right', 'wrong', 'unknown'))}"
    yield "values", f"{counts.with_value:,} steps have one"
    yield "first errors", f"known in {counts.first_errors:,} rows"
    by_count = sorted(counts.undecided.items(), key=lambda item: (-item[1], item[0]))
    for index, (reason, count) in enumerate(by_count):
        yield "undecided" if index == 0 else "", f"{count:,} {reason}"


def _listed(counts: Mapping[str, int], names: tuple[str, ...]) -> str:
    return ", ".join(f"{counts.get(name, 0):,} {name}" for name in names)


def _engine(run: Mapping[str, object]) -> Iterator[tuple[str, str]]:
    """Say how busy the engine was; nothing where it was not asked, or not on this machine."""
    if not run.get("engine"):
        return
    usage = msgspec.convert(run["engine"], EngineUsage)
    if not usage.n_requests or not usage.elapsed_s:
        return
    text = f"{usage.tokens_per_s:,.0f} tokens/s, {usage.busy_share:.0%} busy over"
    yield "engine", f"{text} {usage.elapsed_s:,.0f} s ({usage.n_tokens:,} tokens)"


def _files(job: Job, manifest: Manifest) -> Iterator[tuple[str, str]]:
    for table in ("trajectories", "rollouts", "errors"):
        entries = [entry for entry in manifest.files if entry.path.startswith(f"{table}/")]
        rows = sum(entry.rows for entry in entries)
        if not rows:
            continue
        megabytes = sum(entry.bytes for entry in entries) / _MEGABYTE
        size = f"{_many(rows, 'row')}, {_many(len(entries), 'file')}, {megabytes:,.1f} MB"
        yield table, f"{job.layout.every_shard(table)} ({size})"


def _many(count: int, noun: str) -> str:
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"


def _next(job: Job, manifest: Manifest) -> Iterator[str]:
    root = shlex.quote(job.root)
    data_files = job.layout.every_shard("trajectories")
    output = shlex.quote(f"{manifest.name}.jsonl")
    yield "Next:"
    yield f"  stepsmith show {root}"
    yield f"  stepsmith export {root} --format trl --output {output}"
    yield f'  datasets.load_dataset("parquet", data_files={data_files!r})'
