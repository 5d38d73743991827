"""What an AlphaMath search leaves: a row for each path that ended, its tree, and pairs of steps."""

import dataclasses
import itertools
from collections.abc import Iterator, Mapping, Sequence

from stepsmith.schemas.records import (
    LabelledTrajectory,
    Node,
    Pair,
    Problem,
    StepLabel,
    Trajectory,
    Verdict,
)
from stepsmith.transforms.search.base import SearchResult, unfinished
from stepsmith.transforms.search.mcts_tree.branches import Branch, Ending, main_line

_REASONS: Mapping[Ending, str] = {
    "open": "no terminal reached",
    "too deep": "too deep",
    "cut": "truncated",
    "blank": "empty",
}


@dataclasses.dataclass(frozen=True, kw_only=True)
class Pairing:
    """Which siblings make a pair: up to `n_pairs` of a prefix, the widest apart first.

    Their Q must lie `margin` apart, and each must have ended or been visited `min_visits` times.
    """

    n_pairs: int
    margin: float
    min_visits: int


def make_result(problem: Problem, root: Branch, pairing: Pairing) -> SearchResult:
    """Make a row for each path that ended, in the order of the tree, or say that none did."""
    ends = [branch for branch in root.walk() if branch.ending != "open"]
    rows = {branch.tag: _row(problem, branch) for branch in ends}
    if not rows:
        end = main_line(root)[-1]
        rows[end.tag] = _row(problem, end)
    # A branch is shown on a row that goes through it, so that the tables can be joined.
    shown: dict[str, str] = {}
    for branch in root.walk():
        if branch.tag in rows:
            for ancestor in branch.lineage():
                shown.setdefault(ancestor.tag, rows[branch.tag].trajectory.id)
    nodes = tuple(_nodes(problem, root, shown))
    by_tag = {node.id: node for node in nodes}
    return SearchResult(
        rows=tuple(rows.values()),
        nodes=nodes,
        pairs=tuple(_pairs(problem, root, by_tag, pairing)),
    )


def _row(problem: Problem, end: Branch) -> LabelledTrajectory:
    trajectory = _trajectory(problem, end)
    reason = _reason(problem, end)
    outcome = end.verdict or Verdict(
        outcome="undecided", verifier="mcts", evidence=f"{reason}: the path has no end"
    )
    keep = outcome.outcome != "undecided"
    line = [*end.lineage()][::-1]
    labels = [
        _label(parent, branch, last=branch.ending != "open")
        for parent, branch in itertools.pairwise(line)
    ]
    return LabelledTrajectory(
        problem=problem,
        trajectory=trajectory,
        outcome=outcome,
        labels=tuple(labels[: len(trajectory.steps)]),  # a blank reply may hold no step at all
        keep=keep,
        drop_reason=None if keep else reason,
    )


def _reason(problem: Problem, end: Branch) -> str:
    """Say why a path without a verdict has none."""
    if end.ending != "finished":
        return _REASONS[end.ending]
    silent = end.trajectory is not None and lacks_answer(problem, end.trajectory)
    return "no answer" if silent else "outcome undecided"


def lacks_answer(problem: Problem, reply: Trajectory) -> bool:
    """Say whether a solution that was written to its end states no answer where one is expected.

    Of a problem without an answer none is expected: a program that cannot be judged states none.
    """
    return problem.answer is not None and reply.answer is None and unfinished(reply) is None


def _trajectory(problem: Problem, end: Branch) -> Trajectory:
    # Only the root is in no reply, and it is the end of no path once it was expanded.
    whole = end.trajectory or Trajectory(id=problem.id, problem_id=problem.id, steps=())
    if end.ending in ("finished", "cut", "blank"):
        return dataclasses.replace(whole, origin="tree")
    return dataclasses.replace(
        whole,
        id=f"{whole.id}/{end.depth}",
        steps=end.prefix,
        answer=None,
        finish_reason="length",  # it goes on in the reply, and is no solution as it stands
        parent_id=whole.id,
        branch_step=end.depth,
        origin="tree",
    )


def _label(parent: Branch, branch: Branch, *, last: bool) -> StepLabel:
    return StepLabel(
        value=branch.value,
        n_rollouts=None if last else branch.n_rollouts,
        n_correct=None if last else branch.n_correct,
        n_undecided=None if last else branch.n_undecided,
        advantage=branch.q - parent.q if branch.visits else None,
    )


def _nodes(problem: Problem, root: Branch, shown: Mapping[str, str]) -> Iterator[Node]:
    chosen = {branch.tag for branch in main_line(root)}
    for branch in root.walk():
        start = branch.parent.depth if branch.parent else 0
        written = branch.trajectory.id if branch.trajectory else None
        yield Node(
            id=_node_id(problem, branch),
            problem_id=problem.id,
            parent_id=_node_id(problem, branch.parent) if branch.parent else None,
            trajectory_id=None if written is None else shown.get(branch.tag, written),
            start=start,
            end=branch.depth,
            text="".join(step.text for step in branch.prefix[start:]),
            visits=branch.visits,
            value=branch.q if branch.visits else None,
            prior=branch.prior,
            n_rollouts=branch.n_rollouts,
            n_correct=branch.n_correct,
            n_undecided=branch.n_undecided,
            outcome=branch.verdict.outcome if branch.verdict else None,
            chosen=branch.tag in chosen,
        )


def _node_id(problem: Problem, branch: Branch) -> str:
    return f"{problem.id}/{branch.tag}"


def _pairs(
    problem: Problem, root: Branch, nodes: Mapping[str, Node], pairing: Pairing
) -> Iterator[Pair]:
    for branch in root.walk():
        rated = [child for child in branch.children if _is_rated(child, pairing)]
        rated.sort(key=lambda child: -child.q)  # stable: equals stay in the order of the draws
        for better, worse in _widest(rated, pairing):
            chosen, rejected = (nodes[_node_id(problem, child)] for child in (better, worse))
            yield Pair(
                id=f"{chosen.id}>{worse.tag}",
                problem_id=problem.id,
                prompt=problem.prompt,
                prefix="".join(step.text for step in branch.prefix),
                chosen=chosen.text,
                rejected=rejected.text,
                preference=0.5 + (better.q - worse.q) / 4,
                kind="step",
                branch_step=branch.depth,
                chosen_id=chosen.trajectory_id,
                rejected_id=rejected.trajectory_id,
                source="mcts",
            )


def _is_rated(child: Branch, pairing: Pairing) -> bool:
    """Say whether Q is worth comparing: exact at a solution's end, else a mean of some visits."""
    if child.ending == "finished":
        return child.visits > 0
    return child.ending == "open" and child.visits >= max(1, pairing.min_visits)


def _widest(rated: Sequence[Branch], pairing: Pairing) -> list[tuple[Branch, Branch]]:
    apart = [
        (better, worse)
        for better, worse in itertools.combinations(rated, 2)
        if better.q - worse.q >= pairing.margin
        and better.q > worse.q
        # One text may both end a solution and go on: that tells nothing of what to write.
        and better.prefix[-1].text != worse.prefix[-1].text
    ]
    apart.sort(key=lambda pair: pair[1].q - pair[0].q)
    return apart[: pairing.n_pairs]
