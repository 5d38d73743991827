import pytest
from hypothesis import given
from hypothesis import strategies as st

from stepsmith.sandboxes.artifacts import Collected, Collection
from stepsmith.sandboxes.artifacts import Refused as Refusal
from stepsmith.sandboxes.guard import frames
from stepsmith.sandboxes.prefork.wire import (
    Closed,
    Done,
    GuardError,
    Heard,
    Incoming,
    Party,
    PartyEnd,
    Ready,
    Refused,
    Run,
    Say,
    Stop,
    left_behind,
    outputs,
    pack,
)
from stepsmith.schemas.sandbox import Limits

PARTY = Party(seed=7, talks=True, limits=Limits(), source=2, stdin=1, files=(("a", 3),))


def header_of(frame: bytes) -> frames.Frame:
    [read] = frames.Unpacker().feed(frame)
    return read


def test_a_run_says_all_that_the_guard_must_know() -> None:
    header, payload = header_of(pack(Run(run=3, parties=(PARTY,)), [b"xy", b"i", b"abc"]))
    assert payload == b"xyiabc"
    assert header == {
        "kind": "run",
        "run": 3,
        "parties": [
            {
                "seed": 7,
                "talks": True,
                "limits": {
                    "wall_s": 10.0,
                    "cpu_s": 5.0,
                    "memory_bytes": 2**29,
                    "output_bytes": 2**20,
                    "answer_bytes": 2**22,
                    "disk_bytes": 2**24,
                    "processes": 1,
                },
                "source": 2,
                "stdin": 1,
                "files": [["a", 3]],
                "stages": None,
                "address_space": True,
                "collect": False,
            }
        ],
    }


def test_the_other_orders_are_named_by_their_kind() -> None:
    say = header_of(pack(Say(run=1, party=1, last=True), [b"?"]))
    assert say == ({"kind": "say", "run": 1, "party": 1, "last": True}, b"?")
    stop = header_of(pack(Stop(run=1, ending="protocol_violation")))
    assert stop.header == {"kind": "stop", "run": 1, "ending": "protocol_violation"}


def test_an_order_that_is_too_long_for_a_frame_is_an_error_of_ours(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(frames, "MAX_FRAME_BYTES", 100)
    with pytest.raises(GuardError, match="bytes"):
        pack(Say(run=1, party=0, last=False), [b"x" * 100])


EVENTS = [
    (Ready(level="ns", layers=("landlock",), kernel="6.1", landlock_abi=4, python="3.11.7"), b""),
    (Refused(why="no landlock", level="uid", missing=("landlock",)), b""),
    (Heard(run=1, party=0), b"answer\n"),
    (Closed(run=1, party=1), b""),
    (Done(run=1, parties=(PartyEnd(outcome="exited", exit_code=0, stdout=2),)), b"hi"),
]


@given(st.lists(st.integers(1, 90), max_size=20))
def test_events_are_the_same_wherever_the_bytes_are_cut(cuts: list[int]) -> None:
    import msgspec

    stream = b"".join(frames.pack(msgspec.to_builtins(event), data) for event, data in EVENTS)
    incoming = Incoming()
    found: list[object] = []
    for cut in [*cuts, len(stream)]:
        incoming.feed(stream[:cut])
        stream = stream[cut:]
        while (event := incoming.next()) is not None:
            found.append(event)
    assert found == EVENTS


@pytest.mark.parametrize(
    "header",
    [
        {},
        {"kind": "unknown"},
        {"kind": "heard", "run": 1},
        {"kind": "heard", "run": "1", "party": 0},
        {"kind": "ready", "level": "perfect"},
        {"kind": "done", "run": 1, "parties": [{"outcome": "passed"}]},
    ],
)
def test_what_is_no_event_is_an_error(header: dict[str, object]) -> None:
    incoming = Incoming()
    incoming.feed(frames.pack(header))
    with pytest.raises(GuardError, match="what is no event"):
        incoming.next()


def test_what_is_no_frame_is_an_error() -> None:
    with pytest.raises(GuardError, match="the guard sent"):
        Incoming().feed(b"Traceback (most recent call last):")


def test_the_output_of_a_run_is_cut_where_it_says() -> None:
    first = PartyEnd(outcome="exited", stdout=2, stderr=1, files=2)
    done = Done(run=1, parties=(first, PartyEnd(outcome="exited", stderr=3)))
    assert outputs(done, b"abcffdef") == [(b"ab", b"c", b"ff"), (b"", b"def", b"")]
    assert outputs(Done(run=1, parties=()), b"") == []


@pytest.mark.parametrize(
    ("stdout", "stderr", "files"), [(1, 1, 0), (0, 0, 0), (-1, 4, 0), (4, -1, 0), (4, 0, -1)]
)
def test_an_output_of_another_length_is_an_error(stdout: int, stderr: int, files: int) -> None:
    end = PartyEnd(outcome="exited", stdout=stdout, stderr=stderr, files=files)
    with pytest.raises(GuardError, match="bytes of output"):
        outputs(Done(run=1, parties=(end,)), b"abc")


def test_files_are_read_as_they_were_handed_over() -> None:
    header = {"files": [["a/b", 2], ["c", 0]], "refused": [["d", "link", ""]]}
    assert left_behind(frames.pack(header, b"xy")) == Collection(
        collected=(Collected(name="a/b", data=b"xy"), Collected(name="c", data=b"")),
        refused=(Refusal(name="d", why="link"),),
    )
    assert left_behind(b"") == Collection(collected=(), refused=())


@pytest.mark.parametrize(
    ("header", "payload"),
    [
        ({}, b""),
        ({"files": [["a", 3]], "refused": []}, b"xy"),
        ({"files": [["a", -1], ["b", 3]], "refused": []}, b"xy"),
        ({"files": [["a", "2"]], "refused": []}, b"xy"),
        ({"files": [], "refused": [["a", "unwanted", ""]]}, b""),
        ({"files": [], "refused": []}, b"xy"),
    ],
)
def test_what_are_no_files_is_an_error(header: dict[str, object], payload: bytes) -> None:
    with pytest.raises(GuardError, match="files"):
        left_behind(frames.pack(header, payload))


@pytest.mark.parametrize("data", [b"x", frames.pack({})[:-1], frames.pack({}) * 2, b"\xff" * 40])
def test_files_that_are_no_frame_are_an_error(data: bytes) -> None:
    with pytest.raises(GuardError, match="no files"):
        left_behind(data)
