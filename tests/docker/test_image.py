import contextlib
import dataclasses
import platform
from collections.abc import Iterator

import pytest

from stepsmith.pipelines.sandbox_build import build_image
from stepsmith.sandboxes.archive import guard_archive
from stepsmith.sandboxes.contract import Execution, Limits
from stepsmith.sandboxes.docker import image as images
from stepsmith.sandboxes.docker import rootfs
from stepsmith.sandboxes.docker.client import Engine
from stepsmith.sandboxes.docker.image import GuardImage
from stepsmith.sandboxes.docker.launch import DockerLauncher
from stepsmith.sandboxes.errors import SandboxError
from stepsmith.sandboxes.images import Image
from stepsmith.sandboxes.prefork.sandbox import PreforkSandbox
from stepsmith.schemas.errors import UserError
from stepsmith.schemas.sandbox import SandboxSettings
from tests.docker.conftest import built, new_name

pytestmark = pytest.mark.container

GUARD = guard_archive().read_bytes()


@pytest.fixture(scope="module")
def bare(engine: Engine) -> Iterator[str]:
    """An image that has nothing of ours in it, and no Python either."""
    name = new_name()
    tar = images._lone_file("/etc/motd", b"hello")
    engine.import_image(src=iter([tar]), repository=name, tag="latest", changes=[], stream_src=True)
    yield name
    engine.remove_image(name, force=True)


def test_an_image_says_what_is_in_it(guard_image: GuardImage) -> None:
    assert guard_image.description == images.Description(
        guard=images._digest(GUARD), python=platform.python_version()
    )
    images.check(guard_image, GUARD)


def test_an_image_with_another_guard_is_stale_and_says_what_to_run(
    engine: Engine, guard_image: GuardImage
) -> None:
    with (
        built(
            engine, lambda name: images.derive(engine, name, guard_image.name, b"older")
        ) as image,
        pytest.raises(SandboxError) as raised,
    ):
        images.check(image, GUARD)
    assert str(raised.value) == (
        f"the image '{image.name}' is stale: its guard is of another version of stepsmith; "
        f"run: stepsmith sandbox build --image {image.name} --from {guard_image.name}"
    )


def test_an_image_of_another_python_is_stale(guard_image: GuardImage) -> None:
    older = dataclasses.replace(guard_image.description, python="3.11.0rc1")
    image = dataclasses.replace(guard_image, name="stepsmith-guard", description=older)
    with pytest.raises(SandboxError) as raised:
        images.check(image, GUARD)
    assert str(raised.value) == (
        "the image 'stepsmith-guard' is stale: it has Python 3.11.0rc1 and this is "
        f"{platform.python_version()}; run: stepsmith sandbox build"
    )


def test_an_image_of_other_packages_is_stale(guard_image: GuardImage) -> None:
    older = dataclasses.replace(
        guard_image.description, packages=("mpmath==1.0", "numpy==1.0"), paths=("/opt/x",)
    )
    with pytest.raises(SandboxError, match=r"it has mpmath==1\.0, numpy==1\.0, .* --packages$"):
        images.check(dataclasses.replace(guard_image, description=older), GUARD)


def test_another_image_may_have_another_python(guard_image: GuardImage) -> None:
    other = dataclasses.replace(guard_image.description, python="3.13.1", base="python:3.13")
    images.check(dataclasses.replace(guard_image, description=other), GUARD)


def test_an_image_that_is_not_there_says_what_to_run(engine: Engine) -> None:
    with pytest.raises(SandboxError) as raised:
        images.find(engine, "stepsmith-guard-nobody-has")
    assert str(raised.value) == (
        "the Docker Engine has no image 'stepsmith-guard-nobody-has'; "
        "run: stepsmith sandbox build --image stepsmith-guard-nobody-has"
    )


def test_an_image_without_a_guard_says_what_to_run(engine: Engine, bare: str) -> None:
    with pytest.raises(SandboxError, match=f"stepsmith sandbox build --from {bare}$"):
        images.find(engine, bare)


def test_a_label_that_cannot_be_read_is_another_versions() -> None:
    with pytest.raises(SandboxError, match="another version of stepsmith; run: stepsmith sandbox"):
        images._read('{"form": "unknown"}', "stepsmith-guard")


def test_a_guard_is_put_into_a_copy_of_another_image(
    engine: Engine, guard_image: GuardImage
) -> None:
    base = guard_image.name
    with built(engine, lambda name: images.derive(engine, name, base, GUARD)) as image:
        assert image.description == images.Description(
            guard=images._digest(GUARD),
            python=platform.python_version(),
            interpreter="/opt/python/bin/python3",
            base=base,
        )
        images.check(image, GUARD)


def test_an_image_without_python_is_refused(engine: Engine, bare: str) -> None:
    with pytest.raises(SandboxError, match=f"could not run Python in the image {bare}"):
        images.derive(engine, new_name(), bare, GUARD)


def test_a_base_that_the_engine_has_not_is_to_be_pulled_first(engine: Engine) -> None:
    with pytest.raises(UserError, match="pull it first: docker pull stepsmith-nobody-has"):
        images.derive(engine, new_name(), "stepsmith-nobody-has", GUARD)


def test_an_image_that_loses_its_name_is_removed(engine: Engine, guard_image: GuardImage) -> None:
    base, name = guard_image.name, new_name()
    with built(engine, lambda _: images.derive(engine, name, base, b"one"), name) as first:
        second = images.derive(engine, name, base, b"two")
        assert second.id != first.id
        assert images.find(engine, name) == second
        with pytest.raises(SandboxError, match="has no image"):
            images.find(engine, first.id)


def test_a_name_may_have_a_registry_and_a_tag() -> None:
    assert images._named("stepsmith-guard") == ("stepsmith-guard", "latest")
    assert images._named("localhost:5000/guard") == ("localhost:5000/guard", "latest")
    assert images._named("localhost:5000/guard:2") == ("localhost:5000/guard", "2")


@pytest.mark.slow
def test_the_command_builds_an_image_with_packages_that_programs_can_import(engine: Engine) -> None:
    name = new_name()
    numeric = Image(name="numeric", warm=("import numpy, sympy",), packages=True)
    source = "import sympy, numpy; print(sympy.factorint(360), numpy.arange(4).sum())"
    try:
        said = build_image(name, packages=True)
        found = images.find(engine, name).description
        images.check(images.find(engine, name), GUARD)
        launcher = DockerLauncher(SandboxSettings(docker_image=name))
        sandbox = PreforkSandbox(
            launcher, {"numeric": numeric}, slots=1, limits=Limits(), backend="docker"
        )
        with contextlib.closing(sandbox):
            result = sandbox.run(Execution(id="one", source=source))
    finally:
        engine.remove_image(name, force=True)
    assert said.startswith(f"{name} is ready: Python {platform.python_version()}, mpmath==")
    assert found.packages == rootfs.versions(images.PACKAGES)
    assert result.stdout == b"{2: 3, 3: 2, 5: 1} 6\n", result


def test_packages_are_not_put_into_somebody_elses_image() -> None:
    with pytest.raises(UserError, match="leave out --packages or --from"):
        build_image("stepsmith-guard", packages=True, base="python:3.12")
