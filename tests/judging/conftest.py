"""The sandbox that programs are judged in, and where the real data sets stand."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from stepsmith.sandboxes.contract import Sandbox
from tests.sandboxes.backends import best

_REPOSITORY = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session")
def real_data() -> Path:
    folder = Path(os.environ.get("STEPSMITH_DATA", _REPOSITORY.parent / "shared" / "data"))
    if not folder.is_dir():
        pytest.skip(f"no real data in {folder}; set STEPSMITH_DATA")
    return folder


@pytest.fixture(scope="session")
def sandbox() -> Iterator[Sandbox]:
    """Open the best that this machine gives without a container; one for all tests."""
    with best() as opened:
        yield opened
