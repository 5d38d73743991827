"""One suite for every sandbox that this machine gives: what it promises must be the same in all."""

import dataclasses
import os
import random
import re
import signal
import tempfile
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from importlib.util import find_spec
from pathlib import Path

import pytest

from stepsmith.sandboxes.contract import (
    Answer,
    Call,
    Execution,
    ExecutionResult,
    File,
    Limits,
    Message,
    Sandbox,
)
from stepsmith.sandboxes.interview import UNASKED
from stepsmith.sandboxes.prefork.sandbox import PreforkSandbox
from stepsmith.schemas.sandbox import at_least
from tests.conformance.sandbox_checks import (
    COUNTS,
    ENDINGS,
    QUICK,
    TERSE,
    Echo,
    Suspicious,
)
from tests.guard.processes import becomes, below, group_names
from tests.sandboxes.backends import IMAGES, LOCAL_LEVELS, NUMERIC, PYTHON, docker, local

BACKENDS = [*LOCAL_LEVELS, pytest.param("docker", marks=pytest.mark.container)]


@pytest.fixture(scope="module")
def opened() -> Iterator[Callable[[str], Sandbox]]:
    """Sandboxes by name, each opened once: the tests come in any order."""
    with ExitStack() as stack:
        found: dict[str, Sandbox] = {}

        def open_once(name: str) -> Sandbox:
            if name not in found:
                place = docker() if name == "docker" else local(name, slots=2)  # type: ignore[arg-type]
                found[name] = stack.enter_context(place)
            return found[name]

        yield open_once


@pytest.fixture(params=BACKENDS)
def sandbox(request: pytest.FixtureRequest, opened: Callable[[str], Sandbox]) -> Sandbox:
    return opened(request.param)


def run(sandbox: Sandbox, source: str, **given: object) -> ExecutionResult:
    given.setdefault("limits", QUICK)
    return sandbox.run(Execution(id="e", source=source, **given))  # type: ignore[arg-type]


def printed(result: ExecutionResult) -> str:
    assert (result.outcome, result.exit_code) == ("exited", 0), result
    return result.stdout.decode()


@pytest.mark.parametrize("name", ENDINGS)
def test_every_ending_is_told_as_what_it_was(sandbox: Sandbox, name: str) -> None:
    wanted = ENDINGS[name]
    result = run(sandbox, wanted.source, limits=wanted.limits)
    assert result.outcome in wanted.outcomes, result
    assert (result.exit_code, result.signal) == (wanted.code, wanted.signal)
    late = result.attempts - wanted.attempts
    assert late == 0 or (late > 0 and result.outcome == "timeout_wall")
    assert result.truncated == (result.outcome == "output_limit")
    assert len(result.stdout) + len(result.stderr) <= wanted.limits.output_bytes
    assert run(sandbox, "print(1)").stdout == b"1\n"


def test_a_result_says_where_it_comes_from(sandbox: Sandbox) -> None:
    result = run(
        sandbox, "sum(range(10**6)); print('out'); import sys; print('err', file=sys.stderr)"
    )
    assert (result.stdout, result.stderr, result.detail) == (b"out\n", b"err\n", "")
    assert (result.image, result.attempts) == (PYTHON.key, 1)
    assert result.isolation == sandbox.capabilities()
    assert 0 < result.usage.cpu_s < QUICK.cpu_s
    assert 0 < result.usage.wall_s < QUICK.wall_s
    assert 2**20 < result.usage.max_rss_bytes < 2**30


def test_a_traceback_begins_in_the_program(sandbox: Sandbox) -> None:
    result = run(sandbox, "def f():\n    raise ValueError('why')\n\nf()\n")
    lines = result.stderr.decode().splitlines()
    assert lines[0] == "Traceback (most recent call last):"
    assert re.fullmatch(r'  File ".*", line 4, in <module>', lines[1])
    assert lines[-1] == "ValueError: why"


def test_input_and_output_are_bytes_and_all_of_them(sandbox: Sandbox) -> None:
    data = random.Random(0).randbytes(300_000)  # more than a pipe holds
    source = "import sys; sys.stdout.buffer.write(sys.stdin.buffer.read())"
    result = run(sandbox, source, stdin=data)
    assert result.stdout == data
    assert (
        printed(
            run(
                sandbox,
                "print(input()); print(repr(__import__('sys').stdin.read()))",
                stdin="ü\n".encode(),
            )
        )
        == "ü\n''\n"
    )


def test_input_that_nobody_reads_keeps_nobody_waiting(sandbox: Sandbox) -> None:
    assert printed(run(sandbox, "print(1)", stdin=b"x" * 2**22)) == "1\n"


def test_files_lie_in_the_programs_folder(sandbox: Sandbox) -> None:
    files = (File(name="a.bin", data=bytes(range(256))), File(name="empty", data=b""))
    source = "print(open('a.bin', 'rb').read() == bytes(range(256)), open('empty').read() == '')"
    assert printed(run(sandbox, source, files=files)) == "True True\n"
    gone = "import os; print(os.path.exists('a.bin'), os.path.exists('empty'))"
    assert printed(run(sandbox, gone)) == "False False\n"


def test_a_module_beside_the_program_can_be_imported(sandbox: Sandbox) -> None:
    files = (File(name="beside.py", data=b"x = 41\n"),)
    assert printed(run(sandbox, "import beside; print(beside.x + 1)", files=files)) == "42\n"


def test_the_environment_tells_nothing(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STEPSMITH_SECRET", "canary")
    names = printed(run(sandbox, "import os; print(*sorted(os.environ))")).split()
    assert set(names) <= {"PATH", "HOME", "LANG"}


def test_a_program_has_its_own_descriptors_and_no_other(sandbox: Sandbox) -> None:
    source = """
import os
def is_open(fd):
    try:
        os.fstat(fd)
    except OSError:
        return False
    return True
print([fd for fd in range(256) if is_open(fd)])
"""
    assert printed(run(sandbox, source)) == "[0, 1, 2]\n"
    assert printed(run(sandbox, source, calls=())) == "[0, 1, 2, 3, 4]\n"


def test_the_seed_decides_what_is_random(sandbox: Sandbox) -> None:
    source = "import random; print(random.random(), random.sample(range(100), 5))"
    drawn = [printed(run(sandbox, source, seed=seed)) for seed in (1, 1, 2)]
    assert drawn[0] == drawn[1] != drawn[2]
    expected = random.Random(1)
    assert drawn[0] == f"{expected.random()} {expected.sample(range(100), 5)}\n"


def test_the_seed_is_numpys_as_well(sandbox: Sandbox) -> None:
    if find_spec("numpy") is None or sandbox.capabilities().level in ("container", "gvisor"):
        pytest.skip("no numpy in this back end")
    source = "import numpy; print(numpy.random.rand(3).tolist())"
    drawn = [printed(run(sandbox, source, seed=seed, image="numeric")) for seed in (1, 1, 2)]
    assert drawn[0] == drawn[1] != drawn[2]
    assert run(sandbox, "", image="numeric").image == NUMERIC.key


def test_sets_have_the_same_order_in_every_guard(sandbox: Sandbox) -> None:
    source = "print({'a', 'b', 'c', 'd', 'e'}, hash('a'))"
    with ThreadPoolExecutor(4) as threads:
        found = set(threads.map(lambda _: printed(run(sandbox, source)), range(12)))
    assert len(found) == 1


CALLS = tuple(
    Call(function=name, arguments=f"[{number}]", wanted="value")
    for number, name in enumerate(("first", "second", "third"))
)
ANSWERS = """\
import os
with os.fdopen(3, "r") as questions:
    for line in questions:
        identity, wanted, function, arguments = line.split()
        os.write(4, f"{identity} value {function}{arguments}\\n".encode())
        if function == LAST:
            STATEMENT
print("over")
"""


def interviewed(
    sandbox: Sandbox, last: str, statement: str, limits: Limits = QUICK
) -> ExecutionResult:
    source = ANSWERS.replace("LAST", repr(last)).replace("STATEMENT", statement)
    return run(sandbox, source, calls=CALLS, limits=limits)


def test_calls_are_asked_in_turn_and_then_the_questions_are_closed(sandbox: Sandbox) -> None:
    result = interviewed(sandbox, "none", "pass")
    assert printed(result) == "over\n"
    assert result.answers == tuple(
        Answer(status="value", payload=f"{call.function}{call.arguments}") for call in CALLS
    )


def test_a_program_that_leaves_keeps_the_answers_that_it_gave(sandbox: Sandbox) -> None:
    result = interviewed(sandbox, "second", "os._exit(0)")
    assert (result.outcome, result.exit_code, len(result.answers)) == ("exited", 0, 2)
    result = interviewed(sandbox, "first", "os.kill(os.getpid(), 9)")
    assert (result.outcome, result.signal, len(result.answers)) == ("signaled", 9, 1)


@pytest.mark.parametrize(
    "statement",
    [
        'os.write(4, b"x value null\\n")',
        'os.write(4, b"\\n")',
        'os.write(4, b"x" * 100 + b"\\n"); __import__("time").sleep(600)',
    ],
)
def test_what_was_not_asked_is_a_violation_and_stops_the_program(
    sandbox: Sandbox, statement: str
) -> None:
    result = interviewed(sandbox, "third", statement)
    assert (result.outcome, result.detail) == ("protocol_violation", UNASKED)
    assert (result.exit_code, result.signal, result.attempts) == (None, None, 1)


def test_answers_are_counted_and_too_many_end_the_program(sandbox: Sandbox) -> None:
    flood = "import os\nwhile True: os.write(4, b'x' * 10_000)"
    programs = (Execution(id="a", source=flood, limits=TERSE), Execution(id="b", source=COUNTS))
    talk = Echo(9)
    first, second = sandbox.converse(programs, talk)
    assert (first.outcome, first.truncated) == ("answer_limit", True)
    assert printed(second) == "over\n"
    assert sorted(talk.gone) == [0, 1]


def test_two_programs_talk_in_turn(sandbox: Sandbox) -> None:
    talk = Echo(100)
    execution = Execution(id="e", source=COUNTS, limits=QUICK)
    results = sandbox.converse((execution, execution), talk)
    assert [printed(one) for one in results] == ["over\n", "over\n"]
    assert talk.lines == [(turn % 2, b"%d\n" % (turn + 1)) for turn in range(100)]
    assert all(one.answers == () for one in results)


def test_a_party_that_is_gone_is_told_of_and_the_other_one_ends(sandbox: Sandbox) -> None:
    talk = Echo(100)
    leaves = Execution(id="a", source="import os; os._exit(5)", limits=QUICK)
    stays = Execution(id="b", source=COUNTS, limits=QUICK)
    first, second = sandbox.converse((leaves, stays), talk)
    assert (first.outcome, first.exit_code, printed(second)) == ("exited", 5, "over\n")
    assert sorted(talk.gone) == [0, 1]


def test_a_limit_of_one_party_ends_it_alone(sandbox: Sandbox) -> None:
    talk = Echo(100)
    frugal = dataclasses.replace(QUICK, cpu_s=0.3)
    loops = Execution(id="a", source="while True: pass", limits=frugal)
    first, second = sandbox.converse((loops, Execution(id="b", source=COUNTS, limits=QUICK)), talk)
    assert first.outcome == "timeout_cpu"
    assert printed(second) == "over\n"
    assert sorted(talk.gone) == [0, 1]


def test_when_the_time_is_over_both_are_stopped(sandbox: Sandbox) -> None:
    limits = dataclasses.replace(QUICK, wall_s=1.5)
    waits = Execution(id="e", source="import os\nwhile os.read(3, 1): pass", limits=limits)
    results = sandbox.converse((waits, waits), Echo(100))
    assert [one.outcome for one in results] == ["timeout_wall", "timeout_wall"]
    assert all(one.attempts >= 2 for one in results)  # more on a machine that is too busy


def test_a_violation_stops_all_parties(sandbox: Sandbox) -> None:
    says = Execution(id="a", source="import os, time; os.write(4, b'!'); time.sleep(600)")
    talk = Suspicious(1)
    results = sandbox.converse((says, Execution(id="b", source=COUNTS)), talk)
    assert talk.violation == "b'!'"
    assert [one.outcome for one in results] == ["protocol_violation"] * 2


def test_parties_cannot_reach_each_other(sandbox: Sandbox) -> None:
    if sandbox.capabilities().level == "unsafe":
        pytest.skip("without walls they can")
    kills = """
import os, signal
for pid in range(2, 40_000):
    if pid != os.getpid():
        try:
            os.kill(pid, signal.SIGKILL)
        except OSError:
            pass
os.write(4, b"1\\n")
"""
    talk = Echo(2)
    results = sandbox.converse(
        (Execution(id="a", source=kills), Execution(id="b", source=COUNTS)), talk
    )
    assert [printed(one) for one in results] == ["", "over\n"]
    assert [one.attempts for one in results] == [1, 1]


def test_a_disk_that_is_full_is_the_programs_to_bear(sandbox: Sandbox) -> None:
    level = sandbox.capabilities().level
    if level == "unsafe":
        pytest.skip("without walls it would fill this machine's")
    source = """
import errno, os
total = 0
try:
    for number in range(64):
        with open(f"file{number}", "wb", buffering=0) as file:
            total += file.write(b"x" * 2**20)
except OSError as error:
    print(errno.errorcode[error.errno])
print(total <= 8 * 2**20)
"""
    limits = dataclasses.replace(QUICK, disk_bytes=8 * 2**20)
    said = printed(run(sandbox, source, limits=limits)).split()
    assert said[-1] == "True"
    assert said[0] in ("ENOSPC", "EACCES", "EROFS", "EPERM", "EDQUOT")
    assert printed(run(sandbox, "import os; print(os.path.exists('file0'))")) == "False\n"


def test_one_process_is_what_a_program_is(sandbox: Sandbox) -> None:
    if sandbox.capabilities().level == "unsafe":
        pytest.skip("without walls it may start others")
    source = "import os\ntry: os.fork()\nexcept OSError as error: print(type(error).__name__)"
    assert printed(run(sandbox, source)) == "PermissionError\n"


def test_threads_are_allowed(sandbox: Sandbox) -> None:
    source = """
from concurrent.futures import ThreadPoolExecutor
with ThreadPoolExecutor(4) as threads:
    print(sum(threads.map(int, range(100))))
"""
    assert printed(run(sandbox, source)) == "4950\n"


def test_threads_of_ours_get_their_own_results(sandbox: Sandbox) -> None:
    with ThreadPoolExecutor(4) as threads:
        results = threads.map(lambda n: printed(run(sandbox, f"print({n})")), range(40))
        assert list(results) == [f"{n}\n" for n in range(40)]


def test_a_guard_killed_in_mid_run_costs_an_attempt_and_no_label(sandbox: Sandbox) -> None:
    run(sandbox, "")
    if not isinstance(sandbox, PreforkSandbox) or not sandbox.guard_pids:
        pytest.skip("its guards are no children of ours")
    talk = Killer(lambda: sandbox.guard_pids)
    execution = Execution(id="e", source=COUNTS, limits=QUICK)
    results = sandbox.converse((execution, execution), talk)
    assert [printed(one) for one in results] == ["over\n", "over\n"]
    assert [one.attempts for one in results] == [talk.starts] * 2
    assert talk.starts in (2, 3)  # the other slot's guard, killed too, may seem alive for a moment


class Killer(Echo):
    """Kills the guards at its first start, when a program has spoken."""

    def __init__(self, pids: Callable[[], Sequence[int]]) -> None:
        self._pids = pids
        self.starts = 0
        super().__init__(1)

    def restart(self) -> None:
        self.starts += 1
        super().restart()

    def receive(self, party: int, data: bytes) -> Sequence[Message]:
        if self.starts > 1:
            return super().receive(party, data)
        for pid in self._pids():
            os.kill(pid, signal.SIGKILL)
        return ()


PICKY = """
import json, random
words = {word: len(word) for word in ("a", "bb", "ccc")}
print(json.dumps(words), set(words), random.random(), hash("x"), id(None) > 0)
raise ValueError(sorted({1.5, 2, 3}))
"""


def same(results: list[ExecutionResult]) -> set[tuple[object, ...]]:
    return {(one.outcome, one.exit_code, one.stdout, one.stderr, one.answers) for one in results}


@pytest.mark.parametrize("times", [50, pytest.param(250, marks=pytest.mark.slow)])
def test_the_same_program_has_the_same_result_every_time(sandbox: Sandbox, times: int) -> None:
    with ThreadPoolExecutor(2) as threads:
        results = list(threads.map(lambda _: run(sandbox, PICKY, seed=3), range(times)))
    assert len(same(results)) == 1
    assert results[0].exit_code == 1


def held(guards: Sequence[int]) -> dict[str, set[object]]:
    """What would grow: descriptors, threads, processes of ours, their files and control groups."""
    ours = {*guards, *below(os.getpid())}
    folders = Path(tempfile.gettempdir()).glob("stepsmith-scratch-*/owner.json")
    marks = [path for path in folders if f" {os.getpid()} " in text_of(path)]
    groups = [name.split("-") for name in group_names() if name.count("-") >= 3]
    return {
        "descriptors": set(range(len(list(Path("/proc/self/fd").iterdir())))),
        "threads": set(range(threading.active_count())),
        "processes": {*ours},
        "files": {path for mark in marks for path in mark.parent.rglob("*")},
        "groups": {"-".join(name) for name in groups if int(name[1]) in ours},
    }


def text_of(path: Path) -> str:
    """Read a file of somebody's, who may remove it meanwhile."""
    try:
        return path.read_text()
    except OSError:
        return ""


@pytest.mark.parametrize("times", [30, pytest.param(500, marks=pytest.mark.slow)])
def test_nothing_grows_with_the_number_of_runs(sandbox: Sandbox, times: int) -> None:
    sources = ["print(1)", "1 / 0", "import os; os.kill(os.getpid(), 9)", "open('x', 'w')"]
    for source in sources * 2:
        run(sandbox, source)
    guards = sandbox.guard_pids if isinstance(sandbox, PreforkSandbox) else ()
    before = held(guards)

    def grown() -> dict[str, set[object]]:
        """Only what is more: of what earlier tests left to the collector some may go meanwhile."""
        return {name: more for name, now in held(guards).items() if (more := now - before[name])}

    for number in range(times):
        run(sandbox, sources[number % len(sources)], calls=() if number % 2 else None)
    assert becomes(grown, {}, within_s=20), grown()  # the last program may be dying yet


def test_what_is_reported_is_what_was_asked_for(
    sandbox: Sandbox, request: pytest.FixtureRequest
) -> None:
    report = sandbox.capabilities()
    name = request.node.callspec.params["sandbox"]
    assert report.level == ("container" if name == "docker" else name)
    if at_least(report.level, "self"):
        assert "seccomp allow-list" in report.layers
        assert any(layer.startswith("landlock") for layer in report.layers)
    assert report.kernel
    assert IMAGES["python"] == PYTHON
