"""One guard a level for the tests that only run programs in it."""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from stepsmith.sandboxes.archive import guard_archive
from tests.guard.line import Line


class Lines:
    """One guard a level, lent to one test after another."""

    def __init__(self) -> None:
        self._lines: dict[str, Line] = {}
        self._missing: dict[str, str] = {}

    def lent(self, level: str) -> Iterator[Line]:
        """Lend a guard for a test; skips where there is no such level.

        One that the test has killed, or left in the middle of a run, is replaced.
        """
        if level not in self._missing:
            self._renew(level)
        if self._missing[level]:
            pytest.skip(f"no level {level} here: {self._missing[level]}")
        try:
            yield self._lines[level]
        finally:
            if not self._lines[level].is_idle:
                self._renew(level)

    def close(self) -> None:
        """End all guards."""
        while self._lines:
            self._lines.popitem()[1].close()

    def _renew(self, level: str) -> None:
        if level in self._lines:
            self._lines.pop(level).close()
        line = self._lines[level] = Line(level)
        is_ready = line.ready["kind"] == "ready"
        self._missing[level] = "" if is_ready else str(line.ready["missing"])


@pytest.fixture(scope="session")
def lines() -> Iterator[Lines]:
    """The guards that tests share."""
    lent = Lines()
    yield lent
    lent.close()


@pytest.fixture(params=["unsafe", "self", "uid", "ns"])
def any_line(request: pytest.FixtureRequest, lines: Lines) -> Iterator[Line]:
    """A guard at each level that this machine has."""
    yield from lines.lent(request.param)


@pytest.fixture(params=["self", "uid", "ns"])
def walled_line(request: pytest.FixtureRequest, lines: Lines) -> Iterator[Line]:
    """A guard at each level that has walls."""
    yield from lines.lent(request.param)


@pytest.fixture
def ns_line(lines: Lines) -> Iterator[Line]:
    """A guard whose programs have namespaces of their own."""
    yield from lines.lent("ns")


@pytest.fixture(scope="session")
def shared_archive() -> Iterator[str]:
    """The archive at a place that any user can reach."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        yield shutil.copy(guard_archive(), folder)
