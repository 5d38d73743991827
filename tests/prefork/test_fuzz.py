"""Whatever bytes come, from a program or from a guard that has lost its mind, only words fail."""

from contextlib import suppress

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from stepsmith.sandboxes.guard import frames
from stepsmith.sandboxes.guard.frames import FrameError, Unpacker
from stepsmith.sandboxes.guard.orders import OrderError, read_parties
from stepsmith.sandboxes.prefork.wire import GuardError, Incoming, left_behind
from stepsmith.schemas.sandbox import Level
from tests.guard.line import Line
from tests.sandboxes.backends import LOCAL_LEVELS

JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**40), 2**40) | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3)
    ),
    max_leaves=8,
)
KINDS = st.sampled_from(["ready", "refused", "heard", "closed", "done", "run", "say", "x"])
HEADERS = st.fixed_dictionaries(
    {}, optional={"kind": KINDS, "run": JSON, "party": JSON, "parties": JSON, "level": JSON}
)
FRAMES = st.builds(frames.pack, HEADERS, st.binary(max_size=40))
STREAMS = st.lists(st.binary(max_size=40) | FRAMES, max_size=4).map(b"".join)

SPRAY = """
import os, random
random.seed({seed})
with open(4, "wb", buffering=0) as answers:
    for _ in range(40):
        answers.write(random.randbytes(random.randrange(200)))
    answers.write({frame!r})
    for number in range(5, 300):
        try:
            os.write(number, {frame!r})
        except OSError:
            continue
        raise SystemExit(9)
try:
    os.write(3, b"to those who ask")
except OSError:
    raise SystemExit(5)
"""


@given(STREAMS)
def test_the_hosts_reader_fails_by_its_own_error_alone(data: bytes) -> None:
    incoming = Incoming()
    with suppress(GuardError):
        incoming.feed(data)
        while incoming.next() is not None:
            pass


@given(STREAMS)
def test_so_does_the_guards(data: bytes) -> None:
    with suppress(FrameError):
        for frame in Unpacker().feed(data):
            assert isinstance(frame.header, dict)


@given(STREAMS)
def test_so_do_those_who_read_files_out_of_them(data: bytes) -> None:
    with suppress(GuardError):
        left_behind(data)


@given(st.integers(0, 2**32 - 1), st.integers(0, 2**32 - 1), st.binary(max_size=64))
def test_lengths_that_lie_are_told_or_waited_for(size: int, header: int, rest: bytes) -> None:
    data = size.to_bytes(4, "big") + header.to_bytes(4, "big") + rest
    unpacker = Unpacker()
    try:
        found = unpacker.feed(data)
    except FrameError:
        return
    assert found == [] or size <= len(rest) + 4


@example([-3, 5], b"ab")
@given(st.lists(st.integers(-5, 50), min_size=2, max_size=2), st.binary(max_size=30))
def test_parties_whose_lengths_lie_are_refused(lengths: list[int], payload: bytes) -> None:
    limits = {"wall_s": 1, "cpu_s": 1, "memory_bytes": 1, "output_bytes": 1}
    limits |= {"answer_bytes": 1, "disk_bytes": 1, "processes": 1}
    party = {"seed": 0, "talks": False, "limits": limits, "files": []}
    party |= {"source": lengths[0], "stdin": lengths[1]}
    frame = frames.Frame({"parties": [party]}, payload)
    if sum(lengths) == len(payload) and min(lengths) >= 0:
        [read] = read_parties(frame)
        assert (read.source + read.stdin) == payload
    else:
        with pytest.raises(OrderError):
            read_parties(frame)


@given(data=STREAMS)
@settings(max_examples=15, suppress_health_check=[HealthCheck.too_slow], deadline=None)
def test_a_guard_that_is_told_nonsense_leaves(data: bytes) -> None:
    with Line("unsafe") as line:
        with suppress(OSError):  # it may be gone before all is said
            line.socket.sendall(data)
        assert line.close() in {0, 1}


@pytest.mark.parametrize("level", LOCAL_LEVELS)
@pytest.mark.parametrize("seed", range(3))
def test_what_a_program_sprays_over_its_descriptors_stays_in_its_answers(
    level: Level, seed: int
) -> None:
    frame = frames.pack({"kind": "done", "run": 1, "parties": []})
    with Line(level) as line:
        if line.ready["kind"] != "ready":
            pytest.skip(f"no level {level} here: {line.ready['missing']}")
        line.start(SPRAY.format(seed=seed, frame=frame), talks=True)
        [end], heard = line.finish()
        assert (end.outcome, end.header["exit_code"]) == ("exited", 5), end.stderr
        assert {said.header["kind"] for said in heard} == {"heard", "closed"}
        assert b"".join(said.payload for said in heard).endswith(frame)
        assert line.run("print(1)").stdout == b"1\n"
