"""What a run made, where it is, and what to type next."""

import shlex
from collections.abc import Iterator, Mapping

import msgspec

from stepsmith.pipelines.counts import Counts
from stepsmith.pipelines.manifest import Manifest
from stepsmith.pipelines.retry import Retried
from stepsmith.schemas.arrow import TABLES
from stepsmith.schemas.codec import known
from stepsmith.transforms.job import Job
from stepsmith.transforms.policy.meter import EngineUsage

_MEGABYTE = 1e6


def summary(job: Job, manifest: Manifest) -> str:
    """Sum up a finished run: problems, labels, the engine, the files, and what comes next."""
    entries = [
        ("problems", _problems(manifest.counts)),
        *_retried(manifest),
        *_labels(manifest.counts),
        *_engine(manifest.run),
        *_planned(manifest.run),
        *_files(job, manifest),
    ]
    lines = [f"{manifest.name}: {manifest.counts.rows:,} labelled solutions"]
    width = max(13, *(len(name) for name, _ in entries))
    lines += [f"  {name:<{width}} {text}" for name, text in entries]
    return "\n".join([*lines, "", *_next(job, manifest)])


def _problems(counts: Counts) -> str:
    text = (
        f"{counts.planned:,} planned = {counts.done:,} done + {counts.failed:,} failed"
        f" + {counts.skipped:,} without a row"
    )
    return f"{text}; {counts.retryable:,} may succeed if tried again" if counts.retryable else text


def _retried(manifest: Manifest) -> Iterator[tuple[str, str]]:
    """Say what became of failed problems that were tried again; nothing where none was asked."""
    if "retried" not in manifest.run:
        return
    retried = msgspec.convert(manifest.run["retried"], known(Retried))
    if retried.problems:
        succeeded = retried.problems - retried.failed
        yield (
            "retried",
            f"{retried.problems:,}: {succeeded:,} succeeded, {retried.failed:,} failed again",
        )
    elif manifest.counts.failed:
        yield "retried", "nothing: no failure is of a kind that another try changes"
    else:
        yield "retried", "nothing: no problem failed"


def _labels(counts: Counts) -> Iterator[tuple[str, str]]:
    yield "rows", f"{counts.rows:,}, {counts.kept:,} of them kept; {counts.rollouts:,} rollouts"
    if counts.nodes or counts.pairs:
        yield "searches", f"{_many(counts.nodes, 'tree node')}, {_many(counts.pairs, 'pair')}"
    yield from _edits(counts.mutations)
    yield from _kinds("false chains", counts.counterfactuals)
    yield from _kinds("evidence", counts.evidence)
    yield "outcomes", _listed(counts.outcomes, ("valid", "invalid", "undecided"))
    yield "steps", f"{counts.steps:,}: {_listed(counts.correct, ('right', 'wrong', 'unknown'))}"
    yield "values", f"{counts.with_value:,} steps have one"
    yield "first errors", f"known in {counts.first_errors:,} rows"
    by_count = sorted(counts.undecided.items(), key=lambda item: (-item[1], item[0]))
    for index, (reason, count) in enumerate(by_count):
        yield "undecided" if index == 0 else "", f"{count:,} {reason}"


_EDITS = {
    "mutation": ("mutations", "killed", "survived"),
    "refactoring": ("refactorings", "failed", "passed"),
    "teacher.mutation": ("teacher's", "killed", "survived"),
    "teacher.refactoring": ("teacher's", "failed", "passed"),
}
"""What edited programs are called, those that fail their tests and those that pass."""

_UNJUDGED = ("unjudgeable", "tests_error", "sandbox_error")


def _edits(counts: Mapping[str, int]) -> Iterator[tuple[str, str]]:
    """Say how edited programs fared: the share that survived is what the tests let through."""
    for kind, (title, failed, passed) in _EDITS.items():
        own = {key.partition("/")[2]: n for key, n in counts.items() if key.startswith(f"{kind}/")}
        if not own:
            continue
        n_passed = own.get("pass", 0)
        n_judged = sum(own.values()) - sum(own.get(name, 0) for name in _UNJUDGED)
        shares = (
            f"{count:,} {word} ({count / n_judged:.1%})"
            for word, count in ((failed, n_judged - n_passed), (passed, n_passed))
            if n_judged
        )
        unjudged = _listed(own, _UNJUDGED)
        yield title, f"{sum(own.values()):,}: {', '.join((*shares, unjudged))}"


def _kinds(title: str, counts: Mapping[str, int]) -> Iterator[tuple[str, str]]:
    if counts:
        yield title, f"{sum(counts.values()):,}: {_listed(counts, tuple(counts))}"


def _listed(counts: Mapping[str, int], names: tuple[str, ...]) -> str:
    return ", ".join(f"{counts.get(name, 0):,} {name}" for name in names)


def _engine(run: Mapping[str, object]) -> Iterator[tuple[str, str]]:
    """Say how busy the engine was; nothing where it was not asked, or not on this machine."""
    if not run.get("engine"):
        return
    usage = msgspec.convert(run["engine"], known(EngineUsage))
    if not usage.n_requests or not usage.elapsed_s:
        return
    text = f"{usage.tokens_per_s:,.0f} tokens/s, {usage.busy_share:.0%} busy over"
    yield "engine", f"{text} {usage.elapsed_s:,.0f} s ({usage.n_tokens:,} tokens)"


def _planned(run: Mapping[str, object]) -> Iterator[tuple[str, str]]:
    """Put what was planned beside what it was; nothing where nobody asked beforehand."""
    compared = msgspec.convert(run.get("planned") or {}, dict[str, dict[str, float | None]])
    lines = [
        f"{name.replace('_', ' ')} {_amount(name, one['actual'])} of "
        f"{_amount(name, one['planned'])} ({_amount(name, one['low'])} to "
        f"{_amount(name, one['high'])})"
        + (f", {one['ratio']:.2f} times" if one["ratio"] is not None else "")
        for name, one in compared.items()
    ]
    for index, line in enumerate(lines):
        yield "planned" if index == 0 else "", line


def _amount(name: str, value: float | None) -> str:
    if value is None:
        return "unknown"
    return f"{value:,.2f}" if name == "engine_hours" else f"{value:,.0f}"


def _files(job: Job, manifest: Manifest) -> Iterator[tuple[str, str]]:
    for table in TABLES:
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
