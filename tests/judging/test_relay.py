import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stepsmith.sandboxes.contract import Conversation, Message
from stepsmith.sandboxes.interview import UNASKED
from stepsmith.transforms.judging.codec import encode
from stepsmith.transforms.judging.relay import CANDIDATE, TESTS, Relay, exception_of

ARGUMENTS = encode(((1,), {}))
TWO = encode(2)
STOP = (Message(party=CANDIDATE, last=True), Message(party=TESTS, last=True))
PASSED = b"1 report - " + encode({"kind": "passed"}).encode() + b"\n"


def relay() -> Relay:
    return Relay(["f", "g"], (f"q{index}" for index in itertools.count()))


def call(number: int, function: str = "f", arguments: str = ARGUMENTS) -> bytes:
    return f"{number} value {function} {arguments}\n".encode()


def asked() -> Relay:
    talk = relay()
    talk.begin()
    talk.receive(TESTS, call(1))
    return talk


def test_a_call_becomes_a_question_and_its_answer_a_reply() -> None:
    talk = relay()
    assert talk.begin() == ()
    question = f"q0 value f {ARGUMENTS}\n".encode()
    assert talk.receive(TESTS, call(1)) == (Message(party=CANDIDATE, data=question),)
    assert talk.turn == "candidate"
    reply = f"1 value {TWO}\n".encode()
    assert talk.receive(CANDIDATE, f"q0 value {TWO}\n".encode()) == (
        Message(party=TESTS, data=reply),
    )
    assert (talk.turn, talk.exchanges, talk.violation) == ("tests", 1, "")
    assert talk.last is not None
    assert talk.last.answer is not None
    assert talk.last.answer.payload == TWO


def test_a_report_ends_the_conversation_for_both() -> None:
    talk = relay()
    assert talk.receive(TESTS, PASSED) == STOP
    assert talk.report == {"kind": "passed"}
    assert talk.ended(CANDIDATE) == talk.ended(TESTS) == ()
    assert (talk.left, talk.violation) == (None, "")


def test_an_answer_that_its_tests_did_not_live_to_read_is_no_violation() -> None:
    talk = asked()
    assert talk.ended(TESTS) == STOP
    assert talk.receive(CANDIDATE, f"q0 value {TWO}\n".encode()) == ()
    assert (talk.left, talk.violation) == ("tests", "")


def test_who_was_asked_nothing_may_not_speak_after_the_end_of_its_tests() -> None:
    talk = relay()
    talk.ended(TESTS)
    talk.receive(CANDIDATE, f"q0 value {TWO}\n".encode())
    assert (talk.violation, talk.violator) == (UNASKED, "candidate")


def test_an_exception_is_passed_on_as_two_words() -> None:
    payload = encode(("ValueError", "no"))
    [reply] = asked().receive(CANDIDATE, f"q0 raised {payload}\n".encode())
    assert reply.data == f"1 raised {payload}\n".encode()


def test_the_arguments_come_with_the_value_where_the_tests_want_them() -> None:
    for payload, violation in [
        (encode((None, (1,))), ""),
        (encode(None), "an answer without the arguments"),
        (encode((None, [1])), "an answer without the arguments"),
    ]:
        talk = relay()
        [question] = talk.receive(TESTS, f"1 arguments f {ARGUMENTS}\n".encode())
        assert question.data == f"q0 arguments f {ARGUMENTS}\n".encode()
        talk.receive(CANDIDATE, f"q0 value {payload}\n".encode())
        assert talk.violation == violation


def test_an_opaque_answer_stops_both_and_is_no_violation() -> None:
    talk = asked()
    assert talk.receive(CANDIDATE, b'q0 opaque "Fraction"\n') == STOP
    assert (talk.opaque, talk.violation) == ("Fraction", "")
    assert talk.receive(TESTS, call(2)) == ()


@pytest.mark.parametrize(
    "line",
    [
        b"q1 value null\n",
        b"q0 value null\nq1 value null\n",
        b"q0 verdict pass\n",
        b"q0 value [1]\n",
        b'q0 value ["i","0x1"]\n',
        b'q0 raised "ValueError"\n',
        b'q0 raised ["l","ValueError","no"]\n',
        b"q0 opaque nothing\n",
        b"\xff\n",
        PASSED,
    ],
)
def test_a_candidate_that_says_anything_else_violates_the_protocol(line: bytes) -> None:
    talk = asked()
    assert talk.receive(CANDIDATE, line) == STOP
    assert talk.violation
    assert talk.violator == "candidate"
    assert talk.receive(TESTS, PASSED) == ()
    assert talk.report is None


def test_a_candidate_that_speaks_unasked_violates_the_protocol_even_after_the_report() -> None:
    early, late = relay(), relay()
    early.receive(CANDIDATE, b"x")
    late.receive(TESTS, PASSED)
    late.receive(CANDIDATE, b"q0 value null\n")
    for talk in (early, late):
        assert (talk.violation, talk.violator) == (UNASKED, "candidate")


@pytest.mark.parametrize(
    "line",
    [
        b"hello\n",
        call(2),
        call(1, "h"),
        call(1, "f", "null"),
        call(1, "f", encode((1, {}))),
        call(1, "f", encode(((), {1: 2}))),
        call(1, "f", "[1]"),
        b"1 shout f null\n",
        b"1 report - null\n",
        b"1 report - [1]\n",
        b"1 report - " + encode({"kind": 1}).encode() + b"\n",
        b"1 report - " + encode({"type": "x"}).encode() + b"\n",
        call(1) + call(2),
    ],
)
def test_tests_that_break_the_protocol_are_the_ones_to_blame(line: bytes) -> None:
    talk = relay()
    assert talk.receive(TESTS, line) == STOP
    assert talk.violation
    assert talk.violator == "tests"


def test_the_one_who_left_is_known() -> None:
    talk = asked()
    assert talk.ended(CANDIDATE) == STOP
    assert talk.left == "candidate"
    assert talk.receive(TESTS, call(2)) == ()
    assert talk.ended(TESTS) == ()
    assert (talk.left, talk.violation) == ("candidate", "")


def test_a_relay_is_a_conversation() -> None:
    talk: Conversation = relay()
    assert talk.violation == ""


@pytest.mark.parametrize(
    ("value", "exception"),
    [
        (("ValueError", ""), ("ValueError", "")),
        (["ValueError", ""], None),
        (("ValueError",), None),
        (("ValueError", None), None),
        ("ab", None),
        (None, None),
    ],
)
def test_an_exception_is_a_tuple_of_two_texts(
    value: object, exception: tuple[str, str] | None
) -> None:
    assert exception_of(value) == exception


LINES = st.sampled_from(
    [call(1), call(2), PASSED, b"q0 value null\n", b"q1 value null\n", b"q0 ", b"\n", b"\xff"]
)


@given(st.lists(st.tuples(st.sampled_from([CANDIDATE, TESTS]), LINES | st.binary(max_size=9))))
def test_no_bytes_from_anyone_raise_or_forge_a_report(said: list[tuple[int, bytes]]) -> None:
    talk = relay()
    by_tests = b""
    for party, data in said:
        talk.receive(party, data)
        by_tests += data if party == TESTS else b""
    if talk.report is not None:
        assert b"report" in by_tests


@given(st.data())
def test_a_candidate_alone_can_never_bring_about_a_report(data: st.DataObject) -> None:
    talk = asked()
    for line in data.draw(st.lists(LINES | st.binary(max_size=9), max_size=6)):
        talk.receive(CANDIDATE, line)
    assert talk.report is None


def test_a_restarted_relay_waits_for_the_first_call_again() -> None:
    talk = asked()
    assert talk.receive(TESTS, b"x\n") == STOP
    talk.restart()
    assert (talk.violation, talk.violator, talk.exchanges, talk.last) == ("", None, 0, None)
    [question] = talk.receive(TESTS, call(1))
    assert question.data == f"q1 value f {ARGUMENTS}\n".encode()
