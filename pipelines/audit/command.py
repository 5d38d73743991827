"""`stepsmith audit`: read both sides, judge, score, and write down what came out."""

import dataclasses
import hashlib
import itertools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import partial
from typing import Literal, TextIO

from stepsmith.pipelines.audit.document import About, Document, Joined, document
from stepsmith.pipelines.audit.human import HumanLabelled
from stepsmith.pipelines.audit.join import Join, from_labels, from_run, join, silent
from stepsmith.pipelines.audit.judge import STEP_VERIFIERS, Judged, Question, judge_questions
from stepsmith.pipelines.audit.marks import read_marks
from stepsmith.pipelines.audit.oracle import ORACLE
from stepsmith.pipelines.audit.page import as_page
from stepsmith.pipelines.audit.read import Labels, describe_error, open_labels
from stepsmith.pipelines.audit.rows import ENDINGS, is_file
from stepsmith.pipelines.audit.table import as_text
from stepsmith.pipelines.progress_line import ProgressLine
from stepsmith.sandboxes import shared_pool
from stepsmith.schemas.errors import UserError, suggest
from stepsmith.schemas.options import Count
from stepsmith.schemas.records import ErrorRecord
from stepsmith.schemas.sandbox import SandboxSettings
from stepsmith.transforms.verify import VERIFIERS, Tools, open_shared

Half = Literal["tune", "held-back"]
HALVES: tuple[Half, ...] = ("tune", "held-back")


@dataclasses.dataclass(frozen=True, kw_only=True)
class Audit:
    """What to audit, against what, and how.

    `dataset` is the folder of a finished run, a file of labelled solutions or an oracle; `against`
    a file or an oracle, which only a file may leave out: its own labels then count. `form` and
    `options` say how to read the labels, `verifiers` who judges anew. `limit` and `half` choose
    among the labelled solutions. `sandbox` is where verifiers of code run it.
    """

    dataset: str
    against: str | None = None
    form: str | None = None
    options: Mapping[str, object] = dataclasses.field(default_factory=dict[str, object])
    verifiers: Sequence[str] = ()
    limit: Count | None = None
    half: Half | None = None
    marks: str | None = None
    threads: Count | None = None
    sandbox: SandboxSettings = dataclasses.field(default_factory=SandboxSettings)


def run_audit(asked: Audit, *, progress: TextIO | None = None) -> Document:
    """Carry out an audit; `progress` is where a line on it goes.

    Raises `UserError` for what cannot be read and for names that are unknown.
    """
    marks = None if asked.marks is None else read_marks(asked.marks)
    if asked.against is None and not _is_labels(asked.dataset):
        msg = (
            f"{asked.dataset} is no file of labels ({', '.join(ENDINGS)}): "
            "for a run, say by --against what is true"
        )
        raise UserError(msg)
    labels = open_labels(asked.against or asked.dataset, asked.form, asked.options)
    errors: list[ErrorRecord] = []
    human = list(_chosen(_readable(labels, errors), asked))
    if errors and not human:
        msg = f"no row of {labels.described} can be used; {describe_error(errors[0])}"
        raise UserError(msg)
    if asked.against is None:
        judged = _anew([_own_question(each) for each in human], asked, progress)
        about = About(dataset=labels.described, against="its own labels")
    else:
        judged, about = _against(asked, human, errors, progress)
        about = dataclasses.replace(about, against=labels.described)
    return document(judged, dataclasses.replace(about, half=asked.half, errors=errors), marks)


def audit(
    asked: Audit, *, json: str | None, html: str | None, progress: TextIO | None = None
) -> str:
    """Carry out an audit, write the files that are named, and return the table.

    Files appear whole or not at all.
    """
    from stepsmith.pipelines.dataset import files_at

    done = run_audit(asked, progress=progress)
    lines = [as_text(done)]
    for path, data in ((json, done.to_json), (html, lambda: as_page(done).encode())):
        if path is not None:
            files_at(path).write(path, data())
            lines.append(f"written: {path}")
    return "\n".join(lines)


def half_of(problem: str) -> Half:
    """Say on which half a problem lies, by a hash of its text: never by its place in a file."""
    return HALVES[hashlib.sha256(problem.encode()).digest()[0] % 2]


def _is_labels(dataset: str) -> bool:
    return dataset.startswith(ORACLE) or is_file(dataset)


def _readable(labels: Labels, errors: list[ErrorRecord]) -> Iterator[HumanLabelled]:
    for each in labels.read():
        if isinstance(each, HumanLabelled):
            yield each
        else:
            errors.append(each)


def _chosen(solutions: Iterable[HumanLabelled], asked: Audit) -> Iterator[HumanLabelled]:
    on_half = (each for each in solutions if asked.half in {None, half_of(each.problem)})
    return itertools.islice(on_half, asked.limit)


def _against(
    asked: Audit,
    human: Sequence[HumanLabelled],
    errors: list[ErrorRecord],
    progress: TextIO | None,
) -> tuple[list[Judged], About]:
    """Join the data set with the labels; a run's own verdicts stand where none are asked for."""
    from stepsmith.pipelines.dataset import read_dataset

    if _is_labels(asked.dataset):
        other = open_labels(asked.dataset)
        described, is_run = other.described, False
        found = join(from_labels(_readable(other, errors)), human)
    else:
        described, is_run = asked.dataset, True
        found = join(from_run(read_dataset(asked.dataset)), human)
    recorded = is_run and not asked.verifiers
    judged = _recorded(found) if recorded else _anew(found.questions, asked, progress)
    return judged, About(dataset=described, against="", joined=_joined(found))


def _own_question(solution: HumanLabelled) -> Question:
    problem, steps = solution.claimed
    return Question(solution=solution, problem=problem, steps=steps)


def _anew(questions: Sequence[Question], asked: Audit, progress: TextIO | None) -> list[Judged]:
    names = asked.verifiers or default_verifiers()
    show = None if progress is None else ProgressLine(_judged, progress)
    tools = Tools(shared_pool(), partial(open_shared, asked.sandbox))
    judged = judge_questions(questions, names, tools, asked.threads, progress=show)
    if show is not None:
        show.end()
    return judged


def default_verifiers() -> tuple[str, ...]:
    """Name the verifiers of steps that there are."""
    there = {entry.name for entry in VERIFIERS}
    return tuple(name for name in STEP_VERIFIERS if name in there)


def _recorded(found: Join) -> list[Judged]:
    names = dict.fromkeys(name for recorded in found.recorded for name in recorded)
    return [
        Judged(
            solution=question.solution,
            opinions={name: recorded.get(name) or silent(len(question.steps)) for name in names},
            labels=question.labels,
        )
        for question, recorded in zip(found.questions, found.recorded, strict=True)
    ]


def _joined(found: Join) -> Joined:
    return Joined(
        candidates=found.n_candidates,
        joined=len(found.questions),
        unjoined=found.unjoined,
        unused_labels=found.n_unused,
    )


def named_verifiers(given: str | None) -> tuple[str, ...]:
    """Read a list of verifiers, `a,b`; raises `UserError` where it names none."""
    if given is None:
        return ()
    names = tuple(name.strip() for name in given.split(",") if name.strip())
    if not names:
        known = suggest("", [entry.name for entry in VERIFIERS])
        msg = f"--verifiers {given!r} names no verifier; {known}"
        raise UserError(msg)
    return names


def _judged(done: int, total: int, elapsed_s: float) -> str:
    return f"audit: {done:,} of {total:,} solutions judged, {done / elapsed_s:,.0f}/s"
