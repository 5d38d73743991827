"""The tree of an AlphaMath search: PUCT selection, growth from replies, values backed up."""

import dataclasses
import math
from collections.abc import Iterator, Sequence
from random import Random
from typing import Literal

from stepsmith.schemas.records import Outcome, Step, Trajectory, Verdict

Ending = Literal["open", "finished", "too deep", "cut", "blank"]
"""How a branch ends: not here, with the solution, past the depth, or with a reply that failed."""


@dataclasses.dataclass(kw_only=True, eq=False)
class Branch:
    """A prefix of solutions and what the search has learnt of it; it changes as the search goes on.

    `trajectory` is the first reply that wrote it: its first `depth` steps are the prefix. `prior`
    is in [0, 1], null where the policy told no log-probabilities; `share` of its siblings' draws
    wrote the same step. `value_sum` over `visits` is Q, in [-1, 1]. Of `n_rollouts`
    solutions through here, `n_correct` were right and `n_undecided` could not be judged.
    """

    tag: str
    depth: int = 0
    parent: "Branch | None" = None
    trajectory: Trajectory | None = None
    prior: float | None = None
    share: float = 1.0
    ending: Ending = "open"
    verdict: Verdict | None = None
    children: list["Branch"] = dataclasses.field(default_factory=list["Branch"])
    visits: int = 0
    value_sum: float = 0.0
    n_rollouts: int = 0
    n_correct: int = 0
    n_undecided: int = 0
    n_waiting: int = 0
    spent: bool = False

    @property
    def prefix(self) -> tuple[Step, ...]:
        """The steps from the problem to here."""
        return () if self.trajectory is None else self.trajectory.steps[: self.depth]

    @property
    def q(self) -> float:
        """The mean of the values backed up through here, in [-1, 1]; 0 before the first."""
        return self.value_sum / self.visits if self.visits else 0.0

    @property
    def value(self) -> float | None:
        """Q as a chance in [0, 1], null before the first visit."""
        # Not (Q + 1) / 2: the sum is whole for rollouts, and their share comes out exactly.
        return (self.value_sum + self.visits) / (2 * self.visits) if self.visits else None

    def lineage(self) -> Iterator["Branch"]:
        """Walk from here up to the root, both included."""
        branch: Branch | None = self
        while branch is not None:
            yield branch
            branch = branch.parent

    def walk(self) -> Iterator["Branch"]:
        """Walk the tree below, depth first, this branch first."""
        yield self
        for child in self.children:
            yield from child.walk()


def puct(child: Branch, n_parent: int, c_puct: float) -> float:
    """Return Q + c * prior * sqrt(N_parent) / (1 + N) (AlphaMath, arXiv 2405.03553).

    A branch whose leaf is being expanded counts as visited once more with value -1, the virtual
    loss that sends the next leaf of a round elsewhere.
    """
    visits = child.visits + child.n_waiting
    q = (child.value_sum - child.n_waiting) / visits if visits else 0.0
    prior = child.share if child.prior is None else child.prior
    return q + c_puct * prior * math.sqrt(n_parent) / (1 + visits)


def select(root: Branch, n_leaves: int, *, c_puct: float, rng: Random) -> list[Branch]:
    """Choose up to `n_leaves` leaves to expand, fewer where the tree has no more; ties by `rng`."""
    leaves: list[Branch] = []
    while len(leaves) < n_leaves and _is_open(root):
        leaf = _descend(root, c_puct, rng)
        leaves.append(leaf)
        for branch in leaf.lineage():
            branch.n_waiting += 1
    for leaf in leaves:
        for branch in leaf.lineage():
            branch.n_waiting -= 1
    return leaves


def _descend(root: Branch, c_puct: float, rng: Random) -> Branch:
    branch = root
    while branch.children:
        n_parent = branch.visits + branch.n_waiting
        choices = [(puct(child, n_parent, c_puct), child) for child in branch.children]
        choices = [(score, child) for score, child in choices if _is_open(child)]
        best = max(score for score, _ in choices)
        branch = rng.choice([child for score, child in choices if score == best])
    return branch


def _is_open(branch: Branch) -> bool:
    """Say whether there is a leaf to expand below: one that is not spent and not yet chosen."""
    if branch.spent:
        return False
    if not branch.children:
        return branch.n_waiting == 0
    return any(map(_is_open, branch.children))


def grow(
    leaf: Branch, replies: Sequence[Trajectory], *, depth: int
) -> list[tuple[Branch, list[Trajectory]]]:
    """Give `leaf` one child for each different first step of `replies`, with those that wrote it.

    Equal steps are one child. It keeps the prior of the first, since one text has one probability,
    and the share of the draws that it had. A child past `depth` goes no further.
    """
    grown: dict[tuple[str, Ending], tuple[Branch, list[Trajectory]]] = {}
    for reply in replies:
        first = reply.steps[leaf.depth : leaf.depth + 1]
        ending = _ending(reply, leaf.depth, depth)
        key = ("".join(step.text for step in first), ending)
        if key not in grown:
            child = Branch(
                tag=f"{leaf.tag}.{len(grown)}",
                depth=leaf.depth + len(first),
                parent=leaf,
                trajectory=reply,
                prior=_prior(first),
                ending=ending,
                spent=ending != "open",
            )
            grown[key] = (child, [])
        grown[key][1].append(reply)
    for child, same in grown.values():
        child.share = len(same) / len(replies)
        leaf.children.append(child)
    for branch in leaf.lineage():
        branch.spent = all(child.spent for child in branch.children)
    return list(grown.values())


def _ending(reply: Trajectory, n_before: int, depth: int) -> Ending:
    n_new = len(reply.steps) - n_before
    if n_new < 1 or reply.finish_reason == "empty":
        return "blank"
    if n_new == 1:
        # A step that was cut is no step of anyone's solution; one before the cut is whole.
        return "cut" if reply.finish_reason == "length" else "finished"
    return "open" if n_before < depth else "too deep"


def _prior(first: Sequence[Step]) -> float | None:
    """Return exp of the mean log-probability of the step's tokens, where they are known."""
    for step in first:
        if step.logprob is not None and step.token_start is not None and step.token_end is not None:
            return math.exp(step.logprob / max(1, step.token_end - step.token_start))
    return None


def visit(branch: Branch, value: float) -> None:
    """Back `value`, in [-1, 1], up from `branch` to the root."""
    for ancestor in branch.lineage():
        ancestor.visits += 1
        ancestor.value_sum += value


def count(branch: Branch, outcome: Outcome) -> None:
    """Count one solution through `branch`, up to the root, by where it ends."""
    for ancestor in branch.lineage():
        ancestor.n_rollouts += 1
        ancestor.n_correct += outcome == "valid"
        ancestor.n_undecided += outcome == "undecided"


def main_line(root: Branch) -> list[Branch]:
    """Follow the most visited children from the root, to the end or to where visits end.

    At least one branch below the root where there is one. Ties go to the higher Q, then the first.
    """
    line = [root]
    while line[-1].children:
        child = max(line[-1].children, key=lambda child: (child.visits, child.q))
        if child.visits == 0 and len(line) > 1:
            break
        line.append(child)
    return line
