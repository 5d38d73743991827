"""Judge whether the evidence supports a claim about the case, by the facts that both came from."""

import json
from collections.abc import Sequence

import msgspec

from stepsmith.schemas.records import Claim, Verdict
from stepsmith.transforms.evidence.facts import Statement
from stepsmith.transforms.evidence.group import Grounds, Rule
from stepsmith.transforms.verify.base import Case, invalid, undecided, valid, verifier

__all__ = ["support"]

_CLAIMS = {"fever is high.": ("fever", "high"), "fever is low.": ("fever", "low")}


def _grounds(**more: object) -> str:
    return json.dumps({"claims": _CLAIMS, **more})


_PLAIN = _grounds(case=[("fever", "high")], statement=("fever", "high"))
_RULE = {"modifier": "age", "when": ("old", "young"), "finding": "fever", "states": ("high", "low")}


@verifier(
    "evidence.support",
    cases=[
        Case("fever is high.", "valid", payload=_PLAIN),
        Case("fever | high", "valid", payload=_PLAIN),
        Case("fever is low.", "invalid", payload=_PLAIN),  # neither says so
        Case(
            "fever is high.",
            "invalid",
            payload=_grounds(case=[("fever", "high")], statement=("fever", "low")),
        ),
        Case(
            "fever is high.",
            "invalid",
            payload=_grounds(case=[("fever", "high")], statement=("cough", "high")),
        ),
        Case(
            "fever is high.",
            "invalid",
            payload=_grounds(case=[("fever", "low")], statement=("fever", "high")),
        ),
        Case("fever is low.", "valid", payload=_grounds(case=[("age", "young")], rule=_RULE)),
        Case("fever is low.", "invalid", payload=_grounds(case=[("age", "old")], rule=_RULE)),
        Case(
            "fever is low.",
            "valid",
            payload=_grounds(case=[("age", "old")], rule=_RULE, is_reversed=True),
        ),
        Case("fever is low.", "undecided", payload=_grounds(case=[("age", "none")], rule=_RULE)),
        Case("The temperature is up.", "undecided", payload=_PLAIN),  # in words of its own
        Case("fever is high.", "undecided"),
    ],
)
def support(claim: Claim) -> Verdict:
    """Confirm a claim that evidence and case both bear out, refute one that either does not.

    It reads the row's own claims, and machine lines `finding | state`; claims in other words are
    undecided.
    """
    try:
        grounds = claim.problem.read_payload(Grounds)
    except msgspec.ValidationError as error:
        return undecided(f"no grounds: {error}")
    said = _read(claim.step.text.strip(), grounds)
    if said is None:
        return undecided("no known claim")
    if grounds.rule is not None:
        return _by_rule(said, grounds, grounds.rule)
    if grounds.statement is not None:
        return _by_statement(said, grounds.case, grounds.statement)
    return undecided("no evidence")


def _read(text: str, grounds: Grounds) -> Statement | None:
    finding, bar, state = text.partition(" | ")
    line = Statement(finding.strip(), state.strip())
    return line if bar and line in grounds.claims.values() else grounds.claims.get(text)


def _by_statement(said: Statement, case: Sequence[Statement], evidence: Statement) -> Verdict:
    if evidence.finding != said.finding:
        return invalid(f"the evidence speaks of {evidence.finding}, not {said.finding}")
    if evidence != said:
        return invalid(f"the evidence says {_shown(evidence)}")
    if said not in case:
        return invalid(f"not so in the case: {', '.join(map(_shown, case))}")
    return valid(_shown(said))


def _by_rule(said: Statement, grounds: Grounds, rule: Rule) -> Verdict:
    if said.finding != rule.finding:
        return invalid(f"the rule speaks of {rule.finding}, not {said.finding}")
    states = [each.state for each in grounds.case if each.finding == rule.modifier]
    follows = [rule.then(state, is_reversed=grounds.is_reversed) for state in states]
    if len(follows) != 1 or follows[0] is None:
        return undecided(f"the rule does not say: the case has {rule.modifier} {states}")
    why = f"where {rule.modifier} | {states[0]} the rule has {rule.finding} | {follows[0]}"
    return valid(why) if follows[0] == said.state else invalid(why)


def _shown(statement: Statement) -> str:
    return " | ".join(statement)
