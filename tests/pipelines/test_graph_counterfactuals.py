"""The recipe `graph_counterfactuals`, from a graph's folder to tables that a trainer reads."""

import collections
from pathlib import Path

import pytest

from stepsmith.pipelines.dataset import read_dataset
from stepsmith.pipelines.run import RunOptions
from stepsmith.schemas import Counterfactual
from stepsmith.schemas.arrow import COUNTERFACTUALS
from stepsmith.transforms.files import LocalFiles
from stepsmith.transforms.graph.build import build
from stepsmith.transforms.graph.store import Graph
from stepsmith.transforms.graph.triples import Fact, Labels, Rows
from stepsmith.transforms.sink.read import read_rows
from tests.negatives.graph.worlds import NAMES, NEGATIVES, facts
from tests.pipelines.recipe_runs import Made, Run, runs_of
from tests.pipelines.runs import digests

SIZE = 12


def columns(made: list[Fact], *, negative: bool = False) -> Rows:
    heads, relations, tails = (list(column) for column in zip(*made, strict=True))
    return Rows(heads=heads, relations=relations, tails=tails, negative=negative)


@pytest.fixture(scope="module")
def graph(tmp_path_factory: pytest.TempPathFactory) -> str:
    folder = tmp_path_factory.mktemp("graphs") / "world"
    names = [(key, name) for key, called in NAMES.items() for name in called]
    build(
        [
            columns(facts()),
            columns(list(NEGATIVES), negative=True),
            Labels(keys=[key for key, _ in names], texts=[name for _, name in names]),
        ],
        folder,
    )
    return str(folder)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory, graph: str) -> Run:
    folder = tmp_path_factory.mktemp("counterfactuals")
    given = (f"source.graph={graph}", f"source.size={SIZE}", "strategy.max_chance=1.0")
    return runs_of("graph_counterfactuals", folder, *given)


@pytest.fixture(scope="module")
def whole(made: Run) -> Made:
    return made("whole")


def counterfactuals(root: str) -> list[Counterfactual]:
    return list(read_rows(LocalFiles(), root, COUNTERFACTUALS))


def test_questions_become_gold_chains_and_edited_ones_with_the_first_error_known(
    whole: Made,
) -> None:
    root, manifest, text = whole
    counts = manifest.counts
    assert (counts.planned, counts.done, counts.failed) == (SIZE, SIZE, 0)
    edited = {one.id: one for one in counterfactuals(root)}
    rows = list(read_dataset(root))
    assert counts.rows == len(rows) == 2 * SIZE + len(edited)
    for row in rows:
        one = edited.get(row.trajectory.id)
        wrong = None if one is None or one.fault in ("use", "none") else one.step_index
        assert row.first_error == wrong
        assert row.keep
        if one is None:
            assert {label.correct for label in row.labels} == {True}
    kinds = collections.Counter(one.kind for one in edited.values())
    assert counts.counterfactuals == kinds
    assert len(kinds) >= 11
    [line] = [line for line in text.splitlines() if line.startswith("  false chains")]
    assert f"{sum(kinds.values()):,}: " in line


def test_no_false_fact_is_in_the_graph_and_every_other_one_is(whole: Made, graph: str) -> None:
    store = Graph.open(graph)
    checked = collections.Counter[bool]()
    for one in counterfactuals(whole[0]):
        assert one.graph == store.digest
        if one.after_fact is None:
            continue
        edge = store.edge(Fact(*one.after_fact.split(" | ")))
        assert edge is not None
        false = one.fault in ("fact", "none")  # stated, or denied
        assert store.exists(*edge) is not false
        checked[false] += 1
    assert min(checked.values()) > 10


def test_both_tables_load_as_parquet_and_join_by_id(whole: Made) -> None:
    datasets = pytest.importorskip("datasets")
    root, _, _ = whole
    loaded = {
        table: datasets.load_dataset(
            "parquet", data_files=f"{root}/{table}/*-of-*.parquet", split="train"
        )
        for table in ("trajectories", "counterfactuals")
    }
    texts = {
        row["id"]: "".join(step["text"] for step in row["steps"]) for row in loaded["trajectories"]
    }
    parents = {row["id"]: row["parent_id"] for row in loaded["trajectories"]}
    assert len(loaded["counterfactuals"]) > 0
    for row in loaded["counterfactuals"]:
        assert texts[row["id"]].startswith(row["prefix"] + row["after"])
        assert texts[parents[row["id"]]].startswith(row["prefix"] + row["before"])


def test_the_number_of_shards_changes_no_row(made: Run, whole: Made) -> None:
    root, _, _ = made("one", "shards=1")
    assert sorted(counterfactuals(root), key=lambda one: one.id) == sorted(
        counterfactuals(whole[0]), key=lambda one: one.id
    )


def test_a_pool_of_two_processes_makes_the_same_bytes(made: Run, whole: Made) -> None:
    root, _, _ = made("pool", options=RunOptions(quiet=True, workers=2))
    assert digests(Path(root)) == digests(Path(whole[0]))


def test_questions_of_a_choice_are_answered_by_their_letters(made: Run) -> None:
    root, manifest, _ = made("choice", 'source.form="choice"', "source.options=3")
    assert manifest.counts.failed == 0
    ends = {row.trajectory.steps[-1].text for row in read_dataset(root)}
    assert ends == {f"The answer is {letter}." for letter in "ABC"}
    references = [row for row in read_dataset(root) if row.trajectory.origin == "reference"]
    assert {row.outcome.outcome for row in references} == {"valid"}
