"""Finding the same solutions on both sides: by their steps, then by problem."""

import collections
import dataclasses
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial

from stepsmith.pipelines.audit.human import HumanLabelled
from stepsmith.pipelines.audit.judge import Question
from stepsmith.pipelines.audit.opinion import Opinion, was_checked
from stepsmith.schemas.errors import UnknownNameError
from stepsmith.schemas.records import LabelledTrajectory, Problem, Step, Verdict
from stepsmith.transforms.verify import Verifier, get_verifier
from stepsmith.transforms.verify.run import step_claims

CORRECT = "labels.correct"
"""The labels of the steps, as another side."""

FIRST_ERROR = "labels.first_error"
"""What a run says is the first wrong step, as another side."""

_NOT_ASKED = Verdict(outcome="undecided", evidence="not asked")


@dataclasses.dataclass(frozen=True, kw_only=True, slots=True)
class Candidate:
    """A solution that may be in the file of labels, under one of its ids or by its problem.

    `recorded` finds out what its own verdicts are: worth it only where the labels have it too.
    """

    ids: tuple[str, ...]
    problem: Problem
    steps: tuple[Step, ...]
    recorded: Callable[[], Mapping[str, Opinion]]
    labels: Mapping[str, Opinion]


@dataclasses.dataclass(frozen=True, kw_only=True, slots=True)
class Join:
    """The solutions of both sides, and how many were left over, by reason.

    `recorded` are the verdicts that the candidates brought along, one entry a question.
    """

    questions: tuple[Question, ...]
    recorded: tuple[Mapping[str, Opinion], ...]
    n_candidates: int
    unjoined: Mapping[str, int]
    n_unused: int


def join(candidates: Iterable[Candidate], human: Sequence[HumanLabelled]) -> Join:
    """Join by the texts of all steps and by the problem's id or text.

    Line ends do not count: a run ends each step with one, files of labels mostly do not.
    """
    by_steps: dict[tuple[str, ...], list[HumanLabelled]] = {}
    for each in human:
        by_steps.setdefault(_texts(each.steps), []).append(each)
    names = {each.id for each in human} | {_plain(each.problem) for each in human}
    questions: list[Question] = []
    recorded: list[Mapping[str, Opinion]] = []
    unjoined: collections.Counter[str] = collections.Counter()
    used: set[int] = set()
    count = 0
    for count, candidate in enumerate(candidates, start=1):  # noqa: B007 -- counts them
        found = _match(candidate, by_steps)
        if found is None:
            unjoined[_why_not(candidate, names)] += 1
            continue
        used.add(id(found))
        recorded.append(candidate.recorded())
        questions.append(
            Question(
                solution=found,
                problem=candidate.problem,
                steps=candidate.steps,
                labels=candidate.labels,
            )
        )
    return Join(
        questions=tuple(questions),
        recorded=tuple(recorded),
        n_candidates=count,
        unjoined=dict(unjoined),
        n_unused=len(human) - len(used),
    )


def _match(
    candidate: Candidate, by_steps: Mapping[tuple[str, ...], Sequence[HumanLabelled]]
) -> HumanLabelled | None:
    same = by_steps.get(_texts(step.text for step in candidate.steps), ())
    by_id = (each for each in same if each.id in candidate.ids)
    prompt = _plain(candidate.problem.prompt)
    by_text = (each for each in same if _plain(each.problem) == prompt)
    return next(by_id, None) or next(by_text, None)


def _why_not(candidate: Candidate, names: set[str]) -> str:
    if names.isdisjoint((*candidate.ids, _plain(candidate.problem.prompt))):
        return "nobody labelled the problem"
    return "nobody labelled these steps of the problem"


def _texts(steps: Iterable[str]) -> tuple[str, ...]:
    return tuple(text.rstrip("\n") for text in steps)


def _plain(text: str) -> str:
    return text.strip()


def from_run(rows: Iterable[LabelledTrajectory]) -> Iterator[Candidate]:
    """Make candidates of the rows of a run, with its verdicts and its labels."""
    verifiers: dict[str, Verifier | None] = {}
    for row in rows:
        yield Candidate(
            ids=(row.trajectory.id, row.problem.id),
            problem=row.problem,
            steps=row.trajectory.steps,
            recorded=partial(_recorded, row, verifiers),
            labels={
                CORRECT: _opinion([label.correct for label in row.labels]),
                FIRST_ERROR: _opinion(_up_to(row)),
            },
        )


def from_labels(solutions: Iterable[HumanLabelled]) -> Iterator[Candidate]:
    """Make candidates of another file of labels: those are what is audited."""
    for each in solutions:
        problem, steps = each.claimed
        labels = {CORRECT: _opinion(each.known)}
        yield Candidate(ids=(each.id,), problem=problem, steps=steps, recorded=dict, labels=labels)


def _recorded(
    row: LabelledTrajectory, verifiers: dict[str, Verifier | None]
) -> Mapping[str, Opinion]:
    by_step = [{verdict.verifier: verdict for verdict in label.verdicts} for label in row.labels]
    claims = step_claims(row)
    opinions: dict[str, Opinion] = {}
    for name in dict.fromkeys(name for verdicts in by_step for name in verdicts):
        if name not in verifiers:
            verifiers[name] = _known(name)
        said = [verdicts.get(name, _NOT_ASKED) for verdicts in by_step]
        checked = (
            was_checked(verdict, _same_version(verifiers[name], verdict), claim)
            for verdict, claim in zip(said, claims, strict=True)
        )
        opinions[name] = Opinion(verdicts=tuple(said), checked=tuple(checked))
    return opinions


def silent(n_steps: int) -> Opinion:
    """Say nothing of any step: the opinion of a verifier that a run did not ask."""
    return Opinion(verdicts=(_NOT_ASKED,) * n_steps, checked=(False,) * n_steps)


def _known(name: str) -> Verifier | None:
    try:
        return get_verifier(name)
    except UnknownNameError:
        return None  # a plug-in of the machine that made the run


def _same_version(verifier: Verifier | None, verdict: Verdict) -> Verifier | None:
    same = verifier is not None and verifier.version == verdict.version
    return verifier if same else None


def _up_to(row: LabelledTrajectory) -> list[bool | None]:
    if row.first_error is None:
        return [None] * len(row.labels)
    after = len(row.labels) - row.first_error - 1
    return [*[True] * row.first_error, False, *[None] * after]


def _opinion(labels: Sequence[bool | None]) -> Opinion:
    return Opinion(
        verdicts=tuple(_LABELLED[label] for label in labels),
        checked=tuple(label is not None for label in labels),
    )


_LABELLED: Mapping[bool | None, Verdict] = {
    True: Verdict(outcome="valid", evidence="labelled right"),
    False: Verdict(outcome="invalid", evidence="labelled wrong"),
    None: Verdict(outcome="undecided", evidence="no label"),
}
