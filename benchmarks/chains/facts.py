"""FB15k-237 without the facts that its authors held out, and single facts made wrong from it."""

import dataclasses
import itertools
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from random import Random

from benchmarks.data.folder import read_columns
from benchmarks.report import CannotRunError
from stepsmith.transforms.graph.build import build
from stepsmith.transforms.graph.store import Graph
from stepsmith.transforms.graph.triples import Edge, Fact, Labels, Rows
from stepsmith.transforms.negatives.graph import OPERATORS, Subject, Truth

N_TRAIN, N_ENTITIES = 272_115, 14_505
"""What is known of the training facts: how many there are, and of how many entities."""

KINDS = ("wrong_tail.typed", "wrong_tail.functional", "wrong_head", "wrong_relation", "reversed")
"""Operators that state an absent fact and need no more than one hop."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class Split:
    """A graph of the training facts, in a folder, and the facts held out."""

    graph: Graph
    folder: str
    train: frozenset[Fact]
    held_out: frozenset[Fact]
    named: dict[str, frozenset[str]]

    def is_known(self, fact: Fact) -> bool:
        """Say whether the training facts state it, under any node of the same name."""
        heads = self.named.get(fact.head, frozenset([fact.head]))
        tails = self.named.get(fact.tail, frozenset([fact.tail]))
        pairs = itertools.product(heads, tails)
        return any(Fact(head, fact.relation, tail) in self.train for head, tail in pairs)


def open_split(folder: Path, target: Path) -> Split:
    """Build the graph of the training facts.

    The file has no column that says which they are, but it is the three published files one after
    another: its first 272,115 rows have the published number of entities, or it is refused.
    """
    rows = read_columns(folder / "triples.parquet", ("head", "relation", "tail"))
    facts = [Fact(*row) for row in zip(*rows, strict=True)]
    train, held_out = facts[:N_TRAIN], facts[N_TRAIN:]
    entities = {node for fact in train for node in (fact.head, fact.tail)}
    if len(entities) != N_ENTITIES:
        msg = (
            f"the first {N_TRAIN} rows of {folder} have {len(entities)} entities, not {N_ENTITIES}"
        )
        raise CannotRunError(msg)
    keys, texts = read_columns(folder / "labels.parquet", ("id", "label"))
    build([as_rows(train), Labels(keys=keys, texts=texts)], target, keys_are_names=False)
    return Split(
        graph=Graph.open(target),
        folder=str(target),
        train=frozenset(train),
        held_out=frozenset(held_out),
        named=namesakes(keys, texts),
    )


def as_rows(facts: Sequence[Sequence[str]], *, negative: bool = False) -> Rows:
    """Return facts as columns."""
    heads, relations, tails = (list(column) for column in zip(*facts, strict=True))
    return Rows(heads=heads, relations=relations, tails=tails, negative=negative)


def namesakes(keys: Sequence[str], texts: Sequence[str]) -> dict[str, frozenset[str]]:
    """Return for each node all that are called as it is."""
    called: dict[str, set[str]] = {}
    for key, text in zip(keys, texts, strict=True):
        called.setdefault(" ".join(text.casefold().split()), set()).add(key)
    return {
        key: frozenset(called[" ".join(text.casefold().split())])
        for key, text in zip(keys, texts, strict=True)
    }


@dataclasses.dataclass(frozen=True, kw_only=True)
class Tally:
    """How many false facts were made of one kind, and how many of them are true after all."""

    made: int = 0
    held_out: int = 0
    known: int = 0

    def add(self, split: Split, fact: Fact) -> "Tally":
        """Count one more."""
        return Tally(
            made=self.made + 1,
            held_out=self.held_out + (fact in split.held_out),
            known=self.known + split.is_known(fact),
        )


def spoil_facts(split: Split, truth: Truth, n: int) -> dict[str, Tally]:
    """Make one false fact of each kind out of each of `n` training facts, each a chain of one.

    Few are of relations with one tail a head, and their share is to be small: as many facts again
    are drawn of those relations alone.
    """
    tallies = dict.fromkeys(KINDS, Tally())
    edges = list(split.graph.edges())
    one_tail = [edge for edge in edges if truth.habits.functional(edge.relation)]
    for kinds, facts in ((KINDS, edges), (KINDS[1:2], one_tail)):
        operators = {kind: OPERATORS.get(kind).value for kind in kinds}
        for edge, rng in draw_facts(facts, n):
            for kind, operator in operators.items():
                edit = next(operator.propose(chain_of_one(truth, edge, rng), 0), None)
                if edit is not None and edit.edge is not None:
                    tallies[kind] = tallies[kind].add(split, split.graph.fact(edit.edge))
    return tallies


def chain_of_one(truth: Truth, edge: Edge, rng: Random) -> Subject:
    """Return a fact as a chain of one hop that ends in the answer."""
    return Subject(
        truth=truth,
        gold=(edge,),
        answers=frozenset([edge.tail]),
        starts=frozenset([edge.head]),
        rng=rng,
    )


def draw_facts(edges: Sequence[Edge], n: int) -> Iterator[tuple[Edge, Random]]:
    """Draw facts, each with random numbers of its own."""
    rng = Random(0)
    for number in range(n):
        yield edges[rng.randrange(len(edges))], Random(number)


def baselines(split: Split, truth: Truth, n: int) -> dict[str, Tally]:
    """Make false facts as is usual: another tail, not in the graph; nothing else is asked.

    `any` draws it from all nodes, `typed` from the relation's tails, each alike, and `drawn` from
    the tails of the relation's facts, as often as they have them.
    """
    graph = split.graph
    made: dict[str, Tally] = {}
    for edge, rng in draw_facts(list(graph.edges()), n):
        tails = graph.tails_of(edge.relation)
        relation = edge.relation
        ways: dict[str, Callable[[], int]] = {
            "any": lambda: rng.randrange(graph.n_nodes),  # noqa: B023 - called within its turn
            "typed": lambda: int(tails[rng.randrange(len(tails))]),  # noqa: B023
            "drawn": lambda: truth.habits.draw(relation, rng).tail,  # noqa: B023
        }
        for way, draw in ways.items():
            tail = absent_tail(graph, edge, draw)
            if tail is None:
                continue
            fact = graph.fact(edge._replace(tail=tail))
            one_tail = truth.habits.functional(edge.relation)
            for name in (way, f"{way}.functional")[: 1 + one_tail]:
                made[name] = made.get(name, Tally()).add(split, fact)
    return made


def absent_tail(graph: Graph, edge: Edge, draw: Callable[[], int], tries: int = 20) -> int | None:
    """Draw until a tail is not in the graph with this head and relation."""
    drawn = (draw() for _ in range(tries))
    return next((one for one in drawn if not graph.exists(edge.head, edge.relation, one)), None)


def spoil_codex(folder: Path, target: Path, n: int) -> Counter[str]:
    """Make facts of CoDEx-M wrong by what people found false, and look each up."""
    rows = read_columns(folder / "triples.parquet", ("head", "relation", "tail"))
    facts = set(zip(*rows, strict=True))
    lines = (folder / "codex-m.test_negatives.txt").read_text().splitlines()
    false = [tuple(line.split()) for line in lines]
    build([as_rows(sorted(facts)), as_rows(false, negative=True)], target)
    graph = Graph.open(target)
    truth, operator = Truth(graph), OPERATORS.get("curated").value
    found: Counter[str] = Counter()
    for head, _, _ in false[:n]:
        node = graph.node(head)
        gold = None if node is None else first_fact(graph, node)
        if gold is None:
            found["no fact of the head"] += 1
            continue
        subject = chain_of_one(truth, gold, Random(0))
        for one in operator.propose(subject, 0):
            edge = one.edge
            if edge is not None:
                found["in the graph" if tuple(graph.fact(edge)) in facts else "false"] += 1
    return found


def first_fact(graph: Graph, node: int) -> Edge | None:
    """Return the first fact of a head."""
    relations, tails = graph.out_edges(node)
    return Edge(node, int(relations[0]), int(tails[0])) if len(tails) else None
