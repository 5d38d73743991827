"""Cut a step into chains: a = b = c, over the ends of lines, and A = b with A = c on the next."""

import itertools
from collections.abc import Iterator
from typing import Final, NamedTuple

from stepsmith.transforms.verify.steps.sides import BOUNDS, Page, Side, read_left, read_right

SIGNS: Final = frozenset({"equals", "approximate"})
_MAX_NAME: Final = 40

Name = tuple[str, ...]


class Link(NamedTuple):
    """The sign at `tokens[sign]` and the sides around it, as far as they can be read."""

    sign: int
    left: Side | None
    right: Side | None


def find_chains(page: Page) -> Iterator[list[Link]]:
    """Yield the chains in order; a link's right side is the next one's left."""
    chain: list[Link] = []
    name: Name = ()
    for links, called in _lines(page):
        first = links[0]
        if chain and called and called == name and _simplifies(chain[-1].right, first.right):
            chain += [first._replace(left=chain[-1].right), *links[1:]]
            continue
        if chain:
            yield chain
        chain, name = links, called
    if chain:
        yield chain


def find_comparisons(page: Page) -> Iterator[Link]:
    """Yield the signs that compare otherwise, `<`, `≥` or `≠`, and the sides around them."""
    low = 0
    kinds = page.kinds if "relation" in page.kinds else ()
    for at, kind in enumerate(kinds):
        if kind not in BOUNDS:
            continue
        if kind == "relation":
            left = read_left(page, low, at)
            right = None if left is None else read_right(page, at + 1)
            if right is not None:
                yield Link(at, left, right)
        low = at + 1


def _simplifies(one: Side | None, other: Side | None) -> bool:
    """Tell whether the second may be the first, computed: not so two roots, x = 2 and x = 3."""
    if one is None or other is None or one.read.is_lone:
        return False
    return other.read.n_numbers < one.read.n_numbers


def _lines(page: Page) -> Iterator[tuple[list[Link], Name]]:
    """Yield what is linked without a break, and what unread name a line begins with."""
    kinds = page.kinds
    bounds = [index for index, kind in enumerate(kinds) if kind in BOUNDS]
    links: list[Link] = []
    name: Name = ()
    low = 0
    for bound, following in itertools.pairwise(bounds):
        if kinds[bound] not in SIGNS:
            low = bound + 1
            continue
        left = links[-1].right if links else read_left(page, low, bound)
        right = read_right(page, bound + 1) if following > bound + 1 else None
        if not links:
            name = _name(page, low, bound) if left is None else ()
        links.append(Link(bound, left, right))
        low = bound + 1
        if right is None or right.stop != following or kinds[following] not in SIGNS:
            yield links, name
            links = []


def _name(page: Page, low: int, bound: int) -> Name:
    """Return what stands between the beginning of a line and the sign."""
    begins = low == 0 or page.kinds[low - 1] == "line"
    if not begins or not low < bound <= low + _MAX_NAME:
        return ()
    return tuple(token.text for token in page.tokens[low:bound])
