"""Terms of a taxonomy, from a file of edges or a graph: which, in which order, with what errors."""

import csv
import pickle
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
import pytest

from stepsmith.schemas import Problem, RecipeError, SourceError
from stepsmith.transforms.files import LocalFiles
from stepsmith.transforms.graph.build import build
from stepsmith.transforms.graph.triples import Labels, Rows
from stepsmith.transforms.source import Source
from stepsmith.transforms.source.taxonomy import taxonomy
from stepsmith.transforms.taxonomy.payload import HierarchyPayload
from stepsmith.transforms.taxonomy.read import read_graph
from tests.taxonomy.made import ANIMALS

if TYPE_CHECKING:
    from tests.source.conftest import Everything, RemoteFiles


@pytest.fixture
def animals_file(tmp_path: Path) -> str:
    path = tmp_path / "animals.tsv"
    path.write_text(ANIMALS, encoding="utf-8")
    return str(path)


def terms(source: Source, local: LocalFiles, read_all: "type[Everything]") -> list[str]:
    found = read_all(source, local)
    assert found.errors == []
    return [each.read_payload(HierarchyPayload).query for each in found.problems]


def test_the_leaves_far_enough_below_the_root_are_asked_for(
    animals_file: str, local: LocalFiles, read_all: "type[Everything]"
) -> None:
    leaves = {"robin", "barn owl", "dog", "siamese", "persian", "trout", "salmon", "penguin"}
    leaves |= {"oak", "tea rose"}
    found = terms(taxonomy(path=animals_file), local, read_all)
    assert set(found) == leaves
    assert len(found) == len(leaves)
    deep = terms(taxonomy(path=animals_file, min_level=4), local, read_all)
    assert set(deep) == {"barn owl", "siamese", "persian"}
    every = terms(taxonomy(path=animals_file, queries="any", min_level=1), local, read_all)
    assert len(every) == 18


def test_a_part_of_them_is_the_first_of_all_in_an_order_of_chance(
    animals_file: str, local: LocalFiles, read_all: "type[Everything]"
) -> None:
    every = terms(taxonomy(path=animals_file), local, read_all)
    assert every != sorted(every)
    assert terms(taxonomy(path=animals_file, size=3), local, read_all) == every[:3]
    assert terms(taxonomy(path=animals_file, seed=1), local, read_all) != every


def test_the_division_into_parts_and_the_file_system_change_no_problem(
    animals_file: str,
    local: LocalFiles,
    read_all: "type[Everything]",
    remote: "type[RemoteFiles]",
) -> None:
    whole = read_all(taxonomy(path=animals_file), local).problems
    source = taxonomy(path=animals_file, part_size=3)
    parts = source.parts(local)
    assert parts == [
        "00000000-00000003",
        "00000003-00000006",
        "00000006-00000009",
        "00000009-00000010",
    ]
    assert read_all(pickle.loads(pickle.dumps(source)), local).problems == whole
    elsewhere = remote({"s3://x/a.tsv": ANIMALS.encode()})
    assert read_all(taxonomy(path="s3://x/a.tsv"), elsewhere).problems == whole
    with pytest.raises(SourceError, match="'all' is no part of taxonomy"):
        source.read("all", local).__next__()


def test_names_are_shown_and_keys_stay_the_ids(
    tmp_path: Path, local: LocalFiles, read_all: "type[Everything]"
) -> None:
    (tmp_path / "edges.tsv").write_text("b\ta\nc\tb\nd\tb\n", encoding="utf-8")
    names = tmp_path / "names.tsv"
    names.write_text("a\tAlpha\nb\tBeta\nb\tanother\nc\tGamma, the 3rd\n", encoding="utf-8")
    source = taxonomy(path=str(tmp_path / "edges.tsv"), names=str(names), name="letters")
    problems = {each.id: each for each in read_all(source, local).problems}
    assert problems.keys() == {"letters-c", "letters-d"}
    assert '"Gamma, the 3rd"' in problems["letters-c"].prompt
    assert "Alpha\n  Beta\n    d\n" in problems["letters-c"].prompt
    assert {each.answer for each in problems.values()} == {"Beta"}


def test_the_batch_of_anchors_comes_with_the_problem(
    animals_file: str, local: LocalFiles, read_all: "type[Everything]"
) -> None:
    [problem] = [
        each
        for each in read_all(taxonomy(path=animals_file), local).problems
        if "siamese" in each.id
    ]
    anchors = problem.read_payload(HierarchyPayload).anchors
    counts = Counter((each.path, each.stop) for each in anchors)
    assert counts == {
        (True, "current"): 1,
        (True, "forward"): 3,
        (True, "backward"): 1,
        (False, "backward"): 13,
    }
    random = taxonomy(path=animals_file, off_path="random")
    drawn = [
        anchor.stop
        for each in read_all(random, local).problems
        for anchor in each.read_payload(HierarchyPayload).anchors
        if not anchor.path
    ]
    assert set(drawn) == {"current", "forward", "backward"}


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("b\ta\nc\n", ":2: 1 fields; a line is `child<TAB>parent`"),
        ("b\ta\n\nc\tb\td\n", ":3: 3 fields"),
        ("b\ta\n\tb\n", ":2: the field 'child' is empty"),
        ("b\t \n", ":1: the field 'parent' is empty"),
        ("b\ta\na\tb\n", "runs in a circle: 'a' under 'b' under 'a'"),
        ("", "at least one edge"),
        ("b\ta\n", "no term lies 2 edges below the root"),
        ("child\tparent\nb\ta\n", "no term lies 2 edges below the root"),
    ],
)
def test_what_is_no_taxonomy_is_refused_with_its_place(
    tmp_path: Path, local: LocalFiles, content: str, message: str
) -> None:
    path = tmp_path / "bad.tsv"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(SourceError) as caught:
        taxonomy(path=str(path)).parts(local)
    assert str(path) in str(caught.value)
    assert message in str(caught.value)


def test_a_field_beyond_the_limit_is_refused_with_its_place(
    tmp_path: Path, local: LocalFiles
) -> None:
    path = tmp_path / "long.tsv"
    path.write_text("b\ta\nc\t" + "x" * 2_000, encoding="utf-8")
    limit = csv.field_size_limit(1_000)  # one for the whole process: the source `csv` raises it
    try:
        with pytest.raises(SourceError, match=r"long\.tsv:2: field larger than field limit"):
            taxonomy(path=str(path)).parts(local)
    finally:
        csv.field_size_limit(limit)


def test_headings_are_no_edge(
    tmp_path: Path, local: LocalFiles, read_all: "type[Everything]"
) -> None:
    path = tmp_path / "headed.tsv"
    path.write_text(f"Child\tparent\n{ANIMALS}", encoding="utf-8")
    found = read_all(taxonomy(path=str(path)), local).problems
    assert {each.read_payload(HierarchyPayload).chain[0] for each in found} == {"thing"}


def test_a_name_is_asked_for_once_and_placed_where_any_node_of_it_stands(
    tmp_path: Path, local: LocalFiles, read_all: "type[Everything]"
) -> None:
    path = tmp_path / "twice.tsv"
    path.write_text(f"{ANIMALS}Rose\tfish\n", encoding="utf-8")
    asked = terms(taxonomy(path=str(path), queries="any"), local, read_all)
    assert len({"rose", "Rose"} & set(asked)) == 1
    (edges := tmp_path / "edges.tsv").write_text("a\t0\nb\t0\n1\ta\n2\tb\n3\t1\n", encoding="utf-8")
    (names := tmp_path / "names.tsv").write_text("1\tcat\n3\tlion\n3\tcat\n", encoding="utf-8")
    both = taxonomy(path=str(edges), names=str(names), queries="any")
    # The lion, which may be called a cat, lies below the cat: where the cat belongs is not known.
    assert sorted(terms(both, local, read_all)) == ["2", "3"]


def test_text_in_another_encoding_or_no_file_at_all_is_refused(
    tmp_path: Path, local: LocalFiles
) -> None:
    path = tmp_path / "latin.tsv"
    path.write_bytes("caf\xe9\tthing\n".encode("latin-1"))
    with pytest.raises(SourceError, match="is not UTF-8"):
        taxonomy(path=str(path)).parts(local)
    with pytest.raises(SourceError, match="no file"):
        taxonomy(path=str(tmp_path / "none.tsv")).parts(local)


def test_a_name_of_no_node_is_refused_with_the_nearest(tmp_path: Path, local: LocalFiles) -> None:
    (tmp_path / "edges.tsv").write_text("bird\tanimal\nrobin\tbird\n", encoding="utf-8")
    (tmp_path / "names.tsv").write_text("brid\tBird\n", encoding="utf-8")
    source = taxonomy(path=str(tmp_path / "edges.tsv"), names=str(tmp_path / "names.tsv"))
    with pytest.raises(SourceError, match=r"names 'brid', no node of .*'bird'"):
        source.parts(local)


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"path": "a", "graph": "g", "relation": "r"},
        {"graph": "g"},
        {"path": "a", "relation": "r"},
        {"graph": "g", "relation": "r", "names": "n"},
    ],
)
def test_it_is_either_a_file_or_a_graph(options: dict[str, Any]) -> None:
    with pytest.raises(RecipeError, match="either path = FILE"):
        taxonomy(**options)


def write_graph(folder: Path) -> str:
    edges = [line.split("\t") for line in ANIMALS.splitlines()]
    kinds = Rows(
        heads=[child for child, _ in edges],
        relations=["is_a"] * len(edges),
        tails=[parent for _, parent in edges],
    )
    food = Rows(heads=["owl"], relations=["eats"], tails=["robin"])
    build([kinds, food, Labels(keys=["owl", "owl"], texts=["Owl", "strix"])], folder)
    return str(folder)


def test_a_relation_of_a_graph_is_the_same_taxonomy_as_the_file_of_its_edges(
    tmp_path: Path, animals_file: str, local: LocalFiles, read_all: "type[Everything]"
) -> None:
    folder = write_graph(tmp_path / "graph")
    read = read_graph(folder, "is_a")
    assert (len(read), read.root) == (19, "thing")
    assert (read.name("owl"), read.name("robin")) == ("Owl", "robin")
    by_graph = read_all(taxonomy(graph=folder, relation="is_a"), local).problems
    by_file = read_all(taxonomy(path=animals_file), local).problems
    assert [_plain(each) for each in by_graph] == [_plain(each) for each in by_file]


def _plain(problem: Problem) -> dict[str, Any]:
    plain: dict[str, Any] = msgspec.json.decode(
        msgspec.json.encode(problem).replace(b"Owl", b"owl")
    )
    return plain


def test_a_relation_that_the_graph_does_not_have_is_refused(tmp_path: Path) -> None:
    folder = write_graph(tmp_path / "graph")
    with pytest.raises(SourceError, match=r"no relation 'isa' in .*'is_a'"):
        read_graph(folder, "isa")
