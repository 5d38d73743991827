"""What a table of a run is: an explicit Arrow schema, a version, and how records fill its columns.

Never inferred from rows: the first shard carries the full schema, and every shard the same one.
Plain strings only; no map, no extension types (`datasets` refuses them). A change of columns
raises the table's version, which names its golden file.
"""

# pyright: basic
# pyarrow ships no types, so strict mode would report every use of it as unknown.

import dataclasses
from collections.abc import Callable, Iterable, Mapping, Sequence
from operator import attrgetter
from typing import Any, Generic, TypeVar

import msgspec
import pyarrow as pa

from stepsmith.schemas.codec import known
from stepsmith.schemas.columns import to_array

R = TypeVar("R")


@dataclasses.dataclass(frozen=True, kw_only=True)
class Table(Generic[R]):
    """One table of a run: its declared columns, and how records fill them and are read back.

    A shard's rows are sorted by the columns in `order`, so that the same records give the same
    bytes in whatever order they arrived.
    """

    name: str
    version: str
    kind: type[R]
    schema: pa.Schema
    order: tuple[str, ...]
    columns: Callable[[Sequence[R]], Iterable[pa.Array]]
    record: Callable[[Mapping[str, Any]], R]

    def to_arrow(self, rows: Sequence[R]) -> pa.Table:
        """Make a table of the rows, in their order."""
        return pa.Table.from_arrays(list(self.columns(rows)), schema=self.schema)

    def from_arrow(self, table: pa.Table) -> list[R]:
        """Read the records back; what `to_arrow` wrote comes back equal."""
        return [self.record(row) for row in table.select(self.schema.names).to_pylist()]


def required(name: str, kind: pa.DataType) -> pa.Field:
    """Declare a column that is never null."""
    return pa.field(name, kind, nullable=False)


def plain_table(
    kind: type[R], *, name: str, version: str, fields: Sequence[pa.Field], order: tuple[str, ...]
) -> Table[R]:
    """Declare a table whose columns are the record's fields."""
    return Table(
        name=name,
        version=version,
        kind=kind,
        schema=pa.schema(fields),
        order=order,
        columns=lambda rows: [
            to_array(list(map(attrgetter(field.name), rows)), field.type) for field in fields
        ],
        record=lambda row: msgspec.convert(row, known(kind)),
    )
