"""The warmed interpreters that programs start from, and the names that records know them by."""

import dataclasses
import hashlib
import platform
from functools import cache


@dataclasses.dataclass(frozen=True, kw_only=True, slots=True)
class Image:
    """An interpreter that has run the snippets in `warm` once, before any program starts in it.

    They are trusted text: what they import and compute is there when a program begins, at no cost.
    With `packages` whatever is installed beside stepsmith can be imported; without, the standard
    library alone.
    """

    name: str
    warm: tuple[str, ...] = ()
    packages: bool = False

    @property
    def key(self) -> str:
        """A short name of all that a program can tell one image from another by.

        The interpreter, the snippets and, where they can be imported, the versions of packages:
        equal keys on two machines mean that a program ran in the same surroundings.
        """
        parts = (platform.python_implementation(), platform.python_version(), *self.warm)
        return f"{self.name}-{_digest((*parts, *(_installed() if self.packages else ())))}"


@cache
def _digest(parts: tuple[str, ...]) -> str:
    """Digest what an image is; kept, for the result of every program names its image."""
    digest = hashlib.sha256()
    for part in parts:
        digest.update(hashlib.sha256(part.encode()).digest())
    return digest.hexdigest()[:12]


@cache
def _installed() -> tuple[str, ...]:
    from importlib import metadata

    found = {f"{one.name}=={one.version}" for one in metadata.distributions()}
    return tuple(sorted(found))
