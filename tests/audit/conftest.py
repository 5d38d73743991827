"""Small files of labels, and where the real data sets stand."""

import gzip
import json
import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

_REPOSITORY = Path(__file__).resolve().parents[2]

Write = Callable[..., str]


@pytest.fixture(scope="session")
def real_data() -> Path:
    folder = Path(os.environ.get("STEPSMITH_DATA", _REPOSITORY.parent / "shared" / "data"))
    if not folder.is_dir():
        pytest.skip(f"no real data in {folder}; set STEPSMITH_DATA")
    return folder


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Write rows as JSON Lines, or whatever the name's ending says; returns the path."""

    def write_rows(rows: Sequence[Any] | dict[str, Any], name: str = "labels.jsonl") -> str:
        path = tmp_path / name
        if ".jsonl" in name:
            data = "".join(f"{json.dumps(row)}\n" for row in rows).encode()
        else:
            data = json.dumps(rows).encode()
        path.write_bytes(gzip.compress(data) if name.endswith(".gz") else data)
        return str(path)

    return write_rows
