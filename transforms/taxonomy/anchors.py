"""How each node of a taxonomy stands to a term that is to be placed in it (HEF, 2021).

The term and all that lies below it are taken out of the taxonomy. Of the rest an anchor is on the
path if it is a parent of the term, lies above one or lies below one; there a descent should stop at
a parent, go forward above and go back below. Neither what lies above a parent nor what lies below
it includes the parent itself. With several parents a node may be more than one of these: then
being a parent comes first, and being above one before being below another.

A reader knows a term by its name. Where several nodes have it, the term has the parents of all of
them; and what shares its name with a node on the path is neither said to be on it nor off it.
"""

import dataclasses
from collections.abc import Iterator, Sequence
from random import Random
from typing import Literal

from stepsmith.transforms.taxonomy.tree import Taxonomy, TaxonomyError

__all__ = [
    "BATCH",
    "STOPS",
    "Anchor",
    "OffPath",
    "Placement",
    "Quotas",
    "Stop",
    "may_be_placed",
    "place",
    "sample",
]

Stop = Literal["current", "forward", "backward"]
STOPS: tuple[Stop, ...] = ("current", "forward", "backward")
OffPath = Literal["backward", "random"]
"""What an anchor off the path says: back, or any of the three (as the paper's other option)."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class Anchor:
    """A node and its two labels for one term; `level` counts from the root, at 0."""

    key: str
    name: str
    level: int
    path: bool
    stop: Stop


@dataclasses.dataclass(frozen=True, kw_only=True)
class Placement:
    """Where a term belongs: its parents, what lies above and below them, and what is taken out.

    `unclear` are nodes off the path that are called like one on it.
    """

    query: str
    parents: frozenset[str]
    above: frozenset[str]
    below: frozenset[str]
    removed: frozenset[str]
    unclear: frozenset[str] = frozenset()

    def on_path(self, key: str) -> bool:
        """Say whether a node is a parent, or lies above or below one."""
        return key in self.parents or key in self.above or key in self.below

    def may_be_shown(self, key: str) -> bool:
        """Say whether a node is still there, and no reader takes it for one on the path."""
        return key not in self.removed and key not in self.unclear

    def stop(self, key: str) -> Stop:
        """Say what a descent should do at a node; off the path it should go back."""
        if key in self.parents:
            return "current"
        return "forward" if key in self.above else "backward"

    def leads_on(self, key: str) -> bool:
        """Say whether a descent should go to a node: it is a parent, or one lies below it."""
        return key in self.parents or key in self.above


def may_be_placed(taxonomy: Taxonomy, query: str) -> bool:
    """Say whether a term has a place: it has a parent, and no node above or below has its name."""
    if query not in taxonomy or not taxonomy.parents(query):
        return False
    same = taxonomy.namesakes(query)
    if not same:
        return True
    above = taxonomy.ancestors(query)
    return above.isdisjoint(same) and not any(query in taxonomy.ancestors(one) for one in same)


def place(taxonomy: Taxonomy, query: str) -> Placement:
    """Take a term out of its taxonomy, and others of its name.

    Raises `TaxonomyError` for none, for the root, and for a term below or above another of its
    name.
    """
    if query not in taxonomy or not taxonomy.parents(query):
        msg = f"{query!r} has no parent in the taxonomy: it cannot be placed"
        raise TaxonomyError(msg)
    if not may_be_placed(taxonomy, query):
        msg = f"{query!r} lies above or below another node that may be called so: it has no place"
        raise TaxonomyError(msg)
    terms = taxonomy.namesakes(query) | {query}
    removed = terms.union(*map(taxonomy.descendants, terms))
    # A namesake of a namesake may lie above it, though not above the term.
    parents = frozenset[str]().union(*map(taxonomy.parents, terms)) - removed
    above = frozenset[str]().union(*map(taxonomy.ancestors, parents)) - parents
    below = frozenset[str]().union(*map(taxonomy.descendants, parents)) - parents - above - removed
    on_path = parents | above | below
    return Placement(
        query=query,
        parents=parents,
        above=above,
        below=below,
        removed=removed,
        unclear=taxonomy.alike(on_path) - on_path - removed,
    )


@dataclasses.dataclass(frozen=True, kw_only=True)
class Quotas:
    """How many anchors of each kind a batch of `size` holds, where there are so many.

    Anchors off the path fill what the others leave: they are `negatives` at least.
    """

    current: int = 1
    forward: int = 6
    backward: int = 8
    negatives: int = 16
    size: int = 32


BATCH = Quotas()


def sample(
    taxonomy: Taxonomy,
    placement: Placement,
    rng: Random,
    *,
    quotas: Quotas = BATCH,
    off_path: OffPath = "backward",
) -> tuple[Anchor, ...]:
    """Draw the batch of one term: no anchor twice, the parent first, then in order of the kinds."""
    on_path = [
        *_draw(placement.parents, quotas.current, rng),
        *_draw(placement.above, quotas.forward, rng),
        *_draw(placement.below, quotas.backward, rng),
    ]
    room = max(quotas.negatives, quotas.size - len(on_path))
    anchors = [_anchor(taxonomy, placement, key) for key in on_path]
    for key in _off_path(taxonomy, placement, room, rng):
        anchor = _anchor(taxonomy, placement, key)
        stop = rng.choice(STOPS) if off_path == "random" else anchor.stop
        anchors.append(dataclasses.replace(anchor, stop=stop))
    return tuple(anchors)


def _draw(keys: frozenset[str], count: int, rng: Random) -> Sequence[str]:
    return rng.sample(sorted(keys), min(count, len(keys)))


def _off_path(taxonomy: Taxonomy, placement: Placement, count: int, rng: Random) -> Iterator[str]:
    """Draw nodes off the path, by going through all of them in an order of chance."""
    keys = list(taxonomy.keys)
    for left in range(len(keys), 0, -1):
        if not count:
            return
        # A shuffle of which no more is done than is asked for: WordNet has 82,000 nouns.
        at = rng.randrange(left)
        keys[at], keys[left - 1] = keys[left - 1], keys[at]
        key = keys[left - 1]
        if placement.may_be_shown(key) and not placement.on_path(key):
            count -= 1
            yield key


def _anchor(taxonomy: Taxonomy, placement: Placement, key: str) -> Anchor:
    return Anchor(
        key=key,
        name=taxonomy.name(key),
        level=taxonomy.level(key),
        path=placement.on_path(key),
        stop=placement.stop(key),
    )
