"""What the host does when a guard is late, gone, confused or weaker; the guard here is a fake."""

import dataclasses
import os
import re
import signal
import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from stepsmith.sandboxes.contract import Execution, Message
from stepsmith.sandboxes.errors import SandboxError
from stepsmith.sandboxes.images import Image
from stepsmith.sandboxes.prefork.local import LocalLauncher
from stepsmith.sandboxes.prefork.sandbox import PreforkSandbox
from stepsmith.schemas.errors import UnknownNameError
from stepsmith.schemas.sandbox import Limits
from tests.prefork.fakes import IMPATIENCE, LIMITS, PATIENCE, fake_sandbox, play

ENOUGH = Limits(wall_s=120)


class Listener:
    """A conversation that notes what it is told, and answers by a fixed word."""

    def __init__(self, reply: bytes = b"", violation_at: int = 10**9) -> None:
        self.heard: list[tuple[int, bytes]] = []
        self.gone: list[int] = []
        self.starts = 1
        self.violation = ""
        self._reply = reply
        self._violation_at = violation_at

    def restart(self) -> None:
        self.starts += 1
        self.heard.clear()
        self.gone.clear()

    def begin(self) -> Sequence[Message]:
        return (Message(party=0, data=b"begin"),)

    def receive(self, party: int, data: bytes) -> Sequence[Message]:
        self.heard.append((party, data))
        if len(self.heard) == self._violation_at:
            self.violation = "enough"
            return (Message(party=party, last=True),)
        return (Message(party=party, data=self._reply),) if self._reply else ()

    def ended(self, party: int) -> Sequence[Message]:
        self.gone.append(party)
        return ()


@pytest.mark.parametrize(
    ("words", "why"),
    [
        ("os._exit(1)", "the guard is gone: its line is closed"),
        ("raise SystemError('broken')", "it said: .*SystemError: broken"),
        ("os.write(1, b'Traceback (most recent call last)')", "the guard sent a frame of"),
        ("guard.send('thought')", "what is no event"),
        ("guard.run += 1; guard.done()", "said out of turn"),
        ("guard.done(n=2)", "said out of turn"),
        ("guard.send('heard', run=1, party=1)", "said out of turn"),
        ("guard.send('ready', level='ns')", "said out of turn"),
        ("guard.done(stdout=5)", "0 bytes of output, and spoke of 5"),
        ("guard.done('sandbox_error', detail='no walls')", "no walls"),
    ],
)
def test_a_guard_that_fails_is_never_the_programs_fault(words: str, why: str) -> None:
    with fake_sandbox() as sandbox:
        result = play(sandbox, words)
        assert (result.outcome, result.attempts) == ("sandbox_error", 3)
        assert (result.exit_code, result.signal) == (None, None)
        assert re.search(why, result.detail, re.DOTALL), result.detail
        assert sandbox.guard_pids == ()
        assert play(sandbox, "guard.done(exit_code=0)").outcome == "exited"


def test_a_guard_that_is_late_is_never_the_programs_fault() -> None:
    with fake_sandbox(patience=IMPATIENCE) as sandbox:
        result = play(sandbox, "time.sleep(600)")
        assert (result.outcome, result.attempts) == ("sandbox_error", 3)
        assert (result.exit_code, result.signal) == (None, None)
        assert "did not end its run in time" in result.detail
        assert sandbox.guard_pids == ()
        next_one = Execution(id="e", source="guard.done(exit_code=0)", limits=ENOUGH)
        assert sandbox.run(next_one).outcome == "exited"


def test_what_failed_once_is_run_again_and_the_attempts_are_counted(tmp_path: Path) -> None:
    marker = tmp_path / "tried"
    words = (
        f"marker = {str(marker)!r}",
        "if os.path.exists(marker): guard.done(exit_code=4)",
        "else: open(marker, 'w').close(); os._exit(0)",
    )
    with fake_sandbox(slots=2) as sandbox:
        result = play(sandbox, *words)
        assert (result.outcome, result.exit_code, result.attempts) == ("exited", 4, 2)
        assert (result.backend, result.image) == ("fake", Image(name="fake").key)
        assert result.isolation.layers == ("none",)


def test_a_program_out_of_time_is_run_once_more_with_twice_the_time() -> None:
    words = (
        "wall_s = frame.header['parties'][0]['limits']['wall_s']",
        "guard.done('exited' if wall_s == 0.4 else 'timeout_wall', exit_code=0)",
    )
    with fake_sandbox() as sandbox:
        result = play(sandbox, *words)
        assert (result.outcome, result.attempts) == ("exited", 2)
        assert play(sandbox, "guard.done('timeout_wall')").attempts == 2
        assert play(sandbox, "guard.done('timeout_starved')").attempts == 3
        assert play(sandbox, "guard.done('timeout_cpu')").attempts == 1


def test_a_guard_is_kept_between_runs_and_replaced_after_its_number_of_them() -> None:
    patience = dataclasses.replace(PATIENCE, max_runs=2)
    with fake_sandbox(patience=patience) as sandbox:
        pids: list[int] = []
        for _ in range(5):
            assert play(sandbox, "guard.done(exit_code=0)").attempts == 1
            pids += sandbox.guard_pids
    assert len(pids) == 5
    assert (pids[0], pids[2]) == (pids[1], pids[3])
    assert len(set(pids)) == 3


def test_a_guard_that_died_while_it_was_idle_costs_no_attempt() -> None:
    with fake_sandbox() as sandbox:
        play(sandbox, "guard.done(exit_code=0)")
        [pid] = sandbox.guard_pids
        os.kill(pid, signal.SIGKILL)
        while Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z":
            pass
        result = play(sandbox, "guard.done(exit_code=0)")
        assert (result.outcome, result.attempts) == ("exited", 1)


def test_five_programs_in_a_row_that_fail_take_the_sandbox_down() -> None:
    with fake_sandbox() as sandbox:
        for _ in range(5):
            assert play(sandbox, "os._exit(1)").outcome == "sandbox_error"
        with pytest.raises(SandboxError, match="down: it failed 5 times in a row"):
            play(sandbox, "guard.done(exit_code=0)")


def test_one_program_that_fails_again_and_again_does_not() -> None:
    with fake_sandbox() as sandbox:
        for _ in range(8):
            assert play(sandbox, "os._exit(1)").outcome == "sandbox_error"
            assert play(sandbox, "guard.done(exit_code=0)").outcome == "exited"


def test_a_guard_that_never_starts_says_why_and_takes_the_sandbox_down() -> None:
    with fake_sandbox(warm=("raise SystemError('no numpy here')",)) as sandbox:
        with pytest.raises(SandboxError, match="no numpy here"):
            sandbox.capabilities()
        assert play(sandbox, "guard.done()").outcome == "sandbox_error"
        assert play(sandbox, "guard.done()").outcome == "sandbox_error"
        with pytest.raises(SandboxError, match=r"(?s)the last time because .*no numpy here"):
            play(sandbox, "guard.done()")


def test_a_guard_that_refuses_says_what_is_missing() -> None:
    refuse = "guard.send('refused', why='no landlock', missing=['landlock']); time.sleep(60)"
    with (
        fake_sandbox(warm=(refuse,)) as sandbox,
        pytest.raises(SandboxError, match=r"no landlock \(missing: landlock\)"),
    ):
        sandbox.capabilities()


def test_a_guard_that_comes_back_with_weaker_walls_runs_nothing(tmp_path: Path) -> None:
    marker = str(tmp_path / "started")
    warm = (
        (
            f"import os\nguard.layers = [] if os.path.exists({marker!r}) else ['seccomp']\n"
            f"open({marker!r}, 'w').close()"
        ),
    )
    with fake_sandbox(warm=warm) as sandbox:
        assert sandbox.capabilities().layers == ("seccomp",)
        assert play(sandbox, "guard.done(exit_code=0)").outcome == "exited"
        result = play(sandbox, "os._exit(0)")
        assert result.outcome == "sandbox_error"
        assert "came back weaker: unsafe, not unsafe, without seccomp" in result.detail


def test_neither_side_waits_for_the_other_to_read() -> None:
    piece, n = 2**16, 150
    words = (
        f"for _ in range({n}): guard.send('heard', b'x' * {piece}, run=guard.run, party=0)",
        f"heard = [guard.next() for _ in range({n} + 1)]",
        "text = str(sum(len(one.payload) for one in heard)).encode()",
        (
            "guard.send('done', text, run=guard.run, parties=["
            "{'outcome': 'exited', 'exit_code': 0, 'stdout': len(text)}])"
        ),
    )
    with fake_sandbox() as sandbox:
        talk = Listener(reply=b"y" * piece)
        execution = Execution(id="e", source="\n".join(words), limits=ENOUGH)
        [result] = sandbox.converse((execution,), talk)
        assert result.stdout == str(n * piece + len(b"begin")).encode()
        assert len(b"".join(data for _, data in talk.heard)) == n * piece
        assert talk.gone == [0]


def test_every_party_that_is_gone_is_told_of_once_even_if_the_guard_does_not() -> None:
    words = (
        "guard.send('closed', run=guard.run, party=1)",
        "guard.send('closed', run=guard.run, party=1)",
        "guard.done(n=2, exit_code=0)",
    )
    with fake_sandbox() as sandbox:
        talk = Listener()
        execution = Execution(id="e", source="\n".join(words))
        sandbox.converse((execution, execution), talk)
        assert talk.gone == [1, 0]


def test_after_a_violation_all_are_stopped_and_nothing_more_is_heard() -> None:
    words = (
        "for word in (b'1', b'2', b'3'): guard.send('heard', word, run=guard.run, party=1)",
        "said = [guard.next().header for _ in range(3)]",
        "assert said[0]['kind'] == 'say' and not said[0]['last'], said",
        "assert said[1] == {'kind': 'say', 'run': guard.run, 'party': 1, 'last': True}, said",
        "assert said[2] == {'kind': 'stop', 'run': guard.run, 'ending': 'protocol_violation'}",
        "guard.done('protocol_violation', n=2)",
    )
    with fake_sandbox() as sandbox:
        talk = Listener(violation_at=2)
        execution = Execution(id="e", source="\n".join(words), limits=ENOUGH)
        results = sandbox.converse((execution, execution), talk)
        assert [one.outcome for one in results] == ["protocol_violation"] * 2
        assert (talk.heard, talk.gone) == ([(1, b"1"), (1, b"2")], [])


def test_a_conversation_is_restarted_before_each_further_attempt() -> None:
    words = "guard.send('heard', b'x', run=guard.run, party=0); guard.done('sandbox_error')"
    with fake_sandbox() as sandbox:
        talk = Listener()
        sandbox.converse((Execution(id="e", source=words),), talk)
        assert (talk.starts, talk.heard, talk.gone) == (3, [(0, b"x")], [0])


class Interrupted(Listener):
    def begin(self) -> Sequence[Message]:
        raise KeyboardInterrupt


class Mistaken(Listener):
    def begin(self) -> Sequence[Message]:
        return (Message(party=1, data=b"?"),)


def test_a_word_for_a_party_that_there_is_not_is_the_callers_mistake() -> None:
    with fake_sandbox() as sandbox, pytest.raises(ValueError, match="a message for party 1 of 1"):
        sandbox.converse((Execution(id="e", source="guard.done()"),), Mistaken())


def test_an_interrupted_run_leaves_no_guard_that_speaks_of_it() -> None:
    with fake_sandbox() as sandbox:
        with pytest.raises(KeyboardInterrupt):
            sandbox.converse((Execution(id="e", source="guard.done()"),), Interrupted())
        assert sandbox.guard_pids == ()
        assert play(sandbox, "guard.done(exit_code=0)").attempts == 1


def test_threads_share_the_slots_and_get_their_own_results() -> None:
    words = (
        "guard.send('done', b'{}', run=guard.run, parties=["
        "{{'outcome': 'exited', 'exit_code': 0, 'stdout': {}}}])"
    )
    texts = [str(number) for number in range(60)]
    with fake_sandbox(slots=2) as sandbox, ThreadPoolExecutor(6) as threads:
        sources = [words.format(text, len(text)) for text in texts]
        results = list(threads.map(lambda source: play(sandbox, source), sources))
        assert [one.stdout.decode() for one in results] == texts
        assert len(sandbox.guard_pids) == 2


@pytest.mark.parametrize(
    ("executions", "message"),
    [
        ((), "0 programs; allowed: 1 to 2"),
        ((Execution(id="a", source=""),) * 3, "3 programs"),
        (
            (Execution(id="a", source=""), Execution(id="b", source="", image="fake")),
            "the same image",
        ),
    ],
)
def test_a_conversation_that_cannot_be_held_is_the_callers_mistake(
    executions: tuple[Execution, ...], message: str
) -> None:
    with fake_sandbox() as sandbox, pytest.raises(ValueError, match=message):
        sandbox.converse(executions, Listener())


def test_an_image_that_there_is_not_is_the_callers_mistake() -> None:
    with (
        fake_sandbox() as sandbox,
        pytest.raises(
            UnknownNameError, match="no image 'fakes' in this sandbox; did you mean 'fake'"
        ),
    ):
        sandbox.run(Execution(id="e", source="", image="fakes"))


def test_a_closed_sandbox_has_no_process_and_runs_nothing() -> None:
    with fake_sandbox() as sandbox:
        play(sandbox, "guard.done(exit_code=0)")
        [pid] = sandbox.guard_pids
        sandbox.close()
        assert not Path(f"/proc/{pid}").exists()
        with pytest.raises(SandboxError, match="closed"):
            play(sandbox, "guard.done()")
        sandbox.close()


def test_closing_ends_what_runs_and_labels_it_nothing(tmp_path: Path) -> None:
    marker = tmp_path / "running"
    with fake_sandbox() as sandbox, ThreadPoolExecutor(1) as threads:
        words = f"open({str(marker)!r}, 'w').close(); time.sleep(600)"
        execution = Execution(id="e", source=words, limits=Limits(wall_s=600))
        running = threads.submit(sandbox.run, execution)
        while not marker.exists():
            pass
        [pid] = sandbox.guard_pids
        sandbox.close()
        with pytest.raises(SandboxError, match="closed"):
            running.result(120)
        assert not Path(f"/proc/{pid}").exists()


def test_a_forked_process_can_neither_use_nor_close_its_parents_sandbox() -> None:
    with fake_sandbox() as sandbox:
        play(sandbox, "guard.done(exit_code=0)")
        child = os.fork()
        if child == 0:
            status = 1
            try:
                play(sandbox, "guard.done(exit_code=0)")
            except SandboxError as error:
                status = 0 if "belongs to the process" in str(error) else 2
            finally:
                sandbox.close()
                os._exit(status)
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
        assert play(sandbox, "guard.done(exit_code=0)").attempts == 1


def test_a_program_that_is_no_guard_is_named_as_the_reason(tmp_path: Path) -> None:
    sandbox = PreforkSandbox(
        LocalLauncher("unsafe", program=str(tmp_path / "missing.pyz")),
        {"fake": Image(name="fake")},
        slots=1,
        limits=LIMITS,
        backend="fake",
        patience=PATIENCE,
    )
    try:
        with pytest.raises(SandboxError, match="No such file"):
            sandbox.capabilities()
    finally:
        sandbox.close()


def test_what_runs_off_the_main_thread_runs_as_well() -> None:
    with fake_sandbox() as sandbox:
        outcomes: list[str] = []
        thread = threading.Thread(
            target=lambda: outcomes.append(play(sandbox, "guard.done(exit_code=0)").outcome)
        )
        thread.start()
        thread.join()
        assert outcomes == ["exited"]
        assert play(sandbox, "guard.done(exit_code=0)").attempts == 1
