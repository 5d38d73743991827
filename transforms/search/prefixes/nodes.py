"""The tree of prefixes as rows: its nodes, and the pairs of steps that lead from one of them."""

import itertools
from collections.abc import Iterator, Mapping, Sequence

from stepsmith.schemas.records import Node, Outcome, Pair, Problem, StepLabel, Trajectory


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
