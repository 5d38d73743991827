"""Names and aliases of nodes: what they are called, and who is meant by a piece of text."""

import dataclasses
import importlib
import itertools
from collections.abc import Container, Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from stepsmith.transforms.graph.index import Integers, Ints, Places, grouped

# It ships no types.
marisa_trie: Any = importlib.import_module("marisa_trie")

_LONGEST = 200
"""Characters: a surface longer than this is found by `find` and never inside a text."""
_ALIKE = 70


class Folded(NamedTuple):
    """A text as names are compared, and where each of its characters began in the original.

    `offsets` has one more: where the original ends.
    """

    text: str
    offsets: Sequence[int]


class Surfaces(NamedTuple):
    """Folded names as columns: `nodes[i]` is called `texts[i]`; in any order."""

    texts: Sequence[str]
    nodes: Ints


class Mention(NamedTuple):
    """A name in a text: where it begins and ends, and every node that is called so."""

    start: int
    end: int
    nodes: tuple[int, ...]


def fold(text: str) -> Folded:
    """Fold case and make each run of white space one space; none is left at either end."""
    if text.isascii() and " ".join(text.split()) == text:
        return Folded(text.casefold(), range(len(text) + 1))
    pieces: list[str] = []
    offsets: list[int] = []
    for at, character in enumerate(text):
        if not character.isspace():
            piece = character.casefold()
        elif pieces and pieces[-1] != " ":
            piece = " "
        else:
            continue
        pieces.append(piece)
        offsets.extend([at] * len(piece))
    if pieces and pieces[-1] == " ":
        pieces.pop()
        last = offsets.pop()
    else:
        last = len(text)
    return Folded("".join(pieces), (*offsets, last))


def surface(name: str) -> str:
    """Return the form of a name under which it is found."""
    return " ".join(name.casefold().split())


def is_border(text: str, at: int) -> bool:
    """Say whether a word may begin or end there: not between two letters or digits."""
    return at in (0, len(text)) or not (text[at - 1].isalnum() and text[at].isalnum())


@dataclasses.dataclass(frozen=True, kw_only=True, slots=True)
class Names:
    """Every surface of a graph, and the nodes that have it.

    Surface i of `trie` belongs to the nodes `nodes[ptr[i]:ptr[i + 1]]`, sorted.
    """

    trie: Any
    ptr: Places
    nodes: NDArray[np.int32]

    @classmethod
    def of(cls, surfaces: Surfaces) -> "Names":
        """Index surfaces."""
        texts, nodes = surfaces
        trie: Any = marisa_trie.Trie(dict.fromkeys(texts))
        # Millions of texts: in Python each is asked for once, and all else is done by columns.
        numbers = np.fromiter(map(trie.__getitem__, texts), np.int64, len(texts))
        ptr, nodes = grouped(numbers, nodes, len(trie))
        return cls(trie=trie, ptr=ptr, nodes=nodes)

    def find(self, name: str) -> tuple[int, ...]:
        """Return every node with that name or alias, whatever its case and white space."""
        number = self.trie.get(surface(name))
        return () if number is None else self._owners(number)

    def longest(self, text: str, start: int) -> tuple[int, tuple[int, ...]] | None:
        """Return where the longest surface that begins at `start` ends, and its nodes.

        `text` is folded already. A surface begins and ends at a border of a word.
        """
        if start >= len(text) or not is_border(text, start):
            return None
        found: list[str] = self.trie.prefixes(text[start : start + _LONGEST])
        for one in sorted(found, key=len, reverse=True):
            end = start + len(one)
            if one and is_border(text, end):
                return end, self._owners(self.trie[one])
        return None

    def mentions(self, text: str) -> Iterator[Mention]:
        """Find the names in a text from left to right, the longest first, none within another.

        The places are those of the text as it is given.
        """
        folded = fold(text)
        at = 0
        while at < len(folded.text):
            match = self.longest(folded.text, at)
            if match is None:
                at += 1
                continue
            end, nodes = match
            # What ends in the middle of a folded letter, "s" in "ß", ends with the letter.
            yield Mention(folded.offsets[at], folded.offsets[end - 1] + 1, nodes)
            at = end

    def surfaces(self) -> Iterator[tuple[str, tuple[int, ...]]]:
        """Go through every surface with its nodes, in the order of the surfaces."""
        for text in sorted(self.trie):
            yield text, self._owners(self.trie[text])

    def near(self, name: str, *, limit: int = 3) -> list[str]:
        """Return the surfaces that look most like a name that none has, the nearest first."""
        from rapidfuzz import fuzz, process

        found = process.extract(
            surface(name), list(self.trie), scorer=fuzz.ratio, limit=limit, score_cutoff=_ALIKE
        )
        return [text for text, _, _ in found]

    def _owners(self, number: int) -> tuple[int, ...]:
        return tuple(self.nodes[self.ptr[number] : self.ptr[number + 1]].tolist())


def map_trie(path: str) -> Any:
    """Map a trie from its file."""
    return marisa_trie.Trie().mmap(path)


def surfaces_of(keys: Sequence[str], called: Sequence[str], ptr: Integers) -> Surfaces:
    """Collect the surfaces of nodes: their names, and their keys.

    `called[ptr[n]:ptr[n + 1]]` are the names of node n. Its key is a surface, too, where there are
    `keys`. A key of digits alone is none of a node that has a name: it would be found in any text
    with numbers. A node without a name is found by its key with spaces for underscores, too.
    """
    counts = np.diff(ptr)
    named = np.flatnonzero(counts)  # perhaps few of millions
    own = list(_keys_as_names(keys, set(named.tolist())))
    folded = [surface(text) for text in itertools.chain(called, (key for key, _ in own))]
    keyed = np.fromiter((node for _, node in own), np.int64, len(own))
    nodes = np.concatenate((named.repeat(counts[named]), keyed))
    some = np.fromiter(map(bool, folded), np.bool_, len(folded))
    return Surfaces(list(filter(None, folded)), nodes[some].astype(np.int32))


def _keys_as_names(keys: Sequence[str], named: Container[int]) -> Iterator[tuple[str, int]]:
    for node, key in enumerate(keys):
        if node not in named:
            yield key, node
            if "_" in key:
                yield key.replace("_", " "), node
        elif not key.isdigit():
            yield key, node
