"""The cache returns what was computed, holds no more than it may, and never keeps a failure."""

import threading
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stepsmith.sandboxes import DeadlineError, WorkerError
from stepsmith.transforms.verify.cache import Cache, RememberingWorker


def cache(*, max_entries: int = 3, max_characters: int = 100) -> Cache[str]:
    return Cache(
        max_entries=max_entries,
        max_characters=max_characters,
        is_result=lambda value: value != "failed",
    )


class Counting:
    """Computes the same value again and again, and counts how often."""

    def __init__(self, value: str) -> None:
        self.value = value
        self.n = 0

    def __call__(self) -> str:
        self.n += 1
        return self.value


def test_a_result_is_computed_once() -> None:
    remembering, compute = cache(), Counting("same")
    assert [remembering.remember(("1", "1"), compute) for _ in range(5)] == ["same"] * 5
    assert compute.n == 1
    statistics = remembering.statistics()
    assert (statistics.hits, statistics.misses, statistics.evictions) == (4, 1, 0)


def test_what_is_no_result_is_computed_each_time() -> None:
    remembering, compute = cache(), Counting("failed")
    assert [remembering.remember(("1",), compute) for _ in range(3)] == ["failed"] * 3
    assert compute.n == 3
    assert remembering.statistics().entries == 0


def test_keys_that_differ_in_one_part_are_apart() -> None:
    remembering = cache(max_entries=9)
    for key in (("a", "b"), ("b", "a"), ("ab", ""), ("ab",), ("", "ab")):
        assert remembering.remember(key, lambda key=key: repr(key)) == repr(key)
    assert remembering.statistics().entries == 5


def test_the_entry_unused_longest_is_evicted() -> None:
    remembering, compute = cache(max_entries=2), Counting("x")
    for key in ("a", "b", "a", "c", "a", "b"):
        remembering.remember((key,), compute)
    assert compute.n == 4  # b was evicted by c, and computed again
    assert remembering.statistics().evictions == 2


def test_characters_are_bounded_too() -> None:
    remembering = cache(max_entries=100, max_characters=10)
    for letter in "abcdef":
        remembering.remember((letter * 4,), Counting("x"))
    statistics = remembering.statistics()
    assert (statistics.entries, statistics.characters, statistics.evictions) == (2, 8, 4)


def test_a_key_larger_than_the_cache_pushes_nothing_out() -> None:
    remembering = cache(max_characters=10)
    remembering.remember(("small",), Counting("x"))
    remembering.remember(("large" * 100,), Counting("x"))
    statistics = remembering.statistics()
    assert (statistics.entries, statistics.characters, statistics.evictions) == (1, 5, 0)


def test_clearing_forgets() -> None:
    remembering, compute = cache(), Counting("x")
    remembering.remember(("a",), compute)
    remembering.clear()
    remembering.remember(("a",), compute)
    assert compute.n == 2
    assert remembering.statistics().characters == 1


@given(st.lists(st.tuples(st.text(max_size=6), st.text(max_size=6)), max_size=60))
def test_it_never_holds_more_than_it_may_and_never_mixes_up(keys: list[tuple[str, str]]) -> None:
    remembering = cache(max_entries=4, max_characters=20)
    for key in keys:
        assert remembering.remember(key, lambda key=key: f"of {key}") == f"of {key}"
        statistics = remembering.statistics()
        assert statistics.entries <= 4
        assert statistics.characters <= 20
    statistics = remembering.statistics()
    assert statistics.hits + statistics.misses == len(keys)


def test_threads_share_it_and_each_gets_its_own_answer() -> None:
    remembering: Cache[int] = Cache(max_entries=8, max_characters=1_000)
    wrong: list[tuple[int, int]] = []
    start = threading.Barrier(4)

    def work() -> None:
        start.wait()
        for number in range(4_000):
            key = number % 16
            got = remembering.remember((str(key),), lambda key=key: key)
            if got != key:
                wrong.append((key, got))

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    statistics = remembering.statistics()
    assert wrong == []
    assert statistics.hits + statistics.misses == 16_000
    assert statistics.entries <= 8
    assert statistics.characters <= 16


def test_a_slow_key_does_not_hold_up_another() -> None:
    remembering, entered, release = cache(), threading.Event(), threading.Event()

    def slow() -> str:
        entered.set()
        assert release.wait(300)
        return "slow"

    thread = threading.Thread(target=lambda: remembering.remember(("slow",), slow))
    thread.start()
    assert entered.wait(300)
    assert remembering.remember(("fast",), lambda: "fast") == "fast"
    release.set()
    thread.join()
    assert remembering.statistics().entries == 2


class Scripted:
    """A worker that answers, or raises, as its script says."""

    def __init__(self, *script: Callable[[], bytes]) -> None:
        self.script = list(script)

    def call(self, target: str, payload: bytes, *, deadline_s: float) -> bytes:
        del target, payload, deadline_s
        return self.script.pop(0)()


def late() -> bytes:
    msg = "late"
    raise DeadlineError(msg)


def lost() -> bytes:
    msg = "lost"
    raise WorkerError(msg)


def remembered(worker: Scripted) -> RememberingWorker:
    return RememberingWorker(worker, Cache(max_entries=10, max_characters=100))


def test_a_reply_is_asked_for_once() -> None:
    worker = remembered(Scripted(lambda: b"equal"))
    for _ in range(3):
        assert worker.call("module:compare", b"\xff1", deadline_s=1) == b"equal"


def test_neither_a_deadline_nor_a_lost_worker_is_remembered() -> None:
    worker = remembered(Scripted(late, lost, lambda: b"equal"))
    with pytest.raises(DeadlineError):
        worker.call("module:compare", b"1", deadline_s=1)
    with pytest.raises(WorkerError):
        worker.call("module:compare", b"1", deadline_s=1)
    assert worker.call("module:compare", b"1", deadline_s=1) == b"equal"
    assert worker.call("module:compare", b"1", deadline_s=1) == b"equal"


def test_replies_are_apart_by_target_and_payload() -> None:
    worker = remembered(Scripted(lambda: b"1", lambda: b"2", lambda: b"3"))
    calls = [("a:f", b"x"), ("a:g", b"x"), ("a:f", b"y"), ("a:f", b"x"), ("a:g", b"x")]
    replies = [worker.call(target, payload, deadline_s=1) for target, payload in calls]
    assert replies == [b"1", b"2", b"3", b"1", b"2"]
