"""Where the real programs stand, for the tests that read them."""

import gzip
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from stepsmith.transforms.negatives.code import ProgramError, assemble

_REPOSITORY = Path(__file__).resolve().parents[2]


class Reference(NamedTuple):
    """A reference solution: the program, its function, and where the solution stands in it."""

    id: str
    source: str
    entry_point: str
    span: tuple[int, int]


def rows(path: Path) -> Iterator[dict[str, Any]]:
    if not path.is_file():
        pytest.skip(f"no real data in {path}; set STEPSMITH_DATA")
    data = path.read_bytes()
    text = gzip.decompress(data) if path.suffix == ".gz" else data
    yield from map(json.loads, text.decode().splitlines())


@pytest.fixture(scope="session")
def real_data() -> Path:
    folder = Path(os.environ.get("STEPSMITH_DATA", _REPOSITORY.parent / "shared" / "data"))
    if not folder.is_dir():
        pytest.skip(f"no real data in {folder}; set STEPSMITH_DATA")
    return folder


@pytest.fixture(scope="session")
def references(real_data: Path) -> list[Reference]:
    found = []
    for path in ("humaneval/HumanEval.jsonl.gz", "mbpp/sanitized.jsonl"):
        for row in rows(real_data / path):
            try:
                source, span = assemble(row["prompt"], row["canonical_solution"])
            except ProgramError:
                continue
            # Some of MBPP's names end with a space.
            found.append(Reference(row["task_id"], source, row["entry_point"].strip(), span))
    return found


@pytest.fixture(scope="session")
def some_references(references: list[Reference]) -> list[Reference]:
    """Every fifteenth one: enough to meet each kind of statement, soon read."""
    return references[::15]
