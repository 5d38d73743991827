"""TRL's stepwise supervision: what its PRM trainer reads."""

import dataclasses
import itertools
from collections.abc import Sequence
from typing import Literal

from stepsmith.schemas.records import LabelledTrajectory
from stepsmith.transforms.format.base import Carried, LeftOut, exporter


@dataclasses.dataclass(frozen=True, kw_only=True, slots=True)
class TrlRow:
    """A row of TRL's stepwise supervision. Booleans: its trainer calls `int()` on the labels."""

    prompt: str
    completions: tuple[str, ...]
    labels: tuple[bool, ...]


def read(row: TrlRow, *, separator: str = "\n", prompt_end: str = "") -> Carried:
    """Read a row as the trainer does, which puts the separator after each step."""
    *others, last = row.completions
    return Carried(
        prompt=row.prompt.removesuffix(prompt_end),
        steps=(*(step + separator for step in others), last),
        labels=row.labels,
        ending=separator,
    )


@exporter("trl", of=LabelledTrajectory, row=TrlRow, read=read)
def trl(
    row: LabelledTrajectory,
    *,
    labels: Literal["correct", "value"] = "correct",
    threshold: float = 0.0,
    nulls: Literal["truncate", "drop"] = "truncate",
    separator: str = "\n",
    prompt_end: str = "",
) -> TrlRow | LeftOut:
    """Prompt, steps and one boolean a step, for TRL's stepwise reward trainer.

    `labels="value"` is Math-Shepherd's hard rule: a step is good while its value exceeds
    `threshold`. Steps from the first without a label on are cut off (the rule of Qwen's PRM to end
    after the first error), or with `nulls="drop"` the whole row is left out.

    The trainer appends its `step_separator` to each step and trains on that token. So that it
    reads what was written, one `separator` (give the trainer the same) is taken off each step's
    end. The last step may lack it; where another one does, the row is left out. With an empty
    separator every text can be represented: the label is then on the step's own last token.

    The trainer puts nothing between the prompt and the first step: `prompt_end` is written after
    the prompt, such as a line end.
    """
    found = _labels(row, labels, threshold)
    kept = tuple(itertools.takewhile(lambda label: label is not None, found))
    if nulls == "drop" and len(kept) < len(found):
        return LeftOut(reason="a step has no label")
    if not kept:
        return LeftOut(reason="the first step has no label" if found else "no steps")
    texts = [step.text for step in row.trajectory.steps[: len(kept)]]
    if not all(text.endswith(separator) for text in texts[:-1]):
        return LeftOut(reason=f"a step does not end with the separator {separator!r}")
    if not separator and not all(texts):
        # The trainer would have no token to put this step's label on.
        return LeftOut(reason="a step is empty, and so is the separator")
    return TrlRow(
        prompt=row.problem.prompt + prompt_end,
        completions=tuple(text.removesuffix(separator) for text in texts),
        labels=tuple(map(bool, kept)),
    )


def _labels(
    row: LabelledTrajectory, kind: Literal["correct", "value"], threshold: float
) -> Sequence[bool | None]:
    if kind == "correct":
        return [label.correct for label in row.labels]
    return [None if label.value is None else label.value > threshold for label in row.labels]
