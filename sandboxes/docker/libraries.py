"""Find the shared libraries that our own interpreter needs, as the loader finds them.

`ldd` lets the loader resolve a file, so this is for files that we run anyway.
"""

import dataclasses
import os
import subprocess
from collections.abc import Iterable, Mapping
from pathlib import Path

from stepsmith.schemas.errors import UserError

_DEADLINE_S = 120.0


@dataclasses.dataclass(frozen=True, kw_only=True, slots=True)
class Linked:
    """The loaders that files name by path, and the libraries that they name without one."""

    loaders: tuple[Path, ...] = ()
    libraries: Mapping[str, Path] = dataclasses.field(default_factory=dict[str, Path])

    def folder(self) -> str:
        """Return a folder in which the loader looks by itself: the one of the C library."""
        homes = (path.parent for name, path in self.libraries.items() if name.startswith("libc."))
        return str(next(homes, Path("/lib"))).lstrip("/")


def is_linked(file: Path) -> bool:
    """Say whether the file is an ELF object."""
    with file.open("rb") as stream:
        return stream.read(4) == b"\x7fELF"


def linked(files: Iterable[Path]) -> Linked:
    """Resolve what `files` need; raises `UserError` where there is no `ldd`.

    What is not found is left out: a module that lacks a library cannot be imported here either.
    """
    # The loader's own settings of whoever builds must not choose what goes into an image.
    environment = {key: os.environ[key] for key in ("PATH",) if key in os.environ}
    try:
        done = subprocess.run(  # noqa: S603  on files that we run anyway
            ["ldd", *map(os.fspath, files)],  # noqa: S607  it lies elsewhere on every system
            capture_output=True,
            text=True,
            check=False,  # it fails where one of the files needs nothing
            timeout=_DEADLINE_S,
            env=environment,
        )
    except FileNotFoundError:
        msg = "a root file system cannot be made here: there is no ldd; it comes with the C library"
        raise UserError(msg) from None
    return read_ldd(done.stdout)


def read_ldd(text: str) -> Linked:
    """Read what `ldd` says of any number of files."""
    loaders: dict[Path, None] = {}
    libraries: dict[str, Path] = {}
    for line in text.splitlines():
        name, arrow, found = line.strip().partition(" => ")
        path = (found if arrow else name).partition(" (")[0]
        if not line.startswith("\t") or not path.startswith("/"):
            continue
        if "/" in name:
            loaders[Path(name.partition(" (")[0])] = None
        else:
            libraries[name] = Path(path)
    return Linked(loaders=tuple(loaders), libraries=libraries)
