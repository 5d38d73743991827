"""A Docker Engine, and images of the interpreter that runs the tests."""

import contextlib
import time
import uuid
from collections.abc import Callable, Iterator, Mapping
from typing import Any, cast

import pytest

from stepsmith.sandboxes.archive import guard_archive
from stepsmith.sandboxes.docker import image as images
from stepsmith.sandboxes.docker.client import Engine
from stepsmith.sandboxes.docker.engine import connect
from stepsmith.sandboxes.docker.image import GuardImage
from stepsmith.sandboxes.errors import SandboxError
from stepsmith.sandboxes.owner import OWNER

PATIENCE_S = 60.0


@pytest.fixture(scope="session")
def engine() -> Iterator[Engine]:
    pytest.importorskip("docker", reason="needs the extra `docker`")
    try:
        client = connect()
    except SandboxError as error:
        pytest.skip(f"needs a Docker Engine: {error}")
    with contextlib.closing(client):
        yield client


def new_name() -> str:
    return f"stepsmith-test-{uuid.uuid4().hex[:8]}"


@contextlib.contextmanager
def built(
    engine: Engine, make: Callable[[str], GuardImage], name: str | None = None
) -> Iterator[GuardImage]:
    """Make an image of a name of its own, and remove it in the end."""
    image = make(name or new_name())
    try:
        yield image
    finally:
        engine.remove_image(image.name, force=True)


@pytest.fixture(scope="session")
def guard_image(engine: Engine) -> Iterator[GuardImage]:
    guard = guard_archive().read_bytes()
    with built(engine, lambda name: images.build(engine, name, guard, packages=False)) as image:
        yield image


def ours(engine: Engine, image: GuardImage) -> list[str]:
    """Return the ids of the containers of an image, running or not."""
    found = engine.containers(all=True, filters={"label": OWNER, "ancestor": image.id})
    return [one["Id"] for one in cast("list[Mapping[str, Any]]", found)]


def wait_until(holds: Callable[[], bool]) -> None:
    """Wait for what another process does; what does not come in a minute does not come."""
    deadline = time.monotonic() + PATIENCE_S
    while not holds():
        assert time.monotonic() < deadline, "it did not come to that in time"
        time.sleep(0.05)


@pytest.fixture
def no_containers_left(engine: Engine, guard_image: GuardImage) -> Iterator[None]:
    assert ours(engine, guard_image) == []
    yield
    wait_until(lambda: ours(engine, guard_image) == [])
