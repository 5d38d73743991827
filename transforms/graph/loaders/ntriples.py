"""N-Triples, parsed line by line by rdflib."""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from stepsmith.transforms.graph.errors import GraphError
from stepsmith.transforms.graph.loaders.base import graph_loader, some_paths
from stepsmith.transforms.graph.loaders.ntriples_rows import Fault, fault_of
from stepsmith.transforms.graph.triples import Labels, Part, RejectedRow, Rows

_NAMES = (
    "http://www.w3.org/2004/02/skos/core#prefLabel",
    "http://www.w3.org/2000/01/rdf-schema#label",
    "http://www.w3.org/2004/02/skos/core#altLabel",
)
"""What names a node; where several do, the first here is its main name."""
_BATCH = 50_000

_FORM = "subject predicate object ."

_Parse = Callable[[str], tuple[Any, Any, Any] | Fault | None]
"""Read a line that is no empty one: the terms of its triple, or what is wrong with it."""


@graph_loader("ntriples")
def ntriples(paths: Sequence[str], /, *, language: str = "en") -> Iterator[Part]:
    """Read N-Triples; labels of RDFS and SKOS in `language`, or in none, are names.

    Any other literal is a node, whose key is its form in N-Triples and whose name is its text.
    """
    reader = _Reader(language)
    for number, path in enumerate(some_paths(paths, "ntriples")):
        yield from reader.read(path, _parser(number))
    for labels in reader.labels:
        if labels:
            keys, texts = zip(*labels, strict=True)
            yield Labels(keys=keys, texts=texts)


class _Reader:
    """Splits triples into facts and names; the names of each property are kept to the end."""

    def __init__(self, language: str) -> None:
        self._languages = (language, None)
        self.labels: list[list[tuple[str, str]]] = [[] for _ in (*_NAMES, "literals")]

    def read(self, path: Path, parse: _Parse) -> Iterator[Rows | RejectedRow]:
        triples: list[tuple[str, str, str]] = []
        for read in _terms(path, parse):
            if isinstance(read, RejectedRow):
                yield read
                continue
            subject, predicate, value = read
            if str(predicate) not in _NAMES or not hasattr(value, "language"):
                triples.append((_key(subject), str(predicate), self._node(value)))
            elif value.language in self._languages:
                place = _NAMES.index(str(predicate))
                self.labels[place].append((_key(subject), str(value)))
            if len(triples) == _BATCH:
                yield _rows(triples)
                triples = []
        if triples:
            yield _rows(triples)

    def _node(self, value: Any) -> str:
        key = _key(value)
        if hasattr(value, "language"):
            self.labels[-1].append((key, str(value)))
        return key


def _rows(triples: Sequence[tuple[str, str, str]]) -> Rows:
    heads, relations, tails = zip(*triples, strict=True)
    return Rows(heads=heads, relations=relations, tails=tails)


def _key(term: Any) -> str:
    """Write an IRI as it is, and anything else as N-Triples do."""
    from rdflib.term import URIRef

    return str(term) if isinstance(term, URIRef) else term.n3()


def _terms(path: Path, parse: _Parse) -> Iterator[tuple[Any, Any, Any] | RejectedRow]:
    try:
        with path.open("rb") as file:
            for number, line in enumerate(file, 1):
                read = _read(line, parse)
                if isinstance(read, Fault):
                    yield RejectedRow(file=str(path), line=number, field=read.field, why=read.why)
                elif read is not None:
                    yield read
    except OSError as error:
        msg = f"{path} cannot be read: {error.strerror}"
        raise GraphError(msg) from None


def _read(line: bytes, parse: _Parse) -> tuple[Any, Any, Any] | Fault | None:
    try:
        text = line.decode().strip()
    except UnicodeDecodeError as error:
        return Fault("the row", f"byte {error.start + 1} is no UTF-8; allowed: UTF-8")
    if not text or text.startswith("#"):
        return None
    # First, for rdflib says what is wrong by its patterns, and reads two IRIs as one at times.
    fault = fault_of(text)
    return parse(text) if fault is None else fault


def _parser(number: int) -> _Parse:
    """Return rdflib's parser for one file, whose blank nodes are its own."""
    try:
        from rdflib.exceptions import ParserError
        from rdflib.plugins.parsers.ntriples import W3CNTriplesParser
    except ModuleNotFoundError:
        msg = 'N-Triples need rdflib: pip install "stepsmith[graphs]"'
        raise GraphError(msg) from None
    sink: Any = _Sink()
    # Left to itself, rdflib gives blank nodes new names on every reading.
    parser = W3CNTriplesParser(sink=sink, bnode_context=_BlankNodes(f"f{number}"))

    def parse(line: str) -> tuple[Any, Any, Any] | Fault | None:
        sink.read = None
        parser.line = line
        try:
            parser.parseline()
        except ParserError:
            return Fault("the row", f"rdflib reads no triple from it; allowed: {_FORM}")
        read: tuple[Any, Any, Any] | None = sink.read
        return read

    return parse


class _Sink:
    """Keeps the triple of a line."""

    def __init__(self) -> None:
        self.read: tuple[Any, Any, Any] | None = None

    def triple(self, subject: Any, predicate: Any, value: Any) -> None:
        self.read = (subject, predicate, value)


class _BlankNodes(dict[str, Any]):
    """The name of each blank node of a file, by its label there."""

    def __init__(self, file: str) -> None:
        super().__init__()
        self._file = file

    def get(self, key: str, default: Any = None) -> Any:  # noqa: ARG002 -- the signature of a dict
        """Return the name without asking whether it is known."""
        return f"{self._file}_{key}"
