"""Ctrl-C: the first ends a run cleanly and says how to go on, the second ends it at once."""

import contextlib
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Generator, Sequence
from pathlib import Path

import pytest

from stepsmith.pipelines.interrupt import interruptible
from stepsmith.pipelines.run import RunOptions, make_job, run
from tests.guard.processes import children as direct
from tests.pipelines.processes import command, descendants, is_running, until
from tests.pipelines.runs import digests
from tests.pipelines.warm_runs import IN_FLIGHT, SumServer, recipe_for

# Whatever is started in the background inherits that interrupts are ignored; a test may be.
COMMAND = """
import signal, sys
from stepsmith.pipelines.cli import main
signal.signal(signal.SIGINT, signal.default_int_handler)
sys.exit(main())
"""


def start(*arguments: str) -> "subprocess.Popen[str]":
    """Start a command as a terminal does: in a group of its own, and open to interrupts."""
    return subprocess.Popen(
        [sys.executable, "-c", COMMAND, *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def press_ctrl_c(process: "subprocess.Popen[str]") -> None:
    """Interrupt the whole group, as a terminal does."""
    os.killpg(process.pid, signal.SIGINT)


def wait_for(process: "subprocess.Popen[str]", holds: Callable[[], bool]) -> None:
    until(lambda: holds() or process.poll() is not None)
    assert process.poll() is None, process.communicate()


def ended(processes: Sequence[int]) -> bool:
    return not any(is_running(pid) for pid in processes)


def finished(recipe: Path, root: Path, *overrides: str) -> None:
    job = make_job(str(recipe), output=str(root), overrides=overrides)
    run(job, RunOptions(quiet=True))


@pytest.mark.slow
@pytest.mark.parametrize("workers", [1, 2])
def test_a_run_stops_cleanly_and_its_going_on_ends_with_the_bytes_of_an_unbroken_one(
    server: SumServer, tmp_path: Path, workers: int
) -> None:
    recipe, out = recipe_for(server, tmp_path), tmp_path / "out"
    finished(recipe, tmp_path / "whole")
    unbroken = server.paid()
    server.forget()

    most = int(0.3 * len(unbroken))
    server.hold(most)
    process = start("run", str(recipe), "--output", str(out), "--workers", str(workers))
    wait_for(process, lambda: len(server.paid()) >= most)
    children = descendants(process.pid)
    press_ctrl_c(process)
    printed, said = process.communicate()

    assert (process.returncode, printed) == (130, "")
    *before, last = said.splitlines()
    assert "stepsmith: stopping; Ctrl-C again ends at once" in before
    assert last.startswith(f"stepsmith: {out} is not finished: ")
    assert last.endswith("every reply so far is kept. Run the same command again to go on")
    assert "Traceback" not in said, said
    assert " failed " not in said, said  # a search that is stopped has not failed
    assert not list(out.rglob("*.tmp"))
    until(lambda: ended(children))
    assert not (out / "_SUCCESS").exists()

    server.hold(None)
    finished(recipe, out)
    assert digests(out) == digests(tmp_path / "whole")
    assert set(server.paid()) == set(unbroken)
    assert len(server.paid()) - len(unbroken) <= workers * IN_FLIGHT


@pytest.mark.slow
def test_a_second_interrupt_ends_at_once_and_leaves_no_process(
    server: SumServer, tmp_path: Path
) -> None:
    recipe, out = recipe_for(server, tmp_path), tmp_path / "out"
    server.hold(1)
    process = start("run", str(recipe), "--output", str(out), "--workers", "2")
    wait_for(process, lambda: len(server.paid()) >= 1)
    children = descendants(process.pid)
    # One that cannot end holds up the cleaning for ever: the pool is waited for.
    # A worker that is only just started, no child of the run, still has the pool's command line.
    [pool] = [
        pid for pid in direct(process.pid) if command(pid).rstrip().endswith("beam.worker_pool")
    ]
    os.kill(pool, signal.SIGSTOP)
    press_ctrl_c(process)
    assert process.stderr is not None
    while "stopping" not in process.stderr.readline():
        pass
    time.sleep(0.5)
    assert process.poll() is None
    press_ctrl_c(process)
    process.communicate()
    assert process.returncode == 130
    os.kill(pool, signal.SIGCONT)
    until(lambda: ended(children))
    server.hold(None)
    finished(recipe, out)
    assert (out / "_SUCCESS").exists()


@pytest.mark.slow
def test_verifiers_in_work_are_not_interrupted_with_the_run_and_give_no_other_verdict(
    server: SumServer, tmp_path: Path
) -> None:
    recipe, out = recipe_for(server, tmp_path), tmp_path / "out"
    overrides = ("verify.steps=['math.arithmetic', 'math.identity']", "shards=8")
    finished(recipe, tmp_path / "whole", *overrides)
    # With two searches at a time the first shard is finished long before half of all is paid for.
    most = len(server.paid()) // 2
    server.forget()
    server.hold(most)
    sets = [word for each in (*overrides, "window=2") for word in ("--set", each)]
    process = start("run", str(recipe), "--output", str(out), *sets)
    wait_for(process, lambda: len(list(out.glob("searched/*.parquet"))) >= 1)
    children = descendants(process.pid)
    press_ctrl_c(process)
    process.communicate()
    assert process.returncode == 130
    until(lambda: ended(children))
    server.hold(None)
    finished(recipe, out, *overrides)
    assert digests(out) == digests(tmp_path / "whole")


def test_what_an_interrupt_was_made_into_is_one_again_and_says_what_is_left(
    capfd: pytest.CaptureFixture[str],
) -> None:
    def work() -> None:
        try:
            signal.raise_signal(signal.SIGINT)
        except KeyboardInterrupt as error:
            msg = "while running a stage"
            raise RuntimeError(msg) from error

    with default_interrupts(), pytest.raises(KeyboardInterrupt, match=r"^half of it$"):
        interrupted_in(work, "half of it")
    assert capfd.readouterr().err == "\nstepsmith: stopping; Ctrl-C again ends at once\n"


def test_other_errors_stay_what_they_are_and_the_handler_is_put_back() -> None:
    def work() -> None:
        msg = "another"
        raise RuntimeError(msg)

    with default_interrupts():
        with pytest.raises(RuntimeError, match="another"):
            interrupted_in(work)
        assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def interrupted_in(work: Callable[[], None], left: str = "") -> None:
    with interruptible(lambda: left):
        work()


def test_interrupts_that_are_ignored_stay_ignored() -> None:
    with interrupts(signal.SIG_IGN), interruptible(str):
        signal.raise_signal(signal.SIGINT)


def test_a_thread_leaves_the_handler_alone() -> None:
    seen: list[object] = []

    def look() -> None:
        with interruptible(str):
            seen.append(signal.getsignal(signal.SIGINT))

    with default_interrupts():
        thread = threading.Thread(target=look)
        thread.start()
        thread.join()
    assert seen == [signal.default_int_handler]


@contextlib.contextmanager
def interrupts(handler: "Callable[..., None] | signal.Handlers") -> Generator[None, None, None]:
    """Handle interrupts in this way for a while, whatever this process inherited."""
    before = signal.signal(signal.SIGINT, handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def default_interrupts() -> contextlib.AbstractContextManager[None]:
    return interrupts(signal.default_int_handler)
