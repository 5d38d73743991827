"""A knowledge graph as a table of facts."""

from collections.abc import Iterator, Sequence
from typing import Literal

from stepsmith.schemas.errors import RecipeError, suggest
from stepsmith.transforms.evidence.facts import CaseFact
from stepsmith.transforms.graph.store import Graph
from stepsmith.transforms.graph.triples import Edge

__all__ = ["States", "facts_of"]

States = Literal["tails", "signs"]
"""What a state is: the tail of a relation, or whether a fact is one or is said to be false."""


def facts_of(graph: Graph, *, states: States, relations: Sequence[str] = ()) -> Iterator[CaseFact]:
    """Yield the facts of a graph by case, which is a head.

    With `tails` a finding is a relation and its state the tail. With `signs` a finding is a
    relation with its tail, `present` in the heads of facts and `absent` in those of curated false
    facts; what no false fact speaks of is left out, for nothing is known to lack it. No
    `relations` are all of them; raises `RecipeError` for one that the graph lacks.
    """
    chosen = frozenset(_numbers(graph, relations))
    if states == "tails":
        for edge in graph.edges():
            if edge.relation in chosen:
                yield _tail_of(graph, edge)
        return
    false = [edge for edge in graph.negatives() if edge.relation in chosen]
    spoken_of = {(edge.relation, edge.tail) for edge in false}
    heads = {edge.head for edge in false}
    for edge in false:
        yield _sign_of(graph, edge, "absent")
    # What else is known of their cases is shown with them.
    for edge in graph.edges():
        in_question = (edge.relation, edge.tail) in spoken_of
        if edge.relation in chosen and (in_question or edge.head in heads):
            yield _sign_of(graph, edge, "present")


def _numbers(graph: Graph, relations: Sequence[str]) -> Iterator[int]:
    known = {graph.relation_key(number): number for number in range(graph.n_relations)}
    for key in relations or known:
        if key not in known:
            msg = f"relations: no relation {key!r} in this graph; {suggest(key, known)}"
            raise RecipeError(msg)
        yield known[key]


def _tail_of(graph: Graph, edge: Edge) -> CaseFact:
    return CaseFact(
        case=graph.key(edge.head),
        name=graph.name(edge.head),
        finding=graph.relation_info(edge.relation).text or graph.relation_key(edge.relation),
        state=graph.name(edge.tail),
    )


def _sign_of(graph: Graph, edge: Edge, sign: str) -> CaseFact:
    relation = graph.relation_info(edge.relation).text or graph.relation_key(edge.relation)
    return CaseFact(
        case=graph.key(edge.head),
        name=graph.name(edge.head),
        finding=f"{relation} {graph.name(edge.tail)}",
        state=sign,
        topic=relation,
    )
