"""Verification examples from groups of facts: whether evidence supports a claim."""

import dataclasses
from collections.abc import Sequence
from random import Random

import msgspec

from stepsmith.schemas.errors import ProblemError
from stepsmith.schemas.records import (
    LabelledTrajectory,
    Problem,
    Step,
    StepLabel,
    Trajectory,
    Verdict,
)
from stepsmith.transforms.evidence.examples import Example, examples_of
from stepsmith.transforms.evidence.group import EvidenceGroup
from stepsmith.transforms.evidence.wording import N_WORDINGS, Wording
from stepsmith.transforms.search.base import (
    Asking,
    Check,
    Plan,
    SearchResult,
    check_each,
    outcome_claim,
    strategy,
)

__all__ = ["evidence_pools"]

SOURCE = "evidence.support"
INSTRUCTION = "Does the evidence support the claim about this case?"

_NOT_JUDGED = Verdict(outcome="undecided", evidence="not judged")


@strategy("evidence_pools")
def evidence_pools(problem: Problem, rng: Random, *, instruction: str = INSTRUCTION) -> Plan:
    """Write a group's examples: support, wrong state, topic, case mismatch, or all conditions.

    Case-grounded evidence verification: an example is a case, a piece of evidence and a claim, and
    its label whether the evidence supports the claim about this case. Each is one row, whose
    prompt shows `instruction`, case and evidence and whose only step is the claim, and one of
    the table `evidence`. The problems are those of the sources `facts_table` and `facts_graph`.

    All examples of a group have one wording. The label comes from how an example was made; the
    recipe's outcome verifier reads the case and the evidence anew, and a group in which it says
    otherwise is an error.
    """
    try:
        group = problem.read_payload(EvidenceGroup)
    except msgspec.ValidationError as error:
        msg = f"no group of facts, as facts_table makes them: {error}"
        raise ProblemError(msg) from None
    wording = Wording(variant=rng.randrange(N_WORDINGS))
    examples = tuple(examples_of(problem, group, wording))
    rows = yield from _judged([_row(problem, each, instruction) for each in examples])
    return SearchResult(rows=rows, evidence=tuple(each.evidence for each in examples))


def _row(problem: Problem, example: Example, instruction: str) -> LabelledTrajectory:
    """Make the row of one example, still without the verdict on it."""
    made = example.evidence
    shown = (("Case", made.case), ("Evidence", made.evidence))
    parts = [f"{title}:\n{text}" for title, text in shown]
    own = dataclasses.replace(
        problem,
        prompt="\n\n".join((instruction, *parts, "Claim:\n")),
        payload=msgspec.json.encode(example.grounds).decode(),
    )
    return LabelledTrajectory(
        problem=own,
        trajectory=Trajectory(
            id=made.id,
            problem_id=problem.id,
            steps=(Step(text=made.claim),),
            finish_reason="given",
            origin="reference" if made.label else "counterfactual",
        ),
        outcome=_NOT_JUDGED,
        labels=(StepLabel(correct=made.label, source=SOURCE),),
        first_error=None if made.label else 0,
    )


def _judged(rows: Sequence[LabelledTrajectory]) -> Asking[tuple[LabelledTrajectory, ...]]:
    """Have each claim judged by what its case and evidence say, not by how it was made."""
    asks = [Check(claim=outcome_claim(row.problem, row.trajectory)) for row in rows]
    verdicts = yield from check_each(asks)
    return tuple(map(_with, rows, verdicts))


def _with(row: LabelledTrajectory, verdict: Verdict) -> LabelledTrajectory:
    made = "valid" if row.labels[0].correct else "invalid"
    if verdict.outcome != made:
        msg = f"{row.trajectory.id} was made {made}, and {verdict.verifier} says"
        msg += f" {verdict.outcome}: {verdict.evidence}"
        raise ProblemError(msg)
    return dataclasses.replace(row, outcome=verdict)
