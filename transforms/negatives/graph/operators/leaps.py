"""Chains that jump to the end, or stop before it."""

from collections.abc import Iterator

from stepsmith.transforms.graph.triples import Edge
from stepsmith.transforms.negatives.graph.chain import Edit, Hop
from stepsmith.transforms.negatives.graph.operator import counterfactual
from stepsmith.transforms.negatives.graph.subject import Subject
from stepsmith.transforms.negatives.graph.truth import Absence, Truth

_INHERITING_NAMES = """
    hypernym instance hyponym isa is_a kind_of subclass_of instance_of subtype_of type_of part_of
    located_in member_of has_part contains
    """
_INHERITING = frozenset(_INHERITING_NAMES.split())
"""What these relations lead to may hold of where they come from: a dog has what animals have."""


@counterfactual("shortcut", flaw="missing_condition")
def shortcut(subject: Subject, hop: int) -> Iterator[Edit]:
    """Jump to the end: the last hop's relation, asserted from where an earlier hop begins.

    Refused where it may follow unsaid: the last relation is among those jumped over, or one of them
    is of the kind along which facts are handed down.
    """
    last = subject.gold[-1]
    jumped = [edge.relation for edge in subject.gold[hop:-1]]
    truth = subject.truth
    said = {relation for relation, _ in truth.readings(last.relation)}
    if not jumped or not said.isdisjoint(jumped) or any(_hands_down(truth, one) for one in jumped):
        return
    edge = Edge(subject.gold[hop].head, last.relation, last.tail)
    absence = truth.absent(edge)
    if absence is not None:
        hops = (*subject.hops[:hop], Hop(edge=edge))
        yield subject.edit(hop, hops, absence, continuation="ended")


@counterfactual("early_stop", flaw="missing_condition")
def early_stop(subject: Subject, hop: int) -> Iterator[Edit]:
    """Give the node that a hop before the last leads to as the answer, if it is none."""
    node = subject.gold[hop].tail
    if hop == len(subject.gold) - 1 or not subject.may_end_in(node):
        return
    name = subject.truth.graph.name(node)
    none = Absence(
        safety="closed_world" if subject.truth.closed else "absent",
        check=f"{name!r} is none of {len(subject.answers)} answers, under any of its names",
    )
    yield subject.edit(
        hop,
        subject.hops[: hop + 1],
        none,
        fault="answer",
        step=hop + 1,
        answer=node,
        continuation="ended",
    )


def _hands_down(truth: Truth, relation: int) -> bool:
    info = truth.graph.relation_info(relation)
    names = {info.key, info.text, *info.phrases}
    words = {name.casefold().replace(" ", "_").removeprefix("is_a_") for name in names}
    return not words.isdisjoint(_INHERITING)
