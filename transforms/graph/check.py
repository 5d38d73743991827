"""Whether a graph's files say what they did when they were written."""

from collections.abc import Iterator

import numpy as np

from stepsmith.transforms.graph.digest import digest_of
from stepsmith.transforms.graph.index import Side, make_side
from stepsmith.transforms.graph.names import Names, surfaces_of
from stepsmith.transforms.graph.store import Graph


def faults_of(graph: Graph) -> Iterator[str]:
    """Name what is wrong with a graph, if anything.

    The hash covers what the graph says; all else is what follows from it, and is made again.
    """
    parts = graph.parts
    sides = (("out", parts.out), ("into", parts.into), ("false", parts.false))
    faults = [f"{name}: {fault}" for name, side in sides for fault in _faults_of_side(side)]
    yield from faults
    if not faults:  # what is not there cannot be turned round
        yield from _faults_of_directions(parts.out, parts.into)
    keys = list(parts.nodes)
    if keys != sorted(set(keys)):
        yield "nodes: their keys are not sorted, or not distinct"
    relations = [relation.key for relation in parts.relations]
    if relations != sorted(set(relations)):
        yield "relations: their keys are not sorted, or not distinct"
    yield from _faults_of_names(graph)
    found = digest_of(parts)
    if found != graph.digest:
        yield f"the content has the hash {found[:16]}, and the header says {graph.digest[:16]}"


def _faults_of_side(side: Side) -> Iterator[str]:
    ptr, pair = side.columns
    if ptr[0] != 0 or ptr[-1] != len(pair) or (np.diff(ptr) < 0).any():
        yield "the pointers do not cover the facts in order"
        return
    nodes = side.nodes()
    inside = nodes[1:] == nodes[:-1]
    if (pair[1:] <= pair[:-1])[inside].any():
        yield "the facts are not sorted, or not distinct"
    if len(pair) and not 0 <= int(pair.max() >> side.shift) < side.n_relations:
        yield "a fact has a relation that is not there"
    if len(pair) and int((pair & side.mask).max()) >= side.n_nodes:
        yield "a fact has a node that is not there"


def _faults_of_directions(out: Side, into: Side) -> Iterator[str]:
    every = slice(None)
    turned = make_side(
        out.others_at(every),
        out.relations_at(every),
        out.nodes(),
        n_nodes=out.n_nodes,
        n_relations=out.n_relations,
    )
    # Named, because mypy's own join of the two types depends on hashes.
    made: tuple[np.ndarray, ...] = turned.columns
    found: tuple[np.ndarray, ...] = into.columns
    if not all(map(np.array_equal, made, found)):
        yield "the two directions do not hold the same facts"


def _faults_of_names(graph: Graph) -> Iterator[str]:
    """Make the surfaces again, with the keys of the nodes and without: a build has the choice."""
    index = graph.names_index
    if len(index.ptr) != len(index.trie) + 1 or index.ptr[-1] != len(index.nodes):
        yield "names: the surfaces do not cover their nodes"
        return
    found = dict(index.surfaces())
    called = list(graph.parts.called)
    for keys in (list(graph.parts.nodes), ()):
        expected = Names.of(surfaces_of(keys, called, graph.parts.name_ptr))
        if found == dict(expected.surfaces()):
            return
    yield "names: the surfaces are not those of the names"
