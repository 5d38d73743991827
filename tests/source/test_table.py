"""Files of a source: which, in which order, under which ids, and what is said of missing ones."""

import os
from pathlib import Path
from typing import Any

import pytest

from stepsmith.schemas import Problem, RecipeError, SourceError
from stepsmith.schemas.registry import bind_options
from stepsmith.transforms.files import Files, LocalFiles
from stepsmith.transforms.source.jsonl import jsonl
from stepsmith.transforms.source.table import label


def lines(*names: str) -> bytes:
    return b"".join(b'{"question": "%s", "answer": "a"}\n' % name.encode() for name in names)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "b.jsonl").write_bytes(lines("b1", "b2"))
    (tmp_path / "a.jsonl").write_bytes(lines("a1") + b"broken\n" + lines("a3"))
    (tmp_path / "more").mkdir()
    (tmp_path / "more" / "a.jsonl").write_bytes(lines("m1"))
    return tmp_path


def ids(read_all: Any, files: Files, **options: Any) -> list[str]:
    return [problem.id for problem in read_all(jsonl(**options), files).problems]


def test_one_file_names_its_lines_by_its_stem(
    folder: Path, local: LocalFiles, read_all: Any
) -> None:
    assert ids(read_all, local, path=str(folder / "b.jsonl")) == ["b-00000001", "b-00000002"]


def test_a_glob_makes_one_part_a_file_in_sorted_order(folder: Path, local: LocalFiles) -> None:
    source = jsonl(path=str(folder / "*.jsonl"))
    assert source.parts(local) == [str(folder / "a.jsonl"), str(folder / "b.jsonl")]


def test_a_list_is_read_in_sorted_order_and_each_file_once(
    folder: Path, local: LocalFiles, read_all: Any
) -> None:
    path = (str(folder / "b.jsonl"), str(folder / "*.jsonl"))
    expected = ["a-00000001", "a-00000003", "b-00000001", "b-00000002"]
    assert ids(read_all, local, path=path) == expected


def test_files_of_one_name_are_kept_apart_by_their_folders(
    folder: Path, local: LocalFiles, read_all: Any
) -> None:
    expected = ["a-00000001", "a-00000003", "b-00000001", "b-00000002", "more/a-00000001"]
    assert ids(read_all, local, path=str(folder / "**" / "*.jsonl")) == expected


def test_equal_ids_in_several_files_are_kept_apart(
    tmp_path: Path, local: LocalFiles, read_all: Any
) -> None:
    for name in ("a", "b"):
        (tmp_path / f"{name}.jsonl").write_bytes(b'{"id": 0, "question": "q", "answer": "a"}')
    assert ids(read_all, local, path=str(tmp_path / "*.jsonl")) == ["a:0", "b:0"]
    assert ids(read_all, local, path=str(tmp_path / "a.jsonl")) == ["0"]


def test_another_file_that_matches_later_changes_no_id(
    folder: Path, local: LocalFiles, read_all: Any
) -> None:
    pattern = str(folder / "*.jsonl")
    before = ids(read_all, local, path=pattern)
    (folder / "c.jsonl").write_bytes(lines("c1"))
    assert ids(read_all, local, path=pattern) == [*before, "c-00000001"]


def test_two_files_that_would_share_their_ids_are_refused(folder: Path, local: LocalFiles) -> None:
    (folder / "a.json").write_bytes(lines("a1"))
    with pytest.raises(SourceError, match=r"a\.json and .*a\.jsonl would give the same ids"):
        jsonl(path=str(folder / "a.*")).parts(local)


@pytest.mark.parametrize(
    ("path", "patterns", "expected"),
    [
        ("x.jsonl", ["x.jsonl"], "x"),
        ("/d/x.jsonl", ["/d/x.jsonl"], "x"),
        ("/d/x.jsonl.gz", ["/d/x.jsonl.gz"], "x"),
        ("/d/x.v2.jsonl", ["/d/*.jsonl"], "x.v2"),
        ("/d/a/x.jsonl", ["/d/a/x.jsonl", "/d/b/x.jsonl"], "a/x"),
        ("/d/a/x.jsonl", ["/d/*/x.jsonl"], "a/x"),
        ("gs://bucket/d/x.jsonl", ["gs://bucket/d/*.jsonl"], "x"),
        ("a/x.jsonl", ["a/x.jsonl", "/b/y.jsonl"], "a/x"),
        ("x", ["x"], "x"),
    ],
)
def test_a_label_depends_on_the_recipes_paths_alone(
    path: str, patterns: list[str], expected: str
) -> None:
    assert label(path, patterns) == expected


@pytest.mark.parametrize(
    ("limit", "expected"),
    [
        (1, ["a-00000001"]),
        (2, ["a-00000001", "a-00000003"]),
        (3, ["a-00000001", "a-00000003", "b-00000001"]),
        (9, ["a-00000001", "a-00000003", "b-00000001", "b-00000002"]),
    ],
)
def test_a_limit_takes_the_first_problems_of_the_whole_source(
    folder: Path, local: LocalFiles, read_all: Any, limit: int, expected: list[str]
) -> None:
    source = jsonl(path=str(folder / "*.jsonl"), limit=limit)
    assert source.parts(local) == [f"first {limit}"]
    everything = read_all(source, local)
    assert [problem.id for problem in everything.problems] == expected
    assert len(everything.errors) == (limit > 1)


@pytest.mark.parametrize("limit", [0, -1])
def test_a_limit_that_leaves_nothing_is_refused(limit: int) -> None:
    with pytest.raises(RecipeError, match=f"limit = {limit}"):
        jsonl(path="x.jsonl", limit=limit)


def test_no_path_is_refused() -> None:
    with pytest.raises(RecipeError, match="no file is named"):
        jsonl(path=())


def test_a_recipe_gives_one_path_or_a_list() -> None:
    for path in ("a.jsonl", ["a.jsonl", "b.jsonl"]):
        bind_options(jsonl, {"path": path, "fields": {"prompt": "q"}}, where="[source]")()
    with pytest.raises(RecipeError, match="option 'path' was given 5"):
        bind_options(jsonl, {"path": 5}, where="[source]")


def test_a_name_replaces_the_files_own_in_the_rows(
    folder: Path, local: LocalFiles, read_all: Any
) -> None:
    [first, *_] = read_all(jsonl(path=str(folder / "b.jsonl"), name="mine"), local).problems
    assert first.source == "mine"
    [first, *_] = read_all(jsonl(path=str(folder / "b.jsonl")), local).problems
    assert first.source == "b"


def test_a_missing_file_names_the_nearest_existing_one(folder: Path, local: LocalFiles) -> None:
    source = jsonl(path=str(folder / "aa.jsonl"))
    with pytest.raises(
        SourceError, match=r"no file matches '.*aa\.jsonl'; did you mean '.*/a\.json"
    ):
        source.parts(local)


def test_a_missing_file_far_from_any_name_says_what_is_there(
    folder: Path, local: LocalFiles
) -> None:
    with pytest.raises(SourceError, match=r"beside it: a\.jsonl, b\.jsonl, more$"):
        jsonl(path=str(folder / "zzzzzzzzzz")).parts(local)


def test_a_missing_folder_is_named(folder: Path, local: LocalFiles) -> None:
    with pytest.raises(SourceError, match=r"nothing is in '.*absent'"):
        jsonl(path=str(folder / "absent" / "x.jsonl")).parts(local)


def test_a_file_that_vanishes_before_it_is_read_fails_the_source(
    folder: Path, local: LocalFiles
) -> None:
    source = jsonl(path=str(folder / "b.jsonl"))
    [part] = source.parts(local)
    os.unlink(part)  # noqa: PTH108 - a part is a text
    with pytest.raises(SourceError, match=r"no file matches .*b\.jsonl"):
        list(source.read(part, local))


def test_a_folder_is_no_file(folder: Path, local: LocalFiles) -> None:
    source = jsonl(path=str(folder))
    [part] = source.parts(local)
    with pytest.raises(SourceError, match=r"is a folder; name its files, as in .*/\*"):
        list(source.read(part, local))


def test_files_elsewhere_are_read_through_the_files_given(remote: Any, read_all: Any) -> None:
    files = remote({"gs://b/x/2.jsonl": lines("two"), "gs://b/x/1.jsonl": lines("one", "more")})
    everything = read_all(jsonl(path="gs://b/x/*.jsonl"), files)
    assert [problem.id for problem in everything.problems] == [
        "1-00000001",
        "1-00000002",
        "2-00000001",
    ]
    with pytest.raises(SourceError, match=r"did you mean 'gs://b/x/1\.jsonl'"):
        jsonl(path="gs://b/x/11.jsonl").parts(files)


def test_reading_stops_where_the_limit_is_reached(folder: Path, local: LocalFiles) -> None:
    (folder / "zz.jsonl").symlink_to(folder / "nowhere")
    source = jsonl(path=str(folder / "*.jsonl"), limit=4)
    records = list(source.read("first 4", local))
    assert sum(isinstance(record, Problem) for record in records) == 4
