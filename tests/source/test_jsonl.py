"""JSON Lines: every line becomes a problem or an error record in its place."""

import gzip
import io
import json
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stepsmith.schemas import ErrorRecord, Problem, SourceError
from stepsmith.transforms.files import LocalFiles
from stepsmith.transforms.source import SOURCES
from stepsmith.transforms.source import jsonl as module
from stepsmith.transforms.source.jsonl import jsonl, read_jsonl
from stepsmith.transforms.source.rows import MAX_INPUT, BadRow

GOOD = b'{"question": "1 + 1?", "answer": "2"}'


def read(tmp_path: Path, content: bytes, **options: Any) -> list[Problem | ErrorRecord]:
    path = tmp_path / "set.jsonl"
    path.write_bytes(content)
    source = jsonl(path=str(path), **options)
    [part] = source.parts(LocalFiles())
    return list(source.read(part, LocalFiles()))


def test_it_is_registered() -> None:
    assert SOURCES.get("jsonl").value is jsonl


@pytest.mark.parametrize(
    ("line", "kind", "message"),
    [
        (b'{"question": "q"', "BadJson", "bad JSON at column 17: Input data was truncated"),
        (b'{"question" "q"}', "BadJson", "bad JSON at column 13: expected ':'"),
        ('{"quéstion" "q"}'.encode(), "BadJson", "bad JSON at column 13: expected ':'"),
        (b'{"question": "q"} x', "BadJson", "bad JSON at column 19: trailing characters"),
        (b'{"question": NaN}', "BadJson", "bad JSON at column 14: invalid character"),
        (b'{"question": "a\x00b"}', "BadJson", "bad JSON at column 16: invalid character"),
        (b"\x00" * 8, "BadJson", "bad JSON at column 1: invalid character"),
        (b"[" * 100_000, "BadJson", "bad JSON: nested too deeply"),
        (b'{"question": "\xff"}', "NotUtf8", "not UTF-8: byte 0xff at position 15 of the line"),
        (b'["q", "a"]', "WrongType", "the line holds an array; it must be one JSON object"),
        (b'"q"', "WrongType", "the line holds a string; it must be one JSON object"),
        (b"null", "WrongType", "the line holds null; it must be one JSON object"),
        (b"5", "WrongType", "the line holds a number or truth value; it must be one JSON object"),
    ],
)
def test_a_malformed_line_is_an_error_record_and_the_rest_runs(
    tmp_path: Path, line: bytes, kind: str, message: str
) -> None:
    before, error, after = read(tmp_path, GOOD + b"\n" + line + b"\n" + GOOD + b"\n")
    assert isinstance(before, Problem)
    assert isinstance(after, Problem)
    assert after.id == "set-00000003"
    assert error == ErrorRecord(
        stage="source",
        kind=kind,
        message=message,
        location=str(tmp_path / "set.jsonl"),
        line=2,
        input=line.decode(errors="backslashreplace")[:MAX_INPUT],
    )


def test_a_wrong_field_is_reported_with_its_name_and_line(tmp_path: Path) -> None:
    line = b'{"quesiton": "1 + 1?", "answer": "2"}'
    [error] = read(tmp_path, b"\n" + line)
    assert isinstance(error, ErrorRecord)
    assert (error.kind, error.field, error.line) == ("MissingField", "prompt", 2)
    assert "did you mean 'quesiton'?" in error.message
    assert error.input == line.decode()


def test_a_lone_surrogate_is_refused_where_it_stands_and_not_downstream(tmp_path: Path) -> None:
    [error] = read(tmp_path, rb'{"question": "\ud800", "answer": "2"}')
    assert isinstance(error, ErrorRecord)
    assert error.kind == "BadJson"


@pytest.mark.parametrize(
    ("content", "ids"),
    [
        (b"", []),
        (b"\n\n  \n", []),
        (b"\xef\xbb\xbf" + GOOD, ["set-00000001"]),
        (GOOD + b"\r\n\r\n" + GOOD + b"\r\n", ["set-00000001", "set-00000003"]),
        (GOOD + b"\n \t\n" + GOOD, ["set-00000001", "set-00000003"]),
    ],
)
def test_marks_line_ends_and_blank_lines_are_no_content(
    tmp_path: Path, content: bytes, ids: list[str]
) -> None:
    records = read(tmp_path, content)
    assert [each.id for each in records if isinstance(each, Problem)] == ids
    assert len(records) == len(ids)


def test_a_megabyte_on_one_line_is_read_whole(tmp_path: Path) -> None:
    prompt = "é" * 500_000 + "?"
    line = json.dumps({"question": prompt, "answer": "2"}, ensure_ascii=False).encode()
    [problem] = read(tmp_path, line)
    assert isinstance(problem, Problem)
    assert problem.prompt == prompt


def test_the_input_of_an_error_is_capped(tmp_path: Path) -> None:
    [error] = read(tmp_path, b'{"question": "' + "é".encode() * 500_000)
    assert isinstance(error, ErrorRecord)
    assert len(error.input) == MAX_INPUT
    assert error.input.startswith('{"question": "éé')


def test_an_endless_line_is_one_error_and_the_next_line_is_read(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(module, "MAX_LINE_BYTES", 64)
    good = b'{"question": "q", "answer": "a"}\n'
    first, second, third = read_jsonl(io.BytesIO(good + b"x" * 1_000 + b"\n" + good))
    assert (first.line, second.line, third.line) == (1, 2, 3)
    assert isinstance(second, BadRow)
    assert second.error.kind == "TooLong"


def test_an_escaped_null_character_is_text(tmp_path: Path) -> None:
    [problem] = read(tmp_path, rb'{"question": "a\u0000b", "answer": "2"}')
    assert isinstance(problem, Problem)
    assert problem.prompt == "a\0b"


def test_a_gzipped_file_is_read_under_the_same_ids(tmp_path: Path, local: LocalFiles) -> None:
    path = tmp_path / "set.jsonl.gz"
    path.write_bytes(gzip.compress(GOOD))
    [problem] = jsonl(path=str(path)).read(str(path), local)
    assert isinstance(problem, Problem)
    assert problem.id == "set-00000001"


def test_a_torn_gzip_file_fails_the_source(tmp_path: Path, local: LocalFiles) -> None:
    path = tmp_path / "set.jsonl.gz"
    path.write_bytes(gzip.compress(GOOD * 1_000)[:-10])
    with pytest.raises(SourceError, match=r"cannot read .*set\.jsonl\.gz: Compressed file ended"):
        list(jsonl(path=str(path)).read(str(path), local))


@given(content=st.lists(st.just(GOOD) | st.binary(max_size=30), max_size=6).map(b"\n".join))
def test_every_line_that_is_not_blank_is_accounted_for(content: bytes) -> None:
    rows = list(read_jsonl(io.BytesIO(content)))
    lines = content.removeprefix(b"\xef\xbb\xbf").split(b"\n")
    assert [row.line for row in rows] == [at for at, line in enumerate(lines, 1) if line.strip()]


@pytest.mark.parametrize(("name", "count"), [("train", 7_473), ("test", 1_319)])
def test_gsm8k_is_read_without_a_map(
    real_data: Path, local: LocalFiles, name: str, count: int
) -> None:
    path = str(real_data / "gsm8k" / f"{name}.jsonl")
    records = list(jsonl(path=path).read(path, local))
    problems = [each for each in records if isinstance(each, Problem)]
    assert len(problems) == len(records) == count
    assert all(re.fullmatch(r"-?\d+(\.\d+)?", each.answer or "") for each in problems)
    assert all(
        "#### " in each.read_payload(dict[str, str])["reference_solution"] for each in problems
    )


def test_math500_is_read_without_a_map(real_data: Path, local: LocalFiles) -> None:
    path = str(real_data / "math" / "math500.jsonl")
    problems = [each for each in jsonl(path=path).read(path, local) if isinstance(each, Problem)]
    assert len(problems) == 500
    assert problems[0].id == "test/precalculus/807.json"
    assert problems[0].answer == r"\left( 3, \frac{\pi}{2} \right)"
    assert all("reference_solution" in each.read_payload(dict[str, object]) for each in problems)


def test_the_boxed_answers_of_math_are_read_from_its_solutions(
    real_data: Path, local: LocalFiles
) -> None:
    path = str(real_data / "math" / "test.jsonl")
    records = list(jsonl(path=path).read(path, local))
    assert sum(isinstance(each, Problem) for each in records) == len(records) == 5_000
