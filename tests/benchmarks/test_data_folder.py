"""The data sets are found where the environment says, and what is missing ends a benchmark."""

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from benchmarks.data.folder import data_folder, existing, read_columns
from benchmarks.report import CannotRunError


def test_the_environment_says_where_the_data_sets_are(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("STEPSMITH_DATA", str(tmp_path))
    assert data_folder() == tmp_path


def test_without_a_word_they_stand_beside_the_repository(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("STEPSMITH_DATA", raising=False)
    beside = Path(__file__).parents[3] / "shared" / "data"
    if not beside.is_dir():
        with pytest.raises(CannotRunError, match="STEPSMITH_DATA"):
            data_folder()
    else:
        assert data_folder() == beside


def test_what_is_missing_is_named(tmp_path: Path) -> None:
    with pytest.raises(CannotRunError, match=r"there is no .*/math/test\.jsonl; set"):
        existing(tmp_path / "math" / "test.jsonl")
    with pytest.raises(CannotRunError, match=r"labels\.parquet"):
        read_columns(tmp_path / "labels.parquet", ["id"])


def test_columns_come_in_the_order_asked_for(tmp_path: Path) -> None:
    path = tmp_path / "labels.parquet"
    pq.write_table(pa.table({"id": ["a", "b"], "n": [1, 2], "label": ["A", "B"]}), path)
    assert read_columns(path, ["label", "id"]) == [["A", "B"], ["a", "b"]]
