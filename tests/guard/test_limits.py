"""Every ending is told from what the kernel saw, at every level."""

import time
from pathlib import Path

import pytest

from stepsmith.sandboxes.guard.endings import Facts, end_of
from stepsmith.sandboxes.guard.orders import Limits
from tests.guard.line import Line
from tests.guard.processes import becomes, below, youngest

MIB = 2**20
LIMITS = Limits(
    wall_s=10.0,
    cpu_s=4.0,
    memory_bytes=100 * MIB,
    output_bytes=MIB,
    answer_bytes=MIB,
    disk_bytes=MIB,
    processes=1,
)
KILLED, SEGFAULT, EXIT_1 = 9, 11, 256


def test_a_loop_ends_by_its_cpu_time_and_not_by_whole_seconds_of_it(any_line: Line) -> None:
    end = any_line.run("while True: pass", cpu_s=0.25)
    assert end.outcome == "timeout_cpu"
    assert 0.25 <= end.header["cpu_s"] < 2.0  # where the kernel's own limit would end it


def test_a_loop_in_c_code_that_ignores_signals_ends_too(any_line: Line) -> None:
    source = (
        "import signal\n"
        "for number in range(1, 65):\n"
        "    try: signal.signal(number, signal.SIG_IGN)\n"
        "    except (OSError, ValueError): pass\n"
        "sum(range(10**12))"
    )
    assert any_line.run(source, cpu_s=0.25).outcome == "timeout_cpu"


def test_a_sleeper_ends_by_the_clock(any_line: Line) -> None:
    started = time.monotonic()
    end = any_line.run("print('here', flush=True)\nimport time\ntime.sleep(60)", wall_s=3.0)
    assert (end.outcome, end.stdout) == ("timeout_wall", b"here\n")
    assert time.monotonic() - started < 30


def test_a_program_that_stops_itself_ends_by_the_clock(any_line: Line) -> None:
    source = "import os, signal\nos.kill(os.getpid(), signal.SIGSTOP)"
    assert any_line.run(source, wall_s=3.0).outcome == "timeout_wall"


def test_an_end_that_a_limit_did_not_cause_is_the_programs_own(any_line: Line) -> None:
    source = "import os, signal\nos.kill(os.getpid(), signal.SIGXCPU)"
    end = any_line.run(source)
    assert (end.outcome, end.header["signal"]) == ("signaled", 24)
    assert any_line.run("raise MemoryError").outcome == "exited"


@pytest.mark.parametrize("stream", [1, 2])
def test_a_flood_is_cut_at_its_limit_and_the_program_killed(any_line: Line, stream: int) -> None:
    source = f"import os\nwhile True: os.write({stream}, b'x' * 65536)"
    end = any_line.run(source, output_bytes=100_000)
    assert (end.outcome, end.header["truncated"]) == ("output_limit", True)
    assert len(end.stdout) + len(end.stderr) == 100_000


def test_output_of_exactly_the_limit_is_no_flood(any_line: Line) -> None:
    end = any_line.run("print('x' * 9, end='')", output_bytes=9)
    assert (end.outcome, end.stdout, end.header["truncated"]) == ("exited", b"x" * 9, False)
    end = any_line.run("print('x' * 10, end='')", output_bytes=9)
    assert (end.outcome, end.stdout, end.header["truncated"]) == ("output_limit", b"x" * 9, True)


def test_both_streams_count_together(any_line: Line) -> None:
    source = "import sys\nprint('x' * 6, end='', flush=True)\nprint('y' * 6, file=sys.stderr)"
    assert any_line.run(source, output_bytes=10).outcome == "output_limit"


def test_memory_that_fills_up_is_suspected_where_nobody_counts(any_line: Line) -> None:
    end = any_line.run("kept = []\nwhile True: kept.append(b'x' * 10**6)", memory_bytes=100 * MIB)
    assert end.outcome == "oom_suspected"


def test_one_allocation_that_is_too_large_is_the_programs_error(any_line: Line) -> None:
    end = any_line.run("bytes(10**12)", memory_bytes=100 * MIB)
    assert (end.outcome, end.header["exit_code"]) == ("exited", 1)


def test_memory_that_was_enough_is_no_suspicion(any_line: Line) -> None:
    source = (
        "try:\n"
        "    kept = []\n"
        "    while True: kept.append(b'x' * 10**6)\n"
        "except MemoryError: kept = 0"
    )
    assert any_line.run(source, memory_bytes=100 * MIB).outcome == "exited"


def test_threads_that_keep_a_pipe_open_hold_up_nobody(any_line: Line) -> None:
    source = (
        "import threading, time\n"
        "threading.Thread(target=time.sleep, args=(60,)).start()\n"
        "print('main is over')"
    )
    end = any_line.run(source, wall_s=3.0)
    assert (end.outcome, end.stdout) == ("timeout_wall", b"")
    daemon = source.replace("(60,)", "(60,), daemon=True")
    end = any_line.run(daemon)
    assert (end.outcome, end.stdout) == ("exited", b"main is over\n")


def test_closing_all_descriptors_early_ends_nothing(any_line: Line) -> None:
    end = any_line.run("import os, time\nos.closerange(0, 99)\ntime.sleep(0.2)\nos._exit(6)")
    assert (end.outcome, end.header["exit_code"]) == ("exited", 6)


def test_what_an_execution_used_is_reported(any_line: Line) -> None:
    end = any_line.run("import time\nx = b'x' * (30 * 2**20)\ntime.sleep(0.1)\nsum(range(10**6))")
    assert end.header["wall_s"] >= 0.1
    assert 0 < end.header["cpu_s"] < end.header["wall_s"]
    assert end.header["max_rss_bytes"] >= 30 * MIB


def test_limits_cannot_be_raised(walled_line: Line) -> None:
    source = (
        "import resource\n"
        "for name in ('CORE', 'CPU', 'FSIZE', 'NOFILE', 'AS', 'MEMLOCK'):\n"
        "    which = getattr(resource, 'RLIMIT_' + name)\n"
        "    try: resource.setrlimit(which, (resource.RLIM_INFINITY,) * 2); print(name)\n"
        "    except (OSError, ValueError): pass\n"
        "resource.setrlimit(resource.RLIMIT_NOFILE, (20, 20))\n"
        "print(resource.getrlimit(resource.RLIMIT_NOFILE))"
    )
    assert walled_line.run(source).stdout == b"(20, 20)\n"


def test_the_clock_is_one_for_all_parties(any_line: Line) -> None:
    any_line.start("import time; time.sleep(60)", "print(1)", wall_s=3.0)
    ends, _ = any_line.finish()
    assert [end.outcome for end in ends] == ["timeout_wall", "exited"]


@pytest.mark.parametrize(
    ("facts", "outcome"),
    [
        (Facts(status=0), "exited"),
        (Facts(status=None), "sandbox_error"),
        (Facts(status=0, error="no wall"), "sandbox_error"),
        (
            Facts(status=KILLED, error="not begun", stopped="protocol_violation"),
            "protocol_violation",
        ),
        (Facts(status=KILLED, error="not begun", stopped="wall"), "timeout_starved"),
        (Facts(status=0, stopped="protocol_violation"), "protocol_violation"),
        (Facts(status=KILLED, stopped="output_limit", cpu_s=9.0), "output_limit"),
        (Facts(status=KILLED, stopped="wall", cpu_s=4.0), "timeout_cpu"),
        (Facts(status=KILLED, over_cpu=True, cpu_s=3.99), "timeout_cpu"),
        (Facts(status=0, cpu_s=4.0), "timeout_cpu"),
        (Facts(status=KILLED, stopped="wall", waited_s=0.1), "timeout_wall"),
        (Facts(status=KILLED, stopped="wall", waited_s=5.1), "timeout_starved"),
        (Facts(status=KILLED, stopped="wall"), "timeout_starved"),
        (Facts(status=KILLED), "signaled"),
        (Facts(status=KILLED, oom_killed=True), "oom"),
        (Facts(status=EXIT_1, oom_killed=True), "exited"),
        (Facts(status=EXIT_1, max_rss_bytes=95 * MIB), "oom_suspected"),
        (Facts(status=EXIT_1, max_rss_bytes=95 * MIB, resident_bytes=10 * MIB), "exited"),
        (Facts(status=SEGFAULT, max_rss_bytes=90 * MIB), "oom_suspected"),
        (Facts(status=SEGFAULT, max_rss_bytes=89 * MIB), "signaled"),
        (Facts(status=15, max_rss_bytes=99 * MIB), "signaled"),
        (Facts(status=0, max_rss_bytes=99 * MIB), "exited"),
    ],
)
def test_an_ending_follows_from_the_facts(facts: Facts, outcome: str) -> None:
    assert end_of(facts, LIMITS).outcome == outcome


def test_half_of_the_wall_in_use_is_no_starvation_where_nobody_counts_waiting() -> None:
    limits = Limits(
        wall_s=2.0,
        cpu_s=4.0,
        memory_bytes=MIB,
        output_bytes=1,
        answer_bytes=1,
        disk_bytes=1,
        processes=1,
    )
    assert end_of(Facts(status=9, stopped="wall", cpu_s=1.0), limits).outcome == "timeout_wall"
    assert end_of(Facts(status=9, stopped="wall", cpu_s=0.9), limits).outcome == "timeout_starved"


def test_a_code_or_a_signal_is_told_for_its_own_ending_alone() -> None:
    exited = end_of(Facts(status=EXIT_1), LIMITS)
    assert (exited.exit_code, exited.signal) == (1, None)
    killed = end_of(Facts(status=KILLED), LIMITS)
    assert (killed.exit_code, killed.signal) == (None, 9)
    stopped = end_of(Facts(status=KILLED, stopped="wall", waited_s=0.0), LIMITS)
    assert (stopped.exit_code, stopped.signal) == (None, None)


def test_a_user_of_its_own_has_a_limit_of_threads_and_the_next_program_all_of_it() -> None:
    source = (
        "import threading\n"
        "threading.stack_size(32768)\n"
        "hold = threading.Event()\n"
        "n = 1\n"
        "try:\n"
        "    while n < 600: threading.Thread(target=hold.wait, daemon=True).start(); n += 1\n"
        "except RuntimeError: pass\n"
        "print(n, flush=True)\n"
        "hold.set()"
    )
    with Line("uid") as line:
        if line.ready["kind"] != "ready":
            pytest.skip(f"no level uid here: {line.ready['missing']}")
        ends = [line.run(source) for _ in range(2)]
        line.start(source, source)  # two parties are two users
        ends += line.finish()[0]
    assert all(128 < int(end.stdout) <= 256 for end in ends)


def test_many_runs_leave_no_descriptor_and_no_process(walled_line: Line) -> None:
    def count() -> tuple[int, ...]:
        guard = walled_line.process.pid
        template = youngest(guard)
        folders = [Path(f"/proc/{pid}/fd") for pid in (guard, template)]
        return *(len(list(folder.iterdir())) for folder in folders), len(below(guard))

    walled_line.run("pass")
    before = count()
    for _ in range(30):
        walled_line.start("print(1)", "import sys\nprint(sys.stdin.read())", talks=True, stdin=b"x")
        walled_line.finish()
    assert becomes(count, before), (count(), before)
