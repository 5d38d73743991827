"""What a search for first errors leaves: its rows, the tree of prefixes, and pairs."""

import dataclasses
import itertools
from collections.abc import Iterator

from stepsmith.schemas.records import (
    LabelledTrajectory,
    Node,
    Pair,
    StepLabel,
    Trajectory,
    Verdict,
)
from stepsmith.transforms.label.posterior import label_row
from stepsmith.transforms.search.first_error.suspect import Suspect, owner_of, rate_of
from stepsmith.transforms.search.first_error.suspects import Suspects
from stepsmith.transforms.search.prefixes.nodes import make_node, node_id
from stepsmith.transforms.search.prefixes.rates import last_label


def rows_of(suspects: Suspects) -> tuple[LabelledTrajectory, ...]:
    """Return one row a solution, with its counts and what the search believes of its steps."""
    return tuple(_row(suspects, suspect) for suspect in suspects.taken)


def _row(suspects: Suspects, suspect: Suspect) -> LabelledTrajectory:
    row = LabelledTrajectory(
        problem=suspects.problem,
        trajectory=suspect.trajectory,
        outcome=suspect.outcome,
        labels=_labels(suspect.twin or suspect, suspect.outcome),
    )
    if suspect.place is None:
        return row
    done = label_row(row, suspects.joint(suspect), confidence=suspects.confidence)
    # The rates, not the posterior's values: a labeler that reads rates must find them here.
    labels = tuple(
        dataclasses.replace(label, value=known.value, correct=None, source=None, advantage=None)
        for label, known in zip(done.labels, row.labels, strict=True)
    )
    return dataclasses.replace(done, labels=labels)


def _labels(suspect: Suspect, outcome: Verdict) -> tuple[StepLabel, ...]:
    labels = [rate_of(suspect, step + 1) for step in range(len(suspect.trajectory.steps))]
    if labels:
        # A twin's end may be judged at another time, and then in time or not.
        labels[-1] = last_label(outcome)
    return tuple(
        dataclasses.replace(label, verdicts=_heard(suspect, step))
        for step, label in enumerate(labels)
    )


def _heard(suspect: Suspect, step: int) -> tuple[Verdict, ...]:
    return tuple(owner_of(suspect, step + 1).verdicts.get(step, ()))


def nodes_of(suspects: Suspects) -> tuple[Node, ...]:
    """Return the tree: the problem, the probed prefixes of each solution, and its end."""
    visits = len(suspects.taken)
    root = make_node(suspects.problem, "bisect", label=StepLabel(), visits=visits)
    return (root, *(node for suspect in suspects for node in _path(suspects, suspect)))


def _path(suspects: Suspects, suspect: Suspect) -> Iterator[Node]:
    problem = suspects.problem
    start, above = _above(suspect)
    parent_id = node_id(problem, above)
    error = suspects.located(suspect)
    n_steps = len(suspect.trajectory.steps)
    for length in sorted({*suspect.completions, n_steps}):
        last = length == n_steps
        name = f"bisect/{suspect.number}/{length}"
        yield make_node(
            problem,
            name,
            label=last_label(suspect.outcome) if last else rate_of(suspect, length),
            parent_id=parent_id,
            trajectory=suspect.trajectory,
            span=(start, length),
            outcome=suspect.outcome.outcome if last else None,
            visits=len(suspect.completions.get(length, ())),
            chosen=error is not None and length <= error + 1,
        )
        start, parent_id = length, node_id(problem, name)


def _above(suspect: Suspect) -> tuple[int, str]:
    """Return the longest prefix shared with others that is a node, and that node's name.

    A node is a prefix that was probed.
    """
    for length in range(suspect.branch, 0, -1):
        owner = owner_of(suspect, length)
        if length in owner.completions:
            return length, f"bisect/{owner.number}/{length}"
    return 0, "bisect"


def pairs_of(suspects: Suspects) -> tuple[Pair, ...]:
    """Pair each located error with a right solution that leaves its steps just before it."""
    return tuple(pair for suspect in suspects for pair in _pair(suspects, suspect))


def _pair(suspects: Suspects, suspect: Suspect) -> Iterator[Pair]:
    error = suspects.located(suspect)
    if error is None or suspect.outcome.outcome != "invalid":
        return
    right = next(_right_ones(suspects, suspect, error), None)
    if right is None:
        return
    prefix = "".join(_texts(suspect.trajectory, error))
    yield Pair(
        id=f"{suspects.problem.id}/bisect/pair/{suspect.number}",
        problem_id=suspects.problem.id,
        prompt=suspects.problem.prompt,
        prefix=prefix,
        chosen=right.text.removeprefix(prefix),
        rejected=suspect.trajectory.text.removeprefix(prefix),
        preference=1.0,
        kind="solution",
        branch_step=error,
        chosen_id=right.id,
        rejected_id=suspect.trajectory.id,
        source="bisect",
    )


def _right_ones(suspects: Suspects, suspect: Suspect, length: int) -> Iterator[Trajectory]:
    """Yield right solutions that leave a solution after its first steps, the nearest draws first.

    One that takes the next step as well ends right in spite of it: it is no better there.

    These are completions of that very prefix, then solutions that were taken up, then completions
    of shorter prefixes: where solutions share their first steps, some of them say enough of a
    prefix for no completion to be drawn from it.
    """
    prefix, blamed = _texts(suspect.trajectory, length), _texts(suspect.trajectory, length + 1)
    completions = owner_of(suspect, length).completions.get(length, ())
    solutions = ((each.trajectory, each.outcome) for each in suspects.taken)
    shorter = (
        drawn
        for each in suspects
        for start in sorted(each.completions)
        if start < length
        for drawn in each.completions[start]
    )
    for trajectory, verdict in itertools.chain(completions, solutions, shorter):
        leaves = _texts(trajectory, length) == prefix and _texts(trajectory, length + 1) != blamed
        if verdict.outcome == "valid" and leaves:
            yield trajectory


def _texts(trajectory: Trajectory, length: int) -> tuple[str, ...]:
    return tuple(step.text for step in trajectory.steps[:length])
