"""Taxonomies for tests: one to read, and random trees and graphs."""

from hypothesis import strategies as st

from stepsmith.transforms.taxonomy.tree import Taxonomy

ANIMALS = """\
animal	thing
plant	thing
bird	animal
fish	animal
mammal	animal
robin	bird
owl	bird
barn owl	owl
dog	mammal
cat	mammal
siamese	cat
persian	cat
trout	fish
salmon	fish
oak	plant
rose	plant
tea rose	rose
penguin	bird
penguin	fish
"""

Edges = list[tuple[str, str]]


def edges_of(text: str) -> Edges:
    return [(child, parent) for child, parent in (line.split("\t") for line in text.splitlines())]


def animals() -> Taxonomy:
    return Taxonomy.of(edges_of(ANIMALS))


@st.composite
def trees(draw: st.DrawFn, *, max_parents: int = 1) -> Edges:
    """Draw the edges of a tree, or of a graph in which a node has up to so many parents."""
    size = draw(st.integers(2, 16))
    edges: Edges = []
    for node in range(1, size):
        count = min(node, draw(st.integers(1, max_parents)))
        above = draw(st.sets(st.integers(0, node - 1), min_size=count, max_size=count))
        edges += [(f"{node:02d}", f"{parent:02d}") for parent in sorted(above)]
    return edges


graphs = st.one_of(trees(), trees(max_parents=3))
