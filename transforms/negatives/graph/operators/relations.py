"""Facts with another relation, or with their ends exchanged."""

from collections.abc import Iterator

from stepsmith.transforms.graph.triples import Edge
from stepsmith.transforms.negatives.graph.chain import Edit
from stepsmith.transforms.negatives.graph.operator import counterfactual
from stepsmith.transforms.negatives.graph.subject import Subject


@counterfactual("wrong_relation", flaw="domain_inconsistency")
def wrong_relation(subject: Subject, hop: int) -> Iterator[Edit]:
    """Join the same two by another relation of such heads and tails, not an inverse or synonym.

    Relations are drawn as often as facts have them. One that is seen on the same pairs
    as the gold one, either way round, may follow from it and is left out.
    """
    gold, truth = subject.gold[hop], subject.truth
    if not truth.ordinary(gold):
        return
    said = {relation for relation, _ in truth.readings(gold.relation)}
    relations = _drawn(subject, gold)
    for relation in relations:
        edge = gold._replace(relation=relation)
        if relation in said or any(
            truth.habits.shares_pairs(gold.relation, relation, turned=turned)
            for turned in (False, True)
        ):
            continue
        absence = truth.absent(edge)
        if absence is not None:
            yield subject.replaced(hop, edge, absence)


def _drawn(subject: Subject, gold: Edge) -> list[int]:
    """Draw relations that others have to the tail, those first that the head has to others.

    Then come those that the head lacks and that many of its kind have.
    """
    truth = subject.truth
    out, _ = truth.graph.out_edges(gold.head)
    into, _ = truth.graph.in_edges(gold.tail)
    to_tail = set(into.tolist())
    own = [relation for relation in out.tolist() if relation in to_tail]
    kind = [one for one in to_tail if truth.habits.shares_heads(gold.relation, one)]
    others = [relation for relation in into.tolist() if relation in set(kind)]
    mixed = (subject.rng.sample(some, min(subject.tries, len(some))) for some in (own, others))
    return list(dict.fromkeys(relation for some in mixed for relation in some))


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
