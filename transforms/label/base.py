"""The contract of a labeler: one row with all its signals in, the same row with its labels out.

A labeler decides `correct`, `first_error` and `keep`; it never drops a row, a count or a verdict.
"""

from collections.abc import Callable

from stepsmith.schemas.records import LabelledTrajectory
from stepsmith.schemas.registry import Registry, first_line

Labeler = Callable[..., LabelledTrajectory]

LABELERS: Registry[Labeler] = Registry("labeler", package="stepsmith.transforms.label")


def labeler(name: str) -> Callable[[Labeler], Labeler]:
    """Register a labeler under `name`; its keyword-only parameters are the recipe's options."""

    def register(function: Labeler) -> Labeler:
        LABELERS.add(name, function, module=function.__module__, summary=first_line(function))
        return function

    return register
