"""Inside the worker: values overrule math-verify where it rounds, and a failure proves nothing."""

import msgspec
import pytest

from stepsmith.sandboxes import WorkerPool
from stepsmith.transforms.verify.math_verify_worker import (
    DIFFERENT,
    EQUAL,
    TARGET,
    UNPROVEN,
    UNREADABLE,
)


@pytest.fixture(scope="module")
def pool() -> WorkerPool:
    return WorkerPool(1)


@pytest.fixture(scope="module", autouse=True)
def _closed(pool: WorkerPool) -> object:
    yield
    pool.close()


def reply(pool: WorkerPool, gold: str, given: str) -> bytes:
    return pool.call(TARGET, msgspec.msgpack.encode((gold, given)), deadline_s=20)


@pytest.mark.parametrize(
    ("gold", "given", "expected"),
    [
        ("x+1", "1+x", EQUAL),
        (r"\int_0^1 x\,dx", r"\frac{1}{2}", EQUAL),
        (r"\{1, 2\}", r"\{2, 1\}", EQUAL),
        (r"\frac{1}{2004!}", r"\frac{1}{2006!}", DIFFERENT),
        ("2^{-99}", "2^{-98}", DIFFERENT),
        (r"\int_0^1 x\,dx", r"\frac{1}{3}", DIFFERENT),
        ("x^2", "x^3", DIFFERENT),
        ("x", r"x + \frac{1}{10^{8}}", DIFFERENT),
        (r"\sin x", r"\cos x", DIFFERENT),
        (r"\{1, 2\}", r"\{1, 3\}", UNPROVEN),  # only values refute
        (r"\frac{1}{", r"\frac{1}{", UNREADABLE),
        ("", "", UNREADABLE),
    ],
)
def test_values_refute_and_what_no_value_shows_is_unproven(
    pool: WorkerPool, gold: str, given: str, expected: bytes
) -> None:
    assert reply(pool, gold, given) == expected


@pytest.mark.parametrize(("one", "other"), [("x+1", "1+x"), ("2^{-99}", "2^{-98}")])
def test_the_order_of_the_two_does_not_matter(pool: WorkerPool, one: str, other: str) -> None:
    assert reply(pool, one, other) == reply(pool, other, one)
