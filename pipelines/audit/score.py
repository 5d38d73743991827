"""Counting how often each side agrees with people, on the steps of which something is known."""

import collections
import dataclasses
from collections.abc import Iterable, Mapping, Sequence
from typing import TypedDict

from stepsmith.pipelines.audit.interval import Rate, harmonic_mean
from stepsmith.pipelines.audit.judge import Judged
from stepsmith.pipelines.audit.opinion import Opinion
from stepsmith.schemas.records import Verdict
from stepsmith.transforms.verify.run import reason

FUSED = "fused"
"""The verifiers together: a step that any of them refutes is refuted."""


@dataclasses.dataclass(frozen=True, kw_only=True, slots=True)
class Scores:
    """How one verifier, or one other source of labels, fares against people.

    - `precision`: of the refuted steps of which something is known, those that are wrong;
    - `recall`: of the first errors, those that were refuted;
    - `localisation`: of the solutions with a first error, those whose first refuted step it is;
    - `right_passed`: of the solutions that are right throughout, those without a refuted step;
    - `false_alarms`: of the steps that are right, those that were refuted;
    - `checked`: of all steps, those in which a relation was checked;
    - `confirmed`: of all steps, those that were called valid;
    - `abstained`: of all steps, those left undecided, by reason;
    - `unscored_flags`: refuted steps of which nothing is known.
    """

    name: str
    precision: Rate
    recall: Rate
    localisation: Rate
    right_passed: Rate
    false_alarms: Rate
    checked: Rate
    confirmed: Rate
    abstained: Mapping[str, Rate]
    unscored_flags: int

    @property
    def f1(self) -> float | None:
        """ProcessBench's F1: the harmonic mean of `localisation` and `right_passed`."""
        parts = self.localisation.value, self.right_passed.value
        return None if parts[0] is None or parts[1] is None else harmonic_mean(parts[0], parts[1])

    @property
    def f1_interval(self) -> tuple[float, float]:
        """F1 at both ends of its parts' Wilson intervals: at least a 95 % interval."""
        located, passed = self.localisation.interval, self.right_passed.interval
        return harmonic_mean(located[0], passed[0]), harmonic_mean(located[1], passed[1])


@dataclasses.dataclass(frozen=True, kw_only=True, slots=True)
class Report:
    """How many solutions and steps there are, what is known of them, and a row for each side.

    `verifiers` has a row for each verifier, `fused` the one for all of them together, `labels`
    one for each other source of labels.
    """

    n_solutions: int
    n_with_first_error: int
    n_right: int
    n_steps: int
    n_right_steps: int
    n_wrong_steps: int
    verifiers: tuple[Scores, ...]
    fused: Scores
    labels: tuple[Scores, ...] = ()

    @property
    def rows(self) -> tuple[Scores, ...]:
        """All rows; the fused one only where it says something new."""
        fused = (self.fused,) if len(self.verifiers) > 1 else ()
        return (*self.verifiers, *fused, *self.labels)

    def __getitem__(self, name: str) -> Scores:
        """Return the row of a verifier, of `fused`, or of other labels; raises `KeyError`."""
        for row in (*self.verifiers, self.fused, *self.labels):
            if row.name == name:
                return row
        raise KeyError(name)


def score(judged: Sequence[Judged]) -> Report:
    """Count over all solutions. Those with no known step count in the shares of all steps only."""
    known = [label for each in judged for label in each.solution.known]
    return Report(
        n_solutions=len(judged),
        n_with_first_error=sum(each.solution.first_error is not None for each in judged),
        n_right=sum(each.solution.is_right for each in judged),
        n_steps=len(known),
        n_right_steps=known.count(True),
        n_wrong_steps=known.count(False),
        verifiers=tuple(
            _scores(name, judged, [each.opinions[name] for each in judged])
            for name in _names(each.opinions for each in judged)
        ),
        fused=_scores(FUSED, judged, [fuse(each) for each in judged]),
        labels=tuple(
            _scores(name, judged, [each.labels[name] for each in judged])
            for name in _names(each.labels for each in judged)
        ),
    )


def fuse(judged: Judged) -> Opinion:
    """Put the verifiers together: any refutation refutes, else any confirmation confirms.

    What all leave undecided stays so for the reason of the first.
    """
    opinions = list(judged.opinions.values())
    n_steps = len(judged.solution.steps)
    return Opinion(
        verdicts=tuple(
            _strongest([opinion.verdicts[index] for opinion in opinions])
            for index in range(n_steps)
        ),
        checked=tuple(
            any(opinion.checked[index] for opinion in opinions) for index in range(n_steps)
        ),
    )


def _strongest(verdicts: Sequence[Verdict]) -> Verdict:
    for outcome in ("invalid", "valid"):
        for verdict in verdicts:
            if verdict.outcome == outcome:
                return verdict
    return verdicts[0] if verdicts else Verdict(outcome="undecided", evidence="no verifier")


def _names(sides: Iterable[Mapping[str, Opinion]]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for side in sides for name in side))


def _scores(name: str, judged: Sequence[Judged], opinions: Sequence[Opinion]) -> Scores:
    flags: collections.Counter[bool | None] = collections.Counter()
    known: collections.Counter[bool | None] = collections.Counter()
    recalled = located = passed = n_wrong = n_right = 0
    for each, opinion in zip(judged, opinions, strict=True):
        solution, flagged = each.solution, opinion.flags
        known.update(solution.known)
        flags.update(solution.known[index] for index in flagged)
        if solution.first_error is not None:
            n_wrong += 1
            recalled += solution.first_error in flagged
            located += flagged[:1] == (solution.first_error,)
        elif solution.is_right:
            n_right += 1
            passed += not flagged
    return Scores(
        name=name,
        precision=Rate(flags[False], flags[False] + flags[True]),
        recall=Rate(recalled, n_wrong),
        localisation=Rate(located, n_wrong),
        right_passed=Rate(passed, n_right),
        false_alarms=Rate(flags[True], known[True]),
        unscored_flags=flags[None],
        **_shares(opinions, known.total()),
    )


class _Shares(TypedDict):
    checked: Rate
    confirmed: Rate
    abstained: Mapping[str, Rate]


def _shares(opinions: Sequence[Opinion], n_steps: int) -> _Shares:
    verdicts = [verdict for opinion in opinions for verdict in opinion.verdicts]
    reasons = collections.Counter(
        reason(verdict) for verdict in verdicts if verdict.outcome == "undecided"
    )
    return {
        "checked": Rate(sum(sum(opinion.checked) for opinion in opinions), n_steps),
        "confirmed": Rate(sum(verdict.outcome == "valid" for verdict in verdicts), n_steps),
        "abstained": {why: Rate(count, n_steps) for why, count in reasons.most_common()},
    }
