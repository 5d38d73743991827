"""Where the real graphs stand, for the tests that read them."""

import os
from pathlib import Path

import pytest

_REPOSITORY = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session")
def graph_data() -> Path:
    folder = Path(os.environ.get("STEPSMITH_DATA", _REPOSITORY.parent / "shared" / "data"))
    if not (folder / "graphs").is_dir():
        pytest.skip(f"no real graphs in {folder}; set STEPSMITH_DATA")
    return folder / "graphs"
