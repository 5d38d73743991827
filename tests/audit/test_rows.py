"""Files of labels: every ending, every shape, and what cannot be read."""

from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from stepsmith.pipelines.audit import HumanLabelled, read_human
from stepsmith.schemas import ErrorRecord, UserError
from stepsmith.schemas.errors import SourceError
from tests.audit import made

Write = Callable[..., str]

ROWS = [made.PROCESSBENCH, {**made.PROCESSBENCH, "id": "gsm8k-8", "label": -1}]


def _ids(path: str) -> list[str]:
    return [each.id for each in read_human(path)]


@pytest.mark.parametrize("ending", ["jsonl", "jsonl.gz", "json", "json.gz"])
def test_rows_are_the_same_in_every_kind_of_file(write: Write, ending: str) -> None:
    assert _ids(write(ROWS, f"labels.{ending}")) == ["gsm8k-7", "gsm8k-8"]


def test_parquet_rows_are_read_too(tmp_path: Path) -> None:
    path = tmp_path / "labels.parquet"
    pq.write_table(pa.Table.from_pylist(ROWS), path)
    first, second = read_human(str(path))
    assert first.known == (True, False, None)
    assert second.is_right


def test_a_json_file_may_hold_json_lines(write: Write, tmp_path: Path) -> None:
    lines = Path(write(ROWS)).read_bytes()
    (tmp_path / "lines.json").write_bytes(lines)
    assert _ids(str(tmp_path / "lines.json")) == ["gsm8k-7", "gsm8k-8"]


def test_lists_under_keys_are_read_in_their_order(write: Write) -> None:
    grouped = {"q1": [made.MR_BEN], "q0": [{**made.MR_BEN, "Question_UUID": "q0"}]}
    assert _ids(write(grouped, "labels.json")) == ["q1/someone", "q0/someone"]


def test_objects_under_keys_are_rows(write: Write) -> None:
    assert _ids(write({"a": ROWS[0], "b": ROWS[1]}, "labels.json")) == ["gsm8k-7", "gsm8k-8"]


def test_one_broken_line_costs_one_row(write: Write) -> None:
    path = Path(write(ROWS))
    path.write_bytes(b'{"id": \n' + path.read_bytes() + b"[1]\n")
    errors: list[ErrorRecord] = []
    assert len(list(read_human(str(path), errors=errors))) == 2
    assert [(error.line, error.kind) for error in errors] == [(1, "BadJson"), (4, "WrongType")]


def test_an_item_that_is_no_object_costs_one_row(write: Write) -> None:
    errors: list[ErrorRecord] = []
    path = write([ROWS[0], 7], "labels.json")
    assert len(list(read_human(path, errors=errors))) == 1
    assert [error.message for error in errors] == ["the row holds a number; it must be an object"]


@pytest.mark.parametrize(
    ("name", "data", "message"),
    [
        ("a.json", b"{", "not JSON"),
        ("a.json", b"7", "it holds a number; allowed: a list of objects"),
        ("a.json", b'{"x": 7}', "it holds an object; allowed"),
        ("a.json", b"\xff", "not JSON"),
        ("a.jsonl.gz", b"plain", "cannot read"),
        ("a.parquet", b"plain", "not a whole Parquet file"),
        ("a.csv", b"", "allowed: .jsonl, .json, .parquet, also with .gz"),
        ("a.jsonl", b"", "no row can be read, so its form cannot be guessed"),
    ],
)
def test_a_file_that_cannot_be_read_at_all_says_why(
    tmp_path: Path, name: str, data: bytes, message: str
) -> None:
    path = tmp_path / name
    path.write_bytes(data)
    with pytest.raises(UserError, match=message) as raised:
        _ids(str(path))
    assert str(path) in str(raised.value)


def test_a_file_that_is_not_there_names_its_neighbour(write: Write) -> None:
    path = write(ROWS, "gsm8k.jsonl")
    with pytest.raises(SourceError, match=r"did you mean 'gsm8k\.jsonl'"):
        _ids(path.replace("gsm8k", "gsm8"))


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    (tmp_path / "x.jsonl").mkdir()
    with pytest.raises(SourceError, match="is a folder"):
        _ids(str(tmp_path / "x.jsonl"))


def test_steps_of_a_claim_end_their_lines_and_the_last_stays_as_it_is() -> None:
    solution = HumanLabelled(id="a", problem="p", steps=("1", "2\n", "3"), known=(None,) * 3)
    problem, steps = solution.claimed
    assert [step.text for step in steps] == ["1\n", "2\n", "3"]
    assert (problem.prompt, problem.payload) == ("p", "{}")


def test_choices_travel_in_the_payload() -> None:
    solution = HumanLabelled(id="a", problem="p", steps=(), known=(), options=("A: 1",))
    assert solution.claimed[0].payload == '{"options":["A: 1"]}'


def test_labels_that_do_not_fit_the_steps_are_refused() -> None:
    with pytest.raises(ValueError, match="1 labels for 2 steps"):
        HumanLabelled(id="a", problem="p", steps=("1", "2"), known=(True,))
