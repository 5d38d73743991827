"""A graph of facts, mapped from a folder and shared by processes, or made of a few facts."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from stepsmith.transforms.graph.digest import digest_of
from stepsmith.transforms.graph.errors import GraphError
from stepsmith.transforms.graph.index import Ints, Side, make_side
from stepsmith.transforms.graph.names import Names, surfaces_of
from stepsmith.transforms.graph.parts import Parts
from stepsmith.transforms.graph.relations import Relation, with_text
from stepsmith.transforms.graph.strings import Strings
from stepsmith.transforms.graph.triples import Edge, Fact

_NO_NAMES: Mapping[str, Sequence[str]] = MappingProxyType({})


class Graph:
    """Facts between numbered nodes. Nodes and relations are numbered in the order of their keys.

    A number given must be one of the graph's.
    """

    def __init__(self, parts: Parts, *, digest: str = "", folder: str = "") -> None:
        self.parts = parts
        self.folder = folder
        self.n_nodes = len(parts.nodes)
        self.n_relations = len(parts.relations)
        self.n_facts = len(parts.out)
        self._digest: str = digest
        self._relation_numbers = {one.key: at for at, one in enumerate(parts.relations)}
        self._ends: dict[tuple[int, str], Ints] = {}
        # Bound here and not defined below: a call through a method of ours would cost a third more.
        self.exists = parts.out.has
        """Say whether (head, relation, tail) is a fact."""
        self.is_negative = parts.false.has
        """Say whether (head, relation, tail) is a curated false fact."""
        self.tails = parts.out.others
        """Return the tails of (head, relation), sorted."""
        self.out_edges = parts.out.edges
        """Return the relations and tails of a head, sorted by both."""
        self.in_edges = parts.into.edges
        """Return the relations and heads of a tail, sorted by both."""
        self.out_degree = parts.out.degree
        """Count the facts of a head."""
        self.in_degree = parts.into.degree
        """Count the facts of a tail."""

    @classmethod
    def open(cls, folder: str | Path) -> "Graph":
        """Map a graph that was built into a folder; raises `GraphError` where there is none."""
        from stepsmith.transforms.graph.folder import open_parts

        parts, digest = open_parts(Path(folder))
        return cls(parts, digest=digest, folder=str(folder))

    @classmethod
    def of(
        cls,
        facts: Iterable[Fact],
        *,
        negatives: Iterable[Fact] = (),
        names: Mapping[str, Sequence[str]] = _NO_NAMES,
        relations: Iterable[Relation] = (),
    ) -> "Graph":
        """Make a graph of a few facts in memory; a name of a node without facts is left out."""
        return cls(_parts_of(list(facts), list(negatives), names, relations))

    @property
    def digest(self) -> str:
        """The hash of what the graph says: that of the same facts, names and relations."""
        if not self._digest:
            self._digest = digest_of(self.parts)
        return self._digest

    def node(self, key: str) -> int | None:
        """Return the number of the node with that key."""
        return self.parts.nodes.find(key)

    def key(self, node: int) -> str:
        """Return a node's key."""
        return self.parts.nodes[node]

    def name(self, node: int) -> str:
        """Return a node's main name, or its key where it has none."""
        first, end = (int(at) for at in self.parts.name_ptr[node : node + 2])
        return self.parts.called[first] if first < end else self.parts.nodes[node]

    def names(self, node: int) -> tuple[str, ...]:
        """Return a node's names, the main one first; none where it has only its key."""
        first, end = self.parts.name_ptr[node], self.parts.name_ptr[node + 1]
        return self.parts.called[int(first) : int(end)]

    def relation(self, key: str) -> int | None:
        """Return the number of the relation with that key."""
        return self._relation_numbers.get(key)

    def relation_key(self, relation: int) -> str:
        """Return a relation's key."""
        return self.parts.relations[relation].key

    def relation_info(self, relation: int) -> Relation:
        """Return what is known of a relation besides its facts."""
        return self.parts.relations[relation]

    def exists_many(self, edges: NDArray[np.integer]) -> NDArray[np.bool_]:
        """Say of each (head, relation, tail) of an array of shape (n, 3) whether it is a fact."""
        heads, relations, tails = np.asarray(edges, np.int64).reshape(-1, 3).T
        return self.parts.out.has_many(heads, relations, tails)

    def heads(self, relation: int, tail: int) -> Ints:
        """Return the heads of (relation, tail), sorted."""
        return self.parts.into.others(tail, relation)

    def between(self, head: int, tail: int) -> tuple[int, ...]:
        """Return the relations that hold from a head to a tail, sorted."""
        if self.out_degree(head) <= self.in_degree(tail):
            relations, ends = self.out_edges(head)
            return tuple(relations[ends == tail].tolist())
        relations, ends = self.in_edges(tail)
        return tuple(relations[ends == head].tolist())

    def tails_of(self, relation: int) -> Ints:
        """Return every node that is a tail of the relation, sorted."""
        return self._ends_of(relation, "tail")

    def heads_of(self, relation: int) -> Ints:
        """Return every node that is a head of the relation, sorted."""
        return self._ends_of(relation, "head")

    def tails_per_head(self, relation: int) -> float:
        """Return the mean number of tails of a head that has the relation; 0 without facts."""
        heads = len(self.heads_of(relation))
        return self.facts_of(relation) / heads if heads else 0.0

    def facts_of(self, relation: int) -> int:
        """Count the facts of a relation."""
        return len(self.parts.out.places_of(relation))

    def negatives(self) -> Iterator[Edge]:
        """Go through the curated false facts, sorted."""
        return _edges(self.parts.false)

    def edges(self) -> Iterator[Edge]:
        """Go through the facts, sorted."""
        return _edges(self.parts.out)

    def fact(self, edge: Edge) -> Fact:
        """Return an edge with the keys of what it joins."""
        head, relation, tail = edge
        return Fact(self.key(head), self.relation_key(relation), self.key(tail))

    def edge(self, fact: Fact) -> Edge | None:
        """Return a triple's numbers, be it true or not; none where one of its keys is unknown."""
        head, relation, tail = self.node(fact[0]), self.relation(fact[1]), self.node(fact[2])
        if head is None or relation is None or tail is None:
            return None
        return Edge(head, relation, tail)

    @cached_property
    def names_index(self) -> Names:
        """The names of all nodes, to look for in a text."""
        return self.parts.names()

    def find(self, surface: str) -> tuple[int, ...]:
        """Return every node with that name or alias, whatever its case and white space."""
        return self.names_index.find(surface)

    def _ends_of(self, relation: int, end: str) -> Ints:
        if not 0 <= relation < self.n_relations:
            msg = f"no relation {relation}; the graph has {self.n_relations}"
            raise IndexError(msg)
        known = self._ends.get((relation, end))
        if known is None:
            side = self.parts.out if end == "tail" else self.parts.into
            known = np.unique(side.others_at(side.places_of(relation)))
            known.flags.writeable = False
            self._ends[relation, end] = known
        return known


def _edges(side: Side) -> Iterator[Edge]:
    for node in range(side.n_nodes):
        relations, others = side.edges(node)
        for relation, other in zip(relations.tolist(), others.tolist(), strict=True):
            yield Edge(node, relation, other)


def _parts_of(
    facts: Sequence[Fact],
    negatives: Sequence[Fact],
    names: Mapping[str, Sequence[str]],
    relations: Iterable[Relation],
) -> Parts:
    declared = {relation.key: relation for relation in relations}
    everything = [*facts, *negatives]
    node_keys = sorted({key for head, _, tail in everything for key in (head, tail)})
    relation_keys = sorted({relation for _, relation, _ in everything})
    if not node_keys:
        msg = "a graph needs a fact at least"
        raise GraphError(msg)
    nodes = {key: at for at, key in enumerate(node_keys)}
    numbers = {key: at for at, key in enumerate(relation_keys)}
    columns = np.array(
        [(nodes[head], numbers[relation], nodes[tail]) for head, relation, tail in everything],
        np.int64,
    ).T
    true, false = columns[:, : len(facts)], columns[:, len(facts) :]
    called = [tuple(dict.fromkeys(names.get(key, ()))) for key in node_keys]
    name_ptr = np.zeros(len(node_keys) + 1, np.int64)
    np.cumsum([len(texts) for texts in called], out=name_ptr[1:])
    flat = [text for texts in called for text in texts]
    sizes = {"n_nodes": len(node_keys), "n_relations": len(relation_keys)}
    return Parts(
        nodes=Strings.of(node_keys),
        relations=tuple(with_text(declared.get(key, Relation(key=key))) for key in relation_keys),
        out=make_side(true[0], true[1], true[2], **sizes),
        into=make_side(true[2], true[1], true[0], **sizes),
        false=make_side(false[0], false[1], false[2], **sizes),
        called=Strings.of(flat),
        name_ptr=name_ptr,
        names=lambda: Names.of(surfaces_of(node_keys, flat, name_ptr)),
    )
