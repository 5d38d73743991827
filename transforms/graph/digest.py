"""A hash of what a graph says, whichever way it is held."""

import hashlib
from collections.abc import Iterable, Iterator

import msgspec
import numpy as np

from stepsmith.transforms.graph.index import Integers, Side, pieces
from stepsmith.transforms.graph.parts import Parts

_SMALL = 2**16


def digest_of(parts: Parts) -> str:
    """Hash the nodes, the relations, the facts and false facts, and the names."""
    whole = hashlib.sha256()
    for content in _contents(parts):
        one = hashlib.sha256()
        for piece in content:
            one.update(piece)
        whole.update(one.digest())
    return whole.hexdigest()


def _contents(parts: Parts) -> Iterator[Iterable[bytes | memoryview]]:
    yield [parts.nodes.text.data]
    yield _wide(parts.nodes.offsets)
    yield [msgspec.json.encode(parts.relations)]
    yield from _facts(parts.out)
    yield from _facts(parts.false)
    yield [parts.called.text.data]
    yield _wide(parts.called.offsets)
    yield _wide(parts.name_ptr)


def _facts(side: Side) -> Iterator[Iterable[memoryview]]:
    """Give what a side holds in types that do not depend on how it is held."""
    # Two bytes for the relations where they are enough: digests made by format 1 stay the same.
    relation_type = np.uint16 if side.n_relations <= _SMALL else np.uint32
    yield _wide(side.columns.ptr)
    yield (side.relations_at(part).astype(relation_type).data for part in pieces(len(side)))
    yield (side.others_at(part).data for part in pieces(len(side)))


def _wide(array: Integers) -> Iterator[memoryview]:
    return (array[part].astype(np.int64, copy=False).data for part in pieces(len(array)))
