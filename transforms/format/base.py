"""The contract of a format: a record of the run in, a row for its reader out, and back.

An exporter is a pure function of one record: a labelled trajectory, a pair or evidence. It never
drops one in silence: what it cannot represent comes out as `LeftOut` with the reason, and is
counted. Its inverse says what an exported row carries, so that the conformance suite can prove that
nothing was changed on the way.
"""

import dataclasses
from collections.abc import Callable, Mapping
from typing import Any, Concatenate, Generic, ParamSpec, TypeVar

from stepsmith.schemas.facts import Evidence
from stepsmith.schemas.records import LabelledTrajectory, Pair
from stepsmith.schemas.registry import Registry, bind_options, first_line, options_of
from stepsmith.transforms.format.observations import fold_observations

S = TypeVar("S", LabelledTrajectory, Pair, Evidence)
"""A source record, of which `R` is the exported row."""
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


@dataclasses.dataclass(frozen=True, kw_only=True, slots=True)
class CarriedPair:
    """What an exported row says of a pair.

    `context` is what stands before both texts: the prompt and the steps that they share.
    """

    context: str
    chosen: str
    rejected: str
    preference: float


@dataclasses.dataclass(frozen=True, kw_only=True)
class CarriedEvidence:
    """What an exported row says of a case, a piece of evidence and a claim."""

    case: str
    evidence: str
    claim: str
    label: bool


Content = Carried | CarriedPair | CarriedEvidence
"""What a format's inverse gives back."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class Format(Generic[S, R]):
    """A registered format; call it with a record.

    `of` is the type of the records that it exports, and so the table that they are read from.
    `row` is a frozen dataclass whose fields, in their order, are the exported columns: of type
    str, bool, int, float, a tuple of those, or one of them or null.
    """

    name: str
    of: type[S]
    row: type[R]
    export: Callable[..., R | LeftOut]
    read: Callable[..., Content]

    def __call__(self, record: S) -> R | LeftOut:
        """Export one record, unless it is one that nothing should be trained on.

        Observations are given to the exporter as a part of the step before them.
        """
        reason = _unfit(record)
        if reason is not None:
            return LeftOut(reason=reason)
        if isinstance(record, LabelledTrajectory):
            return self.export(fold_observations(record))
        return self.export(record)

    def bind(self, options: Mapping[str, object]) -> "Format[S, R]":
        """Return the format with its options checked and bound, in both directions."""
        where = f"format {self.name!r}"
        export = bind_options(self.export, options, where=where)
        shared = {option.name for option in options_of(self.read)} & options.keys()
        read = bind_options(self.read, {name: options[name] for name in shared}, where=where)
        return dataclasses.replace(self, export=export, read=read)


def _unfit(record: LabelledTrajectory | Pair | Evidence) -> str | None:
    """Say why no format takes a record: the labeler's reason, or a pair that prefers nothing."""
    match record:
        case LabelledTrajectory():
            return None if record.keep else record.drop_reason or "not kept"
        case Pair():
            same = record.chosen == record.rejected
            return "chosen and rejected are the same text" if same else None
        case Evidence():
            return None


FORMATS: Registry[Format[Any, Any]] = Registry(
    "format", package="stepsmith.transforms.format", group="stepsmith.formats"
)


def exporter(
    name: str, *, of: type[S], row: type[R], read: Callable[..., Content]
) -> Callable[[Callable[Concatenate[S, P], R | LeftOut]], Callable[Concatenate[S, P], R | LeftOut]]:
    """Register a function from a record of type `of` to a `row` or `LeftOut`, and its inverse.

    The function's keyword-only parameters are the format's options; `read` takes those that
    change how an exported row is understood.
    """

    def register(
        function: Callable[Concatenate[S, P], R | LeftOut],
    ) -> Callable[Concatenate[S, P], R | LeftOut]:
        entry = Format(name=name, of=of, row=row, export=function, read=read)
        FORMATS.add(name, entry, module=function.__module__, summary=first_line(function))
        return function

    return register
