"""Triples in text files, one a line."""

from collections.abc import Iterator, Sequence

from stepsmith.schemas.options import Natural
from stepsmith.transforms.graph.errors import GraphError
from stepsmith.transforms.graph.loaders.base import graph_loader, some_paths
from stepsmith.transforms.graph.loaders.beside import TRIPLE, Paths, read_beside
from stepsmith.transforms.graph.loaders.lines import read_rows
from stepsmith.transforms.graph.triples import Part, RejectedRow, Rows


@graph_loader("tsv")
def tsv(
    paths: Sequence[str],
    /,
    *,
    order: str = "head,relation,tail",
    delimiter: str = "\t",
    skip_lines: Natural = 0,
    negatives: Paths = (),
    names: Paths = (),
    relations: Paths = (),
) -> Iterator[Part]:
    """Read triples from text files, one a line; some have `order` relation,head,tail."""
    columns = [field.strip() for field in order.split(",")]
    if sorted(columns) != sorted(TRIPLE):
        msg = f"order {order!r}; allowed: head, relation and tail in any order, with commas"
        raise GraphError(msg)
    places = [columns.index(field) for field in TRIPLE]
    for path in some_paths(paths, "tsv"):
        for rows in read_rows(path, columns, delimiter=delimiter, skip=skip_lines):
            if isinstance(rows, RejectedRow):
                yield rows
            else:
                fields = list(zip(*rows, strict=True))
                heads, relations_, tails = (fields[place] for place in places)
                yield Rows(heads=heads, relations=relations_, tails=tails)
    yield from read_beside(negatives=negatives, names=names, relations=relations)
