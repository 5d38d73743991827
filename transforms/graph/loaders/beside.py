"""What may stand beside triples: false ones, names of nodes, and wordings of relations."""

import dataclasses
import json
from collections.abc import Iterator, Mapping, Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import Any, cast

import msgspec

from stepsmith.schemas.codec import known
from stepsmith.transforms.graph.errors import GraphError
from stepsmith.transforms.graph.loaders.base import some_paths
from stepsmith.transforms.graph.loaders.columns import read_columns
from stepsmith.transforms.graph.loaders.lines import read_rows
from stepsmith.transforms.graph.relations import Relation
from stepsmith.transforms.graph.triples import Labels, Part, RejectedRow, Rows

TRIPLE = ("head", "relation", "tail")

Paths = str | tuple[str, ...]
"""One file or several, as an option."""


def read_beside(*, negatives: Paths, names: Paths, relations: Paths) -> Iterator[Part]:
    """Read curated false facts, names (id, label) and wordings of relations."""
    for path in _given(negatives):
        yield from read_triples(path, negative=True)
    for path in _given(names):
        yield from _read_names(path)
    for path in _given(relations):
        yield from _read_relations(path)


def read_triples(
    path: Path, *, negative: bool = False, columns: Sequence[str] = TRIPLE
) -> Iterator[Part]:
    """Read the triples of a Parquet file by its columns, or of a text file in this order."""
    for read in _columns(path, columns):
        if isinstance(read, RejectedRow):
            yield read
        else:
            heads, relations, tails = read
            yield Rows(heads=heads, relations=relations, tails=tails, negative=negative)


def _read_names(path: Path) -> Iterator[Part]:
    for read in _columns(path, ("id", "label")):
        if isinstance(read, RejectedRow):
            yield read
        else:
            yield Labels(keys=read[0], texts=read[1])


def _read_relations(path: Path) -> Iterator[Part]:
    if path.suffix == ".json":
        yield from _relations_of(path)
        return
    for read in _columns(path, ("key", "text")):
        if isinstance(read, RejectedRow):
            yield read
        else:
            for key, text in zip(*read, strict=True):
                yield Relation(key=key, text=text)


def _relations_of(path: Path) -> Iterator[Relation]:
    """Read an object by key of texts, or of objects with the fields of `Relation` or `label`."""
    try:
        described = _by_key(json.loads(path.read_bytes()))
        relations = [_relation(key, value) for key, value in described.items()]
    except (AttributeError, TypeError, ValueError, msgspec.ValidationError) as error:
        msg = f"{path} holds no relations by key: {error}"
        raise GraphError(msg) from None
    yield from relations


def _by_key(read: object) -> Mapping[str, Any]:
    if not isinstance(read, dict):
        msg = f"it is a {type(read).__name__}, and not an object of them"
        raise TypeError(msg)
    return cast("Mapping[str, Any]", read)


def _relation(key: str, value: str | Mapping[str, Any]) -> Relation:
    if isinstance(value, str):
        return Relation(key=key, text=value)
    names = {field.name for field in dataclasses.fields(Relation)}
    for name in value:
        near = get_close_matches(name, names, n=1, cutoff=0.8)
        if near and name not in names:
            msg = f"{key!r} has no field {name!r}; did you mean {near[0]!r}?"
            raise ValueError(msg)
    fields = {name: one for name, one in value.items() if name in names}
    text = fields.get("text", value.get("label", ""))
    return msgspec.convert({**fields, "key": key, "text": text}, known(Relation))


def _columns(path: Path, fields: Sequence[str]) -> Iterator[Sequence[Any] | RejectedRow]:
    if path.suffix == ".parquet":
        yield from read_columns(path, fields)
        return
    for rows in read_rows(path, fields):
        yield rows if isinstance(rows, RejectedRow) else tuple(zip(*rows, strict=True))


def _given(paths: Paths) -> Sequence[Path]:
    given = (paths,) if isinstance(paths, str) else paths
    return some_paths(given, "text") if any(given) else ()
