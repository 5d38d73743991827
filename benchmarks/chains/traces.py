"""Questions of a graph with their gold traces, and three ways to spoil one without other words."""

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from random import Random
from typing import Any

from benchmarks.data.folder import data_folder, read_columns
from benchmarks.report import CannotRunError
from stepsmith.schemas import Problem
from stepsmith.transforms.files import LocalFiles
from stepsmith.transforms.graph.build import build
from stepsmith.transforms.graph.overlap import PathReward, path_reward, path_values
from stepsmith.transforms.graph.payload import GraphPayload, open_graph, read_graph_payload
from stepsmith.transforms.graph.store import Graph
from stepsmith.transforms.graph.triples import Fact, Labels, Rows
from stepsmith.transforms.graph.wording import spoken_name, wording_of
from stepsmith.transforms.source import SOURCES
from stepsmith.transforms.verify.graph.chain import judge_chain
from stepsmith.transforms.verify.graph.measures import measure_chain
from stepsmith.transforms.verify.graph.question import question_of

SETTINGS: Mapping[str, Any] = {"tries": 20_000, "style": "mixed"}


@dataclasses.dataclass(frozen=True)
class Asked:
    """A question, the graph that it is about, and its gold path as one sentence a hop."""

    problem: Problem
    payload: GraphPayload
    graph: Graph
    gold: tuple[str, ...]

    @classmethod
    def of(cls, problem: Problem, rng: Random) -> "Asked":
        """Read a problem and write its path."""
        payload = read_graph_payload(problem)
        graph = open_graph(payload)
        gold = tuple(sentence(graph, fact, rng) for fact in payload.paths[0])
        return cls(problem, payload, graph, gold)

    def reward(self, steps: Sequence[str], *, right: bool = True) -> PathReward:
        """Score a trace by the published reward."""
        return path_reward("\n".join(steps), path_values(self.payload), right=right)

    def first_wrong(self, steps: Sequence[str]) -> int | None:
        """Return the first step that `graph.path` calls wrong."""
        question = question_of(self.problem)
        return measure_chain(question, judge_chain(question, steps)).first_wrong

    def first_missing(self, steps: Sequence[str]) -> int | None:
        """Return the first hop of the path whose fact no step supports."""
        judged = judge_chain(question_of(self.problem), steps)
        told = {
            one.evidence.fact for step in judged for one in step if one.evidence.truth == "true"
        }
        return next((at for at, fact in enumerate(self.payload.paths[0]) if fact not in told), None)


def sentence(graph: Graph, fact: Fact, rng: Random, *, negated: bool = False) -> str:
    """Write a fact in one of its forms."""
    nodes = [graph.node(key) for key in (fact.head, fact.tail)]
    head, tail = (spoken_name(graph, node) for node in nodes if node is not None)
    variant = rng.randrange(1_000)
    return wording_of(graph).sentence(head, fact.relation, tail, variant=variant, negated=negated)


def shuffled(asked: Asked, rng: Random) -> tuple[str, ...]:
    """Put the sentences in any other order."""
    while True:
        order = tuple(rng.sample(asked.gold, len(asked.gold)))
        if order != asked.gold:
            return order


def turned(asked: Asked, rng: Random) -> tuple[str, ...]:
    """Turn one fact round."""
    at = rng.randrange(len(asked.gold))
    head, relation, tail = asked.payload.paths[0][at]
    told = sentence(asked.graph, Fact(tail, relation, head), rng)
    return (*asked.gold[:at], told, *asked.gold[at + 1 :])


def denied(asked: Asked, rng: Random) -> tuple[str, ...]:
    """Deny one fact."""
    at = rng.randrange(len(asked.gold))
    told = sentence(asked.graph, asked.payload.paths[0][at], rng, negated=True)
    return (*asked.gold[:at], told, *asked.gold[at + 1 :])


SPOILED: Mapping[str, Callable[[Asked, Random], tuple[str, ...]]] = {
    "shuffled": shuffled,
    "reversed": turned,
    "negated": denied,
}


def problems(graph: str, **options: Any) -> list[Problem]:
    """Make questions; an error record among them ends the benchmark."""
    source = SOURCES.get("graph_paths").value(graph=graph, **{**SETTINGS, **options})
    files = LocalFiles()
    found: list[Problem] = []
    for part in source.parts(files):
        for each in source.read(part, files):
            if not isinstance(each, Problem):
                raise CannotRunError(each.message)
            found.append(each)
    return found


def freebase(folder: str) -> str:
    """Build FB15k-237 with its names."""
    source = data_folder() / "graphs" / "fb15k237"
    heads, relations, tails = read_columns(source / "triples.parquet", ("head", "relation", "tail"))
    keys, texts = read_columns(source / "labels.parquet", ("id", "label"))
    rows = Rows(heads=heads, relations=relations, tails=tails)
    build([rows, Labels(keys=keys, texts=texts)], Path(folder) / "graph")
    return str(Path(folder) / "graph")


def made(folder: str, *, nodes: int = 240, facts: int = 800) -> str:
    """Build a small graph by chance."""
    rng = Random(0)
    names = [f"thing_{number:03d}" for number in range(nodes)]
    relations = ("treats", "causes", "part_of", "capital", "produces", "owner")
    found = {(*rng.sample(names, 2), rng.choice(relations)) for _ in range(facts)}
    heads, tails, kinds = zip(*sorted(found), strict=True)
    build([Rows(heads=heads, relations=kinds, tails=tails)], Path(folder) / "graph")
    return str(Path(folder) / "graph")
