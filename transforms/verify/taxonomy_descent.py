"""Judge how a term is placed in a taxonomy: each move of the descent, and where it ends."""

import msgspec

from stepsmith.schemas.errors import ProblemError
from stepsmith.schemas.records import Claim, Problem, Verdict
from stepsmith.transforms.taxonomy.moves import judge, last_move, read_move
from stepsmith.transforms.taxonomy.payload import HierarchyPayload, SeenNode, read_hierarchy
from stepsmith.transforms.verify.base import Case, invalid, undecided, valid, verifier

__all__ = ["descent", "placement"]


def _node(key: str, *children: str, on_path: bool = True) -> SeenNode:
    return SeenNode(
        key=key,
        name=key,
        children=children,
        path=on_path,
        stop="current" if key == "bird" else "forward" if key == "animal" else "backward",
        leads_on=key in ("bird", "animal"),
    )


_EXAMPLE = msgspec.json.encode(
    HierarchyPayload(
        query="robin",
        term="robin",
        parents=("bird",),
        chain=("animal", "bird"),
        nodes=(
            _node("animal", "bird", "fish"),
            _node("bird", "owl"),
            _node("owl"),
            _node("fish", on_path=False),
        ),
    )
).decode()
_DOWN = 'At "animal": a robin is an animal. Forward to "bird".\n'
_ASTRAY = 'At "animal": a robin is an animal. Forward to "fish".\n'


def check_gold(problem: Problem) -> Verdict:
    """Say whether a problem shows a part of a taxonomy in which its term has a place."""
    try:
        view = read_hierarchy(problem)
    except ProblemError as error:
        return undecided(f"no taxonomy: {error}")
    end = view.nodes[view.payload.chain[-1]]
    return valid() if end.stop == "current" else invalid(f"the way ends at {end.name!r}, no parent")


@verifier(
    "taxonomy.descent",
    gold=check_gold,
    cases=[
        Case(_DOWN, "valid", payload=_EXAMPLE),
        Case('At "bird": it fits. Stop.', "valid", payload=_EXAMPLE, prior=(_DOWN,)),
        Case('At "Fish": no. Back to "animal".', "valid", payload=_EXAMPLE, prior=(_ASTRAY,)),
        Case(_ASTRAY, "invalid", payload=_EXAMPLE),
        Case('At "animal": it fits. Stop.', "invalid", payload=_EXAMPLE),
        Case('At "bird": it fits. Stop.', "invalid", payload=_EXAMPLE),  # not where it starts
        Case('At "bird": Forward to "owl".', "invalid", payload=_EXAMPLE, prior=(_DOWN,)),
        Case('At "bird": no. Back to "animal".', "invalid", payload=_EXAMPLE, prior=(_DOWN,)),
        Case('At "animal": Forward to "owl".', "invalid", payload=_EXAMPLE),  # no child of it
        Case('At "mammal": Stop.', "undecided", payload=_EXAMPLE),  # not shown
        Case("Robins are small birds.", "undecided", payload=_EXAMPLE),
        Case(_DOWN, "undecided"),  # of no taxonomy
    ],
)
def descent(claim: Claim) -> Verdict:
    """Judge one move of a descent by what the taxonomy says of the nodes it visits and goes to."""
    move = read_move(claim.step.text)
    if move is None:
        return undecided("no move: the step visits no node, or does not say what follows")
    try:
        view = read_hierarchy(claim.problem)
    except ProblemError as error:
        return undecided(f"no taxonomy: {error}")
    return judge(view, move, claim.prior)


@verifier(
    "taxonomy.placement",
    gold=check_gold,
    cases=[
        Case('At "bird": it fits. Stop.', "valid", payload=_EXAMPLE, prior=(_DOWN,)),
        Case('At "fish": it fits. Stop.', "invalid", payload=_EXAMPLE, prior=(_ASTRAY,)),
        Case(_DOWN, "undecided", payload=_EXAMPLE),  # goes on
        Case('At "mammal": Stop.', "undecided", payload=_EXAMPLE),  # not shown
        Case('At "bird": it fits. Stop.', "undecided"),  # of no taxonomy
    ],
)
def placement(claim: Claim) -> Verdict:
    """Judge where a descent stops: at a parent of the term, however it came there."""
    move = last_move((*claim.prior, claim.step))
    if move is None or move.act != "stop":
        return undecided("no answer: the descent does not stop")
    try:
        view = read_hierarchy(claim.problem)
    except ProblemError as error:
        return undecided(f"no taxonomy: {error}")
    node = view.find(move.at)
    if node is None:
        return undecided(f"unknown node: {move.at!r} is not among those shown")
    if node.stop == "current":
        return valid(f"{node.name!r} is a parent of {view.payload.term!r}")
    return invalid(f"{node.name!r} is no parent of {view.payload.term!r}")
