"""Facts with another tail or another head."""

from collections.abc import Iterable, Iterator

from stepsmith.transforms.graph.triples import Edge
from stepsmith.transforms.negatives.graph.chain import Edit
from stepsmith.transforms.negatives.graph.habits import End
from stepsmith.transforms.negatives.graph.operator import counterfactual
from stepsmith.transforms.negatives.graph.subject import Subject


@counterfactual("wrong_tail.typed", flaw="counterfactual")
def wrong_tail_typed(subject: Subject, hop: int) -> Iterator[Edit]:
    """Lead to another tail of the same relation, as common as the right one."""
    gold, truth = subject.gold[hop], subject.truth
    if not truth.ordinary(gold):
        return
    dead_ends: list[Edit] = []
    for tail in _tails(subject, hop):
        absence = truth.absent(gold._replace(tail=tail))
        if absence is None:
            continue
        edit = subject.diverted(hop, gold._replace(tail=tail), absence, fault="fact")
        if edit is None:
            continue
        if edit.continuation != "kept":
            yield edit
        else:  # a step that the next one does not follow shows where the error is
            dead_ends.append(edit)
    yield from dead_ends


@counterfactual("wrong_tail.functional", flaw="counterfactual")
def wrong_tail_functional(subject: Subject, hop: int) -> Iterator[Edit]:
    """Lead to another tail where the relation has one tail a head, and the head has its one."""
    gold = subject.gold[hop]
    known = subject.truth.graph.tails(gold.head, gold.relation)
    if len(known) == 1 and subject.truth.habits.functional(gold.relation):
        yield from wrong_tail_typed(subject, hop)


@counterfactual("wrong_head", flaw="counterfactual")
def wrong_head(subject: Subject, hop: int) -> Iterator[Edit]:
    """Come from another head of the same relation, as common as the right one."""
    gold, truth = subject.gold[hop], subject.truth
    if not truth.ordinary(gold):
        return
    for head in _heads(subject, hop):
        edge = gold._replace(head=head)
        absence = truth.absent(edge)
        if absence is not None:
            yield subject.replaced(hop, edge, absence)


def _tails(subject: Subject, hop: int) -> Iterator[int]:
    """Draw tails, each once, that the chain does not speak of; where some are on offer, those."""
    if subject.options and hop == len(subject.gold) - 1:
        offered = [node for node in subject.options if node not in subject.named]
        yield from subject.rng.sample(offered, len(offered))
        return
    yield from _new(subject, (edge.tail for edge in _draws(subject, hop, "tail")))


def _heads(subject: Subject, hop: int) -> Iterator[int]:
    yield from _new(subject, (edge.head for edge in _draws(subject, hop, "head")))


def _draws(subject: Subject, hop: int, end: End) -> list[Edge]:
    habits = subject.truth.habits
    return habits.like(subject.gold[hop], (end,), subject.rng, tries=subject.tries)


def _new(subject: Subject, nodes: Iterable[int]) -> Iterator[int]:
    seen = set(subject.named)
    for node in nodes:
        if node not in seen:
            seen.add(node)
            yield node
