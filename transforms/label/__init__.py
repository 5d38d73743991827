"""From signals to labels."""

from stepsmith.transforms.label.base import (
    LABELERS,
    Fit,
    Label,
    Labeler,
    Rows,
    by_problem,
    decide_keep,
    fit_of,
    labeler,
)

__all__ = [
    "LABELERS",
    "Fit",
    "Label",
    "Labeler",
    "Rows",
    "by_problem",
    "decide_keep",
    "fit_of",
    "labeler",
]
