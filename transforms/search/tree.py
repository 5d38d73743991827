"""Prefixes of solutions with what is known of them, and the node rows made of them."""

import dataclasses
import itertools
from collections.abc import Iterator, Mapping, Sequence

from stepsmith.schemas.records import (
    LabelledTrajectory,
    Node,
    Outcome,
    Pair,
    Problem,
    StepLabel,
    Trajectory,
    Verdict,
)
from stepsmith.transforms.search.monte_carlo import last_label


@dataclasses.dataclass(frozen=True, kw_only=True, eq=False)
class Estimate:
    """The completions drawn from one prefix of `depth` steps, each judged, and their counts.

    `label.value` is MC(s) of OmegaPRM: right completions over judged ones, null if none is judged.
    """

    depth: int
    completions: tuple[Trajectory, ...]
    outcomes: tuple[Verdict, ...]
    label: StepLabel


Known = Mapping[str, Estimate]
"""Estimates by the text of their prefix: what was estimated once is never estimated again."""


def prefix_texts(trajectory: Trajectory) -> tuple[str, ...]:
    """Return the texts of all prefixes: entry `i` joins the first `i` steps, the last one all."""
    return tuple(itertools.accumulate((step.text for step in trajectory.steps), initial=""))


def label_row(
    problem: Problem, trajectory: Trajectory, outcome: Verdict, known: Known
) -> LabelledTrajectory:
    """Make a row whose steps carry whatever is known of the prefixes that they end.

    The last step is valued by the outcome. Prefixes that nobody asked about stay null.
    """
    inner = prefix_texts(trajectory)[1:-1]
    labels = tuple(known[text].label if text in known else StepLabel() for text in inner)
    return LabelledTrajectory(
        problem=problem,
        trajectory=trajectory,
        outcome=outcome,
        labels=(*labels, last_label(outcome)) if trajectory.steps else (),
    )


def node_id(problem: Problem, name: str) -> str:
    """Return a node's id: the problem's with `name` behind it, as those of trajectories are."""
    return f"{problem.id}/{name}"


def make_node(  # noqa: PLR0913 - a node has that many columns
    problem: Problem,
    name: str,
    *,
    label: StepLabel,
    parent_id: str | None = None,
    trajectory: Trajectory | None = None,
    span: tuple[int, int] = (0, 0),
    outcome: Outcome | None = None,
    visits: int = 0,
    chosen: bool = False,
) -> Node:
    """Make the node of the steps [`span`) of a trajectory; its counts are those of `label`.

    Its id is `node_id` of the name; `parent_id` is null for a root.
    """
    start, end = span
    steps = trajectory.steps[start:end] if trajectory else ()
    return Node(
        id=node_id(problem, name),
        problem_id=problem.id,
        parent_id=parent_id,
        trajectory_id=trajectory.id if trajectory else None,
        start=start,
        end=end,
        text="".join(step.text for step in steps),
        visits=visits,
        value=label.value,
        n_rollouts=label.n_rollouts,
        n_correct=label.n_correct,
        n_undecided=label.n_undecided,
        outcome=outcome,
        chosen=chosen,
    )


def pair_siblings(problem: Problem, nodes: Sequence[Node], *, source: str) -> Iterator[Pair]:
    """Pair the single steps that lead from one node to nodes of different value, better one first.

    The preference is (1 + p - q) / 2 for values p > q in [0, 1] (OmegaPRM, arXiv 2406.06592,
    section 3.4). Edges of several steps make no pairs, and neither do equal values.
    """
    by_id = {node.id: node for node in nodes}
    children: dict[str, list[Node]] = {}
    for node in nodes:
        if node.parent_id is not None and node.end - node.start == 1 and node.value is not None:
            children.setdefault(node.parent_id, []).append(node)
    number = itertools.count()
    for parent_id, siblings in children.items():
        for pair in itertools.combinations(siblings, 2):
            worse, better = sorted(pair, key=lambda node: node.value or 0.0)
            margin = (better.value or 0.0) - (worse.value or 0.0)
            if margin > 0:
                yield Pair(
                    id=f"{problem.id}/{source}/pair/{next(number)}",
                    problem_id=problem.id,
                    prompt=problem.prompt,
                    prefix=_path_text(by_id, parent_id),
                    chosen=better.text,
                    rejected=worse.text,
                    preference=(1 + margin) / 2,
                    kind="step",
                    branch_step=better.start,
                    chosen_id=better.trajectory_id,
                    rejected_id=worse.trajectory_id,
                    source=source,
                )


def _path_text(by_id: Mapping[str, Node], node_id: str) -> str:
    """Return the text of the prefix that a node stands for: its edges from the root, joined."""
    texts: list[str] = []
    place: str | None = node_id
    while place is not None:
        texts.append(by_id[place].text)
        place = by_id[place].parent_id
    return "".join(reversed(texts))
