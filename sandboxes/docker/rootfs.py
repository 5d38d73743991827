"""Make a root file system of the interpreter that runs now: no registry, no base image.

It holds the standard library, the shared libraries that it needs, a few packages and the guard,
and nothing that can be run but Python. Built twice it is the same, byte for byte.
"""

import dataclasses
import importlib.metadata
import io
import os
import shutil
import subprocess
import sys
import sysconfig
import tarfile
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from stepsmith.sandboxes.docker.libraries import is_linked, linked
from stepsmith.schemas.errors import UserError

PYTHON = "/opt/python"
INTERPRETER = f"{PYTHON}/bin/python3"
GUARD = "/opt/stepsmith/guard.pyz"
PACKAGES = "/opt/stepsmith/packages"

_ACCOUNTS = {
    "etc/passwd": b"root:x:0:0:root:/:/sbin/nologin\nnobody:x:65534:65534:nobody:/:/sbin/nologin\n",
    "etc/group": b"root:x:0:\nnogroup:x:65534:\n",
}
_FOLDERS = {"box": 0o755, "dev": 0o755, "proc": 0o755, "sys": 0o755, "tmp": 0o1777}
_ZONES = Path("/usr/share/zoneinfo")

_NOT_ANYWHERE = frozenset({"__pycache__", "dist-packages", "site-packages", "test", "tests"})
_NOT_AT_THE_TOP = frozenset({"ensurepip", "idlelib", "tkinter", "turtledemo"})
_NOT_MODULES = ("_tkinter", "_test", "_xx", "_ctypes_test", "xx")

_COMPILE_DEADLINE_S = 900.0

Contents = Mapping[str, Path | bytes]
"""The files of a root file system by their path in it, without the first slash."""


@dataclasses.dataclass(frozen=True, slots=True)
class MissingPackageError(UserError):
    """A package that the image is to hold is not installed here."""

    package: str

    def __str__(self) -> str:
        return f"{self.package} is not installed here, so no image can have it"


def versions(packages: Sequence[str]) -> tuple[str, ...]:
    """Name the packages as `name==version`, sorted; raises `UserError` for one not installed."""
    return tuple(sorted(f"{name}=={_distribution(name).version}" for name in packages))


def contents(guard: bytes, packages: Sequence[str]) -> Contents:
    """List all that goes into the root file system, but for what is compiled."""
    files: dict[str, Path | bytes] = {}
    for package in packages:
        files |= {_inside(f"{PACKAGES}/{name}"): path for name, path in _package(package)}
    library = f"{PYTHON}/{sys.platlibdir}/python{sysconfig.get_python_version()}"
    files |= {_inside(f"{library}/{name}"): path for name, path in _standard_library()}
    interpreter = Path(os.path.realpath(sys.executable))
    files[_inside(INTERPRETER)] = interpreter
    files |= _libraries([path for path in files.values() if isinstance(path, Path)])
    files |= {_inside(str(path)): path for path in _zones()}
    return {**files, **_ACCOUNTS, _inside(GUARD): guard}


def archive(files: Contents) -> Iterator[bytes]:
    """Write the root file system as a tar, piece by piece, its modules compiled."""
    with tempfile.TemporaryDirectory(prefix="stepsmith-rootfs-") as name:
        stage = Path(name)
        for inside, source in files.items():
            target = stage / inside
            target.parent.mkdir(parents=True, exist_ok=True)
            if isinstance(source, bytes):
                target.write_bytes(source)
            else:
                shutil.copyfile(source, target)
        _compile(stage)
        for inside in _FOLDERS:
            (stage / inside).mkdir(exist_ok=True)
        yield from _tar(stage)


def _inside(path: str) -> str:
    return path.lstrip("/")


def _standard_library() -> Iterator[tuple[str, Path]]:
    root = Path(sysconfig.get_path("stdlib"))
    for folder, folders, names in os.walk(root):
        inside = Path(folder).relative_to(root)
        # Not walked into: what is installed beside the library may be a hundred times its size.
        folders[:] = sorted(name for name in folders if _is_wanted_folder(inside / name))
        for name in sorted(names):
            unwanted = inside.name == "lib-dynload" and name.startswith(_NOT_MODULES)
            if not unwanted and not name.endswith(".pyc"):
                yield str(inside / name), Path(folder, name)


def _is_wanted_folder(inside: Path) -> bool:
    at_the_top = len(inside.parts) == 1
    name = inside.name
    if at_the_top and (name in _NOT_AT_THE_TOP or name.startswith("config-")):
        return False
    return name not in _NOT_ANYWHERE


def _package(package: str) -> Iterator[tuple[str, Path]]:
    for name in _distribution(package).files or ():
        path = Path(os.fspath(name.locate()))
        wanted = _NOT_ANYWHERE.isdisjoint(name.parts) and name.suffix != ".pyc"
        if wanted and ".." not in name.parts and path.is_file():  # a script lies above
            yield str(name), path


def _distribution(package: str) -> importlib.metadata.Distribution:
    try:
        return importlib.metadata.distribution(package)
    except importlib.metadata.PackageNotFoundError:
        raise MissingPackageError(package) from None


def _libraries(files: Sequence[Path]) -> dict[str, Path | bytes]:
    found = linked([path for path in files if is_linked(path)])
    # Packages bring libraries of their own, which their modules find beside themselves.
    own = {os.path.realpath(path) for path in files}
    shared = {
        f"{found.folder()}/{name}": Path(os.path.realpath(path))
        for name, path in found.libraries.items()
        if os.path.realpath(path) not in own
    }
    return {**shared, **{_inside(str(path)): path for path in found.loaders}}


def _zones() -> Iterator[Path]:
    """Yield the time zones, which the standard library reads from the system."""
    for path in sorted(_ZONES.rglob("*")):
        if path.is_file() and path.relative_to(_ZONES).parts[0] not in {"posix", "right"}:
            yield path


def _compile(stage: Path) -> None:
    """Compile all modules: in a container nothing can be written, so each start would do it."""
    # The order of a constant set is in its module's bytes: strings must hash alike every time.
    environment = {"PYTHONHASHSEED": "0"}
    command = [sys.executable, "-S", "-s", "-W", "ignore", "-m", "compileall", "-qq"]
    command += ["--invalidation-mode", "unchecked-hash", "-s", str(stage), "-p", "/"]
    subprocess.run(  # noqa: S603  our own interpreter on our own files
        [*command, str(stage / "opt")],
        env=environment,
        stdin=subprocess.DEVNULL,
        check=False,  # packages ship files that are no modules; such a file stays as it is
        timeout=_COMPILE_DEADLINE_S,
    )


def _tar(stage: Path) -> Iterator[bytes]:
    sink = io.BytesIO()
    with tarfile.open(fileobj=sink, mode="w|", format=tarfile.GNU_FORMAT) as tar:
        for path in sorted(stage.rglob("*")):
            inside = path.relative_to(stage).as_posix()
            entry = tarfile.TarInfo(inside)
            if path.is_dir():
                entry.type, entry.mode = tarfile.DIRTYPE, _FOLDERS.get(inside, 0o755)
                tar.addfile(entry)
            else:
                entry.size = path.stat().st_size
                entry.mode = 0o755 if is_linked(path) else 0o644
                with path.open("rb") as stream:
                    tar.addfile(entry, stream)
            yield _taken(sink)
    yield _taken(sink)


def _taken(sink: io.BytesIO) -> bytes:
    piece = sink.getvalue()
    sink.seek(0)
    sink.truncate()
    return piece
