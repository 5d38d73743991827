"""The recipe `hierarchy_descent`, from a file of edges to tables that a trainer reads."""

from collections.abc import Callable
from pathlib import Path

import pytest

from stepsmith.pipelines.dataset import read_dataset
from stepsmith.pipelines.manifest import Manifest
from stepsmith.pipelines.run import RunOptions, make_job, run
from stepsmith.schemas import LabelledTrajectory, Pair
from stepsmith.schemas.arrow import PAIRS
from stepsmith.transforms.files import LocalFiles
from stepsmith.transforms.sink.read import read_rows
from tests.pipelines.runs import digests
from tests.taxonomy.made import ANIMALS

Run = Callable[..., tuple[str, Manifest]]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Run:
    folder = tmp_path_factory.mktemp("hierarchy")
    source = folder / "animals.tsv"
    source.write_text(ANIMALS, encoding="utf-8")

    def make(name: str, *overrides: str) -> tuple[str, Manifest]:
        root = str(folder / name)
        job = make_job(
            "hierarchy_descent", output=root, overrides=(f"source.path={source}", *overrides)
        )
        manifest = run(job, RunOptions(quiet=True))
        assert manifest is not None
        return root, manifest

    return make


@pytest.fixture(scope="module")
def whole(made: Run) -> tuple[str, Manifest]:
    return made("whole")


def rows_of(root: str) -> list[LabelledTrajectory]:
    return sorted(read_dataset(root), key=lambda row: row.trajectory.id)


def pairs_of(root: str) -> list[Pair]:
    return sorted(read_rows(LocalFiles(), root, PAIRS), key=lambda pair: pair.id)


def test_every_term_gives_a_right_way_wrong_ones_and_pairs(whole: tuple[str, Manifest]) -> None:
    root, manifest = whole
    counts = manifest.counts
    assert (counts.planned, counts.done, counts.failed) == (10, 10, 0)
    assert (counts.rows, counts.pairs) == (50, 40)
    assert counts.first_errors == 40
    assert counts.correct["right"] > counts.correct["wrong"] > 40 - 1
    rows = rows_of(root)
    assert sum(row.trajectory.origin == "reference" for row in rows) == 10
    assert all(row.keep for row in rows)


def test_the_verifier_says_of_every_step_what_the_strategy_said(
    whole: tuple[str, Manifest],
) -> None:
    for row in rows_of(whole[0]):
        for label in row.labels:
            [verdict] = [each for each in label.verdicts if each.verifier == "taxonomy.descent"]
            assert (verdict.outcome == "valid") is label.correct
            assert verdict.outcome != "undecided"
        assert row.outcome.verifier == "taxonomy.placement"


def test_the_number_of_shards_changes_no_row_and_the_same_recipe_no_byte(
    made: Run, whole: tuple[str, Manifest]
) -> None:
    one, _ = made("one", "shards=1", "source.part_size=3")
    assert rows_of(one) == rows_of(whole[0])
    assert pairs_of(one) == pairs_of(whole[0])
    again, _ = made("again")
    assert digests(Path(again)) == digests(Path(whole[0]))


def test_labels_by_the_fitting_score_of_sure_verdicts_are_the_same(
    made: Run, whole: tuple[str, Manifest]
) -> None:
    root, _ = made("fitting", 'label={kind="fitting_score"}')
    assert [[label.correct for label in row.labels] for row in rows_of(root)] == [
        [label.correct for label in row.labels] for row in rows_of(whole[0])
    ]
