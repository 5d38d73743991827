"""The page on auditing: its code runs, and it names every field that is written."""

import dataclasses
import json
import re
import runpy
from pathlib import Path

import pytest

from stepsmith.pipelines.audit.document import (
    Document,
    RowError,
    ScoreRow,
    Share,
    ShownDisagreement,
    Table,
)
from tests.audit import made

PAGE = Path(__file__).parents[2] / "docs" / "auditing.md"


def test_the_code_on_the_page_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    [code] = re.findall(r"^```python\n(.*?)^```", PAGE.read_text(), re.DOTALL | re.MULTILINE)
    (tmp_path / "example.py").write_text(code)
    (tmp_path / "labelled.jsonl").write_text(json.dumps(made.PROCESSBENCH))
    monkeypatch.chdir(tmp_path)
    runpy.run_path("example.py")
    assert capsys.readouterr().out.startswith("1.0 (0.20")


@pytest.mark.parametrize("record", [Document, Table, ScoreRow, Share, ShownDisagreement, RowError])
def test_the_page_names_every_field_of_the_json(record: type) -> None:
    said = PAGE.read_text().partition("## The JSON")[2].partition("## From Python")[0]
    for field in dataclasses.fields(record):
        assert f"`{field.name}`" in said
