"""A chain of facts as steps: one hop a line, and the answer behind them."""

import dataclasses
from collections.abc import Mapping
from typing import Literal

from stepsmith.schemas.records import Step
from stepsmith.transforms.graph.store import Graph
from stepsmith.transforms.graph.triples import Edge
from stepsmith.transforms.graph.wording import (
    SEPARATOR,
    Wording,
    spoken_name,
    variant_of,
    wording_of,
)
from stepsmith.transforms.negatives.graph.chain import Chain, Hop

__all__ = ["Form", "Writer", "shown", "writer_of"]

Form = Literal["prose", "lines", "both"]
"""A hop as a sentence, as `head | relation | tail`, or as the one and the other in brackets."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class Writer:
    """Writes the chains of one problem.

    `letters` are those of the nodes on offer. Which of a sentence's forms is written hangs on
    `seed`, the reference whose steps an edit shares, and the place of the step; never on whether
    the step is right.
    """

    graph: Graph
    wording: Wording
    letters: Mapping[int, str]
    form: Form
    seed: int

    def steps(self, chain: Chain, *, reference: int) -> tuple[Step, ...]:
        """Write a chain; the same hops at the same places have the same text."""
        hops = enumerate(chain.hops)
        lines = [self._hop(hop, variant_of(self.seed, reference, place)) for place, hop in hops]
        answer = Step(text=f"The answer is {self.answer(chain)}.", kind="answer")
        return (*(Step(text=f"{line}\n") for line in lines), answer)

    def answer(self, chain: Chain) -> str:
        """Return the answer as it is stated: its letter where there are options, or its name."""
        return self.letters.get(chain.answer) or spoken_name(self.graph, chain.answer)

    def _hop(self, hop: Hop, variant: int) -> str:
        relation = self.graph.relation_key(hop.edge.relation)
        head, tail = (spoken_name(self.graph, node) for node in (hop.edge.head, hop.edge.tail))
        sentence = self.wording.sentence(head, relation, tail, variant=variant, negated=hop.negated)
        if self.form == "prose":
            return sentence
        denial = "not " if hop.negated else ""
        line = SEPARATOR.join((head, f"{denial}{self.wording.words(relation)}", tail))
        return line if self.form == "lines" else f"{sentence} ({line})"


def shown(graph: Graph, edge: Edge) -> str:
    """Return a fact by its keys, as a table of facts would name it."""
    return SEPARATOR.join(graph.fact(edge))


def writer_of(graph: Graph, *, letters: Mapping[int, str], form: Form, seed: int) -> Writer:
    """Return a writer of a graph's chains."""
    return Writer(graph=graph, wording=wording_of(graph), letters=letters, form=form, seed=seed)
