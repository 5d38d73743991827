"""True facts in the wrong place: every fact holds, and the chain does not."""

from collections.abc import Iterator

from stepsmith.transforms.negatives.graph.chain import Edit
from stepsmith.transforms.negatives.graph.operator import counterfactual
from stepsmith.transforms.negatives.graph.subject import Subject
from stepsmith.transforms.negatives.graph.truth import Absence


@counterfactual("broken_chain", flaw="missing_condition")
def broken_chain(subject: Subject, hop: int) -> Iterator[Edit]:
    """State a true fact of the same relation that begins where nobody has come to."""
    gold = subject.gold[hop]
    habits, rng = subject.truth.habits, subject.rng
    dead_ends: list[Edit] = []
    for edge in habits.like(gold, ("head", "tail"), rng, tries=subject.tries):
        ends = subject.truth.all_alike((edge.head, edge.tail))
        if not ends.isdisjoint(subject.named):
            continue
        edit = subject.diverted(hop, edge, _unreached(subject, edge.head), fault="place")
        if edit is None:
            continue
        if edit.continuation != "kept":
            yield edit
        else:
            dead_ends.append(edit)
    yield from dead_ends


@counterfactual("skipped_hop", flaw="missing_condition")
def skipped_hop(subject: Subject, hop: int) -> Iterator[Edit]:
    """Leave a hop out: the one after it is wrong, for it begins where nobody has come to."""
    if hop == len(subject.gold) - 1 or not subject.is_lost(subject.gold[hop + 1], hop):
        return
    hops = (*subject.hops[:hop], *subject.hops[hop + 1 :])
    lost = _unreached(subject, subject.gold[hop + 1].head)
    yield subject.edit(hop, hops, lost, fault="place")


@counterfactual("swapped_hops", flaw="step_contradiction")
def swapped_hops(subject: Subject, hop: int) -> Iterator[Edit]:
    """Exchange a hop with the next one: the one now first is wrong, the other still in its place.

    The second of the two then begins where the hop before both of them ended, and is true; what it
    is worth after an error is not said.
    """
    if hop == len(subject.gold) - 1 or not subject.is_lost(subject.gold[hop + 1], hop):
        return
    first, second = subject.hops[hop : hop + 2]
    hops = (*subject.hops[:hop], second, first, *subject.hops[hop + 2 :])
    lost = _unreached(subject, second.edge.head)
    yield subject.edit(hop, hops, lost, fault="place")


@counterfactual("duplicated_hop", flaw="redundency")
def duplicated_hop(subject: Subject, hop: int) -> Iterator[Edit]:
    """Say a hop twice: the repeat is true and in its place, and of no use."""
    hops = (*subject.hops[: hop + 1], subject.hops[hop], *subject.hops[hop + 1 :])
    twice = Absence(safety="by_construction", check="the step before it states the same fact")
    yield subject.edit(hop, hops, twice, fault="use", step=hop + 1)


def _unreached(subject: Subject, node: int) -> Absence:
    name = subject.truth.graph.name(node)
    check = f"{name!r} is neither given nor reached by an earlier step, under any of its names"
    return Absence(safety="by_construction", check=check)
