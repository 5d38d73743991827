"""The result of an audit as plain data: what is written as JSON and shown in the page."""

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from stepsmith.pipelines.audit.disagree import Disagreement, Kind, disagreements
from stepsmith.pipelines.audit.interval import Rate
from stepsmith.pipelines.audit.judge import Judged
from stepsmith.pipelines.audit.marks import Mark, Marks, corrected, count_marks
from stepsmith.pipelines.audit.score import Report, Scores, score
from stepsmith.schemas.records import ErrorRecord, Outcome

SCHEMA = "stepsmith-audit-1"


@dataclasses.dataclass(frozen=True, kw_only=True, slots=True)
class Share:
    """A share with its 95 % interval, and the counts behind it where it has any."""

    value: float | None
    low: float
    high: float
    hits: int | None = None
    of: int | None = None


@dataclasses.dataclass(frozen=True, kw_only=True, slots=True)
class ScoreRow:
    """`Scores` as shares; `false_alarms` is a share of the right steps, not of a thousand."""

    name: str
    precision: Share
    recall: Share
    localisation: Share
    right_passed: Share
    f1: Share
    false_alarms: Share
    checked: Share
    confirmed: Share
    abstained: Mapping[str, Share]
    unscored_flags: int


@dataclasses.dataclass(frozen=True, kw_only=True, slots=True)
class Counts:
    """What was audited: solutions, and steps of which something is known."""

    solutions: int
    with_first_error: int
    right: int
    steps: int
    right_steps: int
    wrong_steps: int


@dataclasses.dataclass(frozen=True, kw_only=True, slots=True)
class Table:
    """The counts and a row for each side."""

    counts: Counts
    rows: tuple[ScoreRow, ...]


@dataclasses.dataclass(frozen=True, kw_only=True, slots=True)
class Joined:
    """How much of both sides was the same: candidates, and those left over by reason."""

    candidates: int
    joined: int
    unjoined: Mapping[str, int]
    unused_labels: int


@dataclasses.dataclass(frozen=True, kw_only=True, slots=True)
class ShownSolution:
    """A solution in which there is a disagreement."""

    id: str
    source: str
    problem: str
    answer: str | None
    steps: tuple[str, ...]
    known: tuple[bool | None, ...]
    first_error: int | None


@dataclasses.dataclass(frozen=True, kw_only=True, slots=True)
class ShownDisagreement:
    """A disagreement; `solution` is an index into the document's solutions."""

    key: str
    verifier: str
    kind: Kind
    solution: int
    step: int
    outcome: Outcome
    evidence: str
    said_by: str
    mark: Mark | None


@dataclasses.dataclass(frozen=True, kw_only=True, slots=True)
class RowError:
    """A row that could not be read."""

    location: str | None
    line: int | None
    field: str | None
    message: str


@dataclasses.dataclass(frozen=True, kw_only=True, slots=True)
class Document:
    """A whole audit. `after_marks` and `marks` are there when marks were given."""

    schema: str
    dataset: str
    against: str
    half: str | None
    verifiers: Mapping[str, str]
    table: Table
    after_marks: Table | None
    marks: Mapping[str, int] | None
    joined: Joined | None
    errors: tuple[RowError, ...]
    solutions: tuple[ShownSolution, ...]
    disagreements: tuple[ShownDisagreement, ...]
    marked: tuple[Mapping[str, Any], ...]

    def to_json(self) -> bytes:
        """Return the document as JSON, the same bytes for the same audit."""
        return msgspec.json.encode(self)


@dataclasses.dataclass(frozen=True, kw_only=True, slots=True)
class About:
    """What an audit is of: both sides as they are described, and what could not be used."""

    dataset: str
    against: str
    half: str | None = None
    joined: Joined | None = None
    errors: Sequence[ErrorRecord] = ()


def document(judged: Sequence[Judged], about: About, marks: Marks | None = None) -> Document:
    """Score what was judged and write everything down."""
    found = disagreements(judged)
    used = sorted({each.solution for each in found})
    place = {index: at for at, index in enumerate(used)}
    given = marks or Marks()
    return Document(
        schema=SCHEMA,
        dataset=about.dataset,
        against=about.against,
        half=about.half,
        verifiers=_versions(judged),
        table=_table(score(judged)),
        after_marks=None if marks is None else _table(score(corrected(judged, marks))),
        marks=None if marks is None else count_marks(found, marks),
        joined=about.joined,
        errors=tuple(
            RowError(location=e.location, line=e.line, field=e.field, message=e.message)
            for e in about.errors
        ),
        solutions=tuple(_solution(judged[index]) for index in used),
        disagreements=tuple(_disagreement(each, place[each.solution], given) for each in found),
        marked=given.entries,
    )


def _versions(judged: Sequence[Judged]) -> dict[str, str]:
    versions: dict[str, set[str]] = {}
    for each in judged:
        for name, opinion in each.opinions.items():
            said = {verdict.version for verdict in opinion.verdicts if verdict.version}
            versions.setdefault(name, set()).update(said)
    return {name: ", ".join(sorted(found)) for name, found in versions.items()}


def _table(report: Report) -> Table:
    return Table(
        counts=Counts(
            solutions=report.n_solutions,
            with_first_error=report.n_with_first_error,
            right=report.n_right,
            steps=report.n_steps,
            right_steps=report.n_right_steps,
            wrong_steps=report.n_wrong_steps,
        ),
        rows=tuple(map(_row, report.rows)),
    )


def _row(scores: Scores) -> ScoreRow:
    low, high = scores.f1_interval
    return ScoreRow(
        name=scores.name,
        precision=_share(scores.precision),
        recall=_share(scores.recall),
        localisation=_share(scores.localisation),
        right_passed=_share(scores.right_passed),
        f1=Share(value=scores.f1, low=low, high=high),
        false_alarms=_share(scores.false_alarms),
        checked=_share(scores.checked),
        confirmed=_share(scores.confirmed),
        abstained={why: _share(rate) for why, rate in scores.abstained.items()},
        unscored_flags=scores.unscored_flags,
    )


def _share(rate: Rate) -> Share:
    low, high = rate.interval
    return Share(value=rate.value, low=low, high=high, hits=rate.hits, of=rate.of)


def _solution(judged: Judged) -> ShownSolution:
    solution = judged.solution
    return ShownSolution(
        id=solution.id,
        source=solution.source,
        problem=solution.problem,
        answer=solution.answer,
        steps=solution.steps,
        known=solution.known,
        first_error=solution.first_error,
    )


def _disagreement(found: Disagreement, solution: int, marks: Marks) -> ShownDisagreement:
    return ShownDisagreement(
        key=found.key,
        verifier=found.verifier,
        kind=found.kind,
        solution=solution,
        step=found.step,
        outcome=found.verdict.outcome,
        evidence=found.verdict.evidence,
        said_by=found.verdict.verifier or found.verifier,
        mark=marks.by_key.get(found.key),
    )
