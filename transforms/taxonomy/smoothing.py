"""Scores of single moves, made to agree: one place fits all of them best, or several share it."""

import dataclasses
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from statistics import fmean

from stepsmith.transforms.taxonomy.fitting import MISSING, NodeScores, fitting_scores
from stepsmith.transforms.taxonomy.moves import Act, Move
from stepsmith.transforms.taxonomy.payload import View

__all__ = ["ScoredMove", "node_scores", "place_weights", "right_if"]

_STATES: Mapping[Act, str] = {"forward": "forward", "stop": "current", "back": "backward"}
_FLOOR = 1e-6
"""No score is taken for certain: one that is wrong could not be outvoted."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class ScoredMove:
    """A move, and how probably it is right, in [0, 1]."""

    move: Move
    score: float


def node_scores(view: View, moves: Iterable[ScoredMove]) -> dict[str, NodeScores]:
    """Read off what scores of moves say of each shown node, by key.

    A move forward to a node says how probably that one is on the path, and how probably at least
    it is right to go forward where it begins: another child may be the right one. A stop and a move
    back say how probably each is right where they are made. Several scores of one thing are
    averaged; what no move speaks of is even, and every shown node has scores.
    """
    into: dict[str, list[float]] = defaultdict(list)
    acts: dict[str, dict[Act, dict[str, list[float]]]] = defaultdict(
        lambda: defaultdict(lambda: defaultdict(list))
    )
    for each in moves:
        node, target = view.find(each.move.at), view.find(each.move.to or "")
        if node is None or (target is None and each.move.act != "stop"):
            continue
        score = min(max(each.score, _FLOOR), 1 - _FLOOR)
        forward_to = target.key if target is not None and each.move.act == "forward" else ""
        acts[node.key][each.move.act][forward_to].append(score)
        if forward_to:
            into[forward_to].append(score)
    into[view.root.key] = [1 - _FLOOR]  # everything lies below it
    return {
        key: NodeScores(path=fmean(into.get(key, [0.5])), **_stops(acts.get(key, {})))
        for key in view.nodes
    }


def place_weights(
    view: View, moves: Sequence[ScoredMove], *, missing: float = MISSING
) -> dict[str, float]:
    """Return how probably each node is the parent: its fitting score, as a share of all.

    Only a node that some move visits or goes to may be it: of all others together, of which
    nothing is known, one might be as well, but their even scores would outweigh what is known.
    """
    fitting = fitting_scores(view.parents, node_scores(view, moves), missing=missing)
    names = [name for each in moves for name in (each.move.at, each.move.to) if name]
    visited = sorted({node.key for node in map(view.find, names) if node is not None})
    total = sum(fitting[key] for key in visited)
    return {key: fitting[key] / total for key in visited} if total else {}


def right_if(view: View, move: Move, parent: str, above: frozenset[str]) -> bool:
    """Say whether a move would be right if `parent`, which `above` lies above, were the place."""
    node, target = view.find(move.at), view.find(move.to or "")
    if node is None:
        return False
    if move.act == "stop":
        return node.key == parent
    if move.act == "back":
        return node.key != parent and node.key not in above
    return (
        target is not None
        and target.key in node.children
        and (target.key == parent or target.key in above)
    )


def _stops(acts: Mapping[Act, Mapping[str, Sequence[float]]]) -> dict[str, float]:
    """Give each state of a node its share; those that no move speaks of share what is left."""
    known: dict[Act, float] = {act: max(map(fmean, ways.values())) for act, ways in acts.items()}
    if "forward" in known:
        known["forward"] = max(known["forward"], 1 / len(_STATES))
    unknown: list[Act] = [act for act in _STATES if act not in known]
    left = max(1 - sum(known.values()), _FLOOR)
    for act in unknown:
        known[act] = left / len(unknown)
    total = sum(known.values())
    return {_STATES[act]: share / total for act, share in known.items()}
