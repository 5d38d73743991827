"""The types of options that many plug-ins have, and options as a recipe's author meets them."""

import json
import types
import typing
from typing import Annotated

from msgspec import Meta

Count = Annotated[int, Meta(ge=1)]
"""How many there are, of what there must be one at least."""

Natural = Annotated[int, Meta(ge=0)]
"""How many there are, if any."""

Positive = Annotated[float, Meta(gt=0)]

NotNegative = Annotated[float, Meta(ge=0)]

Share = Annotated[float, Meta(ge=0, le=1)]

PositiveShare = Annotated[float, Meta(gt=0, le=1)]

_SIGNS = {"gt": ">", "ge": ">=", "lt": "<", "le": "<=", "pattern": "matching"}


def type_text(kind: object) -> str:
    """Show a type in a recipe's terms: TOML has lists, and a null is a key left out."""
    origin, inside = typing.get_origin(kind), typing.get_args(kind)
    if origin is Annotated:
        bounds = bounds_text(kind)
        return f"{type_text(inside[0])} ({bounds})" if bounds else type_text(inside[0])
    if origin is typing.Literal:
        return " | ".join(map(value_text, inside))
    if origin is typing.Union or origin is types.UnionType:
        return " | ".join(type_text(each) for each in inside if each is not type(None))
    if origin is tuple and inside[-1] is Ellipsis:
        return f"list[{type_text(inside[0])}]"
    if origin is not None:
        name = "list" if origin is tuple else getattr(origin, "__name__", str(origin))
        return f"{name}[{', '.join(map(type_text, inside))}]"
    return getattr(kind, "__name__", str(kind))


def bounds_text(kind: object) -> str:
    """Say where a value of an annotated type must lie, such as `> 0, <= 1`; or nothing."""
    bounds = [each for each in getattr(kind, "__metadata__", ()) if isinstance(each, Meta)]
    return ", ".join(
        f"{sign} {limit}"
        for bound in bounds
        for name, sign in _SIGNS.items()
        if (limit := getattr(bound, name)) is not None
    )


def value_text(value: object) -> str:
    """Show a value as TOML writes it; nothing for a null, which it has not."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, tuple):
        items = typing.cast("tuple[object, ...]", value)
        return f"[{', '.join(map(value_text, items))}]"
    if isinstance(value, str) and repr(value) != f"'{value}'":
        return json.dumps(value, ensure_ascii=False)
    return repr(value)
