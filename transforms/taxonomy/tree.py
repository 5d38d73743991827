"""A taxonomy: what stands under what, as a directed graph without circles and with one root."""

from collections import defaultdict, deque
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property

from stepsmith.schemas.errors import SourceError
from stepsmith.transforms.text.names import fold

__all__ = ["TOP", "Taxonomy", "TaxonomyError"]

TOP = "*"
"""The key of the root that is put above several."""

_TOP_NAME = "everything"


class TaxonomyError(SourceError):
    """These edges are no taxonomy, or it has no such node."""


class Taxonomy:
    """Nodes by key, each with its parents and children; a node may have several parents.

    A forest gets one more node, `TOP`, above its roots: which of them lies above a term is a part
    of the question. All orders are those of the keys.
    """

    def __init__(
        self,
        parents: Mapping[str, tuple[str, ...]],
        names: Mapping[str, str] | None = None,
        aliases: Mapping[str, Iterable[str]] | None = None,
    ) -> None:
        """Take each node's parents, sorted; raises `TaxonomyError` for a circle.

        `names` are what nodes are called, and `aliases` what they may be called besides.
        """
        self._parents = dict(parents)
        self._names = {TOP: _TOP_NAME, **(names or {})}
        self._aliases = dict(aliases or {})
        roots = sorted(key for key, above in self._parents.items() if not above)
        if len(roots) > 1:
            self._parents |= dict.fromkeys(roots, (TOP,))
            self._parents[TOP] = ()
            roots = [TOP]
        children: dict[str, list[str]] = {key: [] for key in self._parents}
        for key in sorted(self._parents):
            for parent in self._parents[key]:
                children[parent].append(key)
        self._children = {key: tuple(below) for key, below in children.items()}
        self._levels = self._measure(roots)
        self.root = roots[0]
        self.keys: Sequence[str] = tuple(sorted(self._parents))
        """All nodes, sorted."""

    @classmethod
    def of(
        cls,
        edges: Iterable[tuple[str, str]],
        *,
        names: Mapping[str, str] | None = None,
        aliases: Mapping[str, Iterable[str]] | None = None,
    ) -> "Taxonomy":
        """Make the taxonomy of `(child, parent)` edges; an edge that comes twice is one."""
        parents: dict[str, set[str]] = {}
        for child, parent in edges:
            parents.setdefault(parent, set())
            parents.setdefault(child, set()).add(parent)
        if not parents:
            msg = "a taxonomy has at least one edge from a child to its parent"
            raise TaxonomyError(msg)
        if TOP in parents:
            msg = f"{TOP!r} is the key of the root above several; call the node otherwise"
            raise TaxonomyError(msg)
        return cls({key: tuple(sorted(above)) for key, above in parents.items()}, names, aliases)

    def __len__(self) -> int:
        return len(self._parents)

    def __contains__(self, key: object) -> bool:
        return key in self._parents

    def parents(self, key: str) -> tuple[str, ...]:
        """Return the nodes directly above one."""
        return self._parents[key]

    def children(self, key: str) -> tuple[str, ...]:
        """Return the nodes directly below one."""
        return self._children[key]

    def name(self, key: str) -> str:
        """Return what a node is called: its key, where it has no name."""
        return self._names.get(key) or key

    def namesakes(self, key: str) -> frozenset[str]:
        """Return the other nodes that may be called what this one is."""
        return frozenset(self._called[fold(self.name(key))]) - {key}

    def alike(self, keys: Iterable[str]) -> frozenset[str]:
        """Return the nodes that share a name with some of these, and these."""
        names = {name for key in keys for name in self._all_names(key)}
        return frozenset(key for name in names for key in self._called[name])

    @cached_property
    def _called(self) -> Mapping[str, Sequence[str]]:
        """The nodes by each of their names, as names are compared."""
        called: dict[str, list[str]] = defaultdict(list)
        for key in self.keys:
            for name in self._all_names(key):
                called[name].append(key)
        return called

    def _all_names(self, key: str) -> frozenset[str]:
        return frozenset(map(fold, (self.name(key), *self._aliases.get(key, ()))))

    def level(self, key: str) -> int:
        """Return how many edges lie between the root and a node on the shortest way."""
        return self._levels[key]

    def ancestors(self, key: str) -> frozenset[str]:
        """Return all nodes above one, which is none of them."""
        return _reach(self._parents, key)

    def descendants(self, key: str) -> frozenset[str]:
        """Return all nodes below one, which is none of them."""
        return _reach(self._children, key)

    def chain(self, key: str) -> tuple[str, ...]:
        """Return a shortest way from the root down to a node, both included."""
        chain = [key]
        while self._parents[chain[-1]]:
            chain.append(min(self._parents[chain[-1]], key=lambda one: (self._levels[one], one)))
        return tuple(reversed(chain))

    def _measure(self, roots: Sequence[str]) -> dict[str, int]:
        """Measure each node's level; whatever has no order under the root stands in a circle."""
        levels = dict.fromkeys(roots, 0)
        waiting = {key: len(above) for key, above in self._parents.items()}
        ready = deque(roots)
        while ready:
            key = ready.popleft()
            for child in self._children[key]:
                levels[child] = min(levels.get(child, levels[key] + 1), levels[key] + 1)
                waiting[child] -= 1
                if not waiting[child]:
                    ready.append(child)
        stuck = {key for key, count in waiting.items() if count}
        if stuck:
            circle = " under ".join(map(repr, self._circle(stuck)))
            msg = f"the taxonomy runs in a circle: {circle}"
            raise TaxonomyError(msg)
        return levels

    def _circle(self, stuck: set[str]) -> Sequence[str]:
        """Follow the parents that are stuck too until one comes again."""
        walk: dict[str, int] = {}
        key = min(stuck)
        while key not in walk:
            walk[key] = len(walk)
            key = next(parent for parent in self._parents[key] if parent in stuck)
        return [*list(walk)[walk[key] :], key]


def _reach(edges: Mapping[str, tuple[str, ...]], start: str) -> frozenset[str]:
    found: set[str] = set()
    waiting = [start]
    while waiting:
        for key in edges[waiting.pop()]:
            if key not in found:
                found.add(key)
                waiting.append(key)
    return frozenset(found)
