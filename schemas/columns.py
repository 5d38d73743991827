"""Records to Arrow columns of a declared type, and back.

Built column by column: a third of the time that a list of dictionaries takes, and a value that
does not fit its declared type raises instead of widening the column.
"""

# pyright: basic
# pyarrow ships no types, so strict mode would report every use of it as unknown.

from collections.abc import Callable, Mapping, Sequence
from operator import attrgetter
from typing import Any, TypeVar

import msgspec
import pyarrow as pa

from stepsmith.schemas.codec import known

R = TypeVar("R")


def to_array(values: Sequence[Any], kind: pa.DataType) -> pa.Array:
    """Turn values into an array of type `kind`; a struct's fields are the values' attributes."""
    if pa.types.is_struct(kind):
        present = [value for value in values if value is not None]
        if len(present) < len(values):
            return _spread(to_array(present, kind), values)
        return struct_array([(field, present) for field in kind], kind)
    if pa.types.is_list(kind):
        return list_array(values, kind, lambda flat: to_array(flat, kind.value_type))
    return pa.array(values, type=kind)


def struct_array(parts: Sequence[tuple[pa.Field, Sequence[Any]]], kind: pa.DataType) -> pa.Array:
    """Make a struct array; each field is read as an attribute of its own objects."""
    children = [
        to_array(list(map(attrgetter(field.name), objects)), field.type) for field, objects in parts
    ]
    return pa.StructArray.from_arrays(children, fields=list(kind))


def list_array(
    values: Sequence[Any], kind: pa.DataType, flat_array: Callable[[list[Any]], pa.Array]
) -> pa.Array:
    """Make a list array; `flat_array` turns the elements of all lists, in order, into one array."""
    offsets: list[int | None] = []
    flat: list[Any] = []
    for value in values:
        offsets.append(None if value is None else len(flat))
        flat.extend(value or ())
    offsets.append(len(flat))
    return pa.ListArray.from_arrays(pa.array(offsets, pa.int32()), flat_array(flat), type=kind)


def from_row(kind: type[R], row: Mapping[str, Any], **other: object) -> R:
    """Make a record of the columns that carry its fields' names; `other` overrides."""
    # Columns that are no field of the record are ignored by msgspec.
    return msgspec.convert({**row, **other}, known(kind))


def _spread(present: pa.Array, values: Sequence[Any]) -> pa.Array:
    """Put the present elements back to their places, with nulls between."""
    rank = iter(range(len(present)))
    places = [None if value is None else next(rank) for value in values]
    return present.take(pa.array(places, pa.int64()))
