"""Whether a fact is known to be true, under every name that it could be read by."""

import dataclasses
import itertools
from collections.abc import Iterable, Mapping
from functools import cache, cached_property, lru_cache

from stepsmith.transforms.graph.names import surface
from stepsmith.transforms.graph.store import Graph
from stepsmith.transforms.graph.triples import Edge
from stepsmith.transforms.negatives.graph.chain import Safety
from stepsmith.transforms.negatives.graph.habits import Habits

__all__ = ["Absence", "Truth"]

Reading = tuple[int, bool]
"""A relation that says the same, and whether with its ends exchanged."""

_MOST_REACHED = 200
"""Nodes: a relation is followed no further than to so many. No term has more ancestors."""


@dataclasses.dataclass(frozen=True, kw_only=True, slots=True)
class Absence:
    """Why a fact may be written as a false one: how sure that is, and what was looked up."""

    safety: Safety
    check: str
    chance: float | None = None


class Truth:
    """What a graph says of a fact.

    In an `open` world a fact that is absent may be true all the same. It is then taken for false
    only where that is unlikely: where fewer than `max_chance` such facts are expected by chance,
    and where the relation, followed on and on from the head, does not come to the tail (an
    ancestor's ancestor is an ancestor, said or unsaid).
    """

    def __init__(self, graph: Graph, *, closed: bool = False, max_chance: float = 0.05) -> None:
        self.graph = graph
        self.habits = Habits(graph)
        self.closed = closed
        self._max_chance = max_chance
        self.alike = cache(self._find_alike)
        """Return every node that could be meant by a name of this one, itself among them."""
        self.readings = cache(self._find_readings)
        """Return every relation that says the same, by declaration or by an equal phrase."""
        self._reached = lru_cache(maxsize=1_000)(self._find_reached)

    def holds(self, edge: Edge) -> bool:
        """Say whether the fact is in the graph: as it stands, or as it could be read."""
        heads, tails = self.alike(edge.head), self.alike(edge.tail)
        return any(
            self.graph.exists(tail, relation, head)
            if turned
            else self.graph.exists(head, relation, tail)
            for relation, turned in self.readings(edge.relation)
            for head, tail in itertools.product(heads, tails)
        )

    def absent(self, edge: Edge) -> Absence | None:
        """Say why the fact may be taken for false; nothing where it may not."""
        if edge.tail in self.alike(edge.head) or self.holds(edge):
            return None
        curated = self.graph.is_negative(*edge)
        chance = self.habits.chance(edge)
        sure = curated or self.closed
        if not sure and (not self._is_rare(edge, chance) or self.leads_to(edge)):
            return None
        safety: Safety = (
            "curated"
            if curated
            else "closed_world"
            if self.closed
            else "absent_functional"
            if self.has_another_tail(edge)
            else "absent"
        )
        return Absence(safety=safety, check=self._words(edge, safety), chance=round(chance, 6))

    def ordinary(self, edge: Edge) -> bool:
        """Say whether a fact could have been written as a false one, had the graph lacked it.

        Only such facts are replaced by false ones. Otherwise what is much spoken of would stand in
        true facts alone, and tell them from the false ones.
        """
        return self.closed or self._is_rare(edge, self.habits.chance(edge))

    def has_another_tail(self, edge: Edge) -> bool:
        """Say whether the head has another tail for a relation that has one a head."""
        known = self.graph.tails(edge.head, edge.relation)
        return self.habits.functional(edge.relation) and bool(set(known.tolist()) - {edge.tail})

    def mirrored(self, relation: int) -> bool:
        """Say whether a fact of the relation holds turned round, by declaration or as is seen."""
        turned = (relation, True) in self.readings(relation)
        return turned or self.habits.shares_pairs(relation, relation, turned=True)

    def leads_to(self, edge: Edge) -> bool:
        """Say whether the relation, followed again and again from the head, comes to the tail.

        It is followed in each of its readings: of "has the kind", which leads to too many, down
        from the one, its inverse leads up from the other.
        """
        return any(
            self._comes_to(edge.tail, relation, edge.head)
            if turned
            else self._comes_to(edge.head, relation, edge.tail)
            for relation, turned in self.readings(edge.relation)
        )

    def all_alike(self, nodes: Iterable[int]) -> frozenset[int]:
        """Return every node that could be meant by a name of these."""
        return frozenset(one for node in nodes for one in self.alike(node))

    @cached_property
    def false_facts(self) -> Mapping[tuple[str, int], tuple[Edge, ...]]:
        """The curated false facts, by `("head", node)` and by `("tail", node)`."""
        found: dict[tuple[str, int], list[Edge]] = {}
        for edge in self.graph.negatives():
            found.setdefault(("head", edge.head), []).append(edge)
            found.setdefault(("tail", edge.tail), []).append(edge)
        return {end: tuple(edges) for end, edges in found.items()}

    def _comes_to(self, start: int, relation: int, end: int) -> bool:
        wanted = self.alike(end)
        starts = self.alike(start)
        return any(not self._reached(one, relation).isdisjoint(wanted) for one in starts)

    def _find_reached(self, head: int, relation: int) -> frozenset[int]:
        seen: set[int] = set()
        waiting = {head}
        while waiting and len(seen) < _MOST_REACHED:
            tails = (self.graph.tails(node, relation).tolist() for node in waiting)
            waiting = {tail for found in tails for tail in found} - seen
            seen |= waiting
        return frozenset(seen)

    def _is_rare(self, edge: Edge, chance: float) -> bool:
        # In a small relation one fact each is as rare as it gets.
        return chance <= max(self._max_chance, 1 / max(1, self.habits.size(edge.relation)))

    def _words(self, edge: Edge, safety: Safety) -> str:
        if safety == "curated":
            return "a curated false fact, and none of the facts under any of its names"
        head, tail = (len(self.alike(node)) for node in (edge.head, edge.tail))
        readings = len(self.readings(edge.relation))
        looked = f"no such fact: {head} x {tail} nodes of these names, {readings} relation readings"
        if safety == "absent_functional":
            known = self.graph.tails(edge.head, edge.relation).tolist()
            return f"{looked}; one tail a head, and it has {self.graph.name(known[0])!r}"
        return looked

    def _find_alike(self, node: int) -> tuple[int, ...]:
        names = self.graph.names(node) or (self.graph.key(node),)
        return tuple(sorted({node, *(one for name in names for one in self.graph.find(name))}))

    @cached_property
    def _by_phrase(self) -> Mapping[str, frozenset[Reading]]:
        found: dict[str, set[Reading]] = {}
        for relation in range(self.graph.n_relations):
            for phrase, turned in self._phrases(relation):
                found.setdefault(phrase, set()).add((relation, turned))
        return {phrase: frozenset(readings) for phrase, readings in found.items()}

    def _phrases(self, relation: int) -> set[tuple[str, bool]]:
        info = self.graph.relation_info(relation)
        straight = {(surface(text), False) for text in (info.text, *info.phrases)}
        return straight | {(surface(text), True) for text in info.inverse_phrases}

    def _find_readings(self, relation: int) -> tuple[Reading, ...]:
        seen: set[Reading] = {(relation, False)}
        waiting = [(relation, False)]
        while waiting:
            one, turned = waiting.pop()
            near = {(other, turned is not flip) for other, flip in self._next_to(one)} - seen
            seen |= near
            waiting += near
        return tuple(sorted(seen))

    def _next_to(self, relation: int) -> set[Reading]:
        info = self.graph.relation_info(relation)
        near = {
            (other, turned is not flip)
            for phrase, turned in self._phrases(relation)
            for other, flip in self._by_phrase[phrase]
        }
        inverse = None if info.inverse is None else self.graph.relation(info.inverse)
        near |= set() if inverse is None else {(inverse, True)}
        near |= {(one, True) for one in self._declared_inverse(relation)}
        return near | ({(relation, True)} if info.symmetric else set())

    def _declared_inverse(self, relation: int) -> set[int]:
        key = self.graph.relation_key(relation)
        relations = range(self.graph.n_relations)
        return {one for one in relations if self.graph.relation_info(one).inverse == key}
