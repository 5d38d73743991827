"""Binary search for the first error of a wrong solution, with completions as the oracle."""

import dataclasses
from collections.abc import Iterable, Sequence
from typing import Literal

from stepsmith.schemas.errors import RecipeError
from stepsmith.schemas.records import Problem, Trajectory
from stepsmith.transforms.search.base import Asking, Sample, draw_each, judge_groups
from stepsmith.transforms.search.prefixes.estimates import Estimate, prefix_texts
from stepsmith.transforms.search.prefixes.rates import rate

RuleName = Literal["mc_gt_0", "absolute", "relative"]


@dataclasses.dataclass(frozen=True, kw_only=True)
class Rule:
    """When a prefix counts as intact, by the share of its completions that are right.

    "mc_gt_0", the paper's: any is. "absolute": the share exceeds `threshold`. "relative": the share
    is at least `threshold` times the largest one seen before it on this solution. The first
    one takes a broken prefix for intact as soon as one lucky completion recovers from it, the more
    surely the more completions are drawn; the last one does not, and pays with errors where a
    weak policy's shares are small.

    A prefix none of whose completions could be judged says nothing, and ends the search; with
    `unjudged` "broken" it counts as that.
    """

    name: RuleName = "mc_gt_0"
    threshold: float = 0.5
    unjudged: Literal["unknown", "broken"] = "unknown"

    def __post_init__(self) -> None:
        """Refuse a threshold outside [0, 1), or for "relative" outside (0, 1]."""
        if self.name == "relative":
            allowed, fits = "(0, 1]", 0.0 < self.threshold <= 1.0
        else:
            allowed, fits = "[0, 1)", 0.0 <= self.threshold < 1.0
        if not fits:
            msg = f"threshold was given {self.threshold!r}; for {self.name} it must be in {allowed}"
            raise RecipeError(msg)

    def holds(self, value: float | None, reference: float) -> bool | None:
        """Say whether a prefix of this value is intact; `reference` is the largest before it."""
        if value is None:
            return False if self.unjudged == "broken" else None
        if self.name == "relative":
            return value >= self.threshold * reference
        return value > (self.threshold if self.name == "absolute" else 0.0)


class Bisection:
    """One binary search on a wrong solution: `good` steps are intact, `wrong` are not.

    It starts between `good` steps that are known to be intact, with their value as the `reference`,
    and the solution's end, which is wrong by its outcome and costs nothing. It is over when the two
    are neighbours: step `wrong - 1` is the first error. A prefix of which the rule says nothing
    moves neither side; the search is then `stuck` and finds nothing. Questions are asked under
    `path`, by the number of steps of their prefix.
    """

    def __init__(
        self, solution: Trajectory, *, path: str, good: int = 0, reference: float = 0.0
    ) -> None:
        self.solution = solution
        self.path = path
        self.reference = reference
        self.texts = prefix_texts(solution)
        self.good = good
        self.wrong = len(solution.steps)
        self.probed: list[tuple[int, Estimate]] = []
        self.stuck = False

    @property
    def is_open(self) -> bool:
        """Whether there is a prefix left to ask about."""
        return not self.stuck and self.wrong - self.good > 1

    @property
    def middle(self) -> int:
        """The number of steps of the prefix to ask about next."""
        return (self.good + self.wrong) // 2

    @property
    def first_error(self) -> int | None:
        """The 0-based index of the first wrong step, once the search is over."""
        return self.wrong - 1 if self.wrong - self.good == 1 else None

    @property
    def is_judged(self) -> bool:
        """Whether the prefix that the first error ends was judged, and not merely never saved.

        The solution itself was: it ends wrong.
        """
        seen = dict(self.probed)
        return self.wrong not in seen or seen[self.wrong].label.value is not None

    def narrow(self, estimate: Estimate, rule: Rule) -> None:
        """Move one side to the middle, by what its completions show."""
        value = estimate.label.value
        holds = rule.holds(value, self.reference)
        if holds is None:
            self.stuck = True
            return
        self.probed.append((self.middle, estimate))
        if holds:
            self.good = self.middle
            self.reference = max(self.reference, value or 0.0)
        else:
            self.wrong = self.middle


def locate_each(
    problem: Problem,
    bisections: Sequence[Bisection],
    known: dict[str, Estimate],
    *,
    rule: Rule,
    rollouts: int,
) -> Asking[None]:
    """Run several binary searches side by side, `rollouts` completions a new prefix.

    `known` is read and added to: a prefix that is in it, or that two searches ask about in one
    round, is not estimated again. A search asks about at most ceil(log2(wrong - good)) prefixes.
    """
    while asking := [bisection for bisection in bisections if bisection.is_open]:
        yield from _estimate_each(problem, asking, known, rollouts)
        for bisection in asking:
            bisection.narrow(known[bisection.texts[bisection.middle]], rule)


def _estimate_each(
    problem: Problem, asking: Iterable[Bisection], known: dict[str, Estimate], rollouts: int
) -> Asking[None]:
    asks: dict[str, Sample] = {}
    for bisection in asking:
        middle = bisection.middle
        if bisection.texts[middle] not in known:
            asks.setdefault(
                bisection.texts[middle],
                Sample(
                    path=f"{bisection.path}/{middle}",
                    prefix=bisection.solution.steps[:middle],
                    n=rollouts,
                    parent=bisection.solution.id,
                ),
            )
    if not asks:
        return
    groups = yield from draw_each(tuple(asks.values()))
    verdicts = yield from judge_groups(problem, groups)
    for (text, ask), group, outcomes in zip(asks.items(), groups, verdicts, strict=True):
        known[text] = Estimate(
            depth=len(ask.prefix),
            completions=group,
            outcomes=outcomes,
            label=rate(group, outcomes),
        )
