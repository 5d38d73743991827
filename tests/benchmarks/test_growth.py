"""The growth benchmark finds a cost that grows, and sees the memory of children."""

import subprocess
import sys

import pytest

from benchmarks.growth import SIZES, Cost, growth, memory_slope, one_run, start_of, watched


@pytest.mark.parametrize("start", [0.0, 3.0, 100.0])
def test_a_cost_that_does_not_grow_is_1_whatever_the_start_costs(start: float) -> None:
    seconds = {name: start + 0.01 * size for name, size in SIZES.items()}
    assert start_of(SIZES, seconds) == pytest.approx(start)
    assert growth(SIZES, seconds) == pytest.approx(1.0)


def test_a_cost_that_grows_does_not_hide_in_the_start() -> None:
    # The last problem of the 10x run costs 1.2 times the first: 1.1 times in the mean.
    steeper = 0.001 / SIZES["10x"]
    seconds = {name: 3.0 + 0.01 * size + steeper * size**2 for name, size in SIZES.items()}
    assert growth(SIZES, seconds) == pytest.approx(1.1, abs=0.015)


def test_memory_that_fills_up_before_3x_is_not_in_its_slope() -> None:
    costs = {
        name: Cost(wall_s=0.0, cpu_s=0.0, peak_bytes=min(size, 900) * 10**6 + size * 2_000)
        for name, size in SIZES.items()
    }
    assert memory_slope(SIZES, costs) == pytest.approx(2.0)


def test_the_peak_of_a_process_counts_its_children_and_what_was_freed() -> None:
    hold = "import sys; held = bytes(1); held = b'x' * (96 << 20); del held; sys.stdin.read()"
    both = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {hold!r}])"
    process = subprocess.Popen([sys.executable, "-c", both], stdin=subprocess.PIPE)
    with watched(process.pid, every_s=0.01) as peaks:
        while sum(peaks.values()) < 96 << 20:
            assert process.poll() is None
        assert len(peaks) == 2
        process.communicate()
    assert sum(peaks.values()) >= 96 << 20


@pytest.mark.slow
def test_a_run_is_measured_whole() -> None:
    cost = one_run(10)
    assert cost.cpu_s > 0
    assert cost.wall_s > 0
    assert cost.peak_bytes > 100 << 20
