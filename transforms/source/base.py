"""The contract of a source: parts that can be read apart, each a stream of problems and errors."""

from collections.abc import Callable, Iterator, Sequence
from typing import Protocol

from stepsmith.schemas.records import ErrorRecord, Problem
from stepsmith.schemas.registry import Registry, first_line
from stepsmith.transforms.files import Files


class Source(Protocol):
    """Where problems come from. Pickles; opened again on each worker."""

    def parts(self, files: Files) -> Sequence[str]:
        """Name the parts (files, chunks of a generator) that can be read in parallel, sorted."""
        ...

    def read(self, part: str, files: Files) -> Iterator[Problem | ErrorRecord]:
        """Read one part in order. What cannot be read comes out as an error record, in its place.

        The same part gives the same records, ids included, on every reading.
        """
        ...


SourceFactory = Callable[..., Source]

SOURCES: Registry[SourceFactory] = Registry("source", package="stepsmith.transforms.source")


def source(name: str) -> Callable[[SourceFactory], SourceFactory]:
    """Register a source under `name`; the keyword-only parameters are its options."""

    def register(factory: SourceFactory) -> SourceFactory:
        SOURCES.add(name, factory, module=factory.__module__, summary=first_line(factory))
        return factory

    return register
