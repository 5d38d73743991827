"""User namespaces by hand, and a root file system with nothing in it but what is named."""

import errno
import os
import shutil
import struct
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final

from stepsmith.sandboxes.confine import linux

NOBODY: Final = 65534
"""Who a program is in its own user namespace."""

_STAGE = "/proc"
"""Where the new root is built: always there, and never a part of it."""

_ROOT_OPTIONS = "size=1m,nr_inodes=4096,mode=0755"
_MAX_COPIED_BYTES = 2**18

_AT_FDCWD, _AT_RECURSIVE = -100 & 0xFFFFFFFF, 0x8000
_FLAGS = linux.MS_RDONLY | linux.MS_NOSUID | linux.MS_NODEV
_BY_STATVFS = (os.ST_RDONLY, os.ST_NOSUID, os.ST_NODEV, os.ST_NOEXEC)


def map_ids(proc: int, inside: int, uid: int, gid: int) -> None:
    """Name this process's user and group `inside` its new user namespace; no others exist there.

    `proc` is a descriptor of `/proc`; its files are this process's own only while it is dumpable.
    """
    write_to(proc, "self/setgroups", "deny")
    write_to(proc, "self/uid_map", f"{inside} {uid} 1")
    write_to(proc, "self/gid_map", f"{inside} {gid} 1")


def write_to(folder: int, name: str, text: str) -> None:
    """Write one of the kernel's files, in one piece."""
    descriptor = os.open(name, os.O_WRONLY | os.O_CLOEXEC, dir_fd=folder)
    try:
        os.write(descriptor, text.encode())
    finally:
        os.close(descriptor)


def change_root(
    readable: Iterable[str],
    devices: Iterable[str],
    folders: Iterable[str],
    links: Iterable[tuple[str, str]],
) -> Sequence[str]:
    """Make a root of its own for this mount namespace, with nothing in it to write to.

    It has what is `readable` under its own names, `devices`, empty `folders` and `links`. Returns
    the links that are folders instead, because something readable lies beneath them.
    """
    linux.mount("none", "/", "", linux.MS_REC | linux.MS_PRIVATE)
    linux.mount("tmpfs", _STAGE, "tmpfs", linux.MS_NOSUID | linux.MS_NODEV, _ROOT_OPTIONS)
    for path in outermost(readable):
        _bring(path)
    for path in devices:
        if os.path.exists(path):  # noqa: PTH110 -- a name of the old root
            _bind(path, _touch(path), linux.MS_RDONLY * (path != os.devnull) | linux.MS_NOSUID)
    for folder in folders:
        _staged(folder).mkdir(parents=True, exist_ok=True)
    taken: list[str] = []
    for name, target in links:
        link = _staged(name)
        link.parent.mkdir(parents=True, exist_ok=True)
        if link.exists():
            taken.append(name)
        else:
            link.symlink_to(target)
    linux.pivot_root(_STAGE)
    linux.mount("none", "/", "", linux.MS_REMOUNT | linux.MS_BIND | _FLAGS)
    return taken


def outermost(paths: Iterable[str]) -> Sequence[str]:
    """Leave out what lies beneath another of the paths, and add what links among them point to."""
    named = {os.path.normpath(path) for path in paths}
    named |= {os.path.realpath(path) for path in named if os.path.islink(path)}  # noqa: PTH114
    return sorted(
        path
        for path in named
        if not any(str(parent) in named and _is_folder(parent) for parent in Path(path).parents)
    )


def _is_folder(path: Path) -> bool:
    return path.is_dir() and not path.is_symlink()


def _staged(path: str) -> Path:
    return Path(_STAGE) / path.lstrip("/")


def _touch(path: str) -> Path:
    place = _staged(path)
    place.parent.mkdir(parents=True, exist_ok=True)
    place.touch()
    return place


def _bring(path: str) -> None:
    """Have a path in the new root: a link as a link, a small file as a copy, the rest by a bind."""
    source, place = Path(path), _staged(path)
    if source.is_symlink():
        place.parent.mkdir(parents=True, exist_ok=True)
        place.symlink_to(source.readlink())
    elif source.is_dir():
        place.mkdir(parents=True, exist_ok=True)
        _bind(path, place, _FLAGS)
    elif source.stat().st_size <= _MAX_COPIED_BYTES:
        shutil.copyfile(source, _touch(path))
    else:
        _bind(path, _touch(path), _FLAGS)


def _bind(source: str, place: Path, flags: int) -> None:
    linux.mount(source, str(place), "", linux.MS_BIND | linux.MS_REC)
    try:
        attributes = struct.pack("=4Q", flags, 0, 0, 0)  # its first flags have the same values
        linux.call("mount_setattr", _AT_FDCWD, str(place).encode(), _AT_RECURSIVE, attributes, 32)
    except OSError as error:
        if error.errno != errno.ENOSYS:
            raise
        # An older kernel: of one mount only, and flags that are there already must be repeated.
        there = os.statvfs(place).f_flag & sum(_BY_STATVFS)
        linux.mount("none", str(place), "", linux.MS_REMOUNT | linux.MS_BIND | flags | there)
