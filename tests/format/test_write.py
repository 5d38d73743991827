"""Files of exported rows: the schema is declared by the row's type, never inferred."""

import dataclasses
import io

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from stepsmith.transforms.format.write import row_schema, to_jsonl, to_parquet


@dataclasses.dataclass(frozen=True, kw_only=True)
class Scored:
    text: str
    score: float | None = None
    groups: tuple[tuple[str, ...], ...] = ()


@dataclasses.dataclass(frozen=True, kw_only=True)
class Unsupported:
    extra: dict[str, str]


def test_the_fields_declare_the_columns() -> None:
    expected = pa.schema(
        [
            pa.field("text", pa.string(), nullable=False),
            pa.field("score", pa.float64(), nullable=True),
            pa.field("groups", pa.list_(pa.list_(pa.string())), nullable=False),
        ]
    )
    assert row_schema(Scored).equals(expected)


def test_no_rows_still_have_their_schema() -> None:
    table = pq.read_table(io.BytesIO(to_parquet([], Scored)))
    assert table.schema.equals(row_schema(Scored))
    assert table.num_rows == 0
    assert to_jsonl([], Scored) == b""


def test_a_column_that_no_reader_takes_is_refused() -> None:
    with pytest.raises(TypeError, match="cannot be dict"):
        row_schema(Unsupported)


def test_rows_stay_in_order_over_row_groups(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("stepsmith.transforms.format.write.ROWS_IN_GROUP", 2)
    rows = [Scored(text=str(index), groups=(("a",), ())) for index in range(5)]
    file = pq.ParquetFile(io.BytesIO(to_parquet(iter(rows), Scored)))
    assert file.num_row_groups == 3
    assert file.read()["text"].to_pylist() == ["0", "1", "2", "3", "4"]
