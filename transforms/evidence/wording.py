"""How cases, evidence and claims are written. A group has one wording, the same for each label.

Nothing is said in other words because it is true or false: what differs between the examples of
a group is the names and states that stand in the places of one pattern.
"""

import dataclasses
from collections.abc import Sequence

from stepsmith.transforms.evidence.facts import Statement
from stepsmith.transforms.evidence.group import CaseView, Rule, Unit

__all__ = ["N_WORDINGS", "Wording"]

_CLAUSES = (
    "{finding}: {state}",
    "{finding} is {state}",
    "{finding} - {state}",
    "{finding} = {state}",
    "{finding} was recorded as {state}",
    "{finding} has the value {state}",
)
_CASES = ("Case {name}. {facts}", "{name}. {facts}", "The case is {name}. {facts}")
_UNITS = (
    "Reference {name}. {fact}.",
    "From the record of {name}. {fact}.",
    "A comparable case, {name}. {fact}.",
    "Seen in {name}. {fact}.",
)
_RULES = (
    "If {if_first} then {then_first}. If {if_second} then {then_second}.",
    "Wherever {if_first} then {then_first}; wherever {if_second} then {then_second}.",
    "Given that {if_first} then {then_first}. Given that {if_second} then {then_second}.",
    "As a rule, if {if_first} then {then_first}; but if {if_second} then {then_second}.",
)
_CLAIMS = ("{fact}.", "In this case {fact}.", "Here {fact}.", "It holds that {fact}.")

N_WORDINGS = len(_CLAUSES) * len(_CASES) * len(_UNITS) * len(_RULES) * len(_CLAIMS)


@dataclasses.dataclass(frozen=True, kw_only=True)
class Wording:
    """One choice among the patterns; `variant` is a number below `N_WORDINGS`."""

    variant: int

    def case(self, view: CaseView) -> str:
        """Write a case: its text, or its name and the facts that are shown."""
        if view.text:
            return " ".join((view.text.rstrip(), *map(self._sentence, view.added)))
        facts = " ".join(map(self._sentence, (*view.shown, *view.added)))
        return self._choose(_CASES, 6).format(name=view.name, facts=facts)

    def unit(self, unit: Unit) -> str:
        """Write a unit of evidence: its passage, or its reference and what it says."""
        if unit.text:
            return unit.text
        return self._choose(_UNITS, 18).format(name=unit.name, fact=self._clause(unit.statement))

    def rule(self, rule: Rule, *, is_reversed: bool) -> str:
        """Write a rule; the reversed one has the same words, two of them exchanged."""
        first, second = rule.states[::-1] if is_reversed else rule.states
        return self._choose(_RULES, 72).format(
            if_first=self._clause(Statement(rule.modifier, rule.when[0])),
            then_first=self._clause(Statement(rule.finding, first)),
            if_second=self._clause(Statement(rule.modifier, rule.when[1])),
            then_second=self._clause(Statement(rule.finding, second)),
        )

    def claim(self, statement: Statement) -> str:
        """Write a claim about the case."""
        return self._choose(_CLAIMS, 288).format(fact=self._clause(statement))

    def _sentence(self, statement: Statement) -> str:
        return f"{self._clause(statement)}."

    def _clause(self, statement: Statement) -> str:
        pattern = self._choose(_CLAUSES, 1)
        return pattern.format(finding=statement.finding, state=statement.state)

    def _choose(self, patterns: Sequence[str], place: int) -> str:
        """Read a digit of the variant, so that all choices are made apart from each other."""
        return patterns[self.variant // place % len(patterns)]
