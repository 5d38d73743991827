"""Write records as shards of a table: exact rows a shard, the same bytes on every runner."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import apache_beam as beam
from apache_beam.transforms.window import GlobalWindows

from stepsmith.schemas.arrow import TABLES
from stepsmith.transforms.beam.files import files_of
from stepsmith.transforms.sink.layout import Layout, shard_of
from stepsmith.transforms.sink.parquet import from_messages, shard_bytes, to_message

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
        batches = _BatchByShard(self._key, table=self._table, shards=self._layout.shards)
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
    """Turn rows into columns before the shuffle: after it they would have to be made again."""

    def __init__(self, key: Callable[[Any], str], *, table: str, shards: int) -> None:
        self._key = key
        self._table = table
        self._shards = shards

    def start_bundle(self) -> None:
        self._batches: dict[int, list[Any]] = {}

    def process(self, element: Any) -> Iterable[tuple[int, bytes]]:
        shard = shard_of(self._key(element), self._shards)
        batch = self._batches.setdefault(shard, [])
        batch.append(element)
        if len(batch) >= BATCH_ROWS:
            yield shard, self._message(self._batches.pop(shard))

    def finish_bundle(self) -> Any:
        for shard, batch in self._batches.items():
            yield GlobalWindows.windowed_value_at_end_of_window((shard, self._message(batch)))

    def _message(self, batch: Sequence[Any]) -> bytes:
        return to_message(TABLES[self._table].to_arrow(batch))


class _WriteShard(beam.DoFn):
    def __init__(
        self, *, table: str, layout: Layout, footer: Mapping[str, str], split: str
    ) -> None:
        self._table = table
        self._layout = layout
        self._footer = footer
        self._split = split

    def process(self, element: tuple[int, Iterable[bytes]]) -> Iterable[str]:
        shard, messages = element
        table = TABLES[self._table]
        path = self._layout.shard(self._table, shard, split=self._split)
        footer = {**self._footer, "shard": str(shard)}
        data = shard_bytes(table, from_messages(messages), footer=footer)
        files_of(path).write(path, data)
        yield path
