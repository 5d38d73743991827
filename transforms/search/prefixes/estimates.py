"""What is known of prefixes by their text, and the rows whose steps carry it."""

import dataclasses
import itertools
from collections.abc import Mapping

from stepsmith.schemas.records import (
    LabelledTrajectory,
    Problem,
    StepLabel,
    Trajectory,
    Verdict,
)
from stepsmith.transforms.search.prefixes.rates import last_label


@dataclasses.dataclass(frozen=True, kw_only=True, eq=False)
class Estimate:
    """The completions drawn from one prefix of `depth` steps, each judged, and their counts.

    `label.value` is MC(s) of OmegaPRM: right completions over judged ones, null if none is judged.
    """

    depth: int
    completions: tuple[Trajectory, ...]
    outcomes: tuple[Verdict, ...]
    label: StepLabel


Known = Mapping[str, Estimate]
"""Estimates by the text of their prefix: what was estimated once is never estimated again."""


def prefix_texts(trajectory: Trajectory) -> tuple[str, ...]:
    """Return the texts of all prefixes: entry `i` joins the first `i` steps, the last one all."""
    return tuple(itertools.accumulate((step.text for step in trajectory.steps), initial=""))


def make_row(
    problem: Problem, trajectory: Trajectory, outcome: Verdict, known: Known
) -> LabelledTrajectory:
    """Make a row whose steps carry whatever is known of the prefixes that they end.

    The last step is valued by the outcome. Prefixes that nobody asked about stay null.
    """
    labels = {text: known[text].label for text in prefix_texts(trajectory) if text in known}
    return make_labelled_row(problem, trajectory, outcome, labels)


def make_labelled_row(
    problem: Problem, trajectory: Trajectory, outcome: Verdict, labels: Mapping[str, StepLabel]
) -> LabelledTrajectory:
    """Make a row whose steps have the labels of the prefixes that they end, by their text.

    The last step is valued by the outcome. Prefixes without a label stay null.
    """
    inner = (labels.get(text, StepLabel()) for text in prefix_texts(trajectory)[1:-1])
    return LabelledTrajectory(
        problem=problem,
        trajectory=trajectory,
        outcome=outcome,
        labels=(*inner, last_label(outcome)) if trajectory.steps else (),
    )
