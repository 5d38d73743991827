"""Facts seen from one end, sorted: `ptr` says where those of a node stand, `pair` what they are.

The facts of node n stand from `ptr[n]` to `ptr[n + 1]`. Each is one number, its pair: the relation
in the high bits, the other node in the low ones, so that the order of the pairs is that of relation
and other node, and one bisection finds a fact. A pair takes 32 bits where the graph fits (as with 8
million nodes and 512 relations), 64 in larger ones.
"""

from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int32]
Longs = NDArray[np.int64]
Places = NDArray[np.int32 | np.int64]
Pairs = NDArray[np.uint32 | np.int64]

Integers = NDArray[np.integer]
_Number = TypeVar("_Number", bound=np.integer)

KEY_BITS = 63
_NARROW_BITS = 32
_PIECE = 2**17
_LOOKUPS = 2**15


class Layout(NamedTuple):
    """How a pair is made: the bits of the other node, and those of the whole."""

    other_bits: int
    bits: int

    @classmethod
    def of(cls, n_nodes: int, n_relations: int) -> "Layout":
        """Return the layout of the pairs of a graph."""
        other_bits = (n_nodes - 1).bit_length()
        bits = other_bits + (n_relations - 1).bit_length()
        return cls(other_bits, max(_NARROW_BITS, bits))

    @property
    def type(self) -> type[np.uint32] | type[np.int64]:
        """The type that pairs are stored as."""
        return np.uint32 if self.bits == _NARROW_BITS else np.int64


class Columns(NamedTuple):
    """What a side is stored as; the names are those of its files."""

    ptr: Places
    pair: Pairs


class Side:
    """The facts of each node, seen from one end. Every number given must be one of the graph's."""

    def __init__(self, columns: Columns, n_relations: int) -> None:
        self.columns = columns
        self.n_nodes = len(columns.ptr) - 1
        self.n_relations = n_relations
        self.shift = Layout.of(self.n_nodes, n_relations).other_bits
        self.mask = (1 << self.shift) - 1
        # A read through a memoryview costs a tenth of one through an array.
        self.ptr = columns.ptr.data
        self.pairs = columns.pair.data
        self.has = _lookup(self.ptr, self.pairs, self.shift)
        """Say whether (node, relation, other) is there."""

    def __len__(self) -> int:
        return len(self.pairs)

    def has_many(self, nodes: Integers, relations: Integers, others: Integers) -> NDArray[np.bool_]:
        """Say of each triple whether it is there, by bisecting all their parts in step."""
        found = np.zeros(len(nodes), np.bool_)
        for part in pieces(len(nodes) if len(self) else 0, _LOOKUPS):
            found[part] = self._has_many(nodes[part], relations[part], others[part])
        return found

    def _has_many(
        self, nodes: Integers, relations: Integers, others: Integers
    ) -> NDArray[np.bool_]:
        ptr, pairs = self.columns
        wanted = (relations.astype(np.int64) << self.shift | others).astype(pairs.dtype)
        places = ptr.take(nodes).astype(np.int64)
        lengths = ptr.take(nodes + 1) - places
        some = lengths > 0
        places[~some] = 0  # a place that there is
        active = np.flatnonzero(lengths > 1)
        place, length, sought = places[active], lengths[active], wanted[active]
        while len(active):
            half = length >> 1
            place += half * (pairs.take(place + (half - 1)) < sought)
            length -= half
            # Those that have come to one place are carried along until they are half of all.
            rest = np.flatnonzero(length > 1)
            if 2 * len(rest) <= len(active):
                places[active] = place
                active, place, length = active[rest], place[rest], length[rest]
                sought = sought[rest]
        found: NDArray[np.bool_] = some & (pairs.take(places) == wanted)
        return found

    def others(self, node: int, relation: int) -> Ints:
        """Return the other ends of a node's facts of one relation, sorted."""
        first, end = self.ptr[node], self.ptr[node + 1]
        first = bisect_left(self.pairs, relation << self.shift, first, end)
        end = bisect_left(self.pairs, (relation + 1) << self.shift, first, end)
        return self.others_at(slice(first, end))

    def edges(self, node: int) -> tuple[Ints, Ints]:
        """Return the relations and other ends of a node's facts, sorted by both."""
        place = slice(self.ptr[node], self.ptr[node + 1])
        return self.relations_at(place), self.others_at(place)

    def degree(self, node: int) -> int:
        """Count a node's facts."""
        return self.ptr[node + 1] - self.ptr[node]

    def nodes(self) -> Ints:
        """Return the node of each fact, in the order in which they stand."""
        return np.repeat(np.arange(self.n_nodes, dtype=np.int32), np.diff(self.columns.ptr))

    def relations_at(self, places: slice | Integers) -> Ints:
        """Return the relations of the facts that stand there."""
        return (self.columns.pair[places] >> self.shift).astype(np.int32)

    def others_at(self, places: slice | Integers) -> Ints:
        """Return the other ends of the facts that stand there."""
        return (self.columns.pair[places] & self.mask).astype(np.int32)

    def places_of(self, relation: int) -> Longs:
        """Return where the facts of a relation stand, sorted."""
        pairs = self.columns.pair
        found = (
            np.flatnonzero(pairs[part] >> self.shift == relation) + part.start
            for part in pieces(len(self))
        )
        return np.concatenate([np.empty(0, np.int64), *found])

    def facts_per_relation(self) -> Longs:
        """Count the facts of each relation."""
        every = self.relations_at(slice(None))
        return np.bincount(every, minlength=self.n_relations)

    def nodes_per_relation(self) -> Longs:
        """Count the nodes that have a fact of each relation."""
        relations = self.relations_at(slice(None))
        first = np.ones(len(relations), np.bool_)
        first[1:] = relations[1:] != relations[:-1]
        ptr = self.columns.ptr
        first[ptr[:-1][ptr[:-1] < ptr[1:]]] = True
        return np.bincount(relations[first], minlength=self.n_relations)

    def split(self, pair: int) -> tuple[int, int]:
        """Return the relation and the other end that a pair stands for."""
        return pair >> self.shift, pair & self.mask


def _lookup(
    ptr: Sequence[int], pairs: Sequence[int], shift: int
) -> Callable[[int, int, int], bool]:
    # A method would read each of these from its object on every call: a sixth of the time.
    def has(node: int, relation: int, other: int) -> bool:
        end = ptr[node + 1]
        pair = relation << shift | other
        at = bisect_left(pairs, pair, ptr[node], end)
        return at < end and pairs[at] == pair

    return has


def make_side(
    nodes: Integers,
    relations: Integers,
    others: Integers,
    *,
    n_nodes: int,
    n_relations: int,
    key_bits: int = KEY_BITS,
) -> Side:
    """Sort triples into a side, each once however often it is given.

    A key is the node in front of the pair. Where `key_bits` do not hold it, nodes and pairs are
    sorted as two columns, which takes longer.
    """
    layout = Layout.of(n_nodes, n_relations)
    if (n_nodes - 1).bit_length() + layout.bits <= key_bits:
        # Whole columns of temporaries cost more than the sort: new memory is slow to come by.
        key = np.empty(len(nodes), np.int64)
        for part in pieces(len(key)):
            key[part] = nodes[part]
            key[part] <<= layout.bits
            key[part] |= _pairs(relations[part], others[part], layout)
        key.sort()
        columns = _split(key, n_nodes, layout)
    else:
        columns = _sort_apart(nodes, _pairs(relations, others, layout), n_nodes, layout)
    for column in columns:
        column.flags.writeable = False
    return Side(columns, n_relations)


def pieces(length: int, size: int = _PIECE) -> Iterator[slice]:
    """Go through places in pieces that the processor's cache holds."""
    return (slice(at, min(at + size, length)) for at in range(0, length, size))


def _pairs(relations: Integers, others: Integers, layout: Layout) -> Longs:
    pairs: Longs = relations.astype(np.int64)
    pairs <<= layout.other_bits
    pairs |= others
    return pairs


def _split(key: Longs, n_nodes: int, layout: Layout) -> Columns:
    """Leave out what repeats in sorted keys, and put the pairs in their place."""
    ptr: Places = np.zeros(n_nodes + 1, np.int32 if len(key) < 2**31 else np.int64)
    pairs: Pairs = key.view(layout.type)
    mask = (1 << layout.bits) - 1
    length = 0
    last = -1  # no key is
    for part in pieces(len(key)):
        piece = key[part]
        new = np.empty(len(piece), np.bool_)
        new[0] = piece[0] != last
        np.not_equal(piece[1:], piece[:-1], out=new[1:])
        first, last = int(piece[0]) >> layout.bits, int(piece[-1])
        kept = piece[new]
        pairs[length : length + len(kept)] = kept & mask
        length += len(kept)
        kept >>= layout.bits
        counts = np.bincount(kept - first)
        ptr[first + 1 : first + 1 + len(counts)] += counts
    np.cumsum(ptr, out=ptr)
    return Columns(ptr, pairs[:length])


def _sort_apart(nodes: Integers, pairs: Longs, n_nodes: int, layout: Layout) -> Columns:
    ptr, pairs = grouped(nodes, pairs, n_nodes)
    return Columns(ptr, pairs.astype(layout.type))


def grouped(
    groups: Integers, values: NDArray[_Number], n_groups: int
) -> tuple[Longs, NDArray[_Number]]:
    """Sort values by group, each once in it; those of group g are at [`ptr[g]`, `ptr[g + 1]`)."""
    order = np.lexsort((values, groups))
    groups, values = groups[order], values[order]
    new = np.ones(len(values), np.bool_)
    new[1:] = (values[1:] != values[:-1]) | (groups[1:] != groups[:-1])
    ptr = np.zeros(n_groups + 1, np.int64)
    np.cumsum(np.bincount(groups[new], minlength=n_groups), out=ptr[1:])
    return ptr, values[new]
