"""Which part of a taxonomy is shown for a term, and the problem that is made of it."""

import dataclasses
import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from random import Random

import msgspec

from stepsmith.schemas.records import Problem
from stepsmith.transforms.taxonomy.anchors import (
    BATCH,
    OffPath,
    Placement,
    Quotas,
    place,
    sample,
)
from stepsmith.transforms.taxonomy.payload import HierarchyPayload, SeenNode, View
from stepsmith.transforms.taxonomy.tree import Taxonomy
from stepsmith.transforms.text.names import fold

__all__ = ["Shown", "make_problem", "prompt_of", "shuffled"]

_MAX_PARENTS = 3
_PROMPT = """\
Place the term "{term}" in this taxonomy, of which a part is shown:

{tree}

Start at "{root}" and write one line for each node that you visit, in this form:
At "NODE": why. Forward to "CHILD". (if the term belongs further down)
At "NODE": why. Back to "NODE". (if the term does not belong below this node)
At "NODE": why. Stop. (if this is the node directly above the term)
"""


@dataclasses.dataclass(frozen=True, kw_only=True)
class Shown:
    """How much of a taxonomy is shown: children off the way of each node, and theirs in turn."""

    children: int = 3
    grandchildren: int = 2
    quotas: Quotas = BATCH
    off_path: OffPath = "backward"
    seed: int = 0


def make_problem(
    taxonomy: Taxonomy, query: str, shown: Shown, *, source: str, domain: str
) -> Problem:
    """Make the problem of placing one term, which is taken out of the taxonomy first.

    It depends on the taxonomy, the term and `shown` alone.
    """
    placement = place(taxonomy, query)
    parents = sorted(placement.parents, key=lambda key: (taxonomy.level(key), key))
    chains = [taxonomy.chain(parent) for parent in parents[:_MAX_PARENTS]]
    keys = _choose(taxonomy, placement, chains, shown)
    names = _names(taxonomy, [query, *keys])
    rng = Random(f"{shown.seed}/anchors/{query}")  # noqa: S311 - not a secret
    payload = HierarchyPayload(
        query=query,
        term=names[query],
        parents=tuple(parents),
        chain=chains[0],
        nodes=tuple(_seen(taxonomy, placement, key, names) for key in keys),
        anchors=sample(taxonomy, placement, rng, quotas=shown.quotas, off_path=shown.off_path),
    )
    return Problem(
        id=f"{source}-{query}",
        prompt=prompt_of(View(payload)),
        group_id=f"{source}-{parents[0]}",
        source=source,
        domain=domain,
        answer=names[parents[0]],
        payload=msgspec.json.encode(payload, order="deterministic").decode(),
    )


def prompt_of(view: View) -> str:
    """Write the question, with the shown part as an indented list; a node is drawn out once."""
    return _PROMPT.format(
        term=view.payload.term,
        tree="\n".join(_lines(view, view.root, 0, set())),
        root=view.root.name,
    )


def _lines(view: View, node: SeenNode, depth: int, drawn: set[str]) -> Iterator[str]:
    again = node.key in drawn and node.children
    yield f"{'  ' * depth}{node.name}{' (see above)' if again else ''}"
    if not again:
        drawn.add(node.key)
        for child in view.children(node):
            yield from _lines(view, child, depth + 1, drawn)


def _choose(
    taxonomy: Taxonomy, placement: Placement, chains: Sequence[Sequence[str]], shown: Shown
) -> Sequence[str]:
    """Choose the nodes: the ways to the parents, and beside them where one may go astray."""
    salt = f"{shown.seed}/{placement.query}"
    chosen = dict.fromkeys(key for chain in chains for key in chain)
    for key in list(chosen):
        aside = [
            child
            for child in taxonomy.children(key)
            if placement.may_be_shown(child) and not placement.leads_on(child)
        ]
        for child in shuffled(aside, salt)[: shown.children]:
            chosen[child] = None
            below = [one for one in taxonomy.children(child) if placement.may_be_shown(one)]
            chosen |= dict.fromkeys(shuffled(below, salt)[: shown.grandchildren])
    return list(chosen)


def shuffled(keys: Iterable[str], salt: str) -> list[str]:
    """Bring keys into an order of chance that depends on nothing but each key and `salt`."""
    return sorted(keys, key=lambda key: _rank(f"{salt}/{key}"))


def _rank(text: str) -> bytes:
    return hashlib.blake2b(text.encode(), digest_size=12).digest()


def _names(taxonomy: Taxonomy, keys: Sequence[str]) -> Mapping[str, str]:
    """Give each node a name of its own, with its key behind it where another is called so too."""
    plain = {key: " ".join(taxonomy.name(key).split()).replace('"', "'") or key for key in keys}
    folded = [fold(name) for name in plain.values()]
    names = {
        key: name if folded.count(fold(name)) == 1 else f"{name} [{key}]"
        for key, name in plain.items()
    }
    if len({fold(name) for name in names.values()}) == len(names):
        return names
    # Keys that differ in their case or spaces alone: a number tells them apart.
    return {key: f"{name} [{at}]" for at, (key, name) in enumerate(plain.items(), start=1)}


def _seen(taxonomy: Taxonomy, placement: Placement, key: str, names: Mapping[str, str]) -> SeenNode:
    """Describe a node; its children come in the order of their names, as a reader sees them."""
    children = [
        child for child in taxonomy.children(key) if child in names and child != placement.query
    ]
    return SeenNode(
        key=key,
        name=names[key],
        children=tuple(sorted(children, key=lambda child: (fold(names[child]), child))),
        path=placement.on_path(key),
        stop=placement.stop(key),
        leads_on=placement.leads_on(key),
    )
