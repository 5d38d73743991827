"""A graph with something for every operator, and a judge of chains that knows only its facts."""

from collections.abc import Collection
from random import Random

from stepsmith.transforms.graph.relations import Relation
from stepsmith.transforms.graph.store import Graph
from stepsmith.transforms.graph.triples import Edge, Fact, Path
from stepsmith.transforms.negatives.graph import Chain, Edit, Found, Subject, Truth, counterfactuals

N = 40

RELATIONS = (
    Relation(key="born_in", text="is born in", functional=True),
    Relation(key="works_for", text="works for", inverse="employs", inverse_phrases=("employs",)),
    Relation(key="spouse", text="is married to", symmetric=True),
    Relation(key="is_a", text="is a kind of"),
)


def facts() -> list[Fact]:
    """Forty people, twenty cities, ten firms, five countries, and a ladder of kinds."""
    made: list[Fact] = []
    for n in range(N):
        person, city = f"p{n}", f"c{n % 20}"
        made.append(Fact(person, "born_in", city))
        made.append(Fact(person, "died_in", f"c{(n * 7 + 3) % 20}"))
        made += [Fact(person, "knows", f"p{(n * k + k) % N}") for k in (3, 5)]
        made.append(Fact(person, "works_for", f"f{(n * 3 + 1) % 10}"))
        if n % 2 == 0:
            made.append(Fact(person, "spouse", f"p{n + 1}"))
    for n in range(20):
        made.append(Fact(f"c{n}", "run_by", f"f{n // 2}"))
        made += [Fact(f"c{n}", "twin", f"c{n ^ 1}")]  # both ways, and not declared so
    for n in range(10):
        made.append(Fact(f"f{n}", "owned_by", f"k{n // 2}"))
        made.append(Fact(f"f{n}", "sells", f"t{n}.0"))
        made += [Fact(f"t{n}.{step}", "is_a", f"t{n}.{step + 1}") for step in range(4)]
    return [fact for fact in made if fact.head != fact.tail]


NEGATIVES = (
    Fact("p0", "born_in", "c11"),
    Fact("p1", "knows", "c0"),
    Fact("p9", "born_in", "c0"),
    Fact("c0", "run_by", "f9"),
)
NAMES = {"c4": ("Springfield",), "c15": ("springfield",), "p0": ("Ada", "Countess")}
GOLD = (
    Fact("p0", "born_in", "c0"),
    Fact("c0", "run_by", "f0"),
    Fact("f0", "owned_by", "k0"),
)


def world() -> Graph:
    return Graph.of(facts(), negatives=NEGATIVES, names=NAMES, relations=RELATIONS)


def path_of(graph: Graph, *gold: Fact) -> Path:
    edges = [graph.edge(fact) for fact in gold]
    assert all(edge is not None and graph.exists(*edge) for edge in edges)
    return tuple(edge for edge in edges if edge is not None)


def node(graph: Graph, key: str) -> int:
    number = graph.node(key)
    assert number is not None
    return number


def subject_of(
    graph: Graph,
    gold: Path,
    *,
    closed: bool = False,
    max_chance: float = 0.05,
    seed: int = 0,
    answers: Collection[int] = (),
    options: tuple[int, ...] = (),
    truth: Truth | None = None,
) -> Subject:
    return Subject(
        truth=truth or Truth(graph, closed=closed, max_chance=max_chance),
        gold=gold,
        answers=frozenset((gold[-1].tail, *answers)),
        starts=frozenset([gold[0].head]),
        rng=Random(seed),
        options=options,
    )


def edits(
    kind: str, gold: tuple[Fact, ...] = GOLD, graph: Graph | None = None, **options: object
) -> list[Edit]:
    """Return every edit of one kind."""
    graph = graph or world()
    subject = subject_of(graph, path_of(graph, *gold), **options)  # type: ignore[arg-type]
    return [one.edit for one in counterfactuals(subject, kinds=(kind,), max_each=10)]


def stated(graph: Graph, edit: Edit) -> Fact | None:
    return None if edit.edge is None else graph.fact(edit.edge)


def written(graph: Graph, chain: Chain) -> list[str]:
    """Write a chain by its keys, for a test to compare."""
    lines = [
        f"{'not ' if hop.negated else ''}{' '.join(graph.fact(hop.edge))}" for hop in chain.hops
    ]
    return [*lines, graph.key(chain.answer)]


def first_wrong(
    known: Collection[Edge], starts: Collection[int], answers: Collection[int], chain: Chain
) -> int | None:
    """Judge a chain in a closed world: the first step that is false or comes from nowhere.

    It has nothing but a set of triples, so it is right only where names and readings are plain.
    """
    reached = set(starts)
    for place, hop in enumerate(chain.hops):
        if (hop.edge in known) is hop.negated or hop.edge.head not in reached:
            return place
        reached.add(hop.edge.tail)
    return None if chain.answer in answers and chain.answer in reached else len(chain.hops)


def by_kind(found: tuple[Found, ...]) -> dict[str, list[Edit]]:
    kinds: dict[str, list[Edit]] = {}
    for one in found:
        kinds.setdefault(one.operator.name, []).append(one.edit)
    return kinds
