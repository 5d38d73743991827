import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stepsmith.sandboxes.guard.frames import (
    MAX_FRAME_BYTES,
    Frame,
    FrameError,
    Unpacker,
    pack,
)

HEADERS = st.dictionaries(st.text(max_size=5), st.integers() | st.text(max_size=5), max_size=3)


@given(st.lists(st.tuples(HEADERS, st.binary(max_size=50)), max_size=4), st.integers(1, 20))
def test_frames_come_out_as_they_went_in_whatever_the_pieces(
    sent: list[tuple[dict[str, object], bytes]], size: int
) -> None:
    stream = b"".join(pack(header, payload) for header, payload in sent)
    unpacker = Unpacker()
    pieces = [stream[start : start + size] for start in range(0, len(stream), size)]
    received = [frame for piece in pieces for frame in unpacker.feed(piece)]
    assert received == [Frame(header, payload) for header, payload in sent]


def test_a_frame_is_two_lengths_a_header_and_bytes() -> None:
    assert pack({"kind": "say"}, b"hi") == struct.pack(">II", 4 + 14 + 2, 14) + b'{"kind":"say"}hi'


def test_nothing_is_returned_before_a_frame_is_whole() -> None:
    unpacker = Unpacker()
    whole = pack({"kind": "say"}, b"hi")
    assert unpacker.feed(whole[:-1]) == []
    assert unpacker.feed(whole[-1:]) == [Frame({"kind": "say"}, b"hi")]


@pytest.mark.parametrize(
    ("stream", "why"),
    [
        (struct.pack(">II", MAX_FRAME_BYTES + 1, 2), "268435457 bytes"),
        (struct.pack(">II", 6, 3) + b"{}", "header of 3"),
        (struct.pack(">II", 2, 0), "2 bytes"),
        (struct.pack(">II", 6, 2) + b"{]", "not JSON"),
        (struct.pack(">II", 6, 2) + b"\xff\xff", "not JSON"),
        (struct.pack(">II", 6, 2) + b"[]", "not an object"),
        (struct.pack(">II", 4 + 10**5, 10**5) + b"[" * 10**5, "not JSON"),
    ],
)
def test_what_is_no_frame_is_refused(stream: bytes, why: str) -> None:
    with pytest.raises(FrameError, match=why):
        Unpacker().feed(stream)


def test_a_frame_too_long_to_be_read_is_not_written() -> None:
    with pytest.raises(FrameError, match="the most is"):
        pack({}, bytes(MAX_FRAME_BYTES))
