"""The table of probes says enough to be wrong."""

import re

import pytest

from tests.escape.table import HERE, PRELUDE, Probe, read_table

PROBES = read_table()
ENDING = re.compile(r"exited \d+|signaled \d+|timeout_(cpu|wall)|oom|oom_suspected|\w+_limit")


@pytest.fixture(params=PROBES.values(), ids=lambda probe: probe.name)
def probe(request: pytest.FixtureRequest) -> Probe:
    found: Probe = request.param
    return found


def test_every_probe_bites_without_walls_or_says_why_it_need_not(probe: Probe) -> None:
    bites = "unsafe" in probe.escapes
    assert bites + probe.control + ("unsafe" in probe.skipped) == 1


def test_what_needs_something_of_the_machine_would_escape_without_walls(probe: Probe) -> None:
    assert not probe.needs or "unsafe" in probe.escapes


def test_every_probe_names_endings_that_there_are(probe: Probe) -> None:
    assert probe.ends
    assert all(ENDING.fullmatch(ending) for ending in probe.ends)


def test_every_probe_that_may_exit_says_what_it_tried(probe: Probe) -> None:
    if any(ending.startswith("exited") for ending in probe.ends):
        assert "finish()" in probe.source or '"escaped"' in probe.source


def test_every_probe_says_in_one_line_what_it_does(probe: Probe) -> None:
    first = probe.source.splitlines()[0]
    assert first.startswith('"""')
    assert len(first) <= 120


def test_a_probe_is_a_program_that_python_can_read(probe: Probe) -> None:
    compile(f"P = {{}}\n{PRELUDE}\n{probe.source}", probe.name, "exec")


def test_what_asks_for_processes_runs_where_namespaces_are_alone() -> None:
    several = [probe for probe in PROBES.values() if probe.limits.processes > 1]
    assert len(several) >= 3
    assert {probe.only for probe in several} == {("ns", "worker_open", "ns_no_landlock")}


def test_no_probe_outlives_a_machine_that_has_no_walls_for_long(probe: Probe) -> None:
    naps = [float(nap) for nap in re.findall(r"time\.sleep\(([\d.]+)\)", probe.source)]
    assert max(naps, default=0) <= 60


def test_a_probe_that_is_not_in_the_table_is_an_error() -> None:
    names = {path.stem for path in (HERE / "probes").glob("*.py")}
    assert names == PROBES.keys()
    assert len(names) >= 27
