"""CSV: quoting, encodings and line numbers; a bad record costs itself alone."""

import csv as csv_module
import io
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stepsmith.schemas import ErrorRecord, Problem, RecipeError
from stepsmith.transforms.files import LocalFiles
from stepsmith.transforms.source.csv import csv, read_csv
from stepsmith.transforms.source.rows import Row

HEADER = b"id,question,answer\r\n"


def read(tmp_path: Path, content: bytes, **options: Any) -> list[Problem | ErrorRecord]:
    path = tmp_path / "set.csv"
    path.write_bytes(content)
    source = csv(path=str(path), **options)
    [part] = source.parts(LocalFiles())
    return list(source.read(part, LocalFiles()))


def test_a_record_becomes_a_problem(tmp_path: Path) -> None:
    [problem] = read(tmp_path, HEADER + b'a,"1 + 1,\nor ""two""?",2\r\n')
    assert problem == Problem(
        id="a", prompt='1 + 1,\nor "two"?', group_id="a", source="set", answer="2"
    )


def test_a_byte_order_mark_is_no_part_of_the_first_column(tmp_path: Path) -> None:
    [problem] = read(tmp_path, b"\xef\xbb\xbf" + HEADER + b"a,q,2\n")
    assert isinstance(problem, Problem)
    assert problem.id == "a"


@pytest.mark.parametrize(
    ("record", "kind", "field", "message"),
    [
        (b"b,q\n", "WrongColumns", None, "the record has 2 values, the header names 3"),
        (b"b,q,2,3\n", "WrongColumns", None, "the record has 4 values, the header names 3"),
        (b"b,\xff,2\n", "NotUtf8", "question", "'question' is not UTF-8"),
        (b'b,"q"x,2\n', "BadCsv", None, "bad CSV: ',' expected after '\"'"),
        (b"b,,2\n", "EmptyPrompt", "question", "'question' is empty; a prompt says something"),
    ],
)
def test_a_bad_record_is_an_error_record_and_the_rest_runs(
    tmp_path: Path, record: bytes, kind: str, field: str | None, message: str
) -> None:
    before, error, after = read(tmp_path, HEADER + b'a,"q\nr",2\n' + record + b"c,q,2\n")
    assert isinstance(before, Problem)
    assert isinstance(after, Problem)
    assert error == ErrorRecord(
        stage="source",
        kind=kind,
        message=message,
        location=str(tmp_path / "set.csv"),
        line=4,
        field=field,
        input=record.decode(errors="backslashreplace").rstrip(),
    )


def test_a_quote_that_never_closes_is_one_error_at_its_first_line(tmp_path: Path) -> None:
    good, error = read(tmp_path, HEADER + b'a,q,2\nb,"q,2\nc,q,2\n')
    assert isinstance(good, Problem)
    assert isinstance(error, ErrorRecord)
    assert (error.kind, error.line, error.input) == ("BadCsv", 3, 'b,"q,2\nc,q,2')


def test_null_bytes_and_a_megabyte_are_text(tmp_path: Path) -> None:
    prompt = "a\0b" + "x" * 1_000_000
    [problem] = read(tmp_path, HEADER + f"a,{prompt},2\n".encode())
    assert isinstance(problem, Problem)
    assert problem.prompt == prompt


@pytest.mark.parametrize("content", [b"", b"\n\n", HEADER, HEADER + b"\r\n\r\n"])
def test_a_file_without_records_is_empty(tmp_path: Path, content: bytes) -> None:
    assert read(tmp_path, content) == []


def test_the_delimiter_can_be_chosen(tmp_path: Path) -> None:
    [problem] = read(tmp_path, b"question\tanswer\nq, r\t2\n", delimiter="\t")
    assert isinstance(problem, Problem)
    assert (problem.id, problem.prompt) == ("set-00000002", "q, r")


def test_a_delimiter_is_one_character() -> None:
    with pytest.raises(RecipeError, match="delimiter = '::'"):
        csv(path="x.csv", delimiter="::")


fields = st.text(st.characters(codec="utf-8"), max_size=10)


@given(rows=st.lists(st.tuples(fields, fields), max_size=5))
def test_what_the_standard_library_writes_is_read_back(rows: list[tuple[str, str]]) -> None:
    text = io.StringIO()
    writer = csv_module.writer(text, quoting=csv_module.QUOTE_ALL)
    writer.writerows([("question", "answer"), *rows])
    read_back = list(read_csv(io.BytesIO(text.getvalue().encode())))
    assert all(isinstance(row, Row) for row in read_back)
    assert [tuple(row.values.values()) for row in read_back if isinstance(row, Row)] == rows


def test_game24_is_read_with_a_map(real_data: Path, local: LocalFiles) -> None:
    path = str(real_data / "game24" / "24.csv")
    columns = {"id": "Rank", "prompt": "Puzzles", "solve_rate": "Solved rate"}
    source = csv(path=path, fields=columns, require_answer=False, domain="game24")
    problems = [each for each in source.read(path, local) if isinstance(each, Problem)]
    assert len(problems) == 1_362
    assert problems[0].read_payload(dict[str, str])["solve_rate"] == "99.20%"
