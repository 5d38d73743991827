"""The prior of a run depends on which problems there are, and on nothing else."""

from pathlib import Path
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stepsmith.schemas.errors import RunError
from stepsmith.transforms.files import LocalFiles
from stepsmith.transforms.label.fitted import (
    entry,
    fit_prior,
    read_prior,
    sampled,
    write_prior,
)
from tests.label.mean_labeler import MEAN, Mean, Rate

ENTRIES = [
    entry(f"p{index}", Rate(n_right=index % 3, n_rows=3, n_refuted=index % 2))
    for index in range(60)
]


@given(st.randoms(use_true_random=False), st.integers(1, 59), st.integers(1, 60))
def test_a_sample_is_the_same_in_any_order_and_merges(random: Random, cut: int, limit: int) -> None:
    shuffled = random.sample(ENTRIES, len(ENTRIES))
    whole = sampled(ENTRIES, limit=limit)
    parts = [sampled(part, limit=limit) for part in (shuffled[:cut], shuffled[cut:])]
    assert sampled((*parts[1], *parts[0]), limit=limit) == whole
    assert len(whole) == limit


def test_evidence_is_fitted_in_the_order_of_the_ids() -> None:
    prior = fit_prior(MEAN, sampled(ENTRIES, limit=10))
    assert isinstance(prior, Mean)
    assert len(prior.problem_ids) == 10
    assert fit_prior(MEAN, sampled(ENTRIES)) == fit_prior(MEAN, ENTRIES[::-1])


def test_nothing_is_fitted_to_nothing(tmp_path: Path) -> None:
    path = str(tmp_path / "prior.json")
    write_prior(LocalFiles(), path, fit_prior(MEAN, []), by="test.fitted", digest="d", n_problems=0)
    assert read_prior(LocalFiles(), path, MEAN, digest="d") is None


def test_a_prior_survives_its_file_exactly_and_serves_its_recipe_only(tmp_path: Path) -> None:
    files, path = LocalFiles(), str(tmp_path / "prior.json")
    prior = fit_prior(MEAN, ENTRIES)
    write_prior(files, path, prior, by="test.fitted", digest="d", n_problems=60)
    assert read_prior(files, path, MEAN, digest="d") == prior
    with pytest.raises(RunError, match=r"prior\.json was fitted for another recipe.*--fresh"):
        read_prior(files, path, MEAN, digest="e")
