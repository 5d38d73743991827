import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stepsmith.sandboxes.contract import Answer, Call, Conversation, Message
from stepsmith.sandboxes.interview import UNASKED, Interview, identities, question, read_answer

CALLS = (
    Call(function="solve", arguments='["t",[]]'),
    Call(function="solve", arguments='["t",[null]]', wanted="arguments"),
)
CLOSED = (Message(party=0, last=True),)


def interview(calls: tuple[Call, ...] = CALLS) -> Interview:
    return Interview(calls, (f"q{index}" for index in itertools.count()))


def test_the_names_of_questions_do_not_repeat() -> None:
    names = identities()
    assert len({next(names) for _ in range(1000)}) == 1000


def test_a_question_is_one_line_that_says_what_is_wanted() -> None:
    assert question("a1", CALLS[0]) == b'a1 value solve ["t",[]]\n'
    assert question("a1", CALLS[1]) == b'a1 arguments solve ["t",[null]]\n'


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (b"a1 value null", Answer(status="value", payload="null")),
        (b'a1 opaque "Fraction"', Answer(status="opaque", payload='"Fraction"')),
        (b"a1 value a b  c", Answer(status="value", payload="a b  c")),
        (b"a2 value null", UNASKED),
        (b"", UNASKED),
        (b"a1", "an answer of no known form"),
        (b"a1 value ", "an answer of no known form"),
        (b"a1 verdict pass", "an answer of no known form"),
        (b"a1 value \xff", "an answer that is not ASCII"),
    ],
)
def test_an_answer_is_read_or_refused_with_the_reason(line: bytes, expected: Answer | str) -> None:
    assert read_answer(line, "a1") == expected


def test_the_next_question_is_asked_only_when_the_last_is_answered() -> None:
    talk = interview()
    assert talk.begin() == (Message(party=0, data=question("q0", CALLS[0])),)
    assert talk.receive(0, b"q0 value") == ()
    assert talk.receive(0, b" null\n") == (Message(party=0, data=question("q1", CALLS[1])),)
    assert talk.receive(0, b"q1 raised x\n") == CLOSED
    assert talk.ended(0) == ()
    assert talk.violation == ""
    assert talk.answers == (
        Answer(status="value", payload="null"),
        Answer(status="raised", payload="x"),
    )


def test_no_calls_close_the_questions_at_once() -> None:
    assert interview(()).begin() == CLOSED


def test_a_program_that_can_answer_no_more_is_asked_no_more() -> None:
    talk = interview()
    talk.begin()
    talk.receive(0, b"q0 value null\n")
    talk.receive(0, b"q1 val")
    assert talk.ended(0) == CLOSED
    assert len(talk.answers) == 1
    assert talk.violation == ""


@pytest.mark.parametrize(
    "said",
    [
        [b"q0 value null\nq1 value null\n"],
        [b"q1 value null\n"],
        [b"q0 value null\n", b"q0 value null\n"],
        [b"q0 value null\n", b"q1 value null\n", b"!"],
        [b"\n"],
    ],
)
def test_anything_unasked_is_a_violation_and_ends_the_questions(
    said: list[bytes],
) -> None:
    talk = interview()
    talk.begin()
    replies = [talk.receive(0, data) for data in said]
    assert replies[-1] == CLOSED
    assert talk.violation == UNASKED
    assert talk.receive(0, b"q0 value null\n") == ()


def test_an_interview_is_a_conversation() -> None:
    talk: Conversation = interview()
    assert talk.violation == ""


@given(st.lists(st.binary(max_size=30), max_size=10))
def test_no_bytes_make_an_interview_raise_or_answer_for_another(pieces: list[bytes]) -> None:
    talk = interview()
    talk.begin()
    for piece in pieces:
        talk.receive(0, piece)
    assert len(talk.answers) <= len(CALLS)


@given(st.lists(st.integers(1, 5), max_size=20))
def test_where_the_pieces_are_cut_changes_nothing(cuts: list[int]) -> None:
    talk = interview(CALLS[:1])
    talk.begin()
    line = b'q0 value ["i","2a"]\n'
    for cut in cuts:
        talk.receive(0, line[:cut])
        line = line[cut:]
    if line:
        talk.receive(0, line)
    assert talk.answers == (Answer(status="value", payload='["i","2a"]'),)


def test_a_restarted_interview_asks_all_again_under_new_names() -> None:
    talk = interview(CALLS[:1])
    talk.begin()
    assert talk.receive(0, b"nonsense\n") == CLOSED
    talk.restart()
    assert (talk.violation, talk.answers) == ("", ())
    assert talk.begin() == (Message(party=0, data=question("q1", CALLS[0])),)
    assert talk.receive(0, b"q1 value null\n") == CLOSED
    assert talk.answers == (Answer(status="value", payload="null"),)
