"""Small graphs made by chance, always the same ones."""

from pathlib import Path
from random import Random

from stepsmith.transforms.graph.build import build
from stepsmith.transforms.graph.store import Graph
from stepsmith.transforms.graph.triples import Fact, Rows

VERBS = ("treats", "causes", "part_of", "produces", "capital", "owner", "precedes", "found_in")


def made_facts(seed: int = 0, *, nodes: int = 120, facts: int = 300) -> list[Fact]:
    """Make facts between nodes that are called by words; each one once, sorted."""
    rng = Random(seed)
    names = [f"thing_{number:03d}" for number in range(nodes)]
    found: set[Fact] = set()
    while len(found) < facts:
        head, tail = rng.sample(names, 2)
        found.add(Fact(head, rng.choice(VERBS), tail))
    return sorted(found)


def made_graph(seed: int = 0, *, nodes: int = 120, facts: int = 300) -> Graph:
    return Graph.of(made_facts(seed, nodes=nodes, facts=facts))


def made_folder(folder: Path, seed: int = 0, *, nodes: int = 120, facts: int = 300) -> str:
    """Build a made graph into a folder and return its path."""
    heads, relations, tails = zip(*made_facts(seed, nodes=nodes, facts=facts), strict=True)
    build([Rows(heads=heads, relations=relations, tails=tails)], folder)
    return str(folder)
