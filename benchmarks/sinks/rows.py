"""The rows that sinks write, as records and as dictionaries.

Apart from the program: what stands in `__main__` is pickled by value, the rows with it.
"""

from collections.abc import Iterable, Iterator
from random import Random
from typing import Any

from stepsmith.schemas.records import (
    LabelledTrajectory,
    Problem,
    Sampling,
    Step,
    StepLabel,
    Trajectory,
    Verdict,
)


class Rows:
    """The rows, made once; the in-memory runner works in this process and finds them here."""

    rows: list[LabelledTrajectory]
    plain: list[dict[str, Any]]


def make_rows(count: int) -> Iterator[LabelledTrajectory]:
    """Make rows of about 5 KB: ten steps with text, counts and a verdict with its evidence."""
    random = Random(0)
    words = [f"w{number}" for number in range(5_000)]
    for index in range(count):
        steps = tuple(Step(text=" ".join(random.choices(words, k=45)) + "\n") for _ in range(10))
        labels = tuple(
            StepLabel(
                correct=True,
                value=random.randint(0, 8) / 8,
                n_rollouts=8,
                n_correct=4,
                n_undecided=0,
                n_distinct=8,
                source="monte_carlo",
                verdicts=(
                    Verdict(
                        outcome="undecided",
                        verifier="math.arithmetic",
                        version="1",
                        evidence=" ".join(random.choices(words, k=8)),
                    ),
                ),
            )
            for _ in steps
        )
        problem = Problem(id=f"p{index:08d}", prompt=" ".join(random.choices(words, k=60)))
        yield LabelledTrajectory(
            problem=problem,
            trajectory=Trajectory(
                id=f"{problem.id}/solve#0",
                problem_id=problem.id,
                steps=steps,
                sampling=Sampling(),
                seed=index,
            ),
            outcome=Verdict(outcome="valid", verifier="math.answer", version="1"),
            labels=labels,
        )


def records(_: int) -> Iterable[LabelledTrajectory]:
    """Emit the records."""
    return Rows.rows


def plain(_: int) -> Iterable[dict[str, Any]]:
    """Emit the dictionaries."""
    return Rows.plain


def problem_id(row: LabelledTrajectory) -> str:
    """Return what decides a row's shard."""
    return row.problem.id
