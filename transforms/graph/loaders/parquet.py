"""Triples in Parquet files."""

from collections.abc import Iterator, Sequence

from stepsmith.transforms.graph.loaders.base import graph_loader, some_paths
from stepsmith.transforms.graph.loaders.beside import TRIPLE, Paths, read_beside, read_triples
from stepsmith.transforms.graph.triples import Part


@graph_loader("parquet")
def parquet(
    paths: Sequence[str],
    /,
    *,
    columns: tuple[str, str, str] = TRIPLE,
    negatives: Paths = (),
    names: Paths = (),
    relations: Paths = (),
) -> Iterator[Part]:
    """Read triples from three columns of Parquet files: head, relation and tail, in this order."""
    for path in some_paths(paths, "parquet"):
        yield from read_triples(path, columns=columns)
    yield from read_beside(negatives=negatives, names=names, relations=relations)
