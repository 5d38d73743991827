"""A weaker test set is the first of the same tests."""

import ast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stepsmith.transforms.judging import CallTests, ProgramTests, read_asserts, read_check
from stepsmith.transforms.search.mutation.weaken import weakened

ASSERTS = [f"assert f({n}) == {n}" for n in range(5)]
CHECK = """\
def check(candidate):
    for n in range(3):
        assert candidate(n) == n + abs(n - n)
        assert candidate(n) >= n
    total = candidate(1)
    assert total == 1
    assert total != 2
    assert total != 3
"""


@pytest.mark.parametrize(("share", "kept"), [(0.01, 1), (0.2, 1), (0.5, 3), (0.6, 3), (1.0, 5)])
def test_calls_are_kept_from_the_first_on_and_never_none(share: float, kept: int) -> None:
    tests = read_asserts(ASSERTS)
    assert isinstance(tests, CallTests)
    assert weakened(tests, share) == CallTests(cases=tests.cases[:kept])


def test_a_program_loses_asserts_in_each_block_and_nothing_else() -> None:
    tests = read_check(CHECK, "f")
    assert isinstance(tests, ProgramTests)
    weak = weakened(tests, 0.5)
    assert isinstance(weak, ProgramTests)
    assert weak.source == ast.unparse(ast.parse(CHECK)).replace(
        "\n        assert candidate(n) >= n", ""
    ).replace("\n    assert total != 3", "")
    assert (weak.functions, weak.style) == (tests.functions, tests.style)


@given(share=st.floats(0, 1, exclude_min=True), count=st.integers(1, 40))
def test_more_tests_are_kept_of_a_greater_share(share: float, count: int) -> None:
    tests = read_asserts([f"assert f({n}) == {n}" for n in range(count)])
    fewer, half = weakened(tests, share), weakened(tests, share / 2)
    assert isinstance(fewer, CallTests)
    assert isinstance(half, CallTests)
    assert 1 <= len(half.cases) <= len(fewer.cases) <= count
    assert len(fewer.cases) / count >= share - 1e-9
