"""Where files live outside the project, and locks on them that end with their holder."""

import asyncio
import fcntl
import os
import stat
import tempfile
from collections.abc import AsyncGenerator, Generator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import BinaryIO

from stepsmith.schemas.errors import UserError

_POLL_S = 0.05


def cache_folder() -> Path:
    """Return the user's cache for stepsmith, made if need be: what can be made again."""
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    folder = Path(base) / "stepsmith"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def runtime_folder() -> Path:
    """Return this user's folder on this machine for sockets and locks; nobody else may enter.

    Raises `UserError` where somebody else has made it first: a socket in it would not be ours.
    """
    base = os.environ.get("XDG_RUNTIME_DIR")
    shared = Path(tempfile.gettempdir()) / f"stepsmith-{os.getuid()}"
    folder = Path(base) / "stepsmith" if base else shared
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    found = folder.lstat()
    private = stat.S_ISDIR(found.st_mode) and not stat.S_IMODE(found.st_mode) & 0o077
    if not private or found.st_uid != os.getuid():
        msg = f"{folder} must be a folder that only its owner, user {os.getuid()}, may enter"
        raise UserError(msg)
    return folder


@contextmanager
def file_lock(path: Path) -> Generator[None, None, None]:
    """Hold the lock on `path` against every other process, waiting for it."""
    with path.open("ab") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


@asynccontextmanager
async def file_lock_async(path: Path) -> AsyncGenerator[None, None]:
    """Hold the lock on `path`, letting the event loop run while waiting for it."""
    with path.open("ab") as file:
        while not _try_lock(file):  # noqa: ASYNC110 -- the holder is another process
            await asyncio.sleep(_POLL_S)
        yield


def _try_lock(file: BinaryIO) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
