"""Parquet: rows of any type become problems, and a broken file fails loudly."""

import datetime as dt
import decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from stepsmith.schemas import ErrorRecord, Problem, SourceError
from stepsmith.transforms.files import LocalFiles
from stepsmith.transforms.source.parquet import parquet


def write(path: Path, rows: list[dict[str, Any]], **options: Any) -> str:
    pq.write_table(pa.Table.from_pylist(rows), path, **options)
    return str(path)


def test_rows_become_problems_in_their_order(tmp_path: Path, local: LocalFiles) -> None:
    rows = [{"question": f"{n}?", "answer": n, "tests": [{"x": n}]} for n in range(3_000)]
    path = write(tmp_path / "set.parquet", rows, row_group_size=700)
    problems = list(parquet(path=path).read(path, local))
    assert problems[2_999] == Problem(
        id="set-00003000",
        prompt="2999?",
        group_id="set-00003000",
        source="set",
        answer="2999",
        payload='{"tests":[{"x":2999}]}',
    )
    assert len(problems) == 3_000


def test_a_bad_row_is_an_error_record_that_shows_the_row(tmp_path: Path, local: LocalFiles) -> None:
    path = write(tmp_path / "set.parquet", [{"question": "q", "answer": "1"}, {"question": ""}])
    good, error = parquet(path=path).read(path, local)
    assert isinstance(good, Problem)
    assert error == ErrorRecord(
        stage="source",
        kind="EmptyPrompt",
        message="'question' is empty; a prompt says something",
        location=path,
        line=2,
        field="question",
        input='{"question":"","answer":null}',
    )


def test_dates_decimals_and_bytes_are_kept_as_json(tmp_path: Path, local: LocalFiles) -> None:
    day, price = dt.date(2026, 1, 2), decimal.Decimal("1.50")
    row = {"question": "q", "answer": "1", "day": day, "price": price, "image": b"\x00\xff"}
    path = write(tmp_path / "set.parquet", [row])
    [problem] = parquet(path=path).read(path, local)
    assert isinstance(problem, Problem)
    assert problem.payload == '{"day":"2026-01-02","image":"AP8=","price":"1.50"}'


def test_a_bad_row_of_bytes_is_shown_too(tmp_path: Path, local: LocalFiles) -> None:
    path = write(tmp_path / "set.parquet", [{"question": b"\xff"}])
    [error] = parquet(path=path).read(path, local)
    assert isinstance(error, ErrorRecord)
    assert (error.kind, error.input) == ("WrongType", '{"question":"/w=="}')


@pytest.mark.parametrize("content", [b"", b"PAR1", b"not parquet at all", b"PAR1" * 50])
def test_a_file_that_is_no_parquet_fails_the_source(
    tmp_path: Path, local: LocalFiles, content: bytes
) -> None:
    path = tmp_path / "set.parquet"
    path.write_bytes(content)
    with pytest.raises(SourceError, match=r"cannot read .*set\.parquet: not a whole Parquet file"):
        list(parquet(path=str(path)).read(str(path), local))


def test_knights_and_knaves_are_read_with_a_map(real_data: Path, local: LocalFiles) -> None:
    pattern = str(real_data / "knights_knaves" / "*.parquet")
    source = parquet(path=pattern, fields={"prompt": "quiz", "answer": "solution_text"})
    records = [each for part in source.parts(local) for each in source.read(part, local)]
    problems = [each for each in records if isinstance(each, Problem)]
    assert len(problems) == len(records) == 200
    assert len({each.id for each in problems}) == 200
