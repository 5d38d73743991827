"""Labels and quotas of a term's anchors by HEF's definition, found by following single edges."""

from collections.abc import Mapping, Sequence
from random import Random

from stepsmith.transforms.taxonomy.anchors import Stop, place, sample
from stepsmith.transforms.taxonomy.tree import Taxonomy

Above = Mapping[str, set[str]]
"""What lies above each node."""


def by_definition(
    taxonomy: Taxonomy, query: str, anchors: Sequence[str], up: Above | None = None
) -> Mapping[str, tuple[bool, Stop] | None]:
    """Label anchors by following single edges up from both, without any set of the code's own.

    Nodes that may be called as the query is are the term as well: all of them are taken out.
    """
    up = up or climbs(taxonomy)
    terms = {query, *taxonomy.namesakes(query)}
    parents = parents_of(taxonomy, query, up)

    def label(anchor: str) -> tuple[bool, Stop] | None:
        if anchor in terms or terms & up[anchor]:
            return None
        if anchor in parents:
            return True, "current"
        if any(anchor in up[parent] for parent in parents):
            return True, "forward"
        return any(parent in up[anchor] for parent in parents), "backward"

    return {anchor: label(anchor) for anchor in anchors}


def parents_of(taxonomy: Taxonomy, query: str, up: Above) -> set[str]:
    """Return what stands directly above a term, by whichever of its nodes, and is no such node."""
    terms = {query, *taxonomy.namesakes(query)}
    above = {parent for term in terms for parent in taxonomy.parents(term)}
    return {parent for parent in above if parent not in terms and not terms & up[parent]}


def climbs(taxonomy: Taxonomy) -> Above:
    """Return what lies above each node, found from the nodes with no parent down."""
    up: dict[str, set[str]] = {}

    def climb(key: str) -> set[str]:
        if key not in up:
            parents = taxonomy.parents(key)
            up[key] = set(parents).union(*map(climb, parents))
        return up[key]

    return {key: climb(key) for key in taxonomy.keys}


def keeps_quotas(taxonomy: Taxonomy, query: str, rng: Random, up: Above | None = None) -> bool:
    """Say whether a batch has 1, up to 6 and up to 8 on the path, and the rest of 32 off it."""
    labels = by_definition(taxonomy, query, taxonomy.keys, up)
    there = {kind: sum(each == kind for each in labels.values()) for kind in _KINDS}
    batch = sample(taxonomy, place(taxonomy, query), rng)
    drawn = {kind: sum((one.path, one.stop) == kind for one in batch) for kind in _KINDS}
    on_path = [min(there[kind], most) for kind, most in zip(_KINDS, (1, 6, 8), strict=False)]
    wanted = [*on_path, min(there[_KINDS[3]], 32 - sum(on_path))]
    return list(drawn.values()) == wanted and len({one.key for one in batch}) == len(batch)


_KINDS: tuple[tuple[bool, Stop], ...] = (
    (True, "current"),
    (True, "forward"),
    (True, "backward"),
    (False, "backward"),
)
