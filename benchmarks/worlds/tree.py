"""The tree world: every prefix's value is known, and few enough steps that prefixes meet again.

At each of `depth` places a step is right with probability `success`; it is then one of `variants`
right texts, else one of as many bad ones, all equally likely. A solution ends right if all its
steps are. From a prefix without a bad step of length i that has the chance success^(depth - i),
from any other 0. `variants` null writes a fresh text each time, so that no two steps are equal.
"""

import dataclasses
import statistics
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from random import Random

from benchmarks.worlds.walk import BROKEN, first_bad
from stepsmith.schemas.records import Node


@dataclasses.dataclass(frozen=True, kw_only=True)
class TreeWorld:
    """A world by rule, as `benchmarks.worlds.walk.Walk` drives it."""

    depth: int
    success: float
    variants: int | None = None

    def value(self, prefix: Sequence[str]) -> float:
        """Return the exact chance to end right from `prefix`, one text a step."""
        if first_bad(prefix) is not None:
            return 0.0
        return float(self.success ** (self.depth - len(prefix)))

    def write(self, prefix: Sequence[str], rng: Random) -> Sequence[str]:
        """Continue `prefix` to the solution's end, one text a step."""
        texts = list(prefix)
        for index in range(len(prefix), self.depth):
            bad = "" if rng.random() < self.success else BROKEN
            name = rng.getrandbits(32) if self.variants is None else rng.randrange(self.variants)
            texts.append(f"{index} {name:x}{bad}\n")
        if len(prefix) < self.depth:
            ending = " right\n" if first_bad(texts) is None else " wrong\n"
            texts[-1] = texts[-1].removesuffix("\n") + ending
        return texts[len(prefix) :]


@dataclasses.dataclass(frozen=True, kw_only=True)
class Rated:
    """A node of a search in a tree world: what the search says of it, and the truth."""

    node: Node
    prefix: tuple[str, ...]
    truth: float


def rate_nodes(world: TreeWorld, nodes: Sequence[Node]) -> list[Rated]:
    """Put the exact value beside each node; a parent comes before its children."""
    prefixes: dict[str, tuple[str, ...]] = {}
    for node in nodes:
        above = () if node.parent_id is None else (*prefixes[node.parent_id], node.text)
        prefixes[node.id] = above
    return [
        Rated(node=node, prefix=prefixes[node.id], truth=world.value(prefixes[node.id]))
        for node in nodes
    ]


def rank_correlation(rated: Sequence[Rated], *, min_visits: int = 2) -> float | None:
    """Return Spearman's rho of value and truth over visited nodes but the root; null if constant.

    Equal values share the mean of their ranks.
    """
    seen = [one for one in rated if one.node.parent_id and one.node.visits >= min_visits]
    values = [one.node.value or 0.0 for one in seen]
    truths = [one.truth for one in seen]
    if len(set(values)) < 2 or len(set(truths)) < 2:  # noqa: PLR2004 - nothing to rank
        return None
    return statistics.correlation(_ranks(values), _ranks(truths))


def _ranks(values: Sequence[float]) -> list[float]:
    ordered = sorted(values)
    return [(bisect_left(ordered, value) + bisect_right(ordered, value)) / 2 for value in values]


def sibling_scores(rated: Sequence[Rated]) -> Iterator[float]:
    """Compare each right child of a right node with each broken one: 1 if it has the higher value.

    0.5 where both are equal. Children that were never visited have no value and are left out.
    """
    siblings: dict[str, list[Rated]] = {}
    for one in rated:
        if one.node.parent_id is not None and one.node.value is not None:
            siblings.setdefault(one.node.parent_id, []).append(one)
    for children in siblings.values():
        right = [one.node.value or 0.0 for one in children if one.truth > 0]
        broken = [
            one.node.value or 0.0
            for one in children
            if one.truth == 0 and first_bad(one.prefix[:-1]) is None
        ]
        for good in right:
            yield from (1.0 if good > bad else 0.5 if good == bad else 0.0 for bad in broken)
