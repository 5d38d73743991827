"""What holds of every registered source, whatever it reads."""

import json
import pickle
from pathlib import Path
from typing import Any

import pytest

from stepsmith.schemas import ErrorRecord, Problem
from stepsmith.schemas.registry import options_of
from stepsmith.transforms.files import LocalFiles
from stepsmith.transforms.source import SOURCES, Source
from tests.graph.made import made_folder


@pytest.fixture
def sources(tmp_path: Path) -> dict[str, Source]:
    import pyarrow as pa
    import pyarrow.parquet as pq

    rows = [{"question": f"{n}?", "answer": str(n)} for n in range(4)]
    for name in ("a", "b"):
        text = "\n".join(map(json.dumps, rows))
        (tmp_path / f"{name}.jsonl").write_text(text, encoding="utf-8")
        (tmp_path / f"{name}.csv").write_text("question,answer\n1?,1\n", encoding="utf-8")
        pq.write_table(pa.Table.from_pylist(rows), tmp_path / f"{name}.parquet")
    row = {
        "prompt": "Double.",
        "test_list": ["assert f(1) == 2"],
        "code": "def f(x):\n    return 2",
    }
    (tmp_path / "code.json").write_text(json.dumps(row), encoding="utf-8")
    solved = [{**row, "solution": f"#### {row['answer']}"} for row in rows]
    (tmp_path / "solved.jsonl").write_text("\n".join(map(json.dumps, solved)), encoding="utf-8")
    edges = "b\ta\nc\tb\nd\tb\ne\tb\n"
    (tmp_path / "edges.tsv").write_text(edges, encoding="utf-8")
    hub = tmp_path / "hub"
    hub.mkdir()
    (hub / "train.csv").write_text("question,answer\n1?,1\n", encoding="utf-8")
    facts = [
        {"case": f"c{case}", "finding": finding, "state": str((case + at) % 2)}
        for case in range(8)
        for at, finding in enumerate("uvw")
    ]
    (tmp_path / "tables").mkdir()
    lines = "\n".join(map(json.dumps, facts))
    (tmp_path / "tables" / "facts.jsonl").write_text(lines, encoding="utf-8")
    options: dict[str, dict[str, Any]] = {
        "jsonl": {"path": str(tmp_path / "*.jsonl")},
        "code_jsonl": {"path": str(tmp_path / "code.json")},
        "csv": {"path": str(tmp_path / "*.csv")},
        "parquet": {"path": str(tmp_path / "*.parquet")},
        "facts_table": {"path": str(tmp_path / "tables" / "facts.jsonl"), "plain": 3},
        "datasets": {"path": str(hub)},
        "facts_graph": {"graph": made_folder(tmp_path / "facts_graph"), "plain": 3},
        "graph_paths": {"graph": made_folder(tmp_path / "graph"), "size": 6, "part_size": 3},
        "mismatch": {"sources": ({"kind": "jsonl", "path": str(tmp_path / "solved.jsonl")},)},
        "taxonomy": {"path": str(tmp_path / "edges.tsv"), "part_size": 2},
        "reasoning_gym": {"generator": "chain_sum", "size": 4},
    }
    return {name: SOURCES.get(name).value(**each) for name, each in options.items()}


def test_every_source_stands_in_this_test(sources: dict[str, Source]) -> None:
    assert sources.keys() <= {entry.name for entry in SOURCES}
    assert {
        entry.name for entry in SOURCES if entry.module.startswith("stepsmith.")
    } == sources.keys()


def test_every_source_is_described_and_has_typed_options() -> None:
    for entry in SOURCES:
        assert entry.summary.endswith("."), entry.name
        assert options_of(entry.value), entry.name


def test_every_source_reads_the_same_again_and_after_pickling(
    sources: dict[str, Source], local: LocalFiles
) -> None:
    for name, source in sources.items():
        parts = list(source.parts(local))
        again: Source = pickle.loads(pickle.dumps(source))
        assert parts == sorted(parts) == list(again.parts(local)), name
        records = {part: list(source.read(part, local)) for part in parts}
        assert {part: list(again.read(part, local)) for part in reversed(parts)} == records, name
        _check_problems(name, [each for part in parts for each in records[part]])


def _check_problems(name: str, records: list[Problem | ErrorRecord]) -> None:
    problems = [each for each in records if isinstance(each, Problem)]
    assert len({problem.id for problem in problems}) == len(records) > 0, name
    assert all(problem.source and problem.group_id for problem in problems), name
    assert all(isinstance(each.read_payload(dict[str, Any]), dict) for each in problems), name
