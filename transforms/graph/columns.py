"""Give numbers to the keys of nodes and relations, many rows at a time."""

import dataclasses
import importlib
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from stepsmith.transforms.graph.index import Ints, Longs
from stepsmith.transforms.graph.relations import Relation
from stepsmith.transforms.graph.strings import Strings
from stepsmith.transforms.graph.triples import Labels, Part, RejectedRow, Rows

# pyarrow ships no types.
pa: Any = importlib.import_module("pyarrow")
pc: Any = importlib.import_module("pyarrow.compute")

_Columns = tuple[Ints, Ints, Ints]


@dataclasses.dataclass(frozen=True, kw_only=True)
class Collected:
    """All that the loaders gave, numbered. Rows are as often there as they were given."""

    nodes: Strings
    relation_keys: tuple[str, ...]
    true: _Columns
    false: _Columns
    declared: dict[str, Relation]
    called: Strings
    name_ptr: Longs
    unused_names: int
    rejected: tuple[RejectedRow, ...]

    @property
    def n_rows(self) -> int:
        """Count the rows, false ones too."""
        return len(self.true[0]) + len(self.false[0])


def collect(parts: Iterable[Part]) -> Collected:
    """Take all that loaders give; keys are numbered in the order of their UTF-8."""
    heads, relations, tails = _Coder(), _Coder(), _Coder()
    negative: list[bool] = []
    labels: list[Labels] = []
    declared: dict[str, Relation] = {}
    rejected: list[RejectedRow] = []
    for part in parts:
        match part:
            case Rows():
                heads.add(part.heads)
                relations.add(part.relations)
                tails.add(part.tails)
                negative.append(part.negative)
            case Labels():
                labels.append(part)
            case Relation():
                declared[part.key] = part
            case RejectedRow():
                rejected.append(part)
    node_keys, node_codes = _numbered(heads, tails)
    relation_keys, relation_codes = _numbered(relations)
    columns = (node_codes[0], relation_codes[0], node_codes[1])
    called, name_ptr, unused = _names(node_keys, labels)
    return Collected(
        nodes=_strings(node_keys),
        relation_keys=tuple(relation_keys.to_pylist()),
        true=_chosen(columns, negative, wanted=False),
        false=_chosen(columns, negative, wanted=True),
        declared=declared,
        called=called,
        name_ptr=name_ptr,
        unused_names=unused,
        rejected=tuple(rejected),
    )


class _Coder:
    """One column, as numbers into what its batches hold."""

    def __init__(self) -> None:
        self.codes: list[Ints] = []
        self.dictionaries: list[Any] = []

    def add(self, column: Sequence[str]) -> None:
        encoded = _array(column).dictionary_encode()
        self.codes.append(encoded.indices.to_numpy())
        self.dictionaries.append(encoded.dictionary)


def _numbered(*coders: _Coder) -> tuple[Any, list[list[Ints]]]:
    """Return all keys of some columns, sorted, and each column's batches as numbers of them."""
    dictionaries = [one for coder in coders for one in coder.dictionaries]
    encoded = _join(dictionaries).dictionary_encode()
    order = pc.sort_indices(encoded.dictionary)
    rank = np.empty(len(order), np.int32)
    rank[order.to_numpy()] = np.arange(len(order), dtype=np.int32)
    numbers = rank[encoded.indices.to_numpy()]
    at = 0
    columns: list[list[Ints]] = []
    for coder in coders:
        columns.append([])
        for codes, dictionary in zip(coder.codes, coder.dictionaries, strict=True):
            columns[-1].append(numbers[at : at + len(dictionary)][codes])
            at += len(dictionary)
    return encoded.dictionary.take(order), columns


def _chosen(columns: tuple[list[Ints], ...], negative: Sequence[bool], *, wanted: bool) -> _Columns:
    none = np.empty(0, np.int32)
    heads, relations, tails = (
        np.concatenate(
            [
                none,
                *(
                    batch
                    for batch, is_false in zip(column, negative, strict=True)
                    if is_false is wanted
                ),
            ]
        )
        for column in columns
    )
    return heads, relations, tails


def _names(node_keys: Any, labels: Sequence[Labels]) -> tuple[Strings, Longs, int]:
    """Return each node's names in the order given, each once, and how many were nobody's."""
    keys = _join([_array(one.keys) for one in labels])
    texts = _join([_array(one.texts) for one in labels])
    nodes = pc.index_in(keys, node_keys).fill_null(-1).to_numpy().astype(np.int64)
    text_codes = texts.dictionary_encode().indices.to_numpy().astype(np.int64)
    unused = int(np.count_nonzero(nodes < 0))
    _, first = np.unique(nodes * max(1, len(texts)) + text_codes, return_index=True)
    first = np.sort(first)
    first = first[nodes[first] >= 0]
    first = first[np.argsort(nodes[first], kind="stable")]
    name_ptr = np.zeros(len(node_keys) + 1, np.int64)
    np.cumsum(np.bincount(nodes[first], minlength=len(node_keys)), out=name_ptr[1:])
    return _strings(texts.take(pa.array(first))), name_ptr, unused


def _array(column: Any) -> Any:
    if isinstance(column, pa.ChunkedArray):
        column = column.combine_chunks()
    if isinstance(column, pa.Array):
        return column.cast(pa.large_string())
    return pa.array(column, pa.large_string())


def _join(arrays: Sequence[Any]) -> Any:
    return pa.concat_arrays([pa.array([], pa.large_string()), *arrays])


def _strings(array: Any) -> Strings:
    _, offsets, text = array.buffers()
    first = np.frombuffer(offsets, np.int64)[array.offset : array.offset + len(array) + 1]
    data = np.frombuffer(text, np.uint8)[first[0] : first[-1]] if text else np.empty(0, np.uint8)
    return Strings(data, first - first[0])
