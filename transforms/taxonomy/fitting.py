"""HEF's fitting score: what a node's own score says, weighed by those of its neighbours."""

import dataclasses
from collections.abc import Hashable, Mapping, Sequence
from typing import TypeVar

__all__ = ["MISSING", "NodeScores", "fitting_scores"]

K = TypeVar("K", bound=Hashable)

MISSING = 0.097
"""What stands for a neighbour that is not there: above the root, and below a leaf."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class NodeScores:
    """What a model thinks of one node, each in [0, 1].

    `path` that the node is on the path; `current`, `forward` and `backward` that a descent should
    stop there, go on below it, or go back.
    """

    path: float
    current: float
    forward: float
    backward: float


def fitting_scores(
    parents: Mapping[K, Sequence[K]],
    scores: Mapping[K, NodeScores],
    *,
    missing: float = MISSING,
) -> dict[K, float]:
    """Score each node by itself, by its parent and by its best child.

    F(a) = path(a) * forward(parent(a)) * current(a) * backward(the child of a with the best path):
    a node fits if the way down leads to it and on from it does not. `parents` holds the parents of
    a node; only those with scores count. Of several parents the one that says forward most counts.
    The result has the nodes of `scores`, in their order.
    """
    best: dict[K, NodeScores] = {}
    for key, own in scores.items():
        for parent in parents.get(key, ()):
            if parent not in best or own.path > best[parent].path:
                best[parent] = own
    fitting: dict[K, float] = {}
    for key, own in scores.items():
        above = [scores[parent].forward for parent in parents.get(key, ()) if parent in scores]
        below = best[key].backward if key in best else missing
        fitting[key] = own.path * max(above, default=missing) * own.current * below
    return fitting
