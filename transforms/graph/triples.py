"""Facts as their sources write them, and what a loader gives besides: names, and rejected rows."""

import dataclasses
from collections.abc import Sequence
from typing import NamedTuple

from stepsmith.transforms.graph.relations import Relation


class Fact(NamedTuple):
    """One triple, by the keys that the data give its nodes and its relation."""

    head: str
    relation: str
    tail: str


class Edge(NamedTuple):
    """One triple, by the numbers that a graph gives its nodes and its relation."""

    head: int
    relation: int
    tail: int


Path = tuple[Edge, ...]
"""Edges, each from where the one before it ended."""


@dataclasses.dataclass(frozen=True, kw_only=True, slots=True)
class RejectedRow:
    """A row that is no fact: its file, its line from 1, the field at fault, and why."""

    file: str
    line: int
    field: str
    why: str

    def __str__(self) -> str:
        return f"{self.file}, line {self.line}, {self.field}: {self.why}"


@dataclasses.dataclass(frozen=True, kw_only=True, slots=True)
class Rows:
    """Some facts as columns; of curated false ones where `negative`.

    A column is a list of strings or an array of them by pyarrow, whichever the loader has.
    """

    heads: Sequence[str]
    relations: Sequence[str]
    tails: Sequence[str]
    negative: bool = False


@dataclasses.dataclass(frozen=True, kw_only=True, slots=True)
class Labels:
    """Some names of nodes as columns; the first name that a node is given is its main one."""

    keys: Sequence[str]
    texts: Sequence[str]


Part = Rows | Labels | Relation | RejectedRow
"""What a loader gives, in any order; the relation of a key is the last that it gives."""
