"""A sandbox of this machine, for the strategies that run what a policy wrote."""

from collections.abc import Iterator

import pytest

from stepsmith.sandboxes.contract import Sandbox
from stepsmith.sandboxes.errors import SandboxError
from stepsmith.sandboxes.open import open_sandbox
from stepsmith.schemas.sandbox import Limits, SandboxSettings
from stepsmith.transforms.judging.images import image_of


@pytest.fixture(scope="session")
def sandbox() -> Iterator[Sandbox]:
    """Open the best that there is; skips, and says why, where nothing is safe enough."""
    # What loops ends by its processor time, however little of it a loaded machine gives a second.
    limits = Limits(cpu_s=2.0, wall_s=300.0, output_bytes=100_000)
    try:
        opened = open_sandbox(SandboxSettings(slots=2, limits=limits), (image_of("python"),))
    except SandboxError as error:
        pytest.skip(f"no sandbox here: {error}")
    yield opened
    opened.close()
