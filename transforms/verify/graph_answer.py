"""Judge the answer to a question over a graph: any of its answers, by name or by letter."""

import json

from stepsmith.schemas.records import Claim, Problem, Verdict
from stepsmith.transforms.text.answer import Extracted, extract_answer
from stepsmith.transforms.verify.base import Case, undecided, valid, verifier

__all__ = ["answer", "check_gold"]

_BORN = ["ada", "place_of_birth", "london"]
_CAPITAL = ["london", "capital_of", "uk"]
_PAYLOAD = {
    "facts": [
        _BORN,
        _CAPITAL,
        ["paris", "capital_of", "france"],
        ["georgia_us", "located_in", "usa"],
    ],
    "names": {
        "ada": ["Ada Lovelace", "Ada"],
        "uk": ["United Kingdom", "UK"],
        "france": ["France"],
        "usa": ["United States"],
        "georgia_us": ["Georgia"],
    },
    "starts": ["ada"],
    "answers": ["uk"],
    "paths": [[_BORN, _CAPITAL]],
}
_MAX_LINE = 200
_FREE = json.dumps(_PAYLOAD)
_CHOICE = json.dumps(
    {
        **_PAYLOAD,
        "options": [
            {"letter": "A", "key": "france"},
            {"letter": "B", "key": "uk"},
            {"letter": "C", "key": "usa"},
        ],
    }
)


def check_gold(problem: Problem) -> Verdict:
    """Say whether a problem's graph opens, and its paths are facts that end in its answers."""
    from stepsmith.transforms.graph.errors import GraphError
    from stepsmith.transforms.verify.graph.answers import check_question
    from stepsmith.transforms.verify.graph.question import question_of

    try:
        question = question_of(problem)
    except GraphError as error:
        return undecided(f"no graph: {error}")
    fault = check_question(question, problem.answer)
    return valid("the paths are facts") if fault is None else undecided(fault)


@verifier(
    "graph.answer",
    gold=check_gold,
    cases=[
        Case("The answer is the United Kingdom.", "valid", payload=_FREE),
        Case("Answer: UK", "valid", payload=_FREE),
        Case(r"\boxed{uk}", "valid", payload=_FREE),
        Case(".", "valid", payload=_FREE, prior=("So the answer is UK", ".")),
        Case("The answer is B.", "valid", payload=_CHOICE),
        Case("The answer is (B) United Kingdom.", "valid", payload=_CHOICE),
        Case("The answer is option B: UK", "valid", payload=_CHOICE),
        Case("The answer is UK.", "valid", payload=_CHOICE),
        Case("The answer is France.", "invalid", payload=_FREE),
        Case("The answer is London.", "invalid", payload=_FREE),  # stopped early
        Case("The answer is Ada Lovelace.", "invalid", payload=_FREE),  # where it began
        Case("The answer is C.", "invalid", payload=_CHOICE),
        Case("The answer is not C but France.", "undecided", payload=_CHOICE),
        Case("The answer is C. United Kingdom", "undecided", payload=_CHOICE),  # which of them?
        Case("The answer is UK or France.", "undecided", payload=_FREE),
        Case("The answer is Narnia.", "undecided", payload=_FREE),  # no name in the graph
        Case("The answer is D.", "undecided", payload=_CHOICE),
        Case("London is the capital of the UK.", "undecided", payload=_FREE),  # states none
        Case("The answer is UK.", "undecided"),  # no graph
    ],
)
def answer(claim: Claim) -> Verdict:
    """Judge the answer stated last in the solution so far: a name of an answer, or its letter."""
    from stepsmith.transforms.graph.errors import GraphError
    from stepsmith.transforms.verify.graph.answers import judge_answer
    from stepsmith.transforms.verify.graph.question import question_of

    text = "".join(step.text for step in (*claim.prior, claim.step))
    found = extract_answer(text)
    if found is None or not found.answer.strip():
        return undecided("no answer: the solution states none")
    try:
        return judge_answer(question_of(claim.problem), _with_name(text, found))
    except GraphError as error:
        return undecided(f"error: {error}")


def _with_name(text: str, found: Extracted) -> str:
    """Return an answer that is a letter with the rest of its line: `B. United Kingdom`."""
    if len(found.answer.strip("()")) != 1:
        return found.answer
    end = text.find("\n", found.end)
    return text[found.start : len(text) if end < 0 else end][:_MAX_LINE]
