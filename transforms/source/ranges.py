"""Parts of a source that makes its problems by number: ranges, named by their ends."""

import re
from collections.abc import Sequence

from stepsmith.schemas.errors import SourceError

__all__ = ["read_range", "write_ranges"]

_RANGE = re.compile(r"(\d+)-(\d+)")


def write_ranges(count: int, *, size: int) -> Sequence[str]:
    """Name the ranges that make up `[0, count)`, in order, each of `size` but the last."""
    return [_write(start, min(start + size, count)) for start in range(0, count, size)]


def read_range(part: str, *, source: str, size: int) -> tuple[int, int]:
    """Return the ends of a range; raises `SourceError`, showing what a part looks like."""
    if (ends := _RANGE.fullmatch(part)) is None:
        msg = f"{part!r} is no part of {source}; a part looks like {_write(0, size)}"
        raise SourceError(msg)
    return int(ends[1]), int(ends[2])


def _write(start: int, stop: int) -> str:
    return f"{start:08d}-{stop:08d}"
