"""Judge the text of a question over a graph: it names the start, and gives nothing away."""

import json

from stepsmith.schemas.records import Claim, Verdict
from stepsmith.transforms.verify.base import Case, invalid, undecided, valid, verifier

__all__ = ["question"]

_BORN = ["ada", "place_of_birth", "london"]
_CAPITAL = ["london", "capital_of", "uk"]
_PAYLOAD = json.dumps(
    {
        "facts": [_BORN, _CAPITAL, ["paris", "capital_of", "france"]],
        "names": {"ada": ["Ada Lovelace", "Ada"], "uk": ["United Kingdom", "UK"]},
        "starts": ["ada"],
        "answers": ["uk"],
        "paths": [[_BORN, _CAPITAL]],
    }
)
_MOST = 600
"""Characters: a longer text is no question."""


@verifier(
    "graph.question",
    cases=[
        Case("Of what is the place where Ada was born the capital?", "valid", payload=_PAYLOAD),
        Case("Which state has Ada Lovelace's birthplace as capital?", "valid", payload=_PAYLOAD),
        Case("Ada was born in London: of what is it the capital?", "invalid", payload=_PAYLOAD),
        Case("Was Ada born in the UK?", "invalid", payload=_PAYLOAD),  # that is the answer
        Case("Of what is Paris the capital, Ada?", "invalid", payload=_PAYLOAD),  # of another one
        Case("Of what is her place of birth the capital?", "undecided", payload=_PAYLOAD),
        Case("", "undecided", payload=_PAYLOAD),
        Case("Ada was born.", "undecided", payload=_PAYLOAD),  # asks for nothing
        Case("Of what is the place where Ada was born the capital?", "undecided"),  # no graph
    ],
)
def question(claim: Claim) -> Verdict:
    """Refute a question that names any node but its start; confirm one that names that alone.

    For questions that a model wrote anew. Names are found by linking, so that a node may also be
    given away by one of its aliases. Whether the words still ask for the same relations is not
    checked.
    """
    # To list the verifiers must load neither numpy nor a graph.
    from stepsmith.transforms.graph.errors import GraphError
    from stepsmith.transforms.linking import link_step
    from stepsmith.transforms.verify.graph.question import question_of

    text = claim.step.text.strip()
    if not text or len(text) > _MOST or not text.endswith("?"):
        return undecided("no question: it does not end with a question mark, or is too long")
    try:
        asked = question_of(claim.problem)
    except GraphError as error:
        return undecided(f"error: {error}")
    named = link_step(asked.graph, text).named
    if not named & asked.given:
        return undecided("no start: the text does not name where the question begins")
    others = sorted(asked.graph.name(node) for node in named - asked.given)
    if others:
        return invalid(f"it names {others[0]!r}, which is not the start")
    return valid()
