"""A graph's folder: one file of arrays to be mapped, the names' trie, and a header.

It is written under another name and renamed, so that there is a whole graph or none.
"""

import contextlib
import mmap
import os
import secrets
import shutil
from collections.abc import Callable, Generator, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from stepsmith.schemas.codec import known
from stepsmith.schemas.errors import suggest
from stepsmith.transforms.graph.errors import GraphError
from stepsmith.transforms.graph.index import Columns, Side
from stepsmith.transforms.graph.names import Names, map_trie
from stepsmith.transforms.graph.parts import Parts
from stepsmith.transforms.graph.relations import Relation
from stepsmith.transforms.graph.strings import Strings

FORMAT = 2
_ARRAYS = "arrays.bin"
_HEADER = "header.json"
_RELATIONS = "relations.json"
_TRIE = "surfaces.marisa"
_SIDES = ("out", "into", "false")
_ALIGNED = 64
_PIECE = 1 << 20
_MAX_SHORT = 2**31 - 1


class Section(msgspec.Struct, frozen=True, array_like=True):
    """Where an array stands in the file of arrays: its type, its length, its first byte."""

    dtype: str
    length: int
    offset: int


class Header(msgspec.Struct, frozen=True, kw_only=True):
    """What a folder says of itself; `sizes` are those of its other files in bytes."""

    format: int
    nodes: int
    relations: int
    facts: int
    negatives: int
    names: int
    digest: str
    sources: tuple[str, ...] = ()
    rejected: int = 0
    duplicates: int = 0
    contradictions: int = 0
    unused_names: int = 0
    unused_relations: int = 0
    sizes: dict[str, int] = {}
    arrays: dict[str, Section] = {}


class _Versioned(msgspec.Struct):
    """A header of any format."""

    format: Any = None


def open_parts(folder: Path) -> tuple[Parts, str]:
    """Map a folder, and return its digest, too; raises `GraphError` if missing or damaged."""
    header = read_header(folder)
    _check_sizes(folder, header)
    relations = msgspec.json.decode(
        (folder / _RELATIONS).read_bytes(), type=known(tuple[Relation, ...])
    )
    arrays = _map(folder, header)
    parts = Parts(
        nodes=Strings(arrays["node_text"], arrays["node_offsets"]),
        relations=relations,
        **{side: _side(arrays, side, header.relations) for side in _SIDES},
        called=Strings(arrays["name_text"], arrays["name_offsets"]),
        name_ptr=arrays["name_ptr"],
        names=lambda: _map_names(folder, arrays),
    )
    return parts, header.digest


def read_header(folder: Path) -> Header:
    """Read what a folder says of itself."""
    try:
        encoded = (folder / _HEADER).read_bytes()
        found = msgspec.json.decode(encoded, type=known(_Versioned)).format
    except (FileNotFoundError, NotADirectoryError):
        raise GraphError(_no_graph(folder)) from None
    except (OSError, msgspec.DecodeError) as error:
        msg = f"{folder / _HEADER} cannot be read: {error}"
        raise GraphError(msg) from None
    if found != FORMAT:
        msg = f"{folder} has format {found!r}, and this version reads {FORMAT}: build it anew"
        raise GraphError(msg)
    try:
        return msgspec.json.decode(encoded, type=known(Header))
    except msgspec.ValidationError as error:
        msg = f"{folder / _HEADER} is damaged: {error}; build it anew"
        raise GraphError(msg) from None


def _no_graph(folder: Path) -> str:
    if folder.is_dir():
        return f"{folder} is no graph, it has no {_HEADER}: stepsmith graph build makes one"
    beside = [str(path.parent) for path in folder.parent.glob(f"*/{_HEADER}")]
    near = suggest(str(folder), beside) if beside else "stepsmith graph build makes one"
    return f"there is no graph {folder}; {near}"


def _check_sizes(folder: Path, header: Header) -> None:
    for name in (_ARRAYS, _RELATIONS, _TRIE):
        size = header.sizes.get(name)
        try:
            found = (folder / name).stat().st_size
        except OSError:
            msg = f"{folder} is damaged: {name} is missing; build it anew"
            raise GraphError(msg) from None
        if found != size:
            msg = f"{folder} is damaged: {name} has {found} bytes, not {size}; build it anew"
            raise GraphError(msg)


def _map(folder: Path, header: Header) -> dict[str, NDArray[Any]]:
    with (folder / _ARRAYS).open("rb") as file:
        mapped = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    return {
        name: np.frombuffer(mapped, one.dtype, one.length, one.offset)
        for name, one in header.arrays.items()
    }


def _side(arrays: Mapping[str, NDArray[Any]], name: str, n_relations: int) -> Side:
    columns = Columns(*(arrays[f"{name}_{column}"] for column in Columns._fields))
    return Side(columns, n_relations)


def _map_names(folder: Path, arrays: Mapping[str, NDArray[Any]]) -> Names:
    trie = map_trie(str(folder / _TRIE))
    return Names(trie=trie, ptr=arrays["surface_ptr"], nodes=arrays["surface_nodes"])


@contextlib.contextmanager
def whole_folder(folder: Path, *, overwrite: bool) -> Generator[Path]:
    """Give an empty folder beside `folder`, which takes its place at the end, or goes."""
    refuse_existing(folder, overwrite=overwrite)
    folder.parent.mkdir(parents=True, exist_ok=True)
    mark = secrets.token_hex(4)
    new, old = (folder.parent / f".{folder.name}.{mark}.{end}" for end in ("new", "old"))
    new.mkdir()
    try:
        yield new
        if folder.exists():
            folder.rename(old)
        new.rename(folder)
    finally:
        shutil.rmtree(new, ignore_errors=True)
        shutil.rmtree(old, ignore_errors=True)


def refuse_existing(folder: Path, *, overwrite: bool) -> None:
    """Raise `GraphError` where something is there that may not be replaced."""
    if not folder.exists():
        return
    if not overwrite:
        msg = f"{folder} exists; --overwrite replaces it, or name another folder"
        raise GraphError(msg)
    if not (folder / _HEADER).is_file():
        msg = f"{folder} is no graph and is not overwritten; name another folder"
        raise GraphError(msg)


def write_graph(
    folder: Path, header: Header, parts: Parts, names: Names, digest: Callable[[], str]
) -> Header:
    """Write all files of a graph into a folder, the header last, which asks for the digest."""
    arrays = _arrays_of(parts, names)
    sections = _layout(arrays)
    _write_arrays(folder / _ARRAYS, arrays, sections)
    (folder / _RELATIONS).write_bytes(msgspec.json.encode(parts.relations))
    names.trie.save(str(folder / _TRIE))
    sizes = {name: (folder / name).stat().st_size for name in (_ARRAYS, _RELATIONS, _TRIE)}
    header = msgspec.structs.replace(header, digest=digest(), sizes=sizes, arrays=sections)
    (folder / _HEADER).write_bytes(msgspec.json.format(msgspec.json.encode(header)))
    return header


def _arrays_of(parts: Parts, names: Names) -> dict[str, NDArray[Any]]:
    sides = {
        f"{side}_{column}": array
        for side in _SIDES
        for column, array in getattr(parts, side).columns._asdict().items()
    }
    return {
        **sides,
        "node_text": parts.nodes.text,
        "node_offsets": parts.nodes.offsets,
        "name_text": parts.called.text,
        "name_offsets": parts.called.offsets,
        "name_ptr": parts.name_ptr,
        "surface_ptr": names.ptr,
        "surface_nodes": names.nodes,
    }


def _layout(arrays: Mapping[str, NDArray[Any]]) -> dict[str, Section]:
    sections: dict[str, Section] = {}
    at = 0
    for name, array in arrays.items():
        dtype = _stored_type(name, array)
        sections[name] = Section(dtype.str, len(array), at)
        at += -(-len(array) * dtype.itemsize // _ALIGNED) * _ALIGNED
    return sections


def _stored_type(name: str, array: NDArray[Any]) -> np.dtype[Any]:
    """Return 32 bits for places, which grow to the last of them, where that is enough."""
    if name.endswith(("_ptr", "_offsets")) and array[-1] <= _MAX_SHORT:
        return np.dtype(np.int32)
    return array.dtype


def _write_arrays(
    path: Path, arrays: Mapping[str, NDArray[Any]], sections: Mapping[str, Section]
) -> None:
    """Write arrays to their places, several at once: a copy takes as long as a sort."""
    with path.open("wb", buffering=0) as file, ThreadPoolExecutor(os.cpu_count()) as pool:
        written = [
            pool.submit(_write_at, file.fileno(), array[at : at + _PIECE], sections[name], at)
            for name, array in arrays.items()
            for at in range(0, len(array), _PIECE)
        ]
        for one in written:
            one.result()
        # A file of empty arrays could not be mapped, were it empty.
        ends = (one.offset + one.length * np.dtype(one.dtype).itemsize for one in sections.values())
        file.truncate(max(_ALIGNED, *ends))


def _write_at(descriptor: int, piece: NDArray[Any], section: Section, place: int) -> None:
    """Write a piece of a section's array; `place` is that of its first item in the array."""
    data = piece.astype(section.dtype, copy=False).data.cast("B")
    at = section.offset + place * np.dtype(section.dtype).itemsize
    while data:
        written = os.pwrite(descriptor, data, at)
        data, at = data[written:], at + written
