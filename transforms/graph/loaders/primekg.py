"""PrimeKG's kg.csv: a relation and two described nodes a line."""

import csv
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

from stepsmith.schemas.errors import suggest
from stepsmith.transforms.graph.errors import GraphError
from stepsmith.transforms.graph.loaders.base import graph_loader, some_paths
from stepsmith.transforms.graph.relations import Relation
from stepsmith.transforms.graph.triples import Labels, Part, RejectedRow, Rows

_FIELDS = (
    *("relation", "display_relation"),
    *("x_id", "x_source", "x_name"),
    *("y_id", "y_source", "y_name"),
)
_BATCH = 50_000

_Row = tuple[str, ...]


@graph_loader("primekg")
def primekg(paths: Sequence[str], /) -> Iterator[Part]:
    """Read PrimeKG's kg.csv; a node's key is its source and its id, such as NCBI:9796."""
    relations: dict[str, str] = {}
    for path in some_paths(paths, "primekg"):
        for read in _batches(path):
            if isinstance(read, RejectedRow):
                yield read
                continue
            relation, display, x_id, x_source, x_name, y_id, y_source, y_name = zip(
                *read, strict=True
            )
            heads, tails = _keys(x_source, x_id), _keys(y_source, y_id)
            yield Rows(heads=heads, relations=relation, tails=tails)
            yield Labels(keys=[*heads, *tails], texts=[*x_name, *y_name])
            relations.update(zip(relation, display, strict=True))
    yield from (Relation(key=key, text=text) for key, text in relations.items())


def _keys(sources: Sequence[str], ids: Sequence[str]) -> list[str]:
    return [f"{source}:{one}" for source, one in zip(sources, ids, strict=True)]


def _batches(path: Path) -> Iterator[list[_Row] | RejectedRow]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.reader(file, strict=True)
            names = next(reader, list[str]())
            places = [_place(path, names, field) for field in _FIELDS]
            rows = _rows(path, reader, len(names), places)
            while batch := list(islice(rows, _BATCH)):
                yield from (row for row in batch if isinstance(row, RejectedRow))
                kept = [row for row in batch if not isinstance(row, RejectedRow)]
                if kept:
                    yield kept
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        msg = f"{path} cannot be read: {error}"
        raise GraphError(msg) from None


def _place(path: Path, names: Sequence[str], field: str) -> int:
    if field not in names:
        msg = f"{path} has no column {field!r}; {suggest(field, names)}"
        raise GraphError(msg)
    return names.index(field)


def _rows(
    path: Path, reader: Any, width: int, places: Sequence[int]
) -> Iterator[_Row | RejectedRow]:
    for row in reader:
        if len(row) != width:
            why = f"it has {len(row)} fields and not {width}"
            yield RejectedRow(file=str(path), line=reader.line_num, field="the row", why=why)
            continue
        kept = tuple(row[place].strip() for place in places)
        if "" in kept:
            field = _FIELDS[kept.index("")]
            yield RejectedRow(file=str(path), line=reader.line_num, field=field, why="it is empty")
        else:
            yield kept
