"""Many strings as two arrays, so that they can be mapped from a file and shared by processes."""

import itertools
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from typing import overload

import numpy as np
from numpy.typing import NDArray

from stepsmith.transforms.graph.index import Places


class Strings(Sequence[str]):
    """Strings in one run of UTF-8; number i is `text[offsets[i]:offsets[i + 1]]`."""

    def __init__(self, text: NDArray[np.uint8], offsets: Places) -> None:
        self.text = text
        self.offsets = offsets
        self._text = text.data
        self._offsets = offsets.data

    @classmethod
    def of(cls, strings: Iterable[str]) -> "Strings":
        """Pack strings in the order that they come in."""
        encoded = [string.encode() for string in strings]
        offsets = np.zeros(len(encoded) + 1, np.int64)
        np.cumsum([len(one) for one in encoded], out=offsets[1:])
        return cls(np.frombuffer(b"".join(encoded), np.uint8), offsets)

    def __len__(self) -> int:
        return len(self._offsets) - 1

    @overload
    def __getitem__(self, index: int) -> str: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[str, ...]: ...
    def __getitem__(self, index: int | slice) -> str | tuple[str, ...]:
        if isinstance(index, slice):
            return tuple(self[one] for one in range(*index.indices(len(self))))
        return str(self.encoded(index), "utf-8")

    def __iter__(self) -> Iterator[str]:
        text = self._text.tobytes()
        return (text[first:end].decode() for first, end in itertools.pairwise(self._offsets))

    def encoded(self, index: int) -> memoryview:
        """Return the UTF-8 of one string; raises `IndexError` for a number that none has."""
        if not 0 <= index < len(self._offsets) - 1:
            msg = f"no string {index} among {len(self)}"
            raise IndexError(msg)
        return self._text[self._offsets[index] : self._offsets[index + 1]]

    def find(self, string: str) -> int | None:
        """Return the number of a string, where they are sorted by their UTF-8."""
        wanted = string.encode()
        at = bisect_left(range(len(self)), wanted, key=lambda index: bytes(self.encoded(index)))
        return at if at < len(self) and bytes(self.encoded(at)) == wanted else None
