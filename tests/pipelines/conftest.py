"""Runs in forks of a warm process, and a server of sums, for tests that kill or pay."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.pipelines.warm_runs import Runs, SumServer, sum_server


@pytest.fixture(scope="module")
def runs() -> Iterator[Runs]:
    started = Runs()
    yield started
    started.close()


@pytest.fixture
def server(tmp_path: Path) -> Iterator[SumServer]:
    with sum_server(tmp_path) as served:
        yield served
