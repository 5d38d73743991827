"""OmegaPRM's whole searches, with the paper's defaults."""

from collections.abc import Iterator
from random import Random

from benchmarks.worlds.walk import PROBLEM, ChainWorld, Walk
from stepsmith.transforms.search.base import SearchResult
from stepsmith.transforms.search.omega import omega
from stepsmith.transforms.search.omega_tree.candidates import Selector


def searched(
    world: ChainWorld, problems: int, *, searches: int, selector: Selector = "paper"
) -> Iterator[tuple[Walk, SearchResult]]:
    """Search problems, with the paper's defaults, until as many as asked for had a search."""
    seed = n_found = 0
    while n_found < problems:
        walk = Walk(world=world, seed=seed)
        result = walk.run(omega(PROBLEM, Random(seed), searches=searches, selector=selector))
        seed += 1
        if len(result.nodes) > 1:
            n_found += 1
            yield walk, result
