"""The conditional block: evidence that decides a claim only together with the case.

The evidence carries a value a, the case a modifier m and the claim a state; the finding has its
first state if m and a agree and its second one if not. All eight combinations of the two cases,
the two rules and the two claims are in a group, so that any two of the three say nothing of the
label: whatever else their texts may give away, each pair of texts stands under both labels.
"""

import collections
import dataclasses
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from random import Random

from stepsmith.schemas.facts import ModifierOrigin
from stepsmith.transforms.evidence.facts import CaseRecord, FactsTable, Statement
from stepsmith.transforms.evidence.group import CaseView, Crossing, EvidenceGroup, Rule
from stepsmith.transforms.evidence.plain import others, view_of
from stepsmith.transforms.evidence.spelling import alike
from stepsmith.transforms.evidence.splits import split_of
from stepsmith.transforms.text.names import fold

__all__ = ["SYNTHESISED", "ConditionalMaker"]

_TRIES = 20
_DRAWS = 60
"""Of a split of a twentieth, 19 of 20 draws find a rule."""

SYNTHESISED: Mapping[str, tuple[str, str]] = {
    "arm of the study": ("one", "two"),
    "calibration of the scale": ("coarse", "fine"),
    "reading protocol": ("first", "second"),
    "reference chart": ("eastern", "western"),
    "sampling site": ("inner", "outer"),
    "schedule": ("day", "night"),
    "storage of the sample": ("cold", "warm"),
    "version of the manual": ("old", "new"),
}
"""Modifiers that no table has: said of a case in words of their own, and declared as such."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class ConditionalMaker:
    """Makes the groups of one split of `whole`, from the cases in `table`.

    `origin` says where modifiers come from: a finding that the recipe declares to modify another
    (`modified_by`), any finding that two cases have in different states, or none of the table's.
    A rule belongs to the split that its own names fall into, so that none stands in two.
    """

    table: FactsTable
    whole: FactsTable
    split: str
    splits: Mapping[str, float]
    seed: int
    origin: ModifierOrigin
    modified_by: Mapping[str, str] = dataclasses.field(default_factory=dict[str, str])

    def groups(self, rng: Random, *, count: int, shown: int) -> Iterator[EvidenceGroup]:
        """Yield up to `count` groups, fewer where the table gives no more."""
        seen: set[object] = set()
        order: list[str] = []
        modifiers = self._modifiers
        for _ in range(_TRIES * count if modifiers else 0):
            if len(seen) == count:
                return
            if not order:
                order = rng.sample(modifiers, len(modifiers))
            made = self._crossing(order.pop(), rng, shown=shown)
            if made is None:
                continue
            rule = made.rule
            name = (rule.modifier, rule.finding, *sorted(view.key for view in made.cases))
            if name not in seen:
                seen.add(name)
                yield EvidenceGroup(block="conditional", split=self.split, crossing=made)

    @cached_property
    def _modifiers(self) -> Sequence[str]:
        """The modifiers that two cases here can differ in."""
        if self.origin == "synthesised":
            return list(SYNTHESISED) if self.table.cases else []
        several = [each for each in self.table.holders if len(self.table.states(each)) > 1]
        if self.origin == "declared":
            return [each for each in several if each in self._modified]
        return several

    @cached_property
    def _findings(self) -> Sequence[str]:
        """What a rule may decide: every finding of several states."""
        return [each for each in self.whole.holders if len(self.whole.states(each)) > 1]

    @cached_property
    def _modified(self) -> Mapping[str, Sequence[str]]:
        """The findings that a modifier is declared to modify."""
        several = frozenset(self._findings)
        found: dict[str, list[str]] = collections.defaultdict(list)
        for finding, modifier in self.modified_by.items():
            if finding in several:
                found[modifier].append(finding)
        return found

    def _finding(self, modifier: str, rng: Random) -> str | None:
        """Draw what a modifier modifies, among the rules of this split."""
        known = self._modified[modifier] if self.origin == "declared" else self._findings
        for _ in range(_DRAWS if known else 0):
            finding = rng.choice(known)
            rule = f"{modifier}\0{finding}"
            if (
                fold(finding) != fold(modifier)
                and split_of(rule, self.splits, seed=self.seed) == self.split
            ):
                return finding
        return None

    def _crossing(self, modifier: str, rng: Random, *, shown: int) -> Crossing | None:
        """Draw a rule of this modifier and two cases for it; nothing where they do not fit."""
        finding = self._finding(modifier, rng)
        if finding is None:
            return None
        one, other = rng.sample(self.whole.states(finding), 2)
        if alike(one, other):
            return None
        hidden = frozenset((modifier, finding))
        if self.origin == "synthesised":
            when = SYNTHESISED[modifier]
            views = self._same_case(rng, modifier, when, hidden=hidden, shown=shown)
        else:
            first, second = rng.sample(self.table.states(modifier), 2)
            when = (first, second)
            views = self._two_cases(rng, modifier, when, hidden=hidden, shown=shown)
        if views is None:
            return None
        rule = Rule(modifier=modifier, when=when, finding=finding, states=(one, other))
        return Crossing(rule=rule, cases=views, origin=self.origin)

    def _two_cases(
        self,
        rng: Random,
        modifier: str,
        when: tuple[str, str],
        *,
        hidden: frozenset[str],
        shown: int,
    ) -> tuple[CaseView, CaseView] | None:
        """Draw two cases that have the modifier in different states."""
        if alike(*when):
            return None
        left = self.table.only(modifier, when[0], not_state=when[1])
        right = self.table.only(modifier, when[1], not_state=when[0])
        if not left or not right:
            return None
        one, other = (self.table.cases[rng.choice(keys)] for keys in (left, right))
        if self._says(one, hidden - {modifier}) or self._says(other, hidden - {modifier}):
            return None
        n = min(shown, *(len(others(case, hidden)) for case in (one, other)))
        return (
            view_of(one, rng, Statement(modifier, when[0]), n=n, hidden=hidden),
            view_of(other, rng, Statement(modifier, when[1]), n=n, hidden=hidden),
        )

    def _same_case(
        self,
        rng: Random,
        modifier: str,
        when: tuple[str, str],
        *,
        hidden: frozenset[str],
        shown: int,
    ) -> tuple[CaseView, CaseView] | None:
        """Draw one case, and show it twice, the modifier added in each of its states."""
        case = self.table.cases[rng.choice(tuple(self.table.cases))]
        if self._says(case, hidden):
            return None
        free = others(case, hidden)
        picked = () if case.text else tuple(rng.sample(free, min(shown, len(free))))
        view = CaseView(key=case.key, name=case.name, text=case.text, shown=picked)
        return (
            dataclasses.replace(view, added=(Statement(modifier, when[0]),)),
            dataclasses.replace(view, added=(Statement(modifier, when[1]),)),
        )

    def _says(self, case: CaseRecord, findings: frozenset[str]) -> bool:
        """Say whether a case's text speaks of a finding; of a case without text it is not shown."""
        return bool(case.text) and any(each.finding in findings for each in case.statements)
