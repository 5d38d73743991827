"""The contract of a loader: a function from files to facts, names, relations and rejected rows."""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Protocol

from stepsmith.schemas.registry import Registry, first_line
from stepsmith.transforms.graph.errors import GraphError
from stepsmith.transforms.graph.triples import Part


class Loader(Protocol):
    """Reads a graph. The keyword-only parameters are its options."""

    def __call__(self, paths: Sequence[str], /) -> Iterator[Part]:
        """Read files in order; no path means the place where the data are installed.

        Raises `GraphError` for a file that cannot be read at all.
        """
        ...


LoaderFunction = Callable[..., Iterator[Part]]

GRAPH_LOADERS: Registry[LoaderFunction] = Registry(
    "graph format", package="stepsmith.transforms.graph.loaders"
)


def graph_loader(name: str) -> Callable[[LoaderFunction], LoaderFunction]:
    """Register a loader under `name`; the keyword-only parameters are its options."""

    def register(function: LoaderFunction) -> LoaderFunction:
        GRAPH_LOADERS.add(name, function, module=function.__module__, summary=first_line(function))
        return function

    return register


def some_paths(paths: Sequence[str], form: str) -> Sequence[Path]:
    """Return the paths as they are; raises `GraphError` where there is none or one is missing."""
    if not paths:
        msg = f"the graph format {form!r} needs a file at least"
        raise GraphError(msg)
    found = [Path(path) for path in paths]
    for path in found:
        if not path.exists():
            near = ", ".join(sorted(one.name for one in path.parent.glob("*"))[:10])
            msg = f"there is no {path}; {path.parent} holds {near or 'nothing'}"
            raise GraphError(msg)
    return found
