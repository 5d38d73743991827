"""Facts with another relation, or with their ends exchanged."""

from collections.abc import Iterator

from stepsmith.transforms.graph.triples import Edge
from stepsmith.transforms.negatives.graph.chain import Edit
from stepsmith.transforms.negatives.graph.operator import counterfactual
from stepsmith.transforms.negatives.graph.subject import Subject
from stepsmith.transforms.negatives.graph.swaps import swaps_of


@counterfactual("wrong_relation", flaw="domain_inconsistency")
def wrong_relation(subject: Subject, hop: int) -> Iterator[Edit]:
    """Join the same two by another relation of such heads and tails, not an inverse or synonym.

    Each is put in the place of the other as often as the other in its own, so that no relation is
    one of false facts.
    """
    gold, truth = subject.gold[hop], subject.truth
    swaps = swaps_of(truth)
    others = swaps.others(gold)
    for relation in subject.rng.sample(others, len(others)):
        if subject.rng.random() >= swaps.kept(gold.relation, relation):
            continue
        edge = gold._replace(relation=relation)
        absence = truth.absent(edge)
        if absence is not None:
            yield subject.replaced(hop, edge, absence)


@counterfactual("reversed", flaw="deception")
def turned_round(subject: Subject, hop: int) -> Iterator[Edit]:
    """Exchange the ends of a fact whose relation is not symmetric, neither declared nor seen."""
    head, relation, tail = subject.gold[hop]
    if subject.truth.mirrored(relation):
        return
    edge = Edge(tail, relation, head)
    absence = subject.truth.absent(edge)
    if absence is not None:
        yield subject.replaced(hop, edge, absence)
