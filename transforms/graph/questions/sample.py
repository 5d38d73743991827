"""Questions from random walks: where they start, how they go on, and which are kept.

A walk starts at a node drawn by its inverse degree, so that hubs do not start most of them. At
each hop a relation is drawn first and then one of its tails: a relation with a thousand facts is
no likelier than one with one. A walk passes no hub and no node twice, and takes no relation right
back along its inverse.
"""

import dataclasses
from collections.abc import Iterator
from functools import cached_property
from random import Random

import numpy as np
from numpy.typing import NDArray

from stepsmith.transforms.graph.paths import is_hub, shortest_hops, simple_paths
from stepsmith.transforms.graph.questions.sides import Split
from stepsmith.transforms.graph.store import Graph
from stepsmith.transforms.graph.triples import Edge, Path
from stepsmith.transforms.graph.wording import spoken_name

_WIDE = 5_000
"""Nodes reached on the way by one relation path: with more its answers are hardly few."""


@dataclasses.dataclass(frozen=True, kw_only=True, slots=True)
class Question:
    """A path to ask about. `paths[0]` is it; the others lead from the start to an answer too.

    `answers` are all nodes that the start reaches along the path's relations, sorted.
    """

    answers: tuple[int, ...]
    paths: tuple[Path, ...]
    complete: bool

    @property
    def path(self) -> Path:
        """The path that the question is made from."""
        return self.paths[0]

    @property
    def start(self) -> int:
        """The node that the question names."""
        return self.path[0].head

    @property
    def end(self) -> int:
        """The answer at the end of the path; there may be others."""
        return self.path[-1].tail

    @property
    def relations(self) -> tuple[int, ...]:
        """The pattern: the relations of the path, in order."""
        return tuple(edge.relation for edge in self.path)

    @property
    def nodes(self) -> tuple[int, ...]:
        """The nodes of the path, in order."""
        return (self.start, *(edge.tail for edge in self.path))


@dataclasses.dataclass(frozen=True, kw_only=True)
class Rules:
    """Which questions are kept. See the source `graph_paths`, whose options these are."""

    hub_cap: int = 200
    max_answers: int = 5
    max_paths: int = 50
    shortcuts: bool = False
    unambiguous: bool = True
    split: Split = dataclasses.field(default_factory=Split)


@dataclasses.dataclass(frozen=True, kw_only=True)
class Sampler:
    """Draws questions that start at every `n_parts`-th node, from the `part`-th on.

    Parts share no start, and so no question. What a draw is rejected for comes out as a phrase.
    """

    graph: Graph
    rules: Rules
    part: int = 0
    n_parts: int = 1

    def draw(self, hops: int, rng: Random) -> Question | str:
        """Draw one question of `hops` hops, or say why this draw gave none."""
        if not len(self._nodes):
            return "no node to start at"
        drawn = rng.random() * float(self._weights[-1])
        at = int(self._weights.searchsorted(drawn, side="right"))
        start = int(self._nodes[min(at, len(self._nodes) - 1)])
        if not self._may_name(start):
            return "a start of the other side, or of an ambiguous name"
        path = self._walk(start, hops, rng)
        if path is None:
            return "a walk that found no way on"
        return self._check(path)

    @cached_property
    def _nodes(self) -> NDArray[np.int64]:
        nodes = np.arange(self.part, self.graph.n_nodes, self.n_parts)
        out, into = self._degrees(nodes)
        cap = self.rules.hub_cap
        return nodes[(out > 0) & (out <= cap) & (into <= cap)]

    @cached_property
    def _weights(self) -> NDArray[np.float64]:
        """Inverse degrees, added up: a draw falls into a node's own share."""
        out, into = self._degrees(self._nodes)
        return np.cumsum(1.0 / (out + into))

    def _degrees(self, nodes: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        sides = (self.graph.parts.out.columns.ptr, self.graph.parts.into.columns.ptr)
        out, into = (ptr[nodes + 1] - ptr[nodes] for ptr in sides)
        return out, into

    def _walk(self, start: int, hops: int, rng: Random) -> Path | None:
        path: Path = ()
        passed = {start}
        for _ in range(hops):
            edge = self._step(path, path[-1].tail if path else start, passed, rng)
            if edge is None:
                return None
            path = (*path, edge)
            passed.add(edge.tail)
        return path

    def _step(self, path: Path, node: int, passed: set[int], rng: Random) -> Edge | None:
        """Draw a relation of the node, then a tail; the next ones where none of them will do."""
        edges = self.graph.out_edges(node)
        ways: dict[int, list[int]] = {}
        for relation, tail in zip(edges[0].tolist(), edges[1].tolist(), strict=True):
            if tail not in passed:
                ways.setdefault(relation, []).append(tail)
        back = self._inverse(path[-1].relation) if path else None
        relations = [relation for relation in ways if relation != back]
        rng.shuffle(relations)
        for relation in relations:
            tails = ways[relation]
            rng.shuffle(tails)
            for tail in tails:
                if self._may_pass(tail):
                    return Edge(node, relation, tail)
        return None

    def _inverse(self, relation: int) -> int | None:
        key = self.graph.relation_info(relation).inverse
        return None if key is None else self.graph.relation(key)

    def _may_pass(self, node: int) -> bool:
        return not is_hub(self.graph, node, self.rules.hub_cap) and self._may_name(node)

    def _may_name(self, node: int) -> bool:
        """Say whether a question of this side may name the node, and is then understood."""
        if not self.rules.split.takes_node(self.graph, node):
            return False
        if not self.rules.unambiguous:
            return True
        return self.graph.find(spoken_name(self.graph, node)) == (node,)

    def _check(self, path: Path) -> Question | str:
        """Make the question of a path, unless one of the rules forbids it."""
        start, relations = path[0].head, [edge.relation for edge in path]
        if not self.rules.split.takes_pattern(self.graph, relations):
            return "a pattern of the other side"
        answers = self._reach(start, relations)
        if not 1 <= len(answers) <= self.rules.max_answers:
            return f"more than {self.rules.max_answers} answers"
        if start in answers:
            return "an answer that is the start"
        if not all(map(self._may_name, answers)):
            return "an answer of the other side, or of an ambiguous name"
        if not self.rules.shortcuts and len(path) > 1:
            short = shortest_hops(self.graph, start, answers, len(path) - 1)
            if short is not None:
                return "a shorter path from the start to an answer"
        return self._with_all_paths(path, answers)

    def _reach(self, start: int, relations: list[int]) -> tuple[int, ...]:
        """Return what the start reaches along the relations; nothing where that is too much."""
        nodes = {start}
        for relation in relations:
            nodes = {tail for node in nodes for tail in self.graph.tails(node, relation).tolist()}
            if len(nodes) > _WIDE:
                return ()
        return tuple(sorted(nodes))

    def _with_all_paths(self, path: Path, answers: tuple[int, ...]) -> Question | str:
        others = [other for other in self._paths(path, answers) if other != path]
        limit = self.rules.max_paths
        question = Question(
            answers=answers, paths=(path, *others[: limit - 1]), complete=len(others) < limit
        )
        if not self.rules.split.keeps_apart(self.graph, question.paths):
            return "another path over a fact of the other side"
        return question

    def _paths(self, path: Path, answers: tuple[int, ...]) -> Iterator[Path]:
        """Go through the paths to any answer, hubs included: a way over one is a way."""
        for answer in answers:
            yield from simple_paths(
                self.graph,
                path[0].head,
                answer,
                max_hops=len(path),
                limit=self.rules.max_paths + 1,
                hub_cap=None,
            )
