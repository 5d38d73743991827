"""The solutions that a model draws for sums, and the wrong ones among them whose error is known."""

import collections
import dataclasses
import functools
from collections.abc import Sequence

from benchmarks.sums.oracle import UndecidableError, first_wrong_line
from stepsmith.schemas.records import LabelledTrajectory, Problem, Rollout
from stepsmith.transforms.drive.driver import Driver
from stepsmith.transforms.policy.journal import Key, key_of
from stepsmith.transforms.search.sample import sample

SOLUTIONS = 6


class Filed:
    """Replies of one problem in memory."""

    def __init__(self, rollouts: Sequence[Rollout] = ()) -> None:
        self._replies = {key_of(rollout): rollout for rollout in rollouts}

    def get(self, key: Key) -> Rollout | None:
        """Return the recorded reply, or nothing."""
        return self._replies.get(key)

    def put(self, *rollouts: Rollout) -> None:
        """Record replies."""
        self._replies |= {key_of(rollout): rollout for rollout in rollouts}


@dataclasses.dataclass(frozen=True, kw_only=True)
class Drawn:
    """A problem's solutions, and those to search: each wrong text once, its error known.

    `replies` are in the order of `rows`; `wrong` are places in both.
    """

    problem: Problem
    rows: Sequence[LabelledTrajectory]
    replies: Sequence[Rollout]
    wrong: Sequence[int]

    def filed(self, places: Sequence[int], path: str) -> Filed:
        """File some of the solutions as the first draws of `path`."""
        chosen = [self.replies[place] for place in places]
        return Filed(
            [
                dataclasses.replace(rollout, path=path, sample_index=index)
                for index, rollout in enumerate(chosen)
            ]
        )


async def draw(driver: Driver, problem: Problem, undecided: collections.Counter[str]) -> Drawn:
    """Draw a problem's solutions, and choose those to search; count what is left out, by why."""
    solved = await driver.solve(problem, functools.partial(sample, solutions=SOLUTIONS), Filed())
    rows, texts, wrong = solved.result.rows, set[str](), list[int]()
    for place, row in enumerate(rows):
        text = row.trajectory.text
        if row.outcome.outcome != "invalid" or text in texts:
            continue
        texts.add(text)
        try:
            error = true_error(row)
        except UndecidableError as reason:
            undecided[str(reason)] += 1
            continue
        if error is None:
            undecided["the checker errs"] += 1
        else:
            wrong.append(place)
    return Drawn(problem=problem, rows=rows, replies=solved.rollouts, wrong=wrong)


def true_error(row: LabelledTrajectory) -> int | None:
    """Ask the oracle for the first wrong step of a row."""
    return first_wrong_line(row.problem.prompt, [step.text for step in row.trajectory.steps])
