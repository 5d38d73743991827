"""Say what the rules found: as findings for a person, as the evidence of a verdict."""

from collections.abc import Sequence

from stepsmith.transforms.derive.judgement import Decision, Judgement, shorten
from stepsmith.transforms.derive.spelling import spell
from stepsmith.transforms.text.spans import says_more
from stepsmith.transforms.verify.base import Finding

_DECISIONS: dict[Decision, str] = {
    "true": "true",
    "partly": "fits",
    "false": "false",
    "open": "not judged: the words do not say that it has to hold",
}


def to_finding(judgement: Judgement) -> Finding:
    """Show one judgement to a person."""
    pair = judgement.pair
    return Finding(
        text=pair.text,
        start=pair.start,
        end=pair.end,
        read=f"{spell(pair.left.formula)} {judgement.sign} {spell(pair.right.formula)}",
        computed=judgement.computed,
        decision=f"{_DECISIONS[judgement.decision]} ({judgement.rule})",
    )


def evidence(judgement: Judgement) -> str:
    """Write what refutes an equation: the equation, where it stands, and the two values."""
    pair = judgement.pair
    return f"{shorten(pair.text)} (characters {pair.start}-{pair.end}): {judgement.computed}"


def refuted(judgements: Sequence[Judgement]) -> Judgement | None:
    """Return the first judgement that refutes, in the order of the text."""
    false = [each for each in judgements if each.decision == "false"]
    return min(false, key=lambda each: each.pair.start, default=None)


def count_checked(judgements: Sequence[Judgement]) -> int:
    """Count the equations that were confirmed or at least fit."""
    spans = {
        (each.pair.start, each.pair.end)
        for each in judgements
        if each.decision in {"true", "partly"}
    }
    return len(spans)


def says_nothing_else(text: str, judgements: Sequence[Judgement]) -> bool:
    """Tell whether a step is nothing but equations, each of them confirmed."""
    true = [each for each in judgements if each.decision == "true"]
    confirmed = {(each.pair.start, each.pair.end) for each in true}
    stated = {(each.pair.start, each.pair.end) for each in judgements}
    return stated == confirmed and not says_more(text, confirmed)
