"""Reading a taxonomy: from a file of `child<TAB>parent` lines, or a relation of a graph."""

import csv
import io
from collections.abc import Iterator, Sequence

from stepsmith.schemas.errors import SourceError, suggest
from stepsmith.transforms.files import Files
from stepsmith.transforms.taxonomy.tree import Taxonomy, TaxonomyError

__all__ = ["read_graph", "read_names", "read_taxonomy"]

_PAIR = 2


def read_taxonomy(path: str, files: Files, *, names: str = "") -> Taxonomy:
    """Read a file of edges, and one of names beside it; raises `SourceError` with the line."""
    edges = list(_pairs(path, files, fields=("child", "parent")))
    called = read_names(names, files) if names else {}
    known = {key: each[0] for key, each in called.items()}
    aliases = {key: each[1:] for key, each in called.items()}
    try:
        taxonomy = Taxonomy.of(edges, names=known, aliases=aliases)
    except TaxonomyError as error:
        msg = f"{path}: {error}"
        raise TaxonomyError(msg) from None
    for key in known:
        if key not in taxonomy:
            msg = f"{names} names {key!r}, no node of {path}; {suggest(key, taxonomy.keys)}"
            raise TaxonomyError(msg)
    return taxonomy


def read_names(path: str, files: Files) -> dict[str, list[str]]:
    """Read a file of `key<TAB>name` lines; the first name of a key is the one that is written."""
    names: dict[str, list[str]] = {}
    for key, name in _pairs(path, files, fields=("key", "name")):
        names.setdefault(key, []).append(name)
    return names


def _pairs(path: str, files: Files, *, fields: tuple[str, str]) -> Iterator[tuple[str, str]]:
    try:
        with files.open_read(path) as file:
            text = io.TextIOWrapper(file, encoding="utf-8-sig", newline="")
            yield from _read_pairs(path, text, fields)
    except FileNotFoundError:
        msg = f"no file {path!r}; it has a line `{fields[0]}<TAB>{fields[1]}` for each edge"
        raise SourceError(msg) from None
    except UnicodeDecodeError as error:
        msg = f"{path} is not UTF-8: {error.reason} at byte {error.start}"
        raise SourceError(msg) from None


def _read_pairs(
    path: str, lines: Iterator[str] | io.TextIOBase, fields: tuple[str, str]
) -> Iterator[tuple[str, str]]:
    # Names may begin with a quotation mark: only the tab means anything.
    reader = csv.reader(lines, delimiter="\t", quoting=csv.QUOTE_NONE)
    for number, row in _numbered(path, reader):
        values = [value.strip() for value in row]
        if number == 1 and tuple(map(str.casefold, values)) == fields:
            continue  # a line of headings
        if len(values) != _PAIR:
            msg = f"{path}:{number}: {len(values)} fields; a line is `{fields[0]}<TAB>{fields[1]}`"
            raise SourceError(msg)
        for field, value in zip(fields, values, strict=True):
            if not value:
                msg = f"{path}:{number}: the field {field!r} is empty"
                raise SourceError(msg)
        yield values[0], values[1]


def _numbered(path: str, rows: Iterator[list[str]]) -> Iterator[tuple[int, list[str]]]:
    """Count the rows from 1, and yield those that hold anything."""
    number = 0
    try:
        for number, row in enumerate(rows, 1):
            if row:
                yield number, row
    except csv.Error as error:
        msg = f"{path}:{number + 1}: {error}; a line is a few words"
        raise SourceError(msg) from None


def read_graph(folder: str, relation: str) -> Taxonomy:
    """Read the taxonomy of one relation of a graph, from a child to its parent.

    Raises `TaxonomyError` for a relation that the graph does not have, or that runs in a circle.
    """
    # numpy takes its time to load, and a file of edges needs none of it.
    from stepsmith.transforms.graph.store import Graph

    graph = Graph.open(folder)
    number = graph.relation(relation)
    if number is None:
        known: Sequence[str] = [graph.relation_key(each) for each in range(graph.n_relations)]
        msg = f"no relation {relation!r} in {folder}; {suggest(relation, known)}"
        raise TaxonomyError(msg)
    edges = [
        (graph.key(int(child)), graph.key(int(parent)))
        for child in graph.heads_of(number)
        for parent in graph.tails(int(child), number)
    ]
    nodes = {int(one) for each in (graph.heads_of(number), graph.tails_of(number)) for one in each}
    names = {graph.key(node): graph.name(node) for node in nodes}
    aliases = {graph.key(node): graph.names(node) for node in nodes}
    return Taxonomy.of(edges, names=names, aliases=aliases)
