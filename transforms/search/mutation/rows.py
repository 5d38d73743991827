"""The rows of an edited program: labels that come from running it, and from nothing else."""

import dataclasses
from collections.abc import Sequence

from stepsmith.schemas.records import (
    ExecOutcome,
    LabelledTrajectory,
    Mutation,
    Problem,
    Step,
    StepLabel,
    Trajectory,
    Verdict,
)
from stepsmith.transforms.judging import Judgement
from stepsmith.transforms.label.base import CORRECT
from stepsmith.transforms.negatives.code.limits import ProgramError, parse_tree
from stepsmith.transforms.search.mutation.lines import Edited
from stepsmith.transforms.search.prefixes.rates import last_label

__all__ = ["SOURCE", "Completed", "Provenance", "edited_rows", "outcome_of", "reference_row"]

SOURCE = "code.tests"
"""Who decides: whatever a step is labelled here, running the tests has labelled it."""

_SYNTAX = frozenset(["SyntaxError", "IndentationError", "TabError"])


@dataclasses.dataclass(frozen=True, kw_only=True)
class Provenance:
    """Where the programs of a problem ran: the interpreter, the walls, and the tests' digest."""

    image: str = ""
    isolation: str = ""
    tests: str = ""


@dataclasses.dataclass(frozen=True, kw_only=True)
class Completed:
    """How the completions of an edited prefix fared."""

    judgements: tuple[Judgement, ...] = ()
    n_distinct: int = 0

    @property
    def n_passed(self) -> int:
        """How many pass every test."""
        return sum(each.outcome == "valid" for each in self.judgements)

    @property
    def n_undecided(self) -> int:
        """How many could not be judged; they are in no rate."""
        return sum(each.outcome == "undecided" for each in self.judgements)

    def label(self, *, correct: bool | None) -> StepLabel:
        """Make the label of the edited step: a way to go on that passes refutes the refutation."""
        judged = len(self.judgements) - self.n_undecided
        return StepLabel(
            correct=None if self.n_passed else correct,
            value=self.n_passed / judged if judged else None,
            n_rollouts=len(self.judgements),
            n_correct=self.n_passed,
            n_undecided=self.n_undecided,
            n_distinct=self.n_distinct,
            source=SOURCE,
        )


def verdict_of(judgement: Judgement, *, isolation: str) -> Verdict:
    """Turn a judgement into the verdict on a whole program."""
    evidence = judgement.evidence
    if isolation == "unsafe":
        evidence = f"{evidence} (no sandbox)".strip()
    return Verdict(outcome=judgement.outcome, verifier=SOURCE, evidence=evidence)


def outcome_of(judgement: Judgement, source: str) -> ExecOutcome:
    """Return the kind of a judgement; an error that is there before any line runs has its own."""
    if judgement.kind == "error" and judgement.error in _SYNTAX:
        try:
            parse_tree(source)
        except ProgramError:
            return "compile_error"
    return judgement.kind


def reference_row(
    problem: Problem, steps: tuple[Step, ...], judgement: Judgement, ran: Provenance
) -> LabelledTrajectory:
    """Make the row of a reference that passed: every statement is right."""
    outcome = verdict_of(judgement, isolation=ran.isolation)
    label = StepLabel(correct=True, source=SOURCE)
    last = dataclasses.replace(label, value=last_label(outcome).value)
    return LabelledTrajectory(
        problem=problem,
        trajectory=Trajectory(
            id=reference_id(problem),
            problem_id=problem.id,
            steps=steps,
            finish_reason="given",
            origin="reference",
        ),
        outcome=outcome,
        labels=(*(label for _ in steps[1:]), last),
    )


def reference_id(problem: Problem) -> str:
    """Return the id of the reference's trajectory."""
    return f"{problem.id}/reference"


def edited_rows(
    problem: Problem,
    name: str,
    edit: Edited,
    judgement: Judgement,
    ran: Provenance,
    *,
    completed: Completed | None = None,
) -> tuple[LabelledTrajectory, Mutation]:
    """Make the two rows of one edited program; both have the id that `name` gives."""
    outcome = verdict_of(judgement, isolation=ran.isolation)
    correct = CORRECT[outcome.outcome]
    touched = _touched_labels(edit, completed, correct=correct)
    before = (StepLabel(correct=True, source=SOURCE),) * edit.first
    after = (StepLabel(),) * (len(edit.steps) - edit.last)
    labels = [*before, *touched, *after]
    labels[-1] = dataclasses.replace(labels[-1], value=last_label(outcome).value)
    row = LabelledTrajectory(
        problem=problem,
        trajectory=Trajectory(
            id=f"{problem.id}/{name}",
            problem_id=problem.id,
            steps=edit.steps,
            finish_reason="given",
            parent_id=reference_id(problem),
            branch_step=edit.first,
            origin="mutation",
        ),
        outcome=outcome,
        labels=tuple(labels),
        first_error=edit.first if touched[0].correct is False else None,
    )
    return row, _mutation(row, edit, judgement, ran, completed)


def _touched_labels(
    edit: Edited, completed: Completed | None, *, correct: bool | None
) -> Sequence[StepLabel]:
    """Label what the edit touches; where it fails, the first of its statements is to blame."""
    one = StepLabel(correct=correct, source=SOURCE if correct is not None else None)
    count = edit.last - edit.first
    if correct:
        return [one] * count
    first = completed.label(correct=correct) if completed else one
    return [first, *[StepLabel()] * (count - 1)]


def _mutation(
    row: LabelledTrajectory,
    edit: Edited,
    judgement: Judgement,
    ran: Provenance,
    completed: Completed | None,
) -> Mutation:
    judged = judgement.outcome != "undecided"
    meant_to_break = edit.op_kind == "mutation" or edit.operator.endswith(".mutation")
    return Mutation(
        id=row.trajectory.id,
        problem_id=row.problem.id,
        operator=edit.operator,
        op_kind=edit.op_kind,
        flaw=edit.flaw,
        line_index=edit.first,
        line=edit.line,
        prompt=row.problem.prompt,
        prefix=edit.prefix,
        before=edit.before,
        after=edit.after,
        exec_outcome=outcome_of(judgement, edit.source),
        failing_test=judgement.test or None,
        expected=judgement.expected or None,
        got=judgement.got or None,
        error=judgement.error or None,
        label=row.labels[edit.first].correct,
        label_scope="any_completion" if completed and completed.judgements else "fixed_suffix",
        survived=judgement.outcome == "valid" if meant_to_break and judged else None,
        n_completions=len(completed.judgements) if completed else 0,
        n_completions_passed=completed.n_passed if completed else 0,
        image=ran.image,
        isolation=ran.isolation,
        tests=ran.tests,
    )
