"""Images of guards: made of our own interpreter or of another image, and known by their labels.

An image is of use as long as the guard in it is ours and its interpreter and packages are as here:
the labels say so, and one that has fallen behind is refused before anything runs in it.
"""

import contextlib
import dataclasses
import hashlib
import io
import platform
import tarfile
from collections.abc import Generator
from pathlib import PurePosixPath

import msgspec

from stepsmith.sandboxes.docker import rootfs
from stepsmith.sandboxes.docker.client import Engine
from stepsmith.sandboxes.docker.engine import CALL_S, failures, remove
from stepsmith.sandboxes.errors import SandboxError
from stepsmith.schemas.codec import known
from stepsmith.schemas.errors import UserError

PACKAGES = ("mpmath", "numpy", "sympy")
"""What an image with packages has beside the standard library."""

OLDEST = (3, 11)

_LABEL = "stepsmith.image"
_BUILD = "run: stepsmith sandbox build"

_PROBE = """
import importlib.metadata, json, platform, sys, sysconfig
versions = {one.name.lower(): one.version for one in importlib.metadata.distributions()}
print(json.dumps({
    "python": platform.python_version(),
    "interpreter": sys.executable,
    "packages": [f"{name}=={versions[name]}" for name in sys.argv[1:] if name in versions],
    "paths": sorted({sysconfig.get_path("purelib"), sysconfig.get_path("platlib")}),
}))
"""


@dataclasses.dataclass(frozen=True, kw_only=True, slots=True)
class Description:
    """What is in an image, as its label says. `base` is the image that it was made of, if any."""

    guard: str
    python: str
    interpreter: str = rootfs.INTERPRETER
    packages: tuple[str, ...] = ()
    paths: tuple[str, ...] = ()
    base: str = ""


@dataclasses.dataclass(frozen=True, kw_only=True, slots=True)
class GuardImage:
    """An image of the engine that a guard can be started in."""

    id: str
    name: str
    description: Description


class _Config(msgspec.Struct, frozen=True, rename="pascal"):
    labels: dict[str, str] | None = None


class _Inspected(msgspec.Struct, frozen=True, rename="pascal"):
    id: str
    config: _Config


class _Probed(msgspec.Struct, frozen=True):
    python: str
    interpreter: str
    packages: tuple[str, ...]
    paths: tuple[str, ...]


def build(client: Engine, name: str, guard: bytes, *, packages: bool) -> GuardImage:
    """Make an image of the interpreter that runs now; raises `SandboxError` and `UserError`."""
    wanted = PACKAGES if packages else ()
    description = Description(
        guard=_digest(guard),
        python=platform.python_version(),
        packages=rootfs.versions(wanted),
        paths=(rootfs.PACKAGES,) if packages else (),
    )
    pieces = rootfs.archive(rootfs.contents(guard, wanted))
    repository, tag = _named(name)
    with failures(f"import the image {name}"), _replacing(client, name):
        client.import_image(
            src=pieces,
            repository=repository,
            tag=tag,
            changes=[_label(description), f"ENV PATH={rootfs.PYTHON}/bin:/usr/bin:/bin"],
            stream_src=True,
        )
    return find(client, name)


def derive(client: Engine, name: str, base: str, guard: bytes) -> GuardImage:
    """Put the guard into a copy of another image; raises `SandboxError` and `UserError`."""
    found = _probe(client, base)
    description = Description(
        guard=_digest(guard),
        python=found.python,
        interpreter=found.interpreter,
        packages=found.packages,
        paths=found.paths if found.packages else (),
        base=base,
    )
    if tuple(map(int, found.python.split(".")[:2])) < OLDEST:
        msg = f"the image {base!r} has Python {found.python}; allowed: 3.11 and later"
        raise UserError(msg)
    repository, tag = _named(name)
    with failures(f"make the image {name} of {base}"), _replacing(client, name):
        container = _created(client, base, command=["python3"])
        try:
            client.put_archive(container, "/", _lone_file(rootfs.GUARD, guard))
            changes = [_label(description)]
            client.commit(container, repository=repository, tag=tag, changes=changes)
        finally:
            remove(client, container)
    return find(client, name)


def find(client: Engine, name: str) -> GuardImage:
    """Return the image of that name; raises `SandboxError` where it is none of ours."""
    from docker.errors import ImageNotFound

    with failures(f"look at the image {name}"):
        try:
            found = msgspec.convert(client.inspect_image(name), known(_Inspected))
        except ImageNotFound:
            msg = f"the Docker Engine has no image {name!r}; {_BUILD}{_option(name)}"
            raise SandboxError(msg) from None
    labels = found.config.labels or {}
    if _LABEL not in labels:
        msg = f"the image {name!r} has no guard in it; run: stepsmith sandbox build --from {name}"
        raise SandboxError(msg)
    return GuardImage(id=found.id, name=name, description=_read(labels[_LABEL], name))


def check(image: GuardImage, guard: bytes) -> None:
    """Raise `SandboxError` where the image has fallen behind what is installed here."""
    found, here = image.description, platform.python_version()
    stale: list[str] = []
    if found.guard != _digest(guard):
        stale.append("its guard is of another version of stepsmith")
    if found.python != here and not found.base:
        stale.append(f"it has Python {found.python} and this is {here}")
    if found.packages and not found.base and found.packages != rootfs.versions(PACKAGES):
        stale.append(f"it has {', '.join(found.packages)}, and other versions are installed here")
    if stale:
        options = _option(image.name) + (" --packages" if found.paths and not found.base else "")
        options += f" --from {found.base}" if found.base else ""
        msg = f"the image {image.name!r} is stale: {'; '.join(stale)}; {_BUILD}{options}"
        raise SandboxError(msg)


def _probe(client: Engine, base: str) -> _Probed:
    """Ask the Python of another image what it is; raises `UserError` where it is of no use."""
    from docker.errors import ImageNotFound

    with failures(f"run Python in the image {base}"):
        limits = client.create_host_config(
            network_mode="none", cap_drop=["ALL"], log_config={"Type": "json-file"}
        )
        try:
            container = _created(
                client,
                base,
                entrypoint=["python3"],
                command=["-I", "-c", _PROBE, *PACKAGES],
                host_config=limits,
            )
        except ImageNotFound:
            msg = f"the Docker Engine has no image {base!r}; pull it first: docker pull {base}"
            raise UserError(msg) from None
        try:
            client.start(container)
            client.wait(container, timeout=CALL_S)
            said = client.logs(container, stdout=True, stderr=False)
        finally:
            remove(client, container)
    try:
        return msgspec.json.decode(said, type=known(_Probed))
    except msgspec.MsgspecError:
        msg = f"the Python in the image {base!r} does not say what it is"
        raise UserError(msg) from None


@contextlib.contextmanager
def _replacing(client: Engine, name: str) -> Generator[None]:
    """Remove the image that loses its name to a new one, if it is ours and nothing runs in it."""
    try:
        old = find(client, name).id
    except SandboxError:
        old = ""
    yield
    if old and old != find(client, name).id:
        with contextlib.suppress(SandboxError), failures("remove the image that was replaced"):
            client.remove_image(old)


def _created(client: Engine, image: str, **settings: object) -> str:
    return str(client.create_container(image, **settings)["Id"])


def _label(description: Description) -> str:
    """Return the instruction to the engine that labels an image: text in quotes, as JSON has it."""
    text = msgspec.json.encode(description, order="sorted").decode()
    return f"LABEL {_LABEL}={msgspec.json.encode(text).decode()}"


def _read(label: str, name: str) -> Description:
    try:
        return msgspec.json.decode(label, type=known(Description))
    except msgspec.MsgspecError:
        msg = f"the image {name!r} is of another version of stepsmith; {_BUILD}{_option(name)}"
        raise SandboxError(msg) from None


def _lone_file(path: str, data: bytes) -> bytes:
    """Write a tar of one file and the folders to it, which all may read."""
    sink = io.BytesIO()
    with tarfile.open(fileobj=sink, mode="w", format=tarfile.GNU_FORMAT) as tar:
        for parent in reversed(PurePosixPath(path.lstrip("/")).parents[:-1]):
            folder = tarfile.TarInfo(str(parent))
            folder.type, folder.mode = tarfile.DIRTYPE, 0o755
            tar.addfile(folder)
        file = tarfile.TarInfo(path.lstrip("/"))
        file.size, file.mode = len(data), 0o644
        tar.addfile(file, io.BytesIO(data))
    return sink.getvalue()


def _digest(guard: bytes) -> str:
    return hashlib.sha256(guard).hexdigest()[:16]


def _option(name: str) -> str:
    return "" if name == "stepsmith-guard" else f" --image {name}"


def _named(name: str) -> tuple[str, str]:
    repository, colon, tag = name.rpartition(":")
    return (repository, tag) if colon and "/" not in tag else (name, "latest")
