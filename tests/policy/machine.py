"""A machine for managed servers, on which a fake stands in for vLLM."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.policy.managed import FAKES, Machine, kill, supervisors


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Machine]:
    # A socket's path may have 107 bytes, too few for pytest's own folders.
    with tempfile.TemporaryDirectory(prefix="stepsmith-") as runtime:
        found = Machine(pids=tmp_path / "pids", hang=tmp_path / "hang", runtime=Path(runtime))
        found.pids.mkdir()
        monkeypatch.setenv("XDG_RUNTIME_DIR", runtime)
        monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
        monkeypatch.setenv("PYTHONPATH", str(FAKES))
        monkeypatch.setenv("FAKE_VLLM_PIDS", str(found.pids))
        monkeypatch.setenv("FAKE_VLLM_HANG", str(found.hang))
        yield found
        left = found.alive() | supervisors(found.runtime)
        kill(*left)
