"""Chains over a knowledge graph: the class of each step, and measures of the whole."""

import dataclasses
from typing import TYPE_CHECKING, TypedDict

from stepsmith.schemas.records import LabelledTrajectory
from stepsmith.transforms.format.base import Carried, LeftOut, exporter

if TYPE_CHECKING:
    from collections.abc import Sequence

    from stepsmith.transforms.verify.graph.chain import JudgedStep
    from stepsmith.transforms.verify.graph.evidence import Evidence
    from stepsmith.transforms.verify.graph.question import Question

_LABELS = {True: "right", False: "wrong", None: "unknown"}
_BACK = {name: label for label, name in _LABELS.items()}


@dataclasses.dataclass(frozen=True, kw_only=True, slots=True)
class GraphChainRow:
    """A solution, its step labels, and what a graph says of each step and of the chain.

    `labels` are "right", "wrong" or "unknown". Of each step `classes` has the class, `facts` the
    fact that decides as `head | relation | tail`, and `truths`, `places` and `uses` the three
    things apart; a step without a fact has "no fact", and empty texts. `coverage` is the longest
    common subsequence of the used facts and the path number `path`, over its `hops`; `precision`
    is supported over asserted facts, `n_used` counts the facts that hold, `starts` and `ends` say
    whether they begin at a start and reach an answer, and `first_wrong` is the index of the first
    step that the graph refutes. All of it is null, and the texts empty, for a problem without a
    graph.
    """

    id: str
    prompt: str
    steps: tuple[str, ...]
    labels: tuple[str, ...]
    classes: tuple[str, ...]
    facts: tuple[str, ...]
    truths: tuple[str, ...]
    places: tuple[str, ...]
    uses: tuple[str, ...]
    world: str | None
    n_paths: int | None
    complete: bool | None
    coverage: float | None
    path: int | None
    hops: int | None
    precision: float | None
    n_used: int | None
    starts: bool | None
    ends: bool | None
    first_wrong: int | None


def read(row: GraphChainRow) -> Carried:
    """Read the labels: every one of them is there."""
    labels = tuple(_BACK[label] for label in row.labels)
    return Carried(prompt=row.prompt, steps=row.steps, labels=labels)


@exporter("graph_chains", of=LabelledTrajectory, row=GraphChainRow, read=read)
def graph_chains(row: LabelledTrajectory) -> GraphChainRow | LeftOut:
    """Solutions with what a knowledge graph says of each step, and measures of the chain.

    The chain is judged anew, as `graph.path` does. A row is left out where its graph's folder
    cannot be opened.
    """
    # Here, since to list the formats must not load a graph.
    from stepsmith.transforms.graph.errors import GraphError
    from stepsmith.transforms.verify.graph.question import has_graph, question_of

    if not row.labels:
        return LeftOut(reason="no steps")
    if not has_graph(row.problem):
        return _row(row, None)
    try:
        return _row(row, question_of(row.problem))
    except GraphError:
        return LeftOut(reason="the problem's graph cannot be opened, or lacks what it speaks of")


def _row(row: LabelledTrajectory, question: "Question | None") -> GraphChainRow:
    from stepsmith.transforms.verify.graph.chain import judge_chain
    from stepsmith.transforms.verify.graph.classes import deciding

    steps = tuple(step.text for step in row.trajectory.steps)
    judged = judge_chain(question, steps) if question else [() for _ in steps]
    found = [deciding(step) for step in judged]
    whole = _NONE if question is None else _of_chain(question, judged)
    return GraphChainRow(
        id=row.trajectory.id,
        prompt=row.problem.prompt,
        steps=steps,
        labels=tuple(_LABELS[label.correct] for label in row.labels),
        classes=tuple(_class(one, question) for one in found),
        facts=tuple(map(_fact, found)),
        truths=tuple("" if one is None else one.truth for one in found),
        places=tuple("" if one is None else one.place for one in found),
        uses=tuple("" if one is None else one.use for one in found),
        **whole,
    )


class _Whole(TypedDict):
    """What is said of a whole chain."""

    world: str | None
    n_paths: int | None
    complete: bool | None
    coverage: float | None
    path: int | None
    hops: int | None
    precision: float | None
    n_used: int | None
    starts: bool | None
    ends: bool | None
    first_wrong: int | None


_NONE: _Whole = {
    "world": None,
    "n_paths": None,
    "complete": None,
    "coverage": None,
    "path": None,
    "hops": None,
    "precision": None,
    "n_used": None,
    "starts": None,
    "ends": None,
    "first_wrong": None,
}


def _of_chain(question: "Question", judged: "Sequence[JudgedStep]") -> _Whole:
    from stepsmith.transforms.verify.graph.measures import measure_chain

    measures = measure_chain(question, judged)
    return {
        "world": question.world,
        "n_paths": len(question.paths),
        "complete": question.complete,
        "coverage": measures.coverage,
        "path": measures.path,
        "hops": None if measures.path is None else len(question.paths[measures.path]),
        "precision": measures.precision,
        "n_used": measures.used,
        "starts": measures.starts,
        "ends": measures.ends,
        "first_wrong": measures.first_wrong,
    }


def _class(evidence: "Evidence | None", question: "Question | None") -> str:
    if question is None:
        return ""
    return "no fact" if evidence is None else evidence.step_class


def _fact(evidence: "Evidence | None") -> str:
    if evidence is None or evidence.fact is None:
        return ""
    fact = " | ".join(evidence.fact)
    return f"not: {fact}" if evidence.denied else fact
