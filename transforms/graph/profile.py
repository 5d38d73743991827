"""What a graph is like: its hubs, and its relations with how many tails a head has."""

import dataclasses
from collections.abc import Iterator
from typing import Any

import numpy as np

from stepsmith.transforms.graph.index import Side
from stepsmith.transforms.graph.store import Graph

NEARLY_FUNCTIONAL = 1.5
"""Mean tails of a head: below it, another tail is hardly ever true as well."""


@dataclasses.dataclass(frozen=True, kw_only=True, slots=True)
class Hub:
    """A node with many facts at one end."""

    key: str
    name: str
    facts: int
    end: str


@dataclasses.dataclass(frozen=True, kw_only=True, slots=True)
class Used:
    """A relation, and its facts."""

    key: str
    text: str
    facts: int
    tails_per_head: float
    heads_per_tail: float


@dataclasses.dataclass(frozen=True, kw_only=True, slots=True)
class Profile:
    """What a graph is like. `relations` are the most used ones; `hubs` the largest nodes."""

    hubs: tuple[Hub, ...]
    relations: tuple[Used, ...]
    functional: tuple[str, ...]
    n_relations: int

    def to_json(self) -> dict[str, Any]:
        """Return it for a program to read."""
        return {
            "hubs": [dataclasses.asdict(hub) for hub in self.hubs],
            "used": [dataclasses.asdict(used) for used in self.relations],
            "nearly_functional": list(self.functional),
        }

    def lines(self) -> Iterator[str]:
        """Write it as lines."""
        yield "hubs:"
        for hub in self.hubs:
            named = "" if hub.name == hub.key else f" ({hub.key})"
            yield f"  {hub.facts:>11,} as {hub.end}  {hub.name}{named}"
        yield "relations: facts, tails of a head, heads of a tail"
        for used in self.relations:
            rates = f"{used.tails_per_head:>8.2f} {used.heads_per_tail:>8.2f}"
            yield f"  {used.facts:>11,} {rates}  {used.key} ({used.text})"
        yield (
            f"nearly functional, fewer than {NEARLY_FUNCTIONAL} tails of a head: "
            f"{len(self.functional)} of {self.n_relations} relations"
        )


def profile_of(graph: Graph, *, limit: int = 10) -> Profile:
    """Look at a graph; `limit` bounds the hubs and relations that are named."""
    out, into = graph.parts.out, graph.parts.into
    used = list(_used(graph))
    hubs = [*_hubs(graph, out, "head", limit), *_hubs(graph, into, "tail", limit)]
    return Profile(
        hubs=tuple(sorted(hubs, key=lambda hub: (-hub.facts, hub.key))[:limit]),
        relations=tuple(sorted(used, key=lambda one: (-one.facts, one.key))[:limit]),
        functional=tuple(
            one.key for one in used if one.facts and one.tails_per_head < NEARLY_FUNCTIONAL
        ),
        n_relations=graph.n_relations,
    )


def _used(graph: Graph) -> Iterator[Used]:
    """Count by columns, all relations at once: to look for each would take minutes."""
    out, into = graph.parts.out, graph.parts.into
    counts = (out.facts_per_relation(), out.nodes_per_relation(), into.nodes_per_relation())
    for relation, (facts, heads, tails) in enumerate(np.stack(counts, axis=1).tolist()):
        info = graph.relation_info(relation)
        yield Used(
            key=info.key,
            text=info.text,
            facts=facts,
            tails_per_head=facts / heads if heads else 0.0,
            heads_per_tail=facts / tails if tails else 0.0,
        )


def _hubs(graph: Graph, side: Side, end: str, limit: int) -> Iterator[Hub]:
    degrees = np.diff(side.columns.ptr)
    for node in np.argsort(-degrees, kind="stable")[:limit].tolist():
        yield Hub(key=graph.key(node), name=graph.name(node), facts=int(degrees[node]), end=end)
