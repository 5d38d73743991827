"""Hugging Face datasets: by name, from a folder of data files, or as saved to disk."""

import dataclasses
import importlib
import itertools
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from stepsmith.schemas.errors import SourceError, suggest
from stepsmith.schemas.records import ErrorRecord, Problem
from stepsmith.transforms.files import Files
from stepsmith.transforms.source.base import Source, source
from stepsmith.transforms.source.fields import FieldMap, Place
from stepsmith.transforms.source.rows import Row
from stepsmith.transforms.source.table import check_limit, convert, first

_PART = re.compile(r"(\d+)-of-(\d+)")


@source("datasets")
def datasets(  # noqa: PLR0913 - the options of a recipe, each by name
    *,
    path: str,
    config: str | None = None,
    split: str = "train",
    revision: str | None = None,
    fields: dict[str, str] | None = None,
    domain: str = "",
    name: str = "",
    limit: int | None = None,
    require_answer: bool = True,
) -> Source:
    """Read a Hugging Face dataset (a Hub name or a local folder), one problem a row."""
    check_limit(limit)
    return DatasetSource(
        path=path,
        config=config,
        split=split,
        revision=revision,
        fields=FieldMap(columns=fields or {}, domain=domain, require_answer=require_answer),
        name=name or path.rstrip("/").rpartition("/")[2],
        limit=limit,
    )


@dataclasses.dataclass(frozen=True, kw_only=True)
class DatasetSource:
    """One split of one dataset, streamed; one part a shard, or one in all under a `limit`.

    Rows without an id are named by their shard and place, the same with and without a limit.
    """

    path: str
    config: str | None
    split: str
    revision: str | None
    fields: FieldMap
    name: str
    limit: int | None

    def parts(self, files: Files) -> Sequence[str]:
        """Return the shards of the split."""
        del files  # the library reads its own
        if self.limit is not None:
            return [f"first {self.limit}"]
        count = self._open().num_shards
        return [f"{index:05d}-of-{count:05d}" for index in range(count)]

    def read(self, part: str, files: Files) -> Iterator[Problem | ErrorRecord]:
        """Read one part in order; raises `SourceError` where the dataset cannot be opened."""
        del files
        split = self._open()
        if self.limit is not None:
            count = split.num_shards
            shards = (self._read_shard(split, index, count) for index in range(count))
            return first(self.limit, itertools.chain.from_iterable(shards))
        if (shard := _PART.fullmatch(part)) is None:
            msg = f"{part!r} is no part of {self._location}"
            raise SourceError(msg)
        return self._read_shard(split, int(shard[1]), int(shard[2]))

    @property
    def _location(self) -> str:
        return ":".join(filter(None, [self.path, self.config, self.split]))

    def _open(self) -> Any:
        try:
            library: Any = importlib.import_module("datasets")
        except ImportError:
            msg = "reading datasets needs `pip install stepsmith[datasets]`"
            raise SourceError(msg) from None
        try:
            if _is_saved(self.path):
                return self._open_saved(library)
            return library.load_dataset(
                self.path, self.config, split=self.split, revision=self.revision, streaming=True
            )
        except (OSError, ValueError) as error:
            msg = f"cannot open {self._location}: {error}"
            raise SourceError(msg) from error

    def _open_saved(self, library: Any) -> Any:
        saved: Any = library.load_from_disk(self.path)
        if Path(self.path, "dataset_dict.json").exists():
            if self.split not in saved:
                msg = f"no split {self.split!r}; {suggest(self.split, saved)}"
                raise ValueError(msg)
            saved = saved[self.split]
        return saved.to_iterable_dataset(num_shards=max(1, len(saved.cache_files)))

    def _read_shard(self, split: Any, index: int, count: int) -> Iterator[Problem | ErrorRecord]:
        rows: Any = split.shard(num_shards=count, index=index)
        stem = self.name if count == 1 else f"{self.name}-{index:05d}"
        for line, values in enumerate(rows, start=1):
            place = Place(source=self.name, default_id=f"{stem}-{line:08d}")
            yield convert(
                Row(line=line, values=values), self.fields, place, location=self._location
            )


def _is_saved(path: str) -> bool:
    """Say whether `save_to_disk` wrote this folder, which `load_dataset` does not read."""
    return any(Path(path, name).exists() for name in ("state.json", "dataset_dict.json"))
