"""Pauses: bounded, growing, jittered, and the server's own where it names one."""

from random import Random

import pytest

from stepsmith.transforms.policy.backoff import backoff_s, retry_after_s


@pytest.mark.parametrize(
    ("attempt", "bound"), [(1, 0.5), (2, 1.0), (3, 2.0), (6, 16.0), (7, 30.0), (5000, 30.0)]
)
def test_the_pause_lies_between_half_its_bound_and_its_bound(attempt: int, bound: float) -> None:
    pauses = [backoff_s(attempt, Random(seed)) for seed in range(50)]
    assert bound / 2 <= min(pauses) < max(pauses) <= bound


def test_the_pause_depends_on_the_given_random_alone() -> None:
    assert backoff_s(3, Random(1)) == backoff_s(3, Random(1))
    assert backoff_s(3, Random(1)) != backoff_s(3, Random(2))


@pytest.mark.parametrize(
    ("headers", "pause_s"),
    [
        ({"Retry-After": "0"}, 0.0),
        ({"Retry-After": " 12 "}, 12.0),
        (
            {
                "Retry-After": "Wed, 21 Oct 2015 07:28:30 GMT",
                "Date": "Wed, 21 Oct 2015 07:28:00 GMT",
            },
            30.0,
        ),
        (
            {
                "Retry-After": "Wed, 21 Oct 2015 07:27:00 GMT",
                "Date": "Wed, 21 Oct 2015 07:28:00 GMT",
            },
            0.0,
        ),
        ({"Retry-After": "Wed, 21 Oct 2015 07:28:30 GMT"}, None),
        ({"Retry-After": "soon", "Date": "Wed, 21 Oct 2015 07:28:00 GMT"}, None),
        ({"Retry-After": "21 Oct 2015 07:28:30", "Date": "Wed, 21 Oct 2015 07:28:00 GMT"}, None),
        ({"Retry-After": "-5"}, None),
        ({}, None),
    ],
)
def test_a_servers_pause_is_read_in_seconds_or_against_its_own_date(
    headers: dict[str, str], pause_s: float | None
) -> None:
    assert retry_after_s(headers) == pause_s
