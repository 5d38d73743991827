"""Sources, one a file: streams of problems."""

from stepsmith.transforms.source.base import SOURCES, Source, source

__all__ = ["SOURCES", "Source", "source"]
