"""Facts as text: by the project's own wording, by forms that it does not have, and by lines."""

from collections.abc import Callable, Mapping, Sequence
from random import Random
from typing import NamedTuple

from stepsmith.transforms.graph.phrasing import negate
from stepsmith.transforms.graph.store import Graph
from stepsmith.transforms.graph.triples import Edge
from stepsmith.transforms.graph.wording import spoken_name, wording_of

HELD_OUT: Mapping[str, tuple[tuple[str, str], ...]] = {
    "noun": (
        ("{h}'s {r} is {t}.", "{h}'s {r} isn't {t}."),
        ("{t} is listed as the {r} of {h}.", "{t} is not listed as the {r} of {h}."),
        ("Looking at {h}, its {r} is given as {t}.", "Looking at {h}, its {r} is never {t}."),
        ("Starting from {h} and following {r}, we get to {t}.",
         "Starting from {h} and following {r}, we do not get to {t}."),
        ("So the {r} for {h} is clear: it is {t}", "No, {t} is no {r} of {h}."),
        ("{h} has, among others, the {r} {t}.", "{h} doesn't have the {r} {t}."),
        ("{r} of {h}: {t}", "{r} of {h}: not {t}"),
    ),
    "predicate": (
        ("Clearly, {h} {r} {t}.", "Clearly, {h} {n} {t}."),
        ("It is {t} that {h} {r}.", "It is not {t} that {h} {r}."),
        ("{h} {r} {t}, so we go on from there.", "{h} {n} {t}, so we stop there."),
        ("The graph says: {h} {r} {t}", "The graph says: {h} {n} {t}"),
        ("Since {h} {r} {t}, we continue.", "That {h} {r} {t} is false."),
        ("{h} --{r}--> {t}", "It is untrue that {h} {r} {t}."),
    ),
}  # fmt: skip
"""Forms that `transforms.graph.wording` does not have, each beside its denial."""


class Statement(NamedTuple):
    """One step: an edge, asserted or denied."""

    edge: Edge
    denied: bool = False


Write = Callable[[Graph, Statement, Random], str]


def worded(graph: Graph, statement: Statement, rng: Random) -> str:
    """Write a step in one of the forms of the project's own wording."""
    head, relation, tail = _spoken(graph, statement.edge)
    return wording_of(graph).sentence(
        head, relation, tail, variant=rng.randrange(1_000), negated=statement.denied
    )


def held_out(graph: Graph, statement: Statement, rng: Random) -> str:
    """Write a step in one of the forms that the wording does not have."""
    head, relation, tail = _spoken(graph, statement.edge)
    phrase = wording_of(graph).phrase(relation)
    affirmed, denied = rng.choice(HELD_OUT[phrase.kind])
    form = denied if statement.denied else affirmed
    opposite = negate(phrase.text) if phrase.kind == "predicate" else ""
    return form.format(h=head, r=phrase.text, t=tail, n=opposite)


def line(graph: Graph, statement: Statement, rng: Random) -> str:
    """Write a step as a machine line."""
    del rng
    head, relation, tail = _spoken(graph, statement.edge)
    words = wording_of(graph).words(relation)
    return f"{head} | {'not ' if statement.denied else ''}{words} | {tail}"


def both(graph: Graph, statement: Statement, rng: Random) -> str:
    """Write a step as a sentence with its machine line behind it."""
    return f"{worded(graph, statement, rng)} ({line(graph, statement, rng)})"


WRITERS: Mapping[str, Write] = {
    "wording": worded,
    "held_out": held_out,
    "line": line,
    "both": both,
}


def names_only(graph: Graph, path: Sequence[Edge]) -> str:
    """List the names of a path, and say nothing of them."""
    nodes = [path[0].head, *(edge.tail for edge in path)]
    return ", ".join(spoken_name(graph, node) for node in nodes)


def path_values(graph: Graph, path: Sequence[Edge]) -> list[str]:
    """Return the names and words of a path: what a token-overlap reward looks for."""
    wording = wording_of(graph)
    return [
        value
        for edge in path
        for value in (
            spoken_name(graph, edge.head),
            wording.words(graph.relation_key(edge.relation)),
            spoken_name(graph, edge.tail),
        )
    ]


def _spoken(graph: Graph, edge: Edge) -> tuple[str, str, str]:
    head, relation, tail = edge
    return spoken_name(graph, head), graph.relation_key(relation), spoken_name(graph, tail)
