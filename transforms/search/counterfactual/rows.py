"""The rows of a gold chain and of its edits: labels that hold by how an edit was made."""

import dataclasses
from collections.abc import Sequence

from stepsmith.schemas.facts import Counterfactual
from stepsmith.schemas.records import (
    LabelledTrajectory,
    Problem,
    StepLabel,
    Trajectory,
    Verdict,
)
from stepsmith.transforms.negatives.graph import Edit, Subject
from stepsmith.transforms.search.base import SearchResult
from stepsmith.transforms.search.counterfactual.chains import Chains, Written
from stepsmith.transforms.search.counterfactual.text import shown
from stepsmith.transforms.search.prefixes.rates import last_label

__all__ = ["SOURCE", "make_result"]

SOURCE = "graph_counterfactuals"
"""Who decides: whatever a step is labelled here, how the chain was made has labelled it."""


def make_result(
    problem: Problem, chains: Chains, outcomes: Sequence[Verdict], *, repeats_wrong: bool
) -> SearchResult:
    """Make the rows of all chains and the table `counterfactuals`; one outcome a trajectory."""
    n_gold = len(chains.gold)
    references = [
        _reference_row(problem, one, outcome)
        for one, outcome in zip(chains.gold, outcomes[:n_gold], strict=True)
    ]
    made = [
        _edited_row(problem, chains.subject, one, outcome, repeats_wrong=repeats_wrong)
        for one, outcome in zip(chains.edits, outcomes[n_gold:], strict=True)
    ]
    return SearchResult(
        rows=(*references, *(row for row, _ in made)),
        counterfactuals=tuple(counterfactual for _, counterfactual in made),
    )


def _reference_row(
    problem: Problem, trajectory: Trajectory, outcome: Verdict
) -> LabelledTrajectory:
    """Make the row of a gold chain: every step is right."""
    right = [StepLabel(correct=True, source=SOURCE)] * len(trajectory.steps)
    return LabelledTrajectory(
        problem=problem,
        trajectory=trajectory,
        outcome=outcome,
        labels=_ended(right, outcome),
    )


def _edited_row(
    problem: Problem, subject: Subject, one: Written, outcome: Verdict, *, repeats_wrong: bool
) -> tuple[LabelledTrajectory, Counterfactual]:
    """Make the two rows of an edited chain: one of the trajectories, one of the counterfactuals."""
    edit = one.found.edit
    useless = edit.fault == "use" and not repeats_wrong
    right = edit.fault == "none"
    labels = _labels(edit, len(one.trajectory.steps), useless=useless)
    row = LabelledTrajectory(
        problem=problem,
        trajectory=one.trajectory,
        outcome=outcome,
        labels=_ended(labels, outcome),
        first_error=None if useless or right else edit.step,
    )
    return row, _counterfactual(row, subject, one)


def _labels(edit: Edit, n_steps: int, *, useless: bool) -> list[StepLabel]:
    """Label the steps before the error right, the error wrong and what comes after not at all.

    What comes after may be a true fact, but it hangs on the error. Where nothing is wrong but a
    repeat, which is true and in its place, the repeat alone has no label.
    """
    right = StepLabel(correct=True, source=SOURCE)
    if edit.fault == "none":
        return [right] * n_steps
    after = n_steps - edit.step - 1
    if useless:
        return [*[right] * edit.step, StepLabel(), *[right] * after]
    wrong = StepLabel(correct=False, source=SOURCE)
    return [*[right] * edit.step, wrong, *[StepLabel()] * after]


def _ended(labels: Sequence[StepLabel], outcome: Verdict) -> tuple[StepLabel, ...]:
    last = dataclasses.replace(labels[-1], value=last_label(outcome).value)
    return (*labels[:-1], last)


def _counterfactual(row: LabelledTrajectory, subject: Subject, one: Written) -> Counterfactual:
    edit, steps, graph = one.found.edit, one.trajectory.steps, subject.truth.graph
    gold = subject.gold[edit.step] if edit.step < len(subject.gold) else None
    return Counterfactual(
        id=row.trajectory.id,
        problem_id=row.problem.id,
        kind=one.found.operator.name,
        flaw=one.found.operator.flaw,
        fault=edit.fault,
        safety=edit.safety,
        check=edit.check,
        chance=edit.chance,
        hop=edit.hop,
        n_hops=len(subject.gold),
        step_index=edit.step,
        continuation=edit.continuation,
        prompt=row.problem.prompt,
        prefix="".join(step.text for step in steps[: edit.step]),
        before=one.reference.steps[edit.step].text,
        after=steps[edit.step].text,
        before_fact=None if gold is None else shown(graph, gold),
        after_fact=None if edit.edge is None else shown(graph, edit.edge),
        label=row.labels[edit.step].correct,
        graph=graph.digest,
    )
