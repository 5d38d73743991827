"""Judge a step by the facts of a knowledge graph: its truth, its place and its use."""

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING

from stepsmith.schemas.records import Claim, Verdict
from stepsmith.transforms.verify.base import Case, Finding, undecided, verifier

if TYPE_CHECKING:
    from stepsmith.transforms.verify.graph.chain import Judged
    from stepsmith.transforms.verify.graph.question import Question

__all__ = ["path"]

_ADA = ["ada", "place_of_birth", "london"]
_LONDON = ["london", "capital_of", "uk"]
_PAYLOAD = {
    "facts": [
        _ADA,
        _LONDON,
        ["ada", "profession", "mathematician"],
        ["london", "located_in", "england"],
        ["paris", "capital_of", "france"],
        ["aspirin", "treats", "pain"],
    ],
    "negatives": [["paris", "located_in", "england"]],
    "names": {"ada": ["Ada Lovelace", "Ada"], "uk": ["United Kingdom", "UK"]},
    "relations": [
        {"key": "place_of_birth", "text": "place of birth", "functional": True},
        {"key": "treats", "text": "treats", "inverse_phrases": ["is relieved by"]},
    ],
    "starts": ["ada"],
    "answers": ["uk"],
    "paths": [[_ADA, _LONDON]],
}
_OPEN = json.dumps(_PAYLOAD)
_CLOSED = json.dumps({**_PAYLOAD, "world": "closed"})
_BORN = "The place of birth of Ada Lovelace is London.\n"


def _trace(claim: Claim) -> Iterator[Finding]:
    """Yield each fact that is found in the step, or what could not be linked and why."""
    judged = _judge(claim)
    if isinstance(judged, Verdict):
        return
    question, step = judged
    for each in step:
        evidence = each.evidence
        yield Finding(
            text=claim.step.text[each.start : each.end],
            start=each.start,
            end=each.end,
            read=_read(question, each),
            computed=f"truth {evidence.truth}, place {evidence.place}, use {evidence.use}",
            decision=f"{evidence.step_class}: {evidence.why}",
        )


def _read(question: "Question", judged: "Judged") -> str:
    if judged.edge is None:
        return ""
    graph, (head, relation, tail) = question.graph, judged.edge
    fact = f"{graph.name(head)} | {graph.relation_info(relation).text} | {graph.name(tail)}"
    return f"not: {fact}" if judged.evidence.denied else fact


@verifier(
    "graph.path",
    trace=_trace,
    cases=[
        Case(_BORN, "valid", payload=_OPEN),
        Case("Ada | place of birth | London", "valid", payload=_OPEN),
        Case("ada | place_of_birth | london", "valid", payload=_OPEN),
        Case("London is the place of birth of Ada.", "valid", payload=_OPEN),
        Case("London is the capital of the UK.", "valid", payload=_OPEN, prior=(_BORN,)),
        Case("Ada has the profession mathematician.", "valid", payload=_OPEN),  # off the path
        Case(f"{_BORN[:-1]} [Ada | place of birth | London]", "valid", payload=_OPEN),
        Case("Ada's place of birth is not Paris.", "valid", payload=_OPEN),  # true, of no use
        Case("The place of birth of Ada is Paris.", "invalid", payload=_OPEN),  # she has one
        Case("It is not true that London is the place of birth of Ada.", "invalid", payload=_OPEN),
        Case("Ada was not born: Ada | not place of birth | London", "invalid", payload=_OPEN),
        Case("London is the capital of the UK.", "invalid", payload=_OPEN),  # who says London?
        Case("Paris is located in England.", "invalid", payload=_OPEN),  # a curated false fact
        Case("Paris is the capital of France.", "invalid", payload=_OPEN, prior=(_BORN,)),
        Case("London is the capital of France.", "invalid", payload=_CLOSED, prior=(_BORN,)),
        Case("London is the capital of France.", "undecided", payload=_OPEN, prior=(_BORN,)),
        Case("Is London the capital of France?", "undecided", payload=_OPEN, prior=(_BORN,)),
        Case("Ada admires London.", "undecided", payload=_OPEN),  # no such relation
        Case("The place of birth of Charles Babbage is London.", "undecided", payload=_OPEN),
        Case("Ada is no place. [Ada | place of birth | Oz]", "undecided", payload=_OPEN),
        Case("First we look for the place of birth of Ada.", "undecided", payload=_OPEN),
        Case("The answer is UK.", "undecided", payload=_OPEN, prior=(_BORN,)),
        Case(_BORN, "undecided"),  # no graph
    ],
)
def path(claim: Claim) -> Verdict:
    """Look up what a step asserts in the problem's graph, and where it stands in the chain.

    The evidence is one line, `CLASS: head | relation | tail; truth=..., place=..., use=...; why`.
    What could not be linked is undecided, and so is an absent fact unless the world is closed.
    """
    from stepsmith.transforms.verify.graph.classes import verdict_of

    judged = _judge(claim)
    if isinstance(judged, Verdict):
        return judged
    question, step = judged
    return verdict_of(step, question.world)


def _judge(claim: Claim) -> "tuple[Question, tuple[Judged, ...]] | Verdict":
    # To list the verifiers must load neither numpy nor a graph.
    from stepsmith.transforms.graph.errors import GraphError
    from stepsmith.transforms.verify.graph.chain import judge_chain
    from stepsmith.transforms.verify.graph.question import question_of

    try:
        question = question_of(claim.problem)
    except GraphError as error:
        return undecided(f"error: {error}")
    texts = [step.text for step in (*claim.prior, claim.step)]
    return question, judge_chain(question, texts)[-1]
