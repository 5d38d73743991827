"""The chains of a problem as trajectories: the gold one in some wordings, and its edits."""

import dataclasses
from collections.abc import Sequence
from random import Random

from stepsmith.schemas.records import Problem, Trajectory
from stepsmith.transforms.negatives.graph import (
    OPERATORS,
    Chain,
    Found,
    Subject,
    counterfactuals,
)
from stepsmith.transforms.search.counterfactual.gold import letters_of, read_subject
from stepsmith.transforms.search.counterfactual.text import Form, Writer, writer_of

__all__ = ["Chains", "Written", "write_chains"]


@dataclasses.dataclass(frozen=True, kw_only=True)
class Written:
    """An edit and its text, and the reference whose first steps it shares."""

    found: Found
    trajectory: Trajectory
    reference: Trajectory


@dataclasses.dataclass(frozen=True, kw_only=True)
class Chains:
    """The gold chain of a problem, once a wording, and what was made of it."""

    subject: Subject
    gold: tuple[Trajectory, ...]
    edits: tuple[Written, ...]

    @property
    def trajectories(self) -> tuple[Trajectory, ...]:
        """All of them, the gold ones first."""
        return (*self.gold, *(one.trajectory for one in self.edits))


def write_chains(
    problem: Problem,
    rng: Random,
    *,
    kinds: Sequence[str],
    max_each: int,
    max_total: int | None,
    references: int,
    max_chance: float,
    form: Form,
) -> Chains:
    """Read a problem's gold chain, edit it, and write both out.

    Raises `UnknownNameError` for a kind that is none, and whatever `read_subject` raises.
    """
    for name in kinds:
        OPERATORS.get(name)
    seed = rng.randrange(2**32)
    subject = read_subject(problem, rng, max_chance=max_chance)
    graph = subject.truth.graph
    writer = writer_of(graph, letters=letters_of(problem, graph), form=form, seed=seed)
    gold = _write_references(problem, subject, writer, n=references)
    found = counterfactuals(subject, kinds=kinds, max_each=max_each, max_total=max_total)
    edits = _write_edits(problem, found, writer, gold)
    return Chains(subject=subject, gold=gold, edits=edits)


def _write_references(
    problem: Problem, subject: Subject, writer: Writer, *, n: int
) -> tuple[Trajectory, ...]:
    """Write the gold chain `n` times, each time in other words; equal texts are left out."""
    chain = Chain(hops=subject.hops, answer=subject.end)
    texts = [writer.steps(chain, reference=number) for number in range(n)]
    return tuple(
        Trajectory(
            id=f"{problem.id}/reference/{number}",
            problem_id=problem.id,
            steps=steps,
            answer=writer.answer(chain),
            finish_reason="given",
            origin="reference",
        )
        for number, steps in enumerate(texts)
        if steps not in texts[:number]
    )


def _write_edits(
    problem: Problem,
    found: Sequence[Found],
    writer: Writer,
    references: Sequence[Trajectory],
) -> tuple[Written, ...]:
    """Write the edits, the references taking turns: an edit repeats one up to the error."""
    written: list[Written] = []
    numbers: dict[tuple[str, int], int] = {}
    for place, one in enumerate(found):
        cell = (one.operator.name, one.edit.hop)
        numbers[cell] = numbers.get(cell, -1) + 1
        reference = references[place % len(references)]
        number = int(reference.id.rpartition("/")[2])
        steps = writer.steps(one.edit.chain, reference=number)
        trajectory = Trajectory(
            id=f"{problem.id}/{one.operator.name}/{one.edit.hop}#{numbers[cell]}",
            problem_id=problem.id,
            steps=steps,
            answer=writer.answer(one.edit.chain),
            finish_reason="given",
            parent_id=reference.id,
            branch_step=one.edit.step,
            origin="counterfactual",
        )
        written.append(Written(found=one, trajectory=trajectory, reference=reference))
    return tuple(written)
