"""Ranges cover every number once and are read back as they were written."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stepsmith.schemas.errors import SourceError
from stepsmith.transforms.source.ranges import read_range, write_ranges


@given(st.integers(0, 2_000), st.integers(1, 700))
def test_ranges_cover_every_number_once_and_in_order(count: int, size: int) -> None:
    ends = [read_range(part, source="any", size=size) for part in write_ranges(count, size=size)]
    assert [number for start, stop in ends for number in range(start, stop)] == list(range(count))
    assert all(stop - start == size for start, stop in ends[:-1])


def test_names_have_eight_digits_so_that_they_sort_as_numbers_do() -> None:
    assert write_ranges(2_500, size=1_000) == [
        "00000000-00001000",
        "00001000-00002000",
        "00002000-00002500",
    ]
    assert write_ranges(0, size=10) == []


@pytest.mark.parametrize("part", ["", "all", "1", "1-", "1-2-3", "-1-2", "1-2 "])
def test_what_is_no_range_is_refused_and_shown_one(part: str) -> None:
    with pytest.raises(SourceError, match=r"no part of gym; a part looks like 00000000-00000500"):
        read_range(part, source="gym", size=500)
