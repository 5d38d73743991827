"""The question filter: a problem that is always or never solved has no first error to find."""

import dataclasses
from typing import Literal

from stepsmith.schemas.records import LabelledTrajectory, Problem, Trajectory, Verdict
from stepsmith.transforms.search.base import Asking, Sample, draw, judge_outcomes, unlabelled_row

OneSided = Literal["all right", "all wrong", "all undecided"]
"""Why a problem's solutions cannot be told apart; the drop reason of a filtered problem's rows."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class Drawn:
    """The first solutions of a problem and where each of them ends, in the order of drawing."""

    solutions: tuple[Trajectory, ...]
    outcomes: tuple[Verdict, ...]

    @property
    def one_sided(self) -> OneSided | None:
        """Say what all the judged solutions have in common; nothing where both sides are there.

        Undecided solutions (cut, blank, without an answer) are on neither side.
        """
        found = {outcome.outcome for outcome in self.outcomes}
        if found >= {"valid", "invalid"}:
            return None
        if "valid" in found:
            return "all right"
        return "all wrong" if "invalid" in found else "all undecided"


def draw_until_mixed(
    problem: Problem, *, first: int, batch: int, limit: int, path: str = "solve"
) -> Asking[Drawn]:
    """Draw `first` solutions, then `batch` at a time until a right and a wrong one are there.

    At most max(`first`, `limit`) are drawn. OmegaPRM (arXiv 2406.06592) draws 32 of
    every question and drops those with none right or none wrong; drawing on only while the
    question is open decides the same for a fraction of the cost. The price: where it stopped tells
    something of the rate, so the share of right ones among the drawn is a little nearer to one
    half than the true rate, for problems that needed a second batch.
    """
    drawn = Drawn(solutions=(), outcomes=())
    size, number = first, 0
    while size > 0:
        solutions = yield from draw(Sample(path=f"{path}/{number}", n=size))
        outcomes = yield from judge_outcomes(problem, solutions)
        drawn = Drawn(
            solutions=(*drawn.solutions, *solutions), outcomes=(*drawn.outcomes, *outcomes)
        )
        number += 1
        size = min(batch, limit - len(drawn.solutions)) if drawn.one_sided else 0
    return drawn


def dropped_rows(problem: Problem, drawn: Drawn, reason: str) -> tuple[LabelledTrajectory, ...]:
    """Make the rows of a problem that the filter drops: outcomes, no step labels, not kept."""
    return tuple(
        dataclasses.replace(
            unlabelled_row(problem, solution, outcome), keep=False, drop_reason=reason
        )
        for solution, outcome in zip(drawn.solutions, drawn.outcomes, strict=True)
    )
