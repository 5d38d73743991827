"""Write records as shards of a table: exact rows a shard, the same bytes on every runner."""

from collections.abc import Callable, Iterable, Mapping
from types import GenericAlias
from typing import Any

import apache_beam as beam
from apache_beam.transforms.window import GlobalWindows

from stepsmith.schemas.arrow import TABLES
from stepsmith.schemas.codec import decode, encode
from stepsmith.transforms.beam.files import files_of
from stepsmith.transforms.sink.layout import Layout, shard_of
from stepsmith.transforms.sink.shards import write_shard

BATCH_ROWS = 512
"""Rows of a shard that travel as one element: a shuffle costs per element, hardly per byte."""


class WriteDataset(beam.PTransform[Any, Any]):
    """Write the records of one table into its shards.

    Input: `PCollection` of the table's records. Output: `PCollection[str]`, the paths written.
    `key` says which problem a record belongs to and so its shard; the hash of the id decides, not
    the order of arrival. Each file appears whole; writing again gives the same bytes.
    """

    def __init__(
        self,
        table: str,
        *,
        layout: Layout,
        key: Callable[[Any], str],
        footer: Mapping[str, str],
        split: str = "train",
    ) -> None:
        super().__init__()
        self._table = table
        self._layout = layout
        self._key = key
        self._footer = footer
        self._split = split

    def expand(self, input_or_inputs: Any) -> Any:
        """Batch by shard, group the batches, write a file a shard."""
        batches = _BatchByShard(self._key, self._layout.shards)
        write = _WriteShard(
            table=self._table, layout=self._layout, footer=self._footer, split=self._split
        )
        return (
            input_or_inputs
            | "BatchByShard" >> beam.ParDo(batches).with_output_types(tuple[int, bytes])
            | "GroupByShard" >> beam.GroupByKey()
            | "WriteShard" >> beam.ParDo(write).with_output_types(str)
        )


class _BatchByShard(beam.DoFn):
    def __init__(self, key: Callable[[Any], str], shards: int) -> None:
        self._key = key
        self._shards = shards

    def start_bundle(self) -> None:
        self._batches: dict[int, list[Any]] = {}

    def process(self, element: Any) -> Iterable[tuple[int, bytes]]:
        shard = shard_of(self._key(element), self._shards)
        batch = self._batches.setdefault(shard, [])
        batch.append(element)
        if len(batch) >= BATCH_ROWS:
            yield shard, encode(self._batches.pop(shard))

    def finish_bundle(self) -> Any:
        for shard, batch in self._batches.items():
            yield GlobalWindows.windowed_value_at_end_of_window((shard, encode(batch)))


class _WriteShard(beam.DoFn):
    def __init__(
        self, *, table: str, layout: Layout, footer: Mapping[str, str], split: str
    ) -> None:
        self._table = table
        self._layout = layout
        self._footer = footer
        self._split = split

    def process(self, element: tuple[int, Iterable[bytes]]) -> Iterable[str]:
        shard, batches = element
        table = TABLES[self._table]
        many: Any = GenericAlias(list, (table.kind,))
        rows: list[Any] = [row for batch in batches for row in decode(many, batch)]
        path = self._layout.shard(self._table, shard, split=self._split)
        write_shard(files_of(path), path, table, rows, {**self._footer, "shard": str(shard)})
        yield path
