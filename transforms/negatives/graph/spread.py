"""Which edits of a gold chain are made: so many a kind and hop, spread over both, each once."""

import dataclasses
import itertools
from collections.abc import Iterator, Sequence

from stepsmith.transforms.negatives.graph.chain import Chain, Edit, Hop
from stepsmith.transforms.negatives.graph.operator import OPERATORS, Operator
from stepsmith.transforms.negatives.graph.subject import Subject

__all__ = ["Found", "counterfactuals"]

_MOST_DRAWN = 10
"""Edits of one kind at one hop that are looked at, for each that is wanted."""


@dataclasses.dataclass(frozen=True, kw_only=True, slots=True)
class Found:
    """An edit, and the operator that made it."""

    operator: Operator
    edit: Edit


def counterfactuals(
    subject: Subject,
    *,
    kinds: Sequence[str] = (),
    max_each: int = 1,
    max_total: int | None = None,
) -> tuple[Found, ...]:
    """Edit a gold chain by the operators named in `kinds`, or by all.

    At most `max_each` edits are made of a kind at a hop. Up to `max_total` are kept in turns, each
    kind at one hop first, so that none has many before all have one. No chain is made twice, the
    gold one never. They come in the order of the operators' names and the hops.
    """
    operators = [OPERATORS.get(name).value for name in kinds] or [one.value for one in OPERATORS]
    # By name: `wrong_tail.functional` comes before `.typed`, which would make its edits as well.
    operators.sort(key=lambda operator: operator.name)
    seen = {Chain(hops=subject.hops, answer=subject.end)}
    made: dict[tuple[str, int], list[Found]] = {}
    for operator, hop in itertools.product(operators, range(len(subject.gold))):
        edits = itertools.islice(operator.propose(subject, hop), max_each * _MOST_DRAWN)
        fresh = (edit for edit in edits if edit.chain not in seen and is_sound(subject, edit))
        for edit in itertools.islice(fresh, max_each):
            seen.add(edit.chain)
            made.setdefault((operator.name, hop), []).append(Found(operator=operator, edit=edit))
    kept = itertools.islice(_in_turns(subject, made), max_total)
    return tuple(sorted(kept, key=lambda one: (one.operator.name, one.edit.hop)))


def is_sound(subject: Subject, edit: Edit) -> bool:
    """Say whether the chain has the one error that it is said to have, and no earlier one.

    Whatever an operator has looked up is looked up again: a fact that the graph holds under any
    reading is never written as a false one, and every other step states a fact.
    """
    hops = edit.chain.hops
    before = all(_is_true(subject, hop) for hop in hops[: edit.step])
    after = all(_is_true(subject, hop) for hop in hops[edit.step + 1 :])
    if edit.fault == "answer":
        return before and after and edit.chain.answer not in subject.right
    wrong = hops[edit.step]
    true = _is_true(subject, wrong)
    if edit.fault == "place":
        return before and after and true and subject.is_lost(wrong.edge, edit.step)
    return before and after and true is (edit.fault in ("use", "none"))


def _is_true(subject: Subject, hop: Hop) -> bool:
    return subject.truth.holds(hop.edge) is not hop.negated


def _in_turns(subject: Subject, made: dict[tuple[str, int], list[Found]]) -> Iterator[Found]:
    """Give each kind one edit, then each a second at another hop, until none has any left."""
    kinds: dict[str, list[Found]] = {}
    for (kind, _), found in subject.rng.sample(sorted(made.items()), len(made)):
        kinds.setdefault(kind, []).extend(found)
    for turn in itertools.zip_longest(*kinds.values()):
        yield from (found for found in turn if found is not None)
