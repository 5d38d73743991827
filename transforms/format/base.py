"""The contract of a format: a row of the data set in, a row for its reader out, and back.

An exporter is a pure function. It never drops a row in silence: what it cannot represent comes
out as `LeftOut` with the reason, and is counted. Its inverse says what an exported row carries,
so that the conformance suite can prove that nothing was changed on the way.
"""

import dataclasses
from collections.abc import Callable, Mapping
from typing import Any, Generic, ParamSpec, TypeVar

from stepsmith.schemas.records import LabelledTrajectory
from stepsmith.schemas.registry import Registry, bind_options, first_line, options_of

R = TypeVar("R")
P = ParamSpec("P")


@dataclasses.dataclass(frozen=True, kw_only=True, slots=True)
class LeftOut:
    """Why a row is not exported. Reasons are counted, so they hold nothing of the row's own."""

    reason: str


@dataclasses.dataclass(frozen=True, kw_only=True, slots=True)
class Carried:
    """What an exported row says: one label a step, null where the format carries none.

    The steps may be fewer than the trajectory's, never other ones. `ending` is what the format's
    reader puts after the last step: whether it was written there is not carried.
    """

    prompt: str
    steps: tuple[str, ...]
    labels: tuple[bool | None, ...]
    ending: str = ""


@dataclasses.dataclass(frozen=True, kw_only=True)
class Format(Generic[R]):
    """A registered format; call it with a row of the data set.

    `row` is a frozen dataclass whose fields, in their order, are the exported columns: of type
    str, bool, int, float, a tuple of those, or one of them or null.
    """

    name: str
    row: type[R]
    export: Callable[..., R | LeftOut]
    read: Callable[..., Carried]

    def __call__(self, row: LabelledTrajectory) -> R | LeftOut:
        """Export one row; one that the labeler did not keep is left out, for its own reason."""
        if not row.keep:
            return LeftOut(reason=row.drop_reason or "not kept")
        return self.export(row)

    def bind(self, options: Mapping[str, object]) -> "Format[R]":
        """Return the format with its options checked and bound, in both directions."""
        where = f"format {self.name!r}"
        export = bind_options(self.export, options, where=where)
        shared = {option.name for option in options_of(self.read)} & options.keys()
        read = bind_options(self.read, {name: options[name] for name in shared}, where=where)
        return dataclasses.replace(self, export=export, read=read)


FORMATS: Registry[Format[Any]] = Registry(
    "format", package="stepsmith.transforms.format", group="stepsmith.formats"
)


def exporter(
    name: str, *, row: type[R], read: Callable[..., Carried]
) -> Callable[[Callable[P, R | LeftOut]], Callable[P, R | LeftOut]]:
    """Register a function from a row to a `row` or `LeftOut`, and its inverse `read`.

    The function's keyword-only parameters are the format's options; `read` takes those that
    change how an exported row is understood.
    """

    def register(function: Callable[P, R | LeftOut]) -> Callable[P, R | LeftOut]:
        entry = Format(name=name, row=row, export=function, read=read)
        FORMATS.add(name, entry, module=function.__module__, summary=first_line(function))
        return function

    return register
