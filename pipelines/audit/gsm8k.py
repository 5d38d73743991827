"""GSM8K: reference solutions, written by people and taken to be right."""

from stepsmith.pipelines.audit.fields import Fields
from stepsmith.pipelines.audit.formats import human_format
from stepsmith.pipelines.audit.human import HumanLabelled, all_right

_ANSWER = "####"


@human_format("gsm8k", "question answer")
def gsm8k(row: Fields) -> HumanLabelled:
    """GSM8K: `question` and `answer`, whose lines before `####` are steps, all of them right."""
    lines = row.text("answer").splitlines()
    steps = tuple(line for line in lines if line.strip() and not line.startswith(_ANSWER))
    answers = [line.removeprefix(_ANSWER).strip() for line in lines if line.startswith(_ANSWER)]
    if not answers:
        row.fail("answer", "has no line '#### ...' with the final answer")
    if not steps:
        row.fail("answer", "has no step before its final answer")
    return HumanLabelled(
        id=row.maybe_text("id") or row.default_id,
        problem=row.text("question"),
        steps=steps,
        known=all_right(len(steps)),
        answer=answers[-1],
        source=row.source,
    )
