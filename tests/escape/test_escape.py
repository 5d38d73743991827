"""Every probe on every ground escapes where the table says so, and nowhere else.

`python -m tests.escape.battery GROUND [PROBE ...]` shows one of them at work.
"""

import functools
import json
import os
import subprocess
from collections.abc import Iterator
from typing import Any

import msgspec
import pytest

from tests.escape.battery import Judged
from tests.escape.grounds import GROUNDS, command, remove_images, why_not_here
from tests.escape.stage import ENVIRONMENT, REPOSITORY, canary
from tests.escape.table import Ground, read_table

pytestmark = pytest.mark.alone

PROBES = read_table()
TIMEOUT_S = 2_400  # for what hangs; a ground takes a minute or two where nothing else runs


@functools.cache
def _run(ground: Ground, *options: str) -> tuple[int, list[str], str]:
    """Run the battery once for all tests that ask; the owner's secret is there from its start."""
    done = subprocess.run(
        command(ground, options),
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        check=False,
        timeout=TIMEOUT_S,
        env={**os.environ, ENVIRONMENT: canary("environment")},
    )
    return done.returncode, done.stdout.splitlines(), done.stderr


@functools.cache
def _report(ground: Ground) -> dict[str, Any]:
    status, lines, errors = _run(ground)
    assert status == 0, errors[-2000:] or lines
    report: dict[str, Any] = json.loads(lines[0])
    return report


@functools.cache
def _judged(ground: Ground) -> dict[str, Judged]:
    _report(ground)
    rows = [json.loads(line) for line in _run(ground)[1][1:]]
    return {row["probe"]: msgspec.convert(row, Judged) for row in rows}


def _grounds() -> Iterator[object]:
    for ground, standing in GROUNDS.items():
        marks = [pytest.mark.container] if standing.is_in_a_container else []
        yield pytest.param(ground, marks=[pytest.mark.slow, *marks])


@pytest.fixture(scope="session", params=_grounds())
def ground(request: pytest.FixtureRequest) -> Ground:
    found: Ground = request.param
    why = why_not_here(found)
    if why:
        pytest.skip(why)
    return found


@pytest.fixture(scope="session", autouse=True)
def _nothing_in_the_engine() -> Iterator[None]:
    yield
    remove_images()


def test_the_level_is_the_one_that_the_ground_gives(ground: Ground) -> None:
    report = _report(ground)
    assert report["level"] == GROUNDS[ground].level
    assert [check["name"] for check in report["self_test"] if not check["held"]] == []
    assert ("landlock" in " ".join(report["missing"])) is not GROUNDS[ground].landlock


@pytest.mark.parametrize("name", PROBES)
def test_what_escapes_is_what_the_table_says(ground: Ground, name: str) -> None:
    probe, judged = PROBES[name], _judged(ground)[name]
    if judged.skipped:
        pytest.skip(judged.skipped)
    assert not [finding for finding in judged.findings if finding.startswith("VOID")]
    counted = "counted by the kernel" in " ".join(_report(ground)["layers"])
    if ground == "unsafe" and probe.needs and not judged.findings:
        pytest.skip(f"shows nothing here: it needs {probe.needs}")
    if probe.escapes_on(ground, counted=counted):
        assert judged.findings, f"holds now: take {ground} out of the table's row {name}"
    else:
        assert judged.findings == []
