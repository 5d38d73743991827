"""Rejected rows: shown as they were written, however strange, and never longer than allowed."""

import pytest

from stepsmith.transforms.source.rows import MAX_INPUT, BadRow, Row, RowError, reject

ERROR = RowError("no", kind="WrongType", field="x")


@pytest.mark.parametrize(
    ("row", "shown"),
    [
        (Row(line=1, values={"x": 1}, raw=b'{"x":  1}\r\n'), '{"x":  1}'),
        (Row(line=1, values={"x": "é", "y": None}), '{"x":"é","y":null}'),
        (Row(line=1, values={"x": 2j}), '{"x":"2j"}'),
        (Row(line=1, values={"x": {(1,): 2}}), '{"x":{"(1,)":2}}'),
        (Row(line=1, values={"x": "\ud800"}), r"{'x': '\ud800'}"),
        (BadRow(line=1, error=ERROR, raw=b"a\xffb"), r"a\xffb"),
        (BadRow(line=1, error=ERROR, raw=b"x" * 9_999), "x" * MAX_INPUT),
    ],
)
def test_the_input_of_an_error_record_is_what_was_written(row: Row | BadRow, shown: str) -> None:
    record = reject(row, ERROR, location="here")
    assert record.input == shown
    assert (record.kind, record.field, record.message) == ("WrongType", "x", "no")
