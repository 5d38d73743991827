"""The guard as one file that any Python can start, the same bytes from the same sources."""

import hashlib
import os
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import suppress
from functools import cache
from importlib import resources
from pathlib import Path

_PACKAGES = ("confine", "guard")
_MODULES = ("artifacts", "beneath")
_ENTRY = "from stepsmith.sandboxes.guard.__main__ import begin\n\nbegin()\n"
_EPOCH = (1980, 1, 1, 0, 0, 0)


def guard_archive() -> Path:
    """Return the archive's path, written to the user's cache if it is not there.

    Its name says what is in it, so that no guard starts from another version's. Raises `OSError`
    where there is no place for it.
    """
    members = _all_members()
    digest = hashlib.sha256(repr(members).encode()).hexdigest()[:16]
    name = f"guard-{digest}.pyz"
    cached = _cache_folder()
    if cached is not None:
        with suppress(OSError):  # full, or not ours to write to
            return _written(cached, name, members)
    return _written(_own_folder(), name, members)


@cache
def _all_members() -> tuple[tuple[str, str], ...]:
    return tuple(_members())


def _members() -> Iterator[tuple[str, str]]:
    yield "__main__.py", _ENTRY
    yield "stepsmith/__init__.py", ""
    yield "stepsmith/sandboxes/__init__.py", ""
    above = resources.files("stepsmith.sandboxes")
    for module in _MODULES:
        text = above.joinpath(f"{module}.py").read_text("utf-8")
        yield f"stepsmith/sandboxes/{module}.py", text
    for package in _PACKAGES:
        folder = resources.files(f"stepsmith.sandboxes.{package}")
        for entry in sorted(folder.iterdir(), key=lambda entry: entry.name):
            if entry.name.endswith(".py"):
                yield f"stepsmith/sandboxes/{package}/{entry.name}", entry.read_text("utf-8")


def _cache_folder() -> Path | None:
    """Return the user's folder for such things; by the rules a relative path is none."""
    # Without a home `Path.home` raises, and this stays as it is: a relative path.
    home = os.path.expanduser("~")  # noqa: PTH111
    base = Path(os.environ.get("XDG_CACHE_HOME") or Path(home, ".cache"))
    return base / "stepsmith" if base.is_absolute() else None


def _own_folder() -> Path:
    """Make a folder for a worker without a home."""
    folder = Path(tempfile.gettempdir()).absolute() / f"stepsmith-{os.getuid()}"
    folder.mkdir(mode=0o700, exist_ok=True)
    if folder.lstat().st_uid != os.getuid():
        msg = f"{folder} belongs to somebody else; set XDG_CACHE_HOME"
        raise PermissionError(msg)
    return folder


def _written(folder: Path, name: str, members: tuple[tuple[str, str], ...]) -> Path:
    """Write beside the path and rename: another process may do the same at the same time."""
    path = folder / name
    if path.exists():
        return path
    folder.mkdir(parents=True, exist_ok=True)
    handle, beside = tempfile.mkstemp(dir=folder, prefix=name)
    try:
        with os.fdopen(handle, "wb") as file, zipfile.ZipFile(file, "w") as archive:
            for member, text in members:
                archive.writestr(zipfile.ZipInfo(member, _EPOCH), text)
        Path(beside).chmod(0o644)
        return Path(beside).rename(path)
    except BaseException:
        Path(beside).unlink(missing_ok=True)
        raise
