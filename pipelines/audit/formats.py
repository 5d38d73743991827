"""The forms in which step labels come, by name: how each is known, and how its rows are read."""

import contextlib
import dataclasses
from collections.abc import Callable, Mapping
from typing import cast

from stepsmith.pipelines.audit.fields import Fields
from stepsmith.pipelines.audit.human import HumanLabelled
from stepsmith.schemas.errors import UserError
from stepsmith.schemas.registry import Registry, bind_options, first_line

ReadRow = Callable[..., HumanLabelled]
"""From the fields of a row to what it says; keyword-only parameters are options."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class HumanFormat:
    """One form: rows are of this form when they have all the fields of one entry of `known_by`.

    `a.b` is a field of a field. An entry that ends in `...` allows other fields beside them;
    without any entry a form is never guessed.
    """

    name: str
    known_by: tuple[str, ...]
    read: ReadRow

    def bind(self, given: Mapping[str, object]) -> Callable[[Fields], HumanLabelled]:
        """Bind checked options; raises `RecipeError` for one that the form does not have."""
        return bind_options(self.read, given, where=f"audit format {self.name!r}")

    def fits(self, values: Mapping[str, object]) -> str | None:
        """Return the fields by which a row is known to be of this form, if it is."""
        for entry in self.known_by:
            names = {name for name in entry.split() if name != "..."}
            others = values.keys() - names
            is_there = all(_holds(values, name) for name in names)
            if is_there and (entry.endswith("...") or not others):
                return ", ".join(sorted(names))
        return None


def _holds(values: Mapping[str, object], path: str) -> bool:
    """Say whether a field is there; `a.b` is the field `b` of the object `a`."""
    name, _, rest = path.partition(".")
    if not rest:
        return name in values
    inner = values.get(name)
    return isinstance(inner, dict) and _holds(cast("dict[str, object]", inner), rest)


AUDIT_FORMATS: Registry[HumanFormat] = Registry(
    "audit format", package="stepsmith.pipelines.audit", group="stepsmith.audit_formats"
)


def human_format(name: str, *known_by: str) -> Callable[[ReadRow], ReadRow]:
    """Register how the rows of a form are read; the keyword-only parameters are its options."""

    def register(function: ReadRow) -> ReadRow:
        entry = HumanFormat(name=name, known_by=known_by, read=function)
        AUDIT_FORMATS.add(name, entry, module=function.__module__, summary=first_line(function))
        return function

    return register


def read_options(written: str, *, where: str) -> dict[str, object]:
    """Read `name=value,name=value`; numbers are numbers. Raises `UserError` for anything else."""
    options: dict[str, object] = {}
    for pair in written.split(","):
        name, equals, value = pair.partition("=")
        if not equals or not name.strip():
            msg = f"{where}: {pair!r} is no option; write name=value,name=value"
            raise UserError(msg)
        options[name.strip()] = _value(value.strip())
    return options


def _value(written: str) -> object:
    for kind in (int, float):
        with contextlib.suppress(ValueError):
            return kind(written)
    return written


def guess_format(values: Mapping[str, object], *, where: str) -> tuple[HumanFormat, str]:
    """Return the form that a row has, and the fields that gave it away.

    Raises `UserError` where none fits, or several.
    """
    fitting = [(each.value, said) for each in AUDIT_FORMATS if (said := each.value.fits(values))]
    if len(fitting) == 1:
        return fitting[0]
    have = ", ".join(sorted(values)) or "none"
    if fitting:
        names = " or ".join(form.name for form, _ in fitting)
        msg = f"{where}: its rows (fields: {have}) may be {names}; say which with --format"
        raise UserError(msg)
    known = "\n".join(
        f"  {each.name}: {' | '.join(each.value.known_by)}"
        for each in AUDIT_FORMATS
        if each.value.known_by
    )
    msg = (
        f"{where}: rows with the fields {have} are of no form that is known. Say which with "
        f"--format, or name the fields with --map. Known are\n{known}"
    )
    raise UserError(msg)
