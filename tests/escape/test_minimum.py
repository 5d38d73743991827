"""Where a wall is missing the sandbox says which, and does not open below its minimum."""

import json
import subprocess

import pytest

from tests.escape.grounds import command, why_not_here
from tests.escape.stage import REPOSITORY
from tests.escape.table import Ground

pytestmark = pytest.mark.alone


def _refused(ground: Ground) -> str:
    """Open the ground's sandbox where the kernel has no landlock, and return why it did not."""
    why = why_not_here(ground)
    if why:
        pytest.skip(why)
    line = command(ground, ["--no-landlock", "--minimum=self"])
    done = subprocess.run(line, cwd=REPOSITORY, capture_output=True, text=True, check=False)
    assert done.returncode == 1, done.stderr
    refused: str = json.loads(done.stdout)["refused"]
    return refused


@pytest.mark.parametrize("ground", ["self", "uid"])
def test_a_rung_without_landlock_is_refused_and_says_so(ground: Ground) -> None:
    assert "landlock" in _refused(ground)


@pytest.mark.container
@pytest.mark.parametrize("ground", ["worker_root", "worker_user"])
def test_a_worker_without_landlock_is_refused_and_says_so(ground: Ground) -> None:
    assert "landlock" in _refused(ground)
