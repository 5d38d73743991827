"""How Python is set while engines are driven."""

import contextlib
import gc
import sys
from collections.abc import Generator

import pytest

from stepsmith.transforms.beam.interpreter import set_to_drive


@contextlib.contextmanager
def set_as(*, switch_s: float, collect_after: int) -> Generator[None]:
    before, (first, *others) = sys.getswitchinterval(), gc.get_threshold()
    sys.setswitchinterval(switch_s)
    gc.set_threshold(collect_after, *others)
    try:
        yield
    finally:
        sys.setswitchinterval(before)
        gc.set_threshold(first, *others)


@pytest.mark.parametrize("given_s", [0.005, 0.0001])
def test_no_thread_keeps_the_interpreter_from_the_loop_for_long(given_s: float) -> None:
    with set_as(switch_s=given_s, collect_after=700):
        with set_to_drive():
            assert sys.getswitchinterval() == pytest.approx(min(given_s, 0.0002), rel=0.02)
        assert sys.getswitchinterval() == pytest.approx(given_s, rel=0.02)


@pytest.mark.parametrize(("given", "driving"), [(700, 50_000), (100_000, 100_000), (0, 0)])
def test_cycles_are_looked_for_seldom_and_never_where_the_collector_is_off(
    given: int, driving: int
) -> None:
    with set_as(switch_s=0.005, collect_after=given):
        others = gc.get_threshold()[1:]
        with set_to_drive():
            assert gc.get_threshold() == (driving, *others)
        assert gc.get_threshold() == (given, *others)
