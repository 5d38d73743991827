"""What a problem of placing a term brings along: a part of the taxonomy, with its labels.

The labels come from the whole taxonomy; what may be visited is the part that the prompt shows.
"""

import dataclasses
from collections.abc import Mapping
from functools import cached_property

import msgspec

from stepsmith.schemas.errors import ProblemError
from stepsmith.schemas.records import Problem
from stepsmith.transforms.taxonomy.anchors import Anchor, Stop
from stepsmith.transforms.text.names import fold

__all__ = ["HierarchyPayload", "SeenNode", "View", "read_hierarchy"]


@dataclasses.dataclass(frozen=True, kw_only=True)
class SeenNode:
    """One node of the part that is shown; `name` is its alone, by `fold`, among those shown.

    `children` are the keys of those below it that are shown too. `path` and `stop` are its labels,
    and `leads_on` says whether it is a parent of the term or lies above one.
    """

    key: str
    name: str
    children: tuple[str, ...] = ()
    path: bool
    stop: Stop
    leads_on: bool


@dataclasses.dataclass(frozen=True, kw_only=True)
class HierarchyPayload:
    """A term, by key and name; its parents; a way from the root to the first of them; and nodes.

    `nodes` are what the prompt shows, the root first. `anchors` is a batch to train a scorer of
    nodes on (`anchors.sample`), drawn from the whole taxonomy.
    """

    query: str
    term: str
    parents: tuple[str, ...]
    chain: tuple[str, ...]
    nodes: tuple[SeenNode, ...]
    anchors: tuple[Anchor, ...] = ()


class View:
    """The shown part of a taxonomy, by key and by name."""

    def __init__(self, payload: HierarchyPayload) -> None:
        self.payload = payload
        self.nodes: Mapping[str, SeenNode] = {node.key: node for node in payload.nodes}
        self.root = payload.nodes[0]

    @cached_property
    def by_name(self) -> Mapping[str, SeenNode]:
        """The nodes by `fold` of their names."""
        return {fold(node.name): node for node in self.payload.nodes}

    @cached_property
    def parents(self) -> Mapping[str, tuple[str, ...]]:
        """The parents of each node, as far as they are shown."""
        found: dict[str, list[str]] = {key: [] for key in self.nodes}
        for node in self.payload.nodes:
            for child in node.children:
                found[child].append(node.key)
        return {key: tuple(above) for key, above in found.items()}

    def above(self, key: str) -> frozenset[str]:
        """Return the nodes that lie above one, as far as they are shown."""
        found: set[str] = set()
        waiting = [key]
        while waiting:
            new = [one for one in self.parents[waiting.pop()] if one not in found]
            found.update(new)
            waiting += new
        return frozenset(found)

    def find(self, name: str) -> SeenNode | None:
        """Return the node that a solution calls so, whatever the case and the spaces."""
        return self.by_name.get(fold(name))

    def children(self, node: SeenNode) -> tuple[SeenNode, ...]:
        """Return the nodes directly below one, as far as they are shown."""
        return tuple(self.nodes[key] for key in node.children)


def read_hierarchy(problem: Problem) -> View:
    """Read a problem's part of the taxonomy; raises `ProblemError` where it has none."""
    try:
        payload = problem.read_payload(HierarchyPayload)
    except msgspec.ValidationError as error:
        msg = f"no term of a taxonomy to be placed ({error}); the source `taxonomy` makes such"
        raise ProblemError(msg) from None
    known = {node.key for node in payload.nodes}
    used = {*payload.chain, *(key for node in payload.nodes for key in node.children)}
    if not payload.chain or not used <= known or payload.chain[0] != payload.nodes[0].key:
        msg = f"the way to {payload.term!r} leads over nodes that are not among those shown"
        raise ProblemError(msg)
    return View(payload)
