"""Tables: declared, versioned, and identity through Parquet."""

import dataclasses
import io
from collections import Counter
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stepsmith.schemas import LabelledTrajectory, Problem, Step, StepLabel, Trajectory, Verdict
from stepsmith.schemas.arrow import (
    COUNTERFACTUALS,
    ERRORS,
    EVIDENCE,
    MUTATIONS,
    PAIRS,
    ROLLOUTS,
    TABLES,
    TRAJECTORIES,
    TREES,
    Table,
)
from stepsmith.schemas.side_tables import MADE
from stepsmith.transforms.search.base import SearchResult
from stepsmith.transforms.sink.parquet import shard_bytes
from tests.strategies import (
    counterfactuals,
    errors,
    evidence,
    labelled_trajectories,
    mutations,
    nodes,
    pairs,
    rollouts,
)

GOLDEN = Path(__file__).parents[1] / "golden"


@pytest.mark.parametrize("table", TABLES.values(), ids=TABLES)
def test_a_schema_is_the_golden_file_of_its_version(table: Table[object]) -> None:
    golden = GOLDEN / f"{table.name}-v{table.version}.schema.txt"
    assert table.schema.to_string(truncate_metadata=False) + "\n" == golden.read_text()


@pytest.mark.parametrize("table", TABLES.values(), ids=TABLES)
def test_no_column_has_a_type_that_readers_refuse(table: Table[object]) -> None:
    def kinds(kind: pa.DataType) -> list[pa.DataType]:
        children = [kind.field(index).type for index in range(kind.num_fields)]
        return [kind, *(inner for child in children for inner in kinds(child))]

    allowed = {"string", "bool", "int64", "double"}
    for field in table.schema:
        for kind in kinds(field.type):
            nested = pa.types.is_struct(kind) or pa.types.is_list(kind)
            assert nested or str(kind) in allowed, field.name


@given(rows=st.lists(labelled_trajectories(), max_size=4))
def test_trajectories_survive_parquet(rows: list[LabelledTrajectory]) -> None:
    assert same_rows(TRAJECTORIES, rows)


@given(rows=st.lists(rollouts, max_size=4))
def test_rollouts_survive_parquet(rows: list[object]) -> None:
    assert same_rows(ROLLOUTS, rows)


@given(rows=st.lists(nodes, max_size=4))
def test_trees_survive_parquet(rows: list[object]) -> None:
    assert same_rows(TREES, rows)


@given(rows=st.lists(pairs, max_size=4))
def test_pairs_survive_parquet(rows: list[object]) -> None:
    assert same_rows(PAIRS, rows)


@given(rows=st.lists(mutations, max_size=4))
def test_mutations_survive_parquet(rows: list[object]) -> None:
    assert same_rows(MUTATIONS, rows)


@given(rows=st.lists(counterfactuals, max_size=4))
def test_counterfactuals_survive_parquet(rows: list[object]) -> None:
    assert same_rows(COUNTERFACTUALS, rows)


@given(rows=st.lists(evidence, max_size=4))
def test_evidence_survives_parquet(rows: list[object]) -> None:
    assert same_rows(EVIDENCE, rows)


def test_every_field_of_a_searchs_result_but_its_rows_has_a_table() -> None:
    fields = [field.name for field in dataclasses.fields(SearchResult)]
    assert fields == ["rows", *MADE]
    assert set(MADE.values()) <= set(TABLES.values())


@given(rows=st.lists(errors, max_size=4))
def test_errors_survive_parquet(rows: list[object]) -> None:
    assert same_rows(ERRORS, rows)


@given(rows=st.permutations(range(5)))
def test_the_order_of_the_rows_does_not_change_the_bytes(rows: list[int]) -> None:
    made = [row(index) for index in range(5)]
    assert encoded([made[index] for index in rows]) == encoded(made)


def test_flat_columns_count_what_the_steps_say() -> None:
    [flat] = TRAJECTORIES.to_arrow([row(0)]).to_pylist()
    assert flat["n_steps"] == 3
    assert flat["n_correct_steps"] == 1
    assert flat["n_wrong_steps"] == 1
    assert flat["n_invalid"] == 1
    assert flat["n_undecided"] == 1
    assert flat["mean_value"] == 0.25
    assert flat["outcome"] == "invalid"


def test_a_row_with_more_labels_than_steps_is_refused() -> None:
    good = row(0)
    short = Trajectory(id="t", problem_id="p", steps=good.trajectory.steps[:1])
    bad = LabelledTrajectory(
        problem=good.problem, trajectory=short, outcome=good.outcome, labels=good.labels
    )
    with pytest.raises(ValueError, match="has 1 steps and 3 labels"):
        TRAJECTORIES.to_arrow([bad])


def test_files_carry_page_index_zstd_and_no_foreign_metadata() -> None:
    file = pq.ParquetFile(io.BytesIO(encoded([row(0)])))
    column = file.metadata.row_group(0).column(0)
    assert column.compression == "ZSTD"
    assert column.has_offset_index
    assert set(file.metadata.metadata) == {b"schema", b"schema_version", b"recipe"}


def test_a_shard_without_rows_has_its_columns_and_no_row_group() -> None:
    file = pq.ParquetFile(io.BytesIO(encoded([])))
    assert (file.metadata.num_rows, file.metadata.num_row_groups) == (0, 0)
    assert file.schema_arrow.names == TRAJECTORIES.schema.names
    assert file.metadata.metadata[b"schema_version"] == TRAJECTORIES.version.encode()
    assert TRAJECTORIES.from_arrow(file.read()) == []


def row(index: int) -> LabelledTrajectory:
    steps = tuple(Step(text=f"step {n}\n") for n in range(3))
    refuted = Verdict(outcome="invalid", verifier="math.arithmetic", evidence="no")
    unsure = Verdict(outcome="undecided", verifier="math.arithmetic", evidence="none")
    return LabelledTrajectory(
        problem=Problem(id=f"p{index}", prompt="?", answer="1"),
        trajectory=Trajectory(id=f"t{index}", problem_id=f"p{index}", steps=steps, answer="2"),
        outcome=Verdict(outcome="invalid", verifier="math.answer", evidence="2 is not 1"),
        labels=(
            StepLabel(correct=True, value=0.5, verdicts=(unsure,)),
            StepLabel(correct=False, value=0.0, verdicts=(refuted,)),
            StepLabel(),
        ),
        first_error=1,
    )


def encoded(rows: list[LabelledTrajectory]) -> bytes:
    return shard_bytes(TRAJECTORIES, TRAJECTORIES.to_arrow(rows), footer={"recipe": "x"})


def same_rows(table: Table[object], rows: list[object]) -> bool:
    """Write and read the rows: the same ones, in an order that does not depend on theirs."""
    read = through_parquet(table, rows)
    again = through_parquet(table, rows[::-1])
    return Counter(read) == Counter(rows) and keys(table, again) == keys(table, read)


def keys(table: Table[object], rows: list[object]) -> list[dict[str, object]]:
    return table.to_arrow(rows).select(table.order).to_pylist()


def through_parquet(table: Table[object], rows: list[object]) -> list[object]:
    data = shard_bytes(table, table.to_arrow(rows), footer={})
    return table.from_arrow(pq.read_table(io.BytesIO(data)))
