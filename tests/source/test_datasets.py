"""Hugging Face datasets from local folders: shards, limits, saved datasets, and what is missing."""

import json
import sys
from pathlib import Path
from typing import Any

import pytest

from stepsmith.schemas import SourceError
from stepsmith.transforms.files import LocalFiles
from stepsmith.transforms.source.datasets import datasets

pytest.importorskip("datasets", reason="the datasets extra is not installed")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    data = tmp_path / "arithmetic"
    data.mkdir()
    for shard in range(3):
        rows = [{"question": f"{shard}.{row}?", "answer": str(row)} for row in range(2)]
        text = "\n".join(map(json.dumps, rows))
        (data / f"train-{shard}.jsonl").write_text(text, encoding="utf-8")
    return data


def test_parts_are_the_shards_of_the_split(folder: Path, local: LocalFiles, read_all: Any) -> None:
    source = datasets(path=str(folder), domain="math")
    assert source.parts(local) == ["00000-of-00003", "00001-of-00003", "00002-of-00003"]
    problems = read_all(source, local).problems
    assert [problem.prompt for problem in problems] == [
        "0.0?",
        "0.1?",
        "1.0?",
        "1.1?",
        "2.0?",
        "2.1?",
    ]
    assert problems[3].id == "arithmetic-00001-00000002"
    assert (problems[3].source, problems[3].domain) == ("arithmetic", "math")


def test_a_limit_gives_the_first_of_the_same_problems(
    folder: Path, local: LocalFiles, read_all: Any
) -> None:
    whole = read_all(datasets(path=str(folder)), local).problems
    source = datasets(path=str(folder), limit=3)
    assert source.parts(local) == ["first 3"]
    assert read_all(source, local).problems == whole[:3]


def test_a_bad_row_is_an_error_record_at_its_place(
    folder: Path, local: LocalFiles, read_all: Any
) -> None:
    (folder / "train-1.jsonl").write_text('{"question": "", "answer": "1"}', encoding="utf-8")
    [error] = read_all(datasets(path=str(folder)), local).errors
    assert (error.kind, error.location, error.line) == ("EmptyPrompt", f"{folder}:train", 1)


def test_a_saved_dataset_is_read_from_disk(
    tmp_path: Path, local: LocalFiles, read_all: Any
) -> None:
    library: Any = pytest.importorskip("datasets")
    rows = library.Dataset.from_list([{"question": "q", "answer": "1"}])
    rows.save_to_disk(tmp_path / "one")
    library.DatasetDict({"test": rows}).save_to_disk(tmp_path / "many")
    for name, split in (("one", "train"), ("many", "test")):
        [problem] = read_all(datasets(path=str(tmp_path / name), split=split), local).problems
        assert problem.id == f"{name}-00000001"
    with pytest.raises(SourceError, match="no split 'tset'; did you mean 'test'"):
        datasets(path=str(tmp_path / "many"), split="tset").parts(local)


def test_an_unknown_split_says_which_there_are(folder: Path, local: LocalFiles) -> None:
    with pytest.raises(SourceError, match=r"cannot open .*arithmetic:dev: .*train"):
        datasets(path=str(folder), split="dev").parts(local)


def test_a_folder_that_is_not_there_is_named(folder: Path, local: LocalFiles) -> None:
    with pytest.raises(SourceError, match=r"cannot open .*absent:train"):
        datasets(path=str(folder / "absent")).parts(local)


def test_a_part_of_something_else_is_refused(folder: Path, local: LocalFiles) -> None:
    with pytest.raises(SourceError, match="'x' is no part of"):
        datasets(path=str(folder)).read("x", local)


def test_the_missing_extra_is_named(monkeypatch: pytest.MonkeyPatch, local: LocalFiles) -> None:
    monkeypatch.setitem(sys.modules, "datasets", None)
    with pytest.raises(SourceError, match=r"pip install stepsmith\[datasets\]"):
        datasets(path="x").parts(local)
