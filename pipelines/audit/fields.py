"""The fields of one row, read with errors that say what is wrong with which of them."""

import dataclasses
import math
from collections.abc import Mapping
from typing import NoReturn, cast

from stepsmith.schemas.errors import suggest
from stepsmith.transforms.source.rows import RowError


@dataclasses.dataclass(frozen=True, kw_only=True, slots=True)
class Fields:
    """One row. `default_id` and `source` are for rows that do not say; `within` is a path."""

    values: Mapping[str, object]
    default_id: str = ""
    source: str = ""
    within: str = ""

    def get(self, name: str) -> object:
        """Return a value; raises `RowError` naming the nearest field where there is none."""
        try:
            return self.values[name]
        except KeyError:
            msg = f"no field {self._path(name)!r}; {suggest(name, self.values)}"
            raise RowError(msg, kind="MissingField", field=self._path(name)) from None

    def text(self, name: str) -> str:
        """Return a text that says something."""
        value = self.get(name)
        if not isinstance(value, str):
            self.fail(name, f"holds {kind_of(value)}; allowed: a text")
        if not value.strip():
            self.fail(name, "is empty")
        return value

    def maybe_text(self, name: str) -> str | None:
        """Return a text or a number as text; null, blank and a field that is not there are none."""
        value = self.values.get(name)
        if value is None or (isinstance(value, str) and not value.strip()):
            return None
        if isinstance(value, bool) or not isinstance(value, str | int | float):
            self.fail(name, f"holds {kind_of(value)}; allowed: a text, a number or null")
        return str(value)

    def items(self, name: str) -> list[object]:
        """Return a list with at least one item."""
        value = self.get(name)
        if not isinstance(value, list):
            self.fail(name, f"holds {kind_of(value)}; allowed: a list")
        if not value:
            self.fail(name, "is an empty list")
        return cast("list[object]", value)

    def texts(self, name: str) -> tuple[str, ...]:
        """Return a list of texts; a blank one is a text."""
        items = self.items(name)
        for index, item in enumerate(items):
            if not isinstance(item, str):
                self.fail(f"{name}[{index}]", f"holds {kind_of(item)}; allowed: a text")
        return tuple(map(str, items))

    def whole(self, name: str) -> int | None:
        """Return a whole number, also one that is written as a text; null is none."""
        value = self.get(name)
        if value is None:
            return None
        number = _whole(value)
        if number is None:
            self.fail(name, f"holds {shown(value)}; allowed: a whole number or null")
        return number

    def index(self, name: str, n_steps: int, *, base: int = 0, none: int | None = None) -> int:
        """Return the 0-based index of a step, out of a number that counts from `base`."""
        number = self.whole(name)
        if number is None or not base <= number < base + n_steps:
            last = base + n_steps - 1
            other = "" if none is None else f", or {none} for no error"
            self.fail(name, f"holds {shown(number)}; allowed: {base} to {last}{other}")
        return number - base

    def nested(self, name: str) -> "Fields":
        """Return the fields of an object."""
        return self.inside(name, self.get(name))

    def inside(self, name: str, value: object) -> "Fields":
        """Return the fields of a value that stands at `name`."""
        if not isinstance(value, dict):
            self.fail(name, f"holds {kind_of(value)}; allowed: an object")
        values = cast("dict[str, object]", value)
        return dataclasses.replace(self, values=values, within=f"{self._path(name)}.")

    def fail(self, name: str, message: str) -> NoReturn:
        """Raise the error that says what is wrong with a field."""
        path = self._path(name)
        said = f"{path!r} {message}"
        raise RowError(said, kind="WrongValue", field=path)

    def _path(self, name: str) -> str:
        return f"{self.within}{name}"


_MAX_SHOWN = 60

_KINDS: dict[type, str] = {
    type(None): "null",
    bool: "a truth value",
    str: "a text",
    list: "a list",
    dict: "an object",
    int: "a number",
    float: "a number",
}


def kind_of(value: object) -> str:
    """Name the kind of a value, as JSON would."""
    return _KINDS.get(type(value), f"a value of type {type(value).__name__}")


def shown(value: object) -> str:
    """Show a number or a short text as it is, and of anything else its kind."""
    if value is None or isinstance(value, list | dict):
        return kind_of(value)
    text = repr(value)
    return text if len(text) <= _MAX_SHOWN else f"{text[:_MAX_SHOWN]}..."


def _whole(value: object) -> int | None:
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        return value
    if isinstance(value, float):
        return int(value) if math.isfinite(value) and value.is_integer() else None
    if isinstance(value, str):
        digits = value.strip().removeprefix("-")
        # No human counts steps in more digits than this.
        if digits.isascii() and digits.isdigit() and len(digits) < 10:  # noqa: PLR2004
            return int(value.strip())
    return None
