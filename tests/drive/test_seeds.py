"""Seeds: they fit every engine, and differ by what is asked."""

from hypothesis import given
from hypothesis import strategies as st

from stepsmith.transforms.drive.seeds import derive_seed, first_draw_seed


@given(st.integers(0, 2**31), st.text(), st.text(), st.integers(0, 100))
def test_seeds_fit_every_engine_and_differ_by_name(
    seed: int, problem: str, path: str, index: int
) -> None:
    derived = derive_seed(seed, problem, path, index)
    assert 0 <= derived < 2**31
    assert derive_seed(seed, problem, path, index + 1) != derived
    assert 0 <= first_draw_seed(seed, problem, path) + index < 2**31
    assert first_draw_seed(seed, problem, path) != first_draw_seed(seed, problem, f"{path}/0")
