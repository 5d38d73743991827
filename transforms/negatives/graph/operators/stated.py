"""What somebody has said of facts: that they are false, or the contrary of what is true."""

from collections.abc import Iterator

from stepsmith.transforms.graph.triples import Edge
from stepsmith.transforms.negatives.graph.chain import Edit, Hop
from stepsmith.transforms.negatives.graph.operator import counterfactual
from stepsmith.transforms.negatives.graph.subject import Subject
from stepsmith.transforms.negatives.graph.truth import Absence


@counterfactual("negation", flaw="step_contradiction")
def negation(subject: Subject, hop: int) -> Iterator[Edit]:
    """Deny a fact of the chain, and go on as if it had been asserted."""
    denied = Hop(edge=subject.gold[hop], negated=True)
    hops = (*subject.hops[:hop], denied, *subject.hops[hop + 1 :])
    held = Absence(safety="by_construction", check="the fact that it denies is in the graph")
    yield subject.edit(hop, hops, held, fault="polarity")


@counterfactual("true_denial")
def true_denial(subject: Subject, hop: int) -> Iterator[Edit]:
    """Deny what is false, and go on: right, so that to deny something is no sign of an error."""
    gold, truth, rng = subject.gold[hop], subject.truth, subject.rng
    if not truth.ordinary(gold):
        return
    for edge in truth.habits.like(gold, ("tail",), rng, tries=subject.tries):
        false = gold._replace(tail=edge.tail)
        absence = None if false.tail in subject.named else truth.absent(false)
        if absence is not None:
            denied = Hop(edge=false, negated=True)
            hops = (*subject.hops[:hop], denied, *subject.hops[hop:])
            yield subject.edit(hop, hops, absence, fault="none")


@counterfactual("curated", flaw="counterfactual")
def curated(subject: Subject, hop: int) -> Iterator[Edit]:
    """State a fact that a person found false, of the same head, or else of the same tail.

    Those of the hop's own relation come first. One that the graph holds all the same, under any
    of its names, is refused.
    """
    gold, truth = subject.gold[hop], subject.truth
    of_head = _shuffled(subject, gold, truth.false_facts.get(("head", gold.head), ()))
    for edge in of_head:
        if edge.tail in subject.named:
            continue
        absence = truth.absent(edge)
        edit = absence and subject.diverted(hop, edge, absence, fault="fact")
        if edit:
            yield edit
    for edge in _shuffled(subject, gold, truth.false_facts.get(("tail", gold.tail), ())):
        absence = None if edge.head in subject.named else truth.absent(edge)
        if absence is not None:
            yield subject.replaced(hop, edge, absence)


def _shuffled(subject: Subject, gold: Edge, edges: tuple[Edge, ...]) -> list[Edge]:
    mixed = subject.rng.sample(edges, len(edges))
    return sorted(mixed, key=lambda edge: edge.relation != gold.relation)
