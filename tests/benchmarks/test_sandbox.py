"""The sandbox benchmark compares like with like, and sees what is left behind."""

import contextlib
import os
import subprocess
import sys
import tempfile
import threading
from pathlib import Path

import pytest

from benchmarks import sandbox
from benchmarks.report import CannotRunError
from benchmarks.sandbox import (
    Size,
    _speed,
    _throughput,
    measure,
)
from benchmarks.sandboxes import contenders
from benchmarks.sandboxes.contenders import (
    NUMERIC,
    PROGRAMS,
    TRIVIAL,
    Contender,
    run_checked,
    silenced,
    together,
)
from benchmarks.sandboxes.holdings import cpu_s, descendants, holdings, outcomes, own_folder
from benchmarks.sandboxes.peers import BareFork, in_process, in_process_with_packages
from stepsmith.sandboxes.contract import Execution
from stepsmith.sandboxes.images import Image
from stepsmith.sandboxes.open import open_sandbox
from stepsmith.schemas.sandbox import SandboxSettings

TINY = Size(latencies=4, slow_latencies=2, rounds=2, round_s=0.05, runs=8, repeats=3)
UNSAFE = SandboxSettings(backend="unsafe", minimum="unsafe", allow_unsafe=True, slots=1)


@pytest.mark.parametrize("program", PROGRAMS)
def test_a_process_of_its_own_prints_what_is_expected(program: str) -> None:
    source, expected = PROGRAMS[program]
    assert in_process_with_packages(source) == expected
    if program == "trivial":
        assert in_process(source) == expected


def test_the_bare_fork_server_starts_each_program_from_the_same_state() -> None:
    leaves = "import builtins; print(hasattr(builtins, 'left')); builtins.left = 1"
    with BareFork() as server:
        assert [server(leaves), server(leaves), server(TRIVIAL)] == ["False\n"] * 2 + ["499500\n"]


def test_the_bare_fork_server_is_warmed_without_a_word() -> None:
    with BareFork(silenced(NUMERIC)) as server:
        assert server(NUMERIC) == PROGRAMS["numeric"][1]


def test_a_wrong_answer_ends_the_benchmark() -> None:
    with pytest.raises(CannotRunError, match="printed '499499"):
        run_checked(lambda _: "499499\n", "trivial")


def test_a_rate_counts_the_runs_of_all_threads() -> None:
    made: list[int] = []

    def run(_: str) -> str:
        made.append(threading.get_ident())
        return PROGRAMS["trivial"][1]

    rate, cpu_ms = _throughput("trivial", Contender(name="fake", runs=[run, run]), 0.05)
    assert rate > 0
    assert cpu_ms >= 0
    assert len(set(made)) == 2


def test_a_thread_that_fails_fails_the_measurement() -> None:
    with pytest.raises(ZeroDivisionError):
        together([lambda: 1, lambda: 1 // 0])


def test_every_contender_has_a_rate_two_latencies_and_its_ratio_to_the_peers() -> None:
    def run(source: str) -> str:
        return in_process(source)

    contenders = [Contender(name=name, runs=[run]) for name in ("subprocess", "fork", "uid")]
    found = {claim.name for claim in _speed("trivial", contenders, TINY)}
    for name in ("subprocess", "fork", "uid"):
        assert {f"{name}.trivial.{what}" for what in ("per_core", "cpu", "p50", "p95")} <= found
    assert {"uid.trivial.over_subprocess", "uid.trivial.over_fork"} <= found


def test_cpu_time_of_ended_children_counts_in_full() -> None:
    before = cpu_s()
    burn = "import time\nwhile time.process_time() < 0.3: pass"
    subprocess.run([sys.executable, "-I", "-S", "-c", burn], check=True)
    assert cpu_s() - before >= 0.28


def test_a_process_a_descriptor_and_a_file_more_are_seen(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    before = holdings()
    reader, writer = os.pipe()
    (tmp_path / "left").touch()
    command = [sys.executable, "-I", "-S", "-c", "print(1, flush=True); input()"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"1\n"
        assert process.pid in descendants()
        grown = holdings().since(before)
        process.communicate(b"\n")
    os.close(reader)
    os.close(writer)
    assert grown.processes == 1
    assert grown.descriptors >= 4  # two of the pipe, two to the child; and its own
    assert grown.files >= 1
    assert holdings().since(before).processes == 0


def test_files_of_other_programs_are_none_of_ours() -> None:
    with own_folder() as folder:
        before = holdings()
        with tempfile.NamedTemporaryFile(dir=folder.parent):
            assert holdings().since(before).files == 0
        with tempfile.NamedTemporaryFile():
            assert holdings().since(before).files == 1
    assert not folder.exists()
    assert tempfile.gettempdir() != str(folder)


def test_the_same_program_has_one_result_and_another_has_more() -> None:
    same = Execution(id="same", source="import random\nprint(random.random())", seed=3)
    other = Execution(id="other", source="import time\nprint(time.perf_counter_ns())")
    with contextlib.closing(open_sandbox(UNSAFE, [Image(name="python")])) as opened:
        assert len(outcomes(opened, same, 5)) == 1
        assert len(outcomes(opened, other, 5)) == 5


@pytest.mark.slow
def test_it_measures_all_that_is_here_and_says_what_is_not(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sandbox, "QUICK", TINY)
    monkeypatch.setattr(contenders, "_containers", lambda *_: iter(()))
    findings = measure(quick=True)
    names = {claim.name for claim in findings.claims}
    present = {"unsafe", "self", "uid", "ns"} - findings.details["absent"].keys()
    assert "unsafe" in present
    for rung in present:
        assert {f"{rung}.trivial.per_core", f"{rung}.numeric.p95"} <= names
    for rung in present & {"uid", "ns"}:
        assert {f"{rung}.growth.processes", f"{rung}.distinct_results"} <= names
