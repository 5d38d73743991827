"""What is said to a program and what it says back, in whatever order and amount."""

import pytest

from tests.guard.line import Line

ECHO = "import os\nwhile data := os.read(3, 65536): os.write(4, data.upper())"


def heard(line: Line) -> tuple[list[str], dict[int, bytes], list[tuple[str, int]]]:
    """Finish a run; return the outcomes, what each party said, and the order of its frames."""
    ends, frames = line.finish()
    said: dict[int, bytes] = {}
    for frame in frames:
        party = frame.header["party"]
        said[party] = said.get(party, b"") + frame.payload
    order = [(frame.header["kind"], frame.header["party"]) for frame in frames]
    return [end.outcome for end in ends], said, order


def test_questions_go_in_and_answers_come_out_before_the_end(any_line: Line) -> None:
    any_line.start(ECHO, talks=True)
    for word in (b"one", b"two"):
        any_line.say(word)
        frame = any_line.receive()
        assert (frame.header["kind"], frame.payload) == ("heard", word.upper())
    any_line.say(last=True)
    assert heard(any_line) == (["exited"], {0: b""}, [("closed", 0)])


def test_two_parties_are_told_apart(any_line: Line) -> None:
    any_line.start(ECHO, ECHO.replace("upper", "lower"), talks=True)
    any_line.say(b"Left", party=0, last=True)
    any_line.say(b"Right", party=1, last=True)
    outcomes, said, order = heard(any_line)
    assert (outcomes, said) == (["exited", "exited"], {0: b"LEFT", 1: b"right"})
    assert sorted(order) == [("closed", 0), ("closed", 1), ("heard", 0), ("heard", 1)]


def test_a_long_question_comes_through_whole(any_line: Line) -> None:
    any_line.start(ECHO, talks=True, answer_bytes=2**22)
    text = b"x" * 1_000_000
    any_line.say(text, last=True)
    outcomes, said, _ = heard(any_line)
    assert (outcomes, said) == (["exited"], {0: text.upper()})


def test_a_party_that_does_not_read_holds_up_nobody(any_line: Line) -> None:
    any_line.start("import time; time.sleep(300)", ECHO, talks=True, wall_s=300.0)
    any_line.say(b"x" * 1_000_000, party=0)
    any_line.say(b"quick", party=1)
    frame = any_line.receive()
    assert (frame.header["party"], frame.payload) == (1, b"QUICK")
    any_line.send({"kind": "stop", "run": any_line.n_runs, "ending": "protocol_violation"})
    assert heard(any_line)[0] == ["protocol_violation"] * 2


def test_answers_over_their_limit_end_the_program_there(any_line: Line) -> None:
    any_line.start("import os\nwhile True: os.write(4, b'x' * 1000)", talks=True, answer_bytes=5000)
    ends, frames = any_line.finish()
    assert (ends[0].outcome, ends[0].header["truncated"]) == ("answer_limit", True)
    assert b"".join(frame.payload for frame in frames) == b"x" * 5000
    assert frames[-1].header["kind"] == "closed"


def test_what_was_said_just_before_the_end_is_heard_before_it(any_line: Line) -> None:
    any_line.start("import os\nos.write(4, b'last words')\nos._exit(3)", talks=True)
    assert heard(any_line) == (["exited"], {0: b"last words"}, [("heard", 0), ("closed", 0)])


def test_answers_closed_early_are_told_at_once(any_line: Line) -> None:
    any_line.start("import os\nos.close(4)\nos.read(3, 1)", talks=True)
    assert any_line.receive().header["kind"] == "closed"
    any_line.say(last=True)
    assert heard(any_line) == (["exited"], {}, [])


def test_questions_to_who_reads_none_are_dropped(any_line: Line) -> None:
    any_line.start("import os\nos.close(3)\nos.write(4, b'closed')\nos.read(0, 1)", talks=True)
    assert any_line.receive().payload == b"closed"
    any_line.say(b"x" * 200_000)
    any_line.say(b"more", last=True)
    outcomes, _, _ = heard(any_line)
    assert outcomes == ["exited"]


def test_a_party_that_a_limit_stopped_is_gone_for_the_others(any_line: Line) -> None:
    any_line.start("while True: pass", ECHO, talks=True, cpu_s=0.2)
    frame = any_line.receive()
    assert (frame.header["kind"], frame.header["party"]) == ("closed", 0)
    any_line.say(b"still here", party=1, last=True)
    outcomes, said, _ = heard(any_line)
    assert (outcomes, said) == (["timeout_cpu", "exited"], {1: b"STILL HERE"})


def test_stop_ends_all_with_the_given_ending(any_line: Line) -> None:
    any_line.start(ECHO, "import time; time.sleep(60)", talks=True)
    any_line.send({"kind": "stop", "run": any_line.n_runs, "ending": "protocol_violation"})
    outcomes, _, _ = heard(any_line)
    assert outcomes == ["protocol_violation"] * 2


def test_words_about_a_run_that_is_over_are_for_nobody(any_line: Line) -> None:
    any_line.start("pass", talks=True)
    any_line.finish()
    any_line.say(b"late")
    any_line.send({"kind": "stop", "run": any_line.n_runs, "ending": "protocol_violation"})
    any_line.start(ECHO, talks=True)
    any_line.say(b"new", last=True)
    assert heard(any_line)[:2] == (["exited"], {0: b"NEW"})


@pytest.mark.parametrize("n_parties", [1, 2])
def test_a_program_that_is_not_talked_to_has_no_such_pipes(any_line: Line, n_parties: int) -> None:
    source = (
        "import os\n"
        "for number in (3, 4, 5, 6, 10, 11):\n"
        "    try: os.fstat(number); print(number)\n"
        "    except OSError: pass\n"
    )
    any_line.start(*[source] * n_parties)
    ends, _ = any_line.finish()
    assert [end.stdout for end in ends] == [b""] * n_parties


def test_one_party_finds_nothing_of_the_other_in_its_memory(walled_line: Line) -> None:
    hidden = "needle" + "inthehaystack"
    search = (
        "import ctypes, gc, sys\n"
        "wanted = 'needle' + 'inthe'\n"
        "seen = [o for o in gc.get_objects() if isinstance(o, (str, bytes, dict, list, tuple))]\n"
        "frame, texts = sys._getframe(), []\n"
        "while frame:\n"
        "    texts.append(str(frame.f_locals) + str(frame.f_globals))\n"
        "    frame = frame.f_back\n"
        "print(any(wanted + 'hay' in str(o) for o in seen) or wanted + 'hay' in str(texts))"
    )
    for sources in ((search, f"x = '{hidden}'"), (f"x = '{hidden}'", search)):
        walled_line.start(*sources)
        ends, _ = walled_line.finish()
        assert b"False\n" in {end.stdout for end in ends}
