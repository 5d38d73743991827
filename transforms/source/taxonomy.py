"""Terms to be placed in a taxonomy, each with the part of it that a descent may visit."""

import dataclasses
import itertools
from collections.abc import Iterable, Iterator, Sequence
from typing import Literal

from stepsmith.schemas.errors import RecipeError, SourceError
from stepsmith.schemas.options import Count, Natural
from stepsmith.schemas.records import ErrorRecord, Problem
from stepsmith.transforms.files import Files
from stepsmith.transforms.source.base import Source, source
from stepsmith.transforms.source.ranges import read_range, write_ranges
from stepsmith.transforms.taxonomy.anchors import OffPath, may_be_placed
from stepsmith.transforms.taxonomy.read import read_graph, read_taxonomy
from stepsmith.transforms.taxonomy.show import Shown, make_problem, shuffled
from stepsmith.transforms.taxonomy.tree import Taxonomy
from stepsmith.transforms.text.names import fold

__all__ = ["taxonomy"]

Queries = Literal["leaf", "any"]


@source("taxonomy")
def taxonomy(  # noqa: PLR0913 - its parameters are a recipe's options
    *,
    path: str = "",
    names: str = "",
    graph: str = "",
    relation: str = "",
    queries: Queries = "leaf",
    size: Count | None = None,
    min_level: Count = 2,
    children: Natural = 3,
    grandchildren: Natural = 2,
    off_path: OffPath = "backward",
    seed: int = 0,
    domain: str = "taxonomy",
    name: str = "",
    part_size: Count = 1_000,
) -> Source:
    """Ask for the place of terms in a taxonomy: of `child<TAB>parent` lines, or of a graph.

    `path` names a file of edges and `names` one of `key<TAB>name` lines; or `graph` is the folder
    of a graph and `relation` the one of its relations that leads from a child to its parent. The
    terms are `size` of its leaves, or of all nodes but the root, that lie at least `min_level`
    edges below it, in an order of chance. Each problem shows the ways to the parents and, beside
    each node on them, up to `children` other children and `grandchildren` of theirs. Its payload
    also holds a batch of anchors to train a scorer of nodes on; those off the path are tagged
    `off_path`.
    """
    if bool(path) is bool(graph) or bool(graph) is not bool(relation) or (graph and names):
        msg = "a taxonomy is either path = FILE (and names), or graph = FOLDER and relation = KEY"
        raise RecipeError(msg)
    return TaxonomySource(
        path=path,
        names=names,
        graph=graph,
        relation=relation,
        queries=queries,
        size=size,
        min_level=min_level,
        shown=Shown(children=children, grandchildren=grandchildren, off_path=off_path, seed=seed),
        domain=domain,
        name=name or "taxonomy",
        part_size=part_size,
    )


@dataclasses.dataclass(frozen=True, kw_only=True)
class TaxonomySource:
    """The terms of one taxonomy, in an order of chance; a part is a range of them.

    A problem depends on the taxonomy, its own term and the options alone.
    """

    path: str
    names: str
    graph: str
    relation: str
    queries: Queries
    size: int | None
    min_level: int
    shown: Shown
    domain: str
    name: str
    part_size: int

    def parts(self, files: Files) -> Sequence[str]:
        """Return the ranges; raises `SourceError` where the taxonomy cannot be read."""
        count = len(self._read(files).terms)
        if not count:
            msg = f"{self.path or self.graph}: no term lies {self.min_level} edges below the root"
            raise SourceError(msg)
        return write_ranges(count, size=self.part_size)

    def read(self, part: str, files: Files) -> Iterator[Problem | ErrorRecord]:
        """Make the problems of one range."""
        start, stop = read_range(part, source=self.name, size=self.part_size)
        read = self._read(files)
        for term in read.terms[start:stop]:
            yield make_problem(
                read.taxonomy, term, self.shown, source=self.name, domain=self.domain
            )

    def _read(self, files: Files) -> "_Read":
        if self.graph:
            read = read_graph(self.graph, self.relation)
        else:
            read = read_taxonomy(self.path, files, names=self.names)
        candidates = [
            key
            for key in read.keys
            if read.level(key) >= self.min_level
            and (self.queries == "any" or not read.children(key))
        ]
        terms = _once_a_name(read, shuffled(candidates, f"{self.shown.seed}/terms"))
        placed = (key for key in terms if may_be_placed(read, key))
        return _Read(taxonomy=read, terms=list(itertools.islice(placed, self.size)))


def _once_a_name(taxonomy: Taxonomy, terms: Iterable[str]) -> Iterator[str]:
    """Yield the terms; of several with one name, which are asked for at once, the first."""
    names: set[str] = set()
    for key in terms:
        name = fold(taxonomy.name(key))
        if name not in names:
            names.add(name)
            yield key


@dataclasses.dataclass(frozen=True, kw_only=True)
class _Read:
    taxonomy: Taxonomy
    terms: Sequence[str]
