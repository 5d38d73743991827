"""One step of a descent: how it is written, read and judged."""

import dataclasses
import re
from collections.abc import Mapping, Sequence
from typing import Literal

from stepsmith.schemas.records import Step, Verdict
from stepsmith.transforms.taxonomy.anchors import Stop
from stepsmith.transforms.taxonomy.payload import SeenNode, View
from stepsmith.transforms.text.names import fold
from stepsmith.transforms.verify.base import invalid, undecided, valid

__all__ = ["N_PHRASES", "PHRASES", "Act", "Move", "judge", "last_move", "read_move", "write_move"]

Act = Literal["forward", "stop", "back"]

PHRASES: dict[Act, tuple[str, ...]] = {
    "forward": (
        '"{term}" belongs further down',
        'the place of "{term}" is below one of its children',
        'this covers "{term}", but something below it fits more closely',
    ),
    "stop": (
        '"{term}" belongs directly under it',
        'nothing below it covers "{term}", and it does',
        'this is the closest node above "{term}"',
    ),
    "back": (
        '"{term}" does not belong below it',
        'this does not cover "{term}"',
        '"{term}" is no kind of this',
    ),
}
"""The reasons, by what is done. They say what the step claims, never whether it is right."""

N_PHRASES = 3


@dataclasses.dataclass(frozen=True, kw_only=True)
class Move:
    """A visit of the node called `at`, and what is done there: on to a child, back, or an end."""

    at: str
    act: Act
    to: str | None = None


_AT = re.compile(r'\s*At "([^"\n]+)"', re.IGNORECASE)
_ACT = re.compile(r'\b(?:(forward|back) to "([^"\n]+)"|(stop))[ \t]*\.?\s*\Z', re.IGNORECASE)
_LONGEST = 4_000


def write_move(move: Move, term: str, *, variant: int = 0) -> str:
    """Write a move as a line without its end, with one of the reasons."""
    phrases = PHRASES[move.act]
    reason = phrases[variant % len(phrases)].format(term=term)
    act = "Stop" if move.act == "stop" else f'{move.act.title()} to "{move.to}"'
    return f'At "{move.at}": {reason}. {act}.'


def read_move(text: str) -> Move | None:
    """Read the move that a step makes: where it begins, and what it does in the end."""
    if len(text) > _LONGEST:
        return None
    # Behind the last full line alone: white space there is never gone through twice.
    text = text.rstrip()
    at, act = _AT.match(text), _ACT.search(text)
    if at is None or act is None or act.start() < at.end():
        return None
    if act[3]:
        return Move(at=at[1], act="stop")
    return Move(at=at[1], act="forward" if act[1].lower() == "forward" else "back", to=act[2])


def last_move(prior: Sequence[Step]) -> Move | None:
    """Return the move before a step, over steps that make none."""
    moves = (read_move(step.text) for step in reversed(prior))
    return next((move for move in moves if move is not None), None)


def judge(view: View, move: Move, before: Sequence[Step] = ()) -> Verdict:
    """Judge one move by the labels of the nodes that it visits and goes to.

    Its own: what it does is right or wrong at the node where it stands, however it came there. It
    has to stand where the move before it led, and to go where the taxonomy lets it.
    """
    node = view.find(move.at)
    if node is None:
        return _unknown(move.at)
    if (fault := _misplaced(view, move, before)) is not None:
        return invalid(fault)
    if move.act == "stop":
        right, evidence = node.stop == "current", f"{node.name!r} is {_IS[node.stop]}"
        return valid(evidence) if right else invalid(evidence)
    target = view.find(move.to or "")
    return _unknown(move.to or "") if target is None else _judge_way(node, move.act, target)


def _judge_way(node: SeenNode, act: Act, target: SeenNode) -> Verdict:
    """Judge a move from one node to another."""
    if act == "back":
        right, evidence = node.stop == "backward", f"{node.name!r} is {_IS[node.stop]}"
    elif target.key not in node.children:
        right, evidence = False, f"{target.name!r} is no child of {node.name!r}"
    else:
        # From a parent it may go on to another one below it.
        right, evidence = target.leads_on, f"{target.name!r} is {_IS[target.stop]}"
    return valid(evidence) if right else invalid(evidence)


_IS: Mapping[Stop, str] = {
    "current": "a parent of the term",
    "forward": "above a parent of the term",
    "backward": "neither a parent of the term nor above one",
}


def _unknown(name: str) -> Verdict:
    return undecided(f"unknown node: {name!r} is not among those shown")


def _misplaced(view: View, move: Move, before: Sequence[Step]) -> str | None:
    """Say why a move does not follow those before it, if it does not."""
    last = last_move(before)
    if last is None:
        is_start = fold(move.at) == fold(view.root.name) or bool(before)
        return None if is_start else f"a descent starts at {view.root.name!r}"
    if last.act == "stop":
        return "the descent has stopped already"
    if fold(last.to or "") != fold(move.at):
        return f"the move before it leads to {last.to!r}"
    if move.act != "back":
        return None
    visited = {fold(one.at) for one in map(read_move, (step.text for step in before)) if one}
    return None if fold(move.to or "") in visited else f"{move.to!r} was not visited before"
