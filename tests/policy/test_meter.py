"""The meter: busy time is the union of the requests' times, counted by an injected clock."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from stepsmith.transforms.policy.meter import EngineMeter, EngineUsage


class Clock:
    """A clock that a test sets."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def test_busy_time_is_the_union_of_overlapping_requests() -> None:
    clock = Clock()
    meter = EngineMeter(clock=clock)
    clock.now += 1  # idle
    with meter.request():
        clock.now += 2
        with meter.request():
            clock.now += 3
        clock.now += 4
    clock.now += 10  # idle
    usage = meter.usage()
    assert usage == EngineUsage(elapsed_s=20.0, busy_s=9.0, request_s=12.0, n_requests=2)
    assert usage.busy_share == 0.45


def test_a_snapshot_in_the_middle_of_a_request_counts_it_so_far() -> None:
    clock = Clock()
    meter = EngineMeter(clock=clock)
    with meter.request():
        clock.now += 2
        assert meter.usage().busy_s == 2.0
        assert meter.usage().n_in_flight == 1
        clock.now += 1
    assert meter.usage().busy_s == 3.0
    assert meter.usage().n_in_flight == 0


def test_a_request_that_raises_is_no_longer_in_flight() -> None:
    meter = EngineMeter(clock=Clock())
    with pytest.raises(ZeroDivisionError), meter.request():
        _ = 1 / 0
    assert meter.usage().n_in_flight == 0


def test_tokens_per_second_are_over_all_the_time() -> None:
    clock = Clock()
    meter = EngineMeter(clock=clock)
    meter.answered(n_samples=2, n_prompt_tokens=7, n_tokens=30)
    meter.answered(n_prompt_tokens=None, n_tokens=None)
    clock.now += 10
    assert meter.usage().tokens_per_s == 3.0
    assert meter.usage().n_samples == 2
    assert meter.usage().n_prompt_tokens == 7


def test_shares_of_no_time_are_zero() -> None:
    usage = EngineMeter(clock=Clock()).usage()
    assert (usage.busy_share, usage.tokens_per_s) == (0.0, 0.0)


def test_what_was_added_since_an_earlier_snapshot() -> None:
    clock = Clock()
    meter = EngineMeter(clock=clock)
    with meter.request():
        clock.now += 1
    before = meter.usage()
    with meter.request():
        clock.now += 2
        meter.retried()
        meter.answered(n_samples=1, n_prompt_tokens=5, n_tokens=6)
        assert meter.usage().since(before) == EngineUsage(
            elapsed_s=2.0,
            busy_s=2.0,
            request_s=2.0,
            n_in_flight=1,
            n_requests=1,
            n_retries=1,
            n_samples=1,
            n_prompt_tokens=5,
            n_tokens=6,
        )


def test_counts_from_several_threads_are_all_there() -> None:
    meter = EngineMeter(clock=Clock())

    def count(_index: int) -> None:
        for _ in range(200):
            with meter.request():
                meter.answered(n_samples=1, n_tokens=2)

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(count, range(4)))
    usage = meter.usage()
    assert (usage.n_requests, usage.n_samples, usage.n_tokens) == (800, 800, 1600)
    assert usage.n_in_flight == 0
