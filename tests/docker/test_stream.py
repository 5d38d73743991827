import contextlib
import select
import socket
import struct
import threading
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stepsmith.sandboxes.docker.stream import Demultiplexer, DockerStream, as_socket
from stepsmith.sandboxes.errors import SandboxError

OUTPUT, ERRORS = 1, 2

PIECES = st.lists(st.tuples(st.sampled_from([OUTPUT, ERRORS]), st.binary(max_size=40)), max_size=8)


def framed(kind: int, data: bytes) -> bytes:
    return struct.pack(">BxxxI", kind, len(data)) + data


@given(pieces=PIECES, cuts=st.lists(st.integers(1, 12), min_size=1))
def test_output_and_errors_are_told_apart_however_the_stream_is_cut(
    pieces: list[tuple[int, bytes]], cuts: list[int]
) -> None:
    stream = b"".join(framed(kind, data) for kind, data in pieces)
    parts = Demultiplexer()
    output = bytearray()
    at = 0
    while at < len(stream):
        for cut in cuts:
            output += parts.feed(stream[at : at + cut])
            at += cut
    assert bytes(output) == b"".join(data for kind, data in pieces if kind == OUTPUT)
    assert bytes(parts.errors) == b"".join(data for kind, data in pieces if kind == ERRORS)


@given(data=st.binary(max_size=200))
def test_what_has_come_of_a_piece_is_given_at_once(data: bytes) -> None:
    parts = Demultiplexer()
    got = [parts.feed(framed(OUTPUT, data)[at : at + 1]) for at in range(8 + len(data))]
    assert got == [b""] * 8 + [bytes([byte]) for byte in data]


def test_only_the_end_of_the_errors_is_kept() -> None:
    parts = Demultiplexer()
    for number in range(1000):
        assert parts.feed(framed(ERRORS, b"%09d\n" % number)) == b""
    assert len(parts.errors) == 4096
    assert parts.errors.endswith(b"000000998\n000000999\n")


def test_a_frame_of_no_known_kind_is_refused() -> None:
    with pytest.raises(ValueError, match="kind 72"):
        Demultiplexer().feed(b"HTTP/1.1 500 Internal Server Error")


@pytest.fixture
def line() -> Iterator[tuple[DockerStream, socket.socket, list[str]]]:
    ours, theirs = socket.socketpair()
    ended: list[str] = []
    with contextlib.closing(theirs):
        stream = DockerStream(ours, lambda: ended.append("removed"))
        yield stream, theirs, ended
        stream.kill()


Line = tuple[DockerStream, socket.socket, list[str]]


def test_the_line_carries_bytes_both_ways(line: Line) -> None:
    stream, theirs, _ = line
    stream.send(b"a question")
    assert theirs.recv(100) == b"a question"
    theirs.sendall(
        framed(ERRORS, b"a warning") + framed(OUTPUT, b"an ") + framed(OUTPUT, b"answer")
    )
    assert stream.receive() == b"an answer"
    assert stream.last_words() == "a warning"


def test_nothing_is_kept_back_that_polling_would_not_tell_of(line: Line) -> None:
    stream, theirs, _ = line
    theirs.sendall(framed(OUTPUT, b"whole") + framed(OUTPUT, b"half of it")[:12])
    assert stream.receive() == b"wholehalf"
    assert select.select([stream], [], [], 0)[0] == []
    theirs.sendall(b" of it")
    assert select.select([stream], [], [], 0)[0] == [stream]
    assert stream.receive() == b" of it"


def test_a_line_that_ends_gives_nothing_more(line: Line) -> None:
    stream, theirs, _ = line
    theirs.sendall(framed(OUTPUT, b"last"))
    theirs.shutdown(socket.SHUT_WR)
    assert [stream.receive(), stream.receive(), stream.receive()] == [b"last", b"", b""]


def test_a_line_with_nonsense_on_it_counts_as_ended(line: Line) -> None:
    stream, theirs, _ = line
    theirs.sendall(b"nonsense of more than eight bytes")
    assert stream.receive() == b""


def test_a_line_that_broke_raises_where_one_writes(line: Line) -> None:
    stream, theirs, _ = line
    theirs.close()
    with pytest.raises(OSError, match="Broken pipe"):
        stream.send(b"anyone there?")


def test_the_line_is_closed_before_the_container_is_removed() -> None:
    ours, theirs = socket.socketpair()
    heard: list[bytes] = []
    with contextlib.closing(theirs):
        stream = DockerStream(ours, lambda: heard.append(theirs.recv(1)))
        stream.kill()
        assert heard == [b""]
        stream.kill()
        assert heard == [b""]


def test_killing_wakes_nobody_twice_and_leaves_no_descriptor(line: Line) -> None:
    stream, _, ended = line
    number = stream.fileno()
    stream.kill()
    stream.kill()
    assert ended == ["removed"]
    with pytest.raises(OSError, match="Bad file descriptor"):
        socket.socket(fileno=number)


def test_a_removal_that_fails_is_left_to_the_janitor() -> None:
    def fail() -> None:
        msg = "no answer"
        raise SandboxError(msg)

    ours, theirs = socket.socketpair()
    with contextlib.closing(theirs):
        DockerStream(ours, fail).kill()


def test_a_reader_in_another_thread_ends_when_the_line_is_killed(line: Line) -> None:
    stream, _, _ = line
    got: list[bytes] = []
    reader = threading.Thread(target=lambda: got.append(stream.receive()))
    reader.start()
    stream.kill()
    reader.join(120)
    assert got == [b""]


def test_a_connection_that_the_client_wraps_is_taken_over_and_left_to_nobody_else() -> None:
    ours, theirs = socket.socketpair()
    with contextlib.closing(theirs), ours.makefile("rb", buffering=0) as wrapped:
        line = as_socket(wrapped)
        with line:
            assert line.fileno() != -1
            assert ours.fileno() == -1
            theirs.sendall(b"hello")
            assert line.recv(100) == b"hello"
