"""The back ends that this machine gives, opened for a test and closed after it."""

import os
import uuid
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager

import pytest

from stepsmith.sandboxes.archive import guard_archive
from stepsmith.sandboxes.docker.engine import connect
from stepsmith.sandboxes.errors import SandboxError
from stepsmith.sandboxes.images import Image
from stepsmith.sandboxes.open import open_sandbox
from stepsmith.sandboxes.prefork.guard import RefusedError
from stepsmith.sandboxes.prefork.local import LocalLauncher
from stepsmith.sandboxes.prefork.sandbox import PreforkSandbox
from stepsmith.schemas.sandbox import Level, Limits, SandboxSettings
from stepsmith.transforms.judging.images import images

PYTHON = Image(name="python", warm=("import json, random",))
NUMERIC = Image(name="numeric", warm=("import numpy.random",), packages=True)
IMAGES: Mapping[str, Image] = {"python": PYTHON, "numeric": NUMERIC}
LOCAL_LEVELS: tuple[Level, ...] = ("unsafe", "self", "uid", "ns")


@contextmanager
def local(
    level: Level, *, slots: int = 1, images: Mapping[str, Image] = IMAGES
) -> Iterator[PreforkSandbox]:
    """Open a local sandbox at that very level; skips, and says why, where it cannot be had."""
    if level == "uid" and os.geteuid() != 0:
        pytest.skip("a user of its own for each program needs root")
    sandbox = PreforkSandbox(
        LocalLauncher(level),
        images,
        slots=slots,
        limits=Limits(),
        backend="unsafe" if level == "unsafe" else "local",
    )
    try:
        try:
            sandbox.capabilities()
        except RefusedError as error:  # a guard that breaks is a fault, and no reason to skip
            pytest.skip(f"no sandbox of level {level!r} here: {error}")
        yield sandbox
    finally:
        sandbox.close()


@contextmanager
def docker() -> Iterator[PreforkSandbox]:
    """Open a sandbox in containers of an image made for it; skips where there is no engine."""
    pytest.importorskip("docker", reason="needs the extra `docker`")
    from stepsmith.sandboxes.docker.image import build
    from stepsmith.sandboxes.docker.launch import DockerLauncher

    name = f"stepsmith-test-{uuid.uuid4().hex[:8]}"
    try:
        client = connect()
    except SandboxError as error:
        pytest.skip(f"needs a Docker Engine: {error}")
    with ExitStack() as stack:
        stack.enter_context(closing(client))
        build(client, name, guard_archive().read_bytes(), packages=False)
        stack.callback(client.remove_image, name, force=True)
        settings = SandboxSettings(backend="docker", minimum="container", docker_image=name)
        sandbox = PreforkSandbox(
            DockerLauncher(settings), IMAGES, slots=1, limits=Limits(), backend="docker"
        )
        stack.callback(sandbox.close)
        sandbox.capabilities()
        yield sandbox


@contextmanager
def best() -> Iterator[PreforkSandbox]:
    """Open the best local sandbox, with the images that programs are judged in."""
    settings = SandboxSettings(backend="local")
    with local("unsafe"):
        pass  # what fails now is not for want of walls
    try:
        sandbox = open_sandbox(settings, tuple(images().values()))
    except SandboxError as error:
        if "did not hold" in str(error):
            raise
        pytest.skip(f"no sandbox here that programs may be judged in: {error}")
    try:
        yield sandbox
    finally:
        sandbox.close()
