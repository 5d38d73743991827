import pytest

from stepsmith.sandboxes.errors import SandboxError
from stepsmith.sandboxes.prefork.breaker import Breaker, delay_s


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def broken(clock: Clock, failures: int) -> Breaker:
    breaker = Breaker(clock, allowed=5, rest_s=30)
    for number in range(failures):
        breaker.failed(f"reason {number}")
    return breaker


def test_up_to_the_allowed_failures_attempts_pass() -> None:
    broken(Clock(), 4).check()


def test_after_five_failures_in_a_row_all_is_refused_with_the_last_reason() -> None:
    breaker = broken(Clock(), 5)
    with pytest.raises(
        SandboxError, match="down: it failed 5 times in a row, the last time because reason 4"
    ):
        breaker.check()


def test_a_success_between_failures_begins_the_count_anew() -> None:
    breaker = broken(Clock(), 4)
    breaker.succeeded()
    breaker.failed("once more")
    breaker.check()


def test_when_it_has_rested_one_attempt_passes_and_the_others_wait_for_it() -> None:
    clock = Clock()
    breaker = broken(clock, 5)
    clock.now += 30
    breaker.check()
    with pytest.raises(SandboxError):
        breaker.check()


def test_the_attempt_decides_whether_all_is_well_again_or_it_rests_anew() -> None:
    clock = Clock()
    breaker = broken(clock, 5)
    clock.now += 30
    breaker.check()
    breaker.failed("again")
    clock.now += 29
    with pytest.raises(SandboxError, match="6 times in a row, the last time because again"):
        breaker.check()
    clock.now += 1
    breaker.check()
    breaker.succeeded()
    breaker.check()
    breaker.check()


def test_each_failure_in_a_row_doubles_the_wait_up_to_the_longest() -> None:
    delays = [delay_s(failures) for failures in (0, 1, 2, 3, 4, 10, 500_000)]
    assert delays == [0.0, 0.1, 0.2, 0.4, 0.8, 5.0, 5.0]
