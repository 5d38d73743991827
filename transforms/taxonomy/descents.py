"""The way down to a term's parent, and ways that go astray at one step."""

import dataclasses
import itertools
from collections.abc import Iterator, Sequence
from random import Random
from typing import Literal

from stepsmith.transforms.taxonomy.moves import Move
from stepsmith.transforms.taxonomy.payload import SeenNode, View

__all__ = ["DEVIATIONS", "Descent", "Deviation", "draw_deviations", "gold"]

Deviation = Literal["early_stop", "sibling", "deeper_sibling", "overshoot", "turn_back"]
DEVIATIONS: tuple[Deviation, ...] = (
    "early_stop",
    "sibling",
    "deeper_sibling",
    "overshoot",
    "turn_back",
)


@dataclasses.dataclass(frozen=True, kw_only=True)
class Descent:
    """A descent, and where it first goes wrong: at `error`, if at all.

    One that is `recovered` finds back and reaches a parent all the same.
    """

    moves: tuple[Move, ...]
    kind: Deviation | Literal["gold"] = "gold"
    error: int | None = None
    recovered: bool = False


def gold(view: View) -> Descent:
    """Return the shortest way down to the first parent."""
    return Descent(moves=_down(_chain(view), 0))


def draw_deviations(view: View, rng: Random, *, count: int, recovered: float) -> Sequence[Descent]:
    """Draw up to `count` descents that go wrong once, spread over the kinds; no one comes twice.

    Of those that can find back, the share `recovered` does.
    """
    chain = _chain(view)
    waiting: dict[Deviation, list[_Astray]] = {kind: [] for kind in DEVIATIONS}
    for astray in _astray(view, chain):
        waiting[astray.kind].append(astray)
    for kind in DEVIATIONS:
        rng.shuffle(waiting[kind])
    drawn: list[Descent] = []
    while len(drawn) < count and any(waiting.values()):
        for kind in rng.sample(DEVIATIONS, len(DEVIATIONS)):
            if waiting[kind] and len(drawn) < count:
                drawn.append(_walk(view, chain, waiting[kind].pop(), back=rng.random() < recovered))
    return drawn


@dataclasses.dataclass(frozen=True, kw_only=True)
class _Astray:
    """Where the way is left, at a place of the chain, and the nodes that are visited off it."""

    kind: Deviation
    place: int
    nodes: tuple[SeenNode, ...] = ()


def _chain(view: View) -> Sequence[SeenNode]:
    return [view.nodes[key] for key in view.payload.chain]


def _astray(view: View, chain: Sequence[SeenNode]) -> Iterator[_Astray]:
    """Yield every way to go wrong once that the shown part has room for."""
    last = len(chain) - 1
    for place, node in enumerate(chain):
        off = [child for child in view.children(node) if not child.leads_on]
        if place == last:
            yield from (_Astray(kind="overshoot", place=place, nodes=(child,)) for child in off)
        else:
            # Off the path alone: what lies below a parent is no sibling of the way to it.
            off = [child for child in off if not child.path]
            yield _Astray(kind="early_stop", place=place)
            yield from (_Astray(kind="sibling", place=place, nodes=(child,)) for child in off)
            for child in off:
                for deeper in view.children(child):
                    if not deeper.path:
                        nodes = (child, deeper)
                        yield _Astray(kind="deeper_sibling", place=place, nodes=nodes)
        if place:
            yield _Astray(kind="turn_back", place=place)


def _walk(view: View, chain: Sequence[SeenNode], astray: _Astray, *, back: bool) -> Descent:
    """Write one of these ways out, to its wrong end or back to the right one."""
    place = astray.place
    node = chain[place]
    start = _down(chain[: place + 1], 0)[:-1]
    if astray.kind == "early_stop":
        moves, back = (*start, _stop(node)), False
    elif astray.kind == "turn_back":
        turned = Move(at=node.name, act="back", to=chain[place - 1].name)
        moves = (*start, turned, *(_down(chain, place - 1) if back else _lost(view, chain, place)))
    else:
        away = (node, *astray.nodes)
        into = tuple(_forward(one, two) for one, two in itertools.pairwise(away))
        out = tuple(
            Move(at=one.name, act="back", to=two.name)
            for one, two in itertools.pairwise(away[::-1])
        )
        ending = (*out, *_down(chain, place)) if back else (_stop(away[-1]),)
        moves = (*start, *into, *ending)
    return Descent(moves=moves, kind=astray.kind, error=place, recovered=back)


def _lost(view: View, chain: Sequence[SeenNode], place: int) -> tuple[Move, ...]:
    """End a descent that has turned back: in a sibling of what it left, or where it stands."""
    node = chain[place - 1]
    off = [child for child in view.children(node) if not child.path]
    return (_forward(node, off[0]), _stop(off[0])) if off else (_stop(node),)


def _down(chain: Sequence[SeenNode], start: int) -> tuple[Move, ...]:
    """Go down a chain from one of its places, and stop at its end."""
    way = chain[start:]
    return (*(_forward(one, two) for one, two in itertools.pairwise(way)), _stop(way[-1]))


def _forward(node: SeenNode, child: SeenNode) -> Move:
    return Move(at=node.name, act="forward", to=child.name)


def _stop(node: SeenNode) -> Move:
    return Move(at=node.name, act="stop")
