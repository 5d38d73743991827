"""A graph is built into a folder whole or not at all, and a damaged one is refused."""

import json
import multiprocessing
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from stepsmith.transforms.graph.build import REJECTS, build
from stepsmith.transforms.graph.check import faults_of
from stepsmith.transforms.graph.errors import GraphError
from stepsmith.transforms.graph.folder import read_header
from stepsmith.transforms.graph.relations import Relation
from stepsmith.transforms.graph.store import Graph
from stepsmith.transforms.graph.triples import Edge, Fact, Labels, Part, RejectedRow, Rows

ROWS = Rows(heads=["a", "b", "a"], relations=["r", "s", "r"], tails=["b", "c", "b"])
FALSE = Rows(heads=["c", "a"], relations=["r", "r"], tails=["a", "b"], negative=True)


def rejected(line: int) -> RejectedRow:
    return RejectedRow(file="x.tsv", line=line, field="tail", why="it is empty")


def everything(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_a_folder_holds_the_facts_their_names_and_what_was_noted(tmp_path: Path) -> None:
    parts = [
        ROWS,
        FALSE,
        Labels(keys=["b", "nobody", "b", "b"], texts=["Bee", "No", "Bea", "Bee"]),
        Relation(key="r", text="rules"),
        Relation(key="unused", text="not used"),
    ]
    header = build(parts, tmp_path / "g", sources=["x.tsv"])
    assert (header.facts, header.negatives, header.nodes, header.relations) == (2, 2, 3, 2)
    assert (header.names, header.unused_names, header.unused_relations) == (2, 1, 1)
    assert (header.duplicates, header.contradictions, header.rejected) == (1, 1, 0)
    assert header.sources == ("x.tsv",)
    assert header == read_header(tmp_path / "g")
    graph = Graph.open(tmp_path / "g")
    assert list(graph.edges()) == [Edge(0, 0, 1), Edge(1, 1, 2)]
    assert list(graph.negatives()) == [Edge(0, 0, 1), Edge(2, 0, 0)]
    assert graph.names(1) == ("Bee", "Bea")
    assert [graph.relation_info(one).text for one in range(2)] == ["rules", "s"]
    assert graph.digest == header.digest
    assert list(faults_of(graph)) == []


def test_batches_in_any_order_make_the_same_graph(tmp_path: Path) -> None:
    batches = [
        Rows(heads=[one], relations=[two], tails=[three])
        for one, two, three in zip(ROWS.heads, ROWS.relations, ROWS.tails, strict=True)
    ]
    digest = build([ROWS], tmp_path / "one").digest
    assert build(batches[::-1], tmp_path / "many").digest == digest
    facts = [Fact("a", "r", "b"), Fact("b", "s", "c")]
    assert Graph.of(facts).digest == digest


def test_rejected_rows_fail_the_build_and_are_all_named(tmp_path: Path) -> None:
    with pytest.raises(GraphError) as caught:
        build([ROWS, rejected(3), rejected(7)], tmp_path / "g")
    assert str(caught.value).splitlines() == [
        "2 rows are no fact, and 0 allowed (--max-rejected):",
        "x.tsv, line 3, tail: it is empty",
        "x.tsv, line 7, tail: it is empty",
    ]
    assert everything(tmp_path) == []


def test_a_long_list_of_rejected_rows_is_cut_and_counted(tmp_path: Path) -> None:
    with pytest.raises(GraphError) as caught:
        build([ROWS, *map(rejected, range(25))], tmp_path / "g", max_rejected=24)
    lines = str(caught.value).splitlines()
    assert lines[0] == "25 rows are no fact, and 24 allowed (--max-rejected):"
    assert lines[-1] == "and 5 more"
    assert len(lines) == 22


def test_tolerated_rows_are_written_to_a_file(tmp_path: Path) -> None:
    header = build([ROWS, rejected(3)], tmp_path / "g", max_rejected=1)
    assert header.rejected == 1
    lines = (tmp_path / "g" / REJECTS).read_bytes().splitlines()
    assert [msgspec.json.decode(line, type=RejectedRow) for line in lines] == [rejected(3)]


def test_what_holds_no_fact_is_refused(tmp_path: Path) -> None:
    with pytest.raises(GraphError, match=r"x\.tsv holds no fact"):
        build([Labels(keys=["a"], texts=["A"])], tmp_path / "g", sources=["x.tsv"])


def test_an_existing_graph_is_replaced_only_on_demand(tmp_path: Path) -> None:
    build([ROWS], tmp_path / "g")
    before = Graph.open(tmp_path / "g")
    with pytest.raises(GraphError, match="--overwrite replaces it"):
        build([ROWS], tmp_path / "g")
    build([Rows(heads=["x"], relations=["r"], tails=["y"])], tmp_path / "g", overwrite=True)
    assert Graph.open(tmp_path / "g").n_facts == 1
    # Who has the old one open keeps it.
    assert list(before.edges()) == [Edge(0, 0, 1), Edge(1, 1, 2)]
    assert everything(tmp_path) == ["g"]


def test_what_is_no_graph_is_never_overwritten(tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.txt").write_text("all of it")
    with pytest.raises(GraphError, match="is no graph and is not overwritten"):
        build([ROWS], tmp_path / "mine", overwrite=True)
    assert everything(tmp_path / "mine") == ["thesis.txt"]


@pytest.mark.parametrize("overwrite", [False, True])
def test_a_loader_that_fails_leaves_what_was_there(tmp_path: Path, overwrite: bool) -> None:
    if overwrite:
        build([ROWS], tmp_path / "g")

    def broken() -> Iterator[Part]:
        yield ROWS
        msg = "the disk is gone"
        raise OSError(msg)

    with pytest.raises(OSError, match="the disk is gone"):
        build(broken(), tmp_path / "g", overwrite=overwrite)
    assert everything(tmp_path) == (["g"] if overwrite else [])
    assert not overwrite or Graph.open(tmp_path / "g").n_facts == 2


def test_writing_that_fails_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> int:
        msg = "no space left on device"
        raise OSError(msg)

    monkeypatch.setattr("os.pwrite", full)
    with pytest.raises(OSError, match="no space left"):
        build([ROWS], tmp_path / "g")
    assert everything(tmp_path) == []


def test_a_missing_graph_names_the_nearest(tmp_path: Path) -> None:
    build([ROWS], tmp_path / "wordnet")
    with pytest.raises(GraphError, match=r"there is no graph .*wordnets; did you mean .*/wordnet'"):
        Graph.open(tmp_path / "wordnets")
    with pytest.raises(GraphError, match="is no graph, it has no header"):
        Graph.open(tmp_path)
    alone = tmp_path / "alone" / "g"
    with pytest.raises(GraphError, match=f"no graph {alone}; stepsmith graph build"):
        Graph.open(alone)


@pytest.mark.parametrize("name", ["arrays.bin", "relations.json", "surfaces.marisa"])
@pytest.mark.parametrize("cut", [0, None])
def test_a_folder_that_lost_bytes_is_not_opened(tmp_path: Path, name: str, cut: int | None) -> None:
    build([ROWS], tmp_path / "g")
    file = tmp_path / "g" / name
    if cut is None:
        file.unlink()
    else:
        file.write_bytes(file.read_bytes()[:-1])
    with pytest.raises(GraphError, match=f"is damaged: {name}"):
        Graph.open(tmp_path / "g")


@pytest.mark.parametrize(
    ("header", "why"),
    [
        (b"{", "cannot be read"),
        (b"[]", "cannot be read: Expected `object`"),
        (b"{}", "has format None, and this version reads 2: build it anew"),
        (b'{"format": 1}', "has format 1, and this version reads 2: build it anew"),
        (b'{"format": 2}', "is damaged: .* missing required field"),
    ],
)
def test_another_format_or_half_a_header_is_refused(
    tmp_path: Path, header: bytes, why: str
) -> None:
    build([ROWS], tmp_path / "g")
    (tmp_path / "g" / "header.json").write_bytes(header)
    with pytest.raises(GraphError, match=why):
        Graph.open(tmp_path / "g")


@pytest.mark.parametrize(
    ("array", "fault"),
    [
        ("out_pair", "the two directions do not hold the same facts"),
        ("out_ptr", "out: the pointers do not cover the facts in order"),
        ("into_pair", "the two directions do not hold the same facts"),
        ("into_ptr", "into: the pointers do not cover the facts in order"),
        ("false_pair", "the content has the hash"),
        ("node_text", "the content has the hash"),
        ("name_text", "the content has the hash"),
        ("surface_nodes", "names: "),
    ],
)
def test_a_changed_byte_is_found(tmp_path: Path, array: str, fault: str) -> None:
    labels = Labels(keys=["a", "b", "c"], texts=["Ada", "Bob", "Cem"])
    build([ROWS, FALSE, labels], tmp_path / "g")
    section = json.loads((tmp_path / "g" / "header.json").read_bytes())["arrays"][array]
    _, length, offset = section
    assert length
    file = tmp_path / "g" / "arrays.bin"
    content = bytearray(file.read_bytes())
    content[offset] ^= 1
    file.write_bytes(content)
    assert any(found.startswith(fault) for found in faults_of(Graph.open(tmp_path / "g")))


@pytest.mark.parametrize(
    ("byte", "bit", "fault"),
    [
        (3, 0x80, "out: a fact has a relation that is not there"),
        (0, 2, "out: a fact has a node that is not there"),
    ],
)
def test_a_pair_of_what_is_not_there_is_found(
    tmp_path: Path, byte: int, bit: int, fault: str
) -> None:
    build([ROWS], tmp_path / "g")
    section = json.loads((tmp_path / "g" / "header.json").read_bytes())["arrays"]["out_pair"]
    file = tmp_path / "g" / "arrays.bin"
    content = bytearray(file.read_bytes())
    content[section[2] + byte] ^= bit
    file.write_bytes(content)
    assert fault in list(faults_of(Graph.open(tmp_path / "g")))


def count_facts(folder: str) -> tuple[int, str, tuple[int, ...]]:
    graph = Graph.open(folder)
    return graph.n_facts, graph.digest, graph.find("A")


def test_processes_share_one_folder(tmp_path: Path) -> None:
    digest = build([ROWS], tmp_path / "g").digest
    with multiprocessing.get_context("spawn").Pool(2) as pool:
        assert pool.map(count_facts, [str(tmp_path / "g")] * 2) == [(2, digest, (0,))] * 2
