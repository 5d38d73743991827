"""From a sampled question to a problem: its id, its text, its payload."""

import dataclasses
import hashlib
from typing import Literal

from stepsmith.schemas.records import Problem
from stepsmith.transforms.graph.payload import GraphPayload, Option, World
from stepsmith.transforms.graph.questions.options import (
    answer_letter,
    distractors,
    lettered,
    options_text,
)
from stepsmith.transforms.graph.questions.sample import Question
from stepsmith.transforms.graph.questions.texts import Styles, question_text, style_of
from stepsmith.transforms.graph.store import Graph
from stepsmith.transforms.graph.triples import Edge, Fact
from stepsmith.transforms.graph.wording import random_of, spoken_name, wording_of

Form = Literal["free", "choice"]


@dataclasses.dataclass(frozen=True, kw_only=True)
class Writing:
    """How problems are written. See the source `graph_paths`, whose options these are."""

    folder: str
    source: str
    domain: str
    seed: int = 0
    form: Form = "free"
    options: int = 4
    style: Styles = "mixed"
    context: int = 0
    world: World = "open"


@dataclasses.dataclass(frozen=True)
class Maker:
    """Writes the problems of one graph."""

    graph: Graph
    writing: Writing

    def problem(self, question: Question) -> Problem | None:
        """Write one problem; nothing where the graph has too few wrong options for it."""
        group = self.group_id(question)
        options: tuple[Option, ...] = ()
        if self.writing.form == "choice":
            rng = random_of("options", self.writing.seed, group)
            wrong = distractors(self.graph, question, self.writing.options - 1, rng)
            if len(wrong) < self.writing.options - 1:
                return None
            options = lettered([self.graph.key(node) for node in (question.end, *wrong)], rng)
        payload = self._payload(question, options)
        right = [spoken_name(self.graph, node) for node in question.answers]
        return Problem(
            id=f"{group}-{self.writing.form}",
            group_id=group,
            source=self.writing.source,
            domain=self.writing.domain,
            prompt=self._prompt(question, options, group),
            answer=answer_letter(payload) if options else "; ".join(right),
            payload=payload.encode(),
        )

    def group_id(self, question: Question) -> str:
        """Name a question by its start and its pattern: what is asked, however it is put."""
        keys = [self.graph.key(question.start), *map(self.graph.relation_key, question.relations)]
        digest = hashlib.blake2b("\x1f".join(keys).encode(), digest_size=8).hexdigest()
        return f"{len(question.path)}hop-{digest}"

    def _payload(self, question: Question, options: tuple[Option, ...]) -> GraphPayload:
        graph, wording = self.graph, wording_of(self.graph)
        named = {*map(graph.key, (*question.nodes, *question.answers)), *(o.key for o in options)}
        relations = [graph.relation_info(relation) for relation in question.relations]
        return GraphPayload(
            graph=self.writing.folder,
            digest=graph.digest,
            world=self.writing.world,
            # The names that the text uses, so that a row can be read without its graph.
            names={key: (spoken_name(graph, _known(graph, key)),) for key in sorted(named)},
            relations=tuple(
                dataclasses.replace(each, text=wording.words(each.key))
                for each in dict.fromkeys(relations)
            ),
            starts=(graph.key(question.start),),
            relation_path=tuple(map(graph.relation_key, question.relations)),
            answers=tuple(map(graph.key, question.answers)),
            paths=tuple(tuple(map(graph.fact, path)) for path in question.paths),
            max_hops=len(question.path),
            complete=question.complete,
            options=options,
        )

    def _prompt(self, question: Question, options: tuple[Option, ...], group: str) -> str:
        graph, wording = self.graph, wording_of(self.graph)
        text = question_text(
            spoken_name(graph, question.start),
            [wording.phrase(graph.relation_key(relation)) for relation in question.relations],
            style=style_of(self.writing.style, self.writing.seed, group),
        )
        parts = [*self._facts(question, group), text]
        if options:
            keys = [option.key for option in options]
            names = {key: spoken_name(graph, _known(graph, key)) for key in keys}
            parts.append(options_text(options, names))
        return "\n".join(parts)

    def _facts(self, question: Question, group: str) -> list[str]:
        """Return machine lines to show: the path's facts among others of its nodes, shuffled."""
        if not self.writing.context:
            return []
        rng = random_of("context", self.writing.seed, group)
        others: list[Edge] = []
        for node in question.nodes[:-1]:
            relations, tails = self.graph.out_edges(node)
            ends = zip(relations.tolist(), tails.tolist(), strict=True)
            others += [Edge(node, *end) for end in ends]
        rng.shuffle(others)
        shown = list(dict.fromkeys((*question.path, *others)))
        shown = shown[: max(self.writing.context, len(question.path))]
        rng.shuffle(shown)
        return ["Facts:", *map(self._line, shown)]

    def _line(self, edge: Edge) -> str:
        fact: Fact = self.graph.fact(edge)
        head, tail = (spoken_name(self.graph, node) for node in (edge.head, edge.tail))
        return wording_of(self.graph).line(head, fact.relation, tail)


def _known(graph: Graph, key: str) -> int:
    node = graph.node(key)
    assert node is not None  # noqa: S101 - the key came from this graph
    return node
