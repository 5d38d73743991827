"""A made graph with hubs: 20 million facts between 5 million nodes, and questions about it."""

import dataclasses
from random import Random

import numpy as np
from numpy.typing import NDArray

from stepsmith.transforms.graph.columns import Collected
from stepsmith.transforms.graph.store import Graph
from stepsmith.transforms.graph.strings import Strings

_HEAD_SKEW, _TAIL_SKEW = 1.92, 3.48
"""By these the largest node has 0.03 % of the facts as head, and 1.2 % as tail."""
_STEP = 1_000_003
_DIGITS = 8


@dataclasses.dataclass(frozen=True, kw_only=True)
class World:
    """How large the graph is."""

    facts: int = 20_000_000
    nodes: int = 5_000_000
    relations: int = 500


def make_world(world: World, *, seed: int = 0) -> Collected:
    """Draw facts whose heads and tails follow power laws; nodes are named by their numbers."""
    random = np.random.default_rng(seed)
    none = np.empty(0, np.int32)
    return Collected(
        nodes=_keys(world.nodes),
        relation_keys=tuple(f"r{number:03}" for number in range(world.relations)),
        true=(
            _skewed(random, world, _HEAD_SKEW),
            random.integers(0, world.relations, world.facts, np.int32),
            _skewed(random, world, _TAIL_SKEW),
        ),
        false=(none, none, none),
        declared={},
        called=Strings.of(()),
        name_ptr=np.zeros(world.nodes + 1, np.int64),
        unused_names=0,
        rejected=(),
    )


def _skewed(random: np.random.Generator, world: World, skew: float) -> NDArray[np.int32]:
    rank = (world.nodes * random.random(world.facts) ** skew).astype(np.int64)
    # Hubs stand anywhere, as in real graphs, and not beside each other.
    return (rank * _STEP % world.nodes).astype(np.int32)


def _keys(count: int) -> Strings:
    numbers = np.arange(count)
    places = 10 ** np.arange(_DIGITS - 1, -1, -1)
    digits = (numbers[:, None] // places % 10 + ord("0")).astype(np.uint8)
    text = np.full((count, _DIGITS + 1), ord("n"), np.uint8)
    text[:, 1:] = digits
    return Strings(text.reshape(-1), np.arange(count + 1, dtype=np.int64) * (_DIGITS + 1))


def make_lookups(graph: Graph, count: int, random: Random) -> NDArray[np.int64]:
    """Draw triples, half of them facts and half of them not but for chance."""
    out = graph.parts.out
    true = np.array([random.randrange(graph.n_facts) for _ in range(count // 2)])
    columns = [out.nodes()[true], out.relations_at(true), out.others_at(true)]
    facts = np.stack(columns, axis=1).astype(np.int64)
    sizes = (graph.n_nodes, graph.n_relations, graph.n_nodes)
    false = np.array(
        [[random.randrange(size) for size in sizes] for _ in range(count - len(facts))]
    )
    lookups = np.concatenate([facts, false])
    order = np.array(random.sample(range(count), count))
    shuffled: NDArray[np.int64] = lookups[order]
    return shuffled


def make_ends(graph: Graph, hops: int, count: int, random: Random) -> list[tuple[int, int]]:
    """Draw pairs of nodes that a random walk of `hops` steps joins."""
    ends: list[tuple[int, int]] = []
    while len(ends) < count:
        start = node = random.randrange(graph.n_nodes)
        for _ in range(hops):
            _, tails = graph.out_edges(node)
            if not len(tails):
                break
            node = int(tails[random.randrange(len(tails))])
        else:
            if node != start:
                ends.append((start, node))
    return ends
