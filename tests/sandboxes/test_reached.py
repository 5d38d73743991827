"""A level that the machine gives is reached: a guard that fails to is no reason to skip a test."""

from contextlib import closing

import pytest

from stepsmith.sandboxes.open import open_sandbox
from stepsmith.schemas.sandbox import Level, SandboxSettings
from stepsmith.transforms.judging.images import image_of
from tests.escape.grounds import why_not_here
from tests.escape.table import Ground

GIVEN: dict[Level, Ground] = {"self": "self", "uid": "uid", "ns": "ns"}


@pytest.mark.parametrize("level", GIVEN)
def test_a_level_that_the_machine_gives_is_reached(level: Level) -> None:
    why = why_not_here(GIVEN[level])
    if why:
        pytest.skip(why)
    settings = SandboxSettings(backend="local", level=level, slots=1)
    with closing(open_sandbox(settings, (image_of("python"),))) as sandbox:
        report = sandbox.capabilities()
    assert report.level == level
    assert report.held
    assert report.self_test
