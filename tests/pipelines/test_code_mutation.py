"""The recipe `code_mutation`, from a file of references to tables that a trainer reads."""

import dataclasses
import json
from pathlib import Path

import pytest
from apache_beam.runners.portability.fn_api_runner import worker_handlers

from stepsmith.pipelines.dataset import read_dataset
from stepsmith.pipelines.run import RunOptions
from stepsmith.sandboxes.errors import SandboxError
from stepsmith.sandboxes.open import open_sandbox
from stepsmith.schemas import Mutation
from stepsmith.schemas.arrow import ERRORS, MUTATIONS
from stepsmith.schemas.sandbox import SandboxSettings
from stepsmith.transforms.files import LocalFiles
from stepsmith.transforms.judging import judge_source
from stepsmith.transforms.judging.images import image_of
from stepsmith.transforms.judging.problems import program_of, read_code_problem
from stepsmith.transforms.sink.read import read_rows
from tests.pipelines.recipe_runs import Made, Run, runs_of
from tests.pipelines.runs import digests

REFERENCES = {
    "largest": (
        "def largest(xs):\n    '''Return the largest.'''\n",
        "    best = xs[0]\n    for x in xs:\n        if x > best: best = x\n    return best\n",
        ["largest([1, 3, 2]) == 3", "largest([-1]) == -1", "largest([4, 1]) == 4"],
    ),
    "shout": (
        "def shout(text):\n    '''Make it loud.'''\n",
        "    return text.strip().upper() + '!'\n",
        ["shout(' a ') == 'A!'", "shout('') == '!'"],
    ),
    "liar": (
        "def liar(n):\n    '''Return the next number.'''\n",
        "    return n\n",
        ["liar(1) == 2"],
    ),
}


@pytest.fixture(scope="module", autouse=True)
def _needs_a_sandbox() -> None:
    try:
        open_sandbox(SandboxSettings(slots=1), (image_of("python"),)).close()
    except SandboxError as error:
        pytest.skip(str(error))


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Run:
    folder = tmp_path_factory.mktemp("mutation")
    source = folder / "problems.jsonl"
    lines = [
        {
            "task_id": name,
            "prompt": prompt,
            "entry_point": name,
            "code": solution,
            "test_list": [f"assert {test}" for test in tests],
        }
        for name, (prompt, solution, tests) in REFERENCES.items()
    ]
    source.write_text("".join(f"{json.dumps(line)}\n" for line in lines))
    return runs_of("code_mutation", folder, f"source.path={source}", "max_error_rate=0.5")


@pytest.fixture(scope="module")
def whole(made: Run) -> Made:
    return made("whole")


def mutations(root: str) -> list[Mutation]:
    return list(read_rows(LocalFiles(), root, MUTATIONS))


def test_references_become_rows_of_both_labels_and_those_that_fail_become_errors(
    whole: Made,
) -> None:
    root, manifest, _ = whole
    counts = manifest.counts
    assert (counts.planned, counts.done, counts.failed) == (3, 2, 1)
    rows = list(read_dataset(root))
    assert {row.problem.id for row in rows} == {"largest", "shout"}
    assert counts.rows == len(rows) == len(mutations(root)) + 2
    assert counts.correct["right"] > 0
    assert counts.correct["wrong"] == sum(one.label is False for one in mutations(root)) > 15
    [error] = read_rows(LocalFiles(), root, ERRORS)
    assert (error.problem_id, error.kind) == ("liar", "GoldError")
    assert "wrong_answer: liar(1) == 2: expected 2, got 1" in error.message


def test_running_every_exported_row_again_gives_its_label(
    whole: Made,
) -> None:
    root, _, _ = whole
    outcomes = {one.id: one for one in mutations(root)}
    sandbox = open_sandbox(SandboxSettings(slots=1), (image_of("python"),))
    try:
        for row in read_dataset(root):
            code = read_code_problem(row.problem)
            program = program_of(code, row.trajectory.text)
            again = judge_source(sandbox, program, code.tests)
            assert again.outcome == row.outcome.outcome
            if row.trajectory.origin == "mutation":
                mutation = outcomes[row.trajectory.id]
                assert again.kind == mutation.exec_outcome
                assert mutation.label is (again.outcome == "valid")
                assert row.first_error == (None if mutation.label else mutation.line_index)
    finally:
        sandbox.close()


def test_both_tables_load_as_parquet_and_join_by_id(whole: Made) -> None:
    datasets = pytest.importorskip("datasets")
    root, manifest, _ = whole
    loaded = {
        table: datasets.load_dataset(
            "parquet", data_files=f"{root}/{table}/*-of-*.parquet", split="train"
        )
        for table in ("trajectories", "mutations")
    }
    texts = {
        row["id"]: "".join(step["text"] for step in row["steps"]) for row in loaded["trajectories"]
    }
    assert len(loaded["mutations"]) == sum(manifest.counts.mutations.values())
    for row in loaded["mutations"]:
        assert texts[row["id"]].startswith(row["prefix"] + row["after"])
        assert row["isolation"] != "unsafe"
        assert row["image"].startswith("python-")


def test_the_number_of_shards_changes_no_row(made: Run, whole: Made) -> None:
    root, _, _ = made("one", "shards=1")
    assert sorted(mutations(root), key=lambda one: one.id) == sorted(
        mutations(whole[0]), key=lambda one: one.id
    )


def test_the_same_recipe_makes_the_same_bytes(made: Run, whole: Made) -> None:
    root, _, _ = made("again")
    assert digests(Path(root)) == digests(Path(whole[0]))


def test_a_pool_of_two_processes_makes_the_same_bytes(made: Run, whole: Made) -> None:
    root, _, _ = made("pool", options=RunOptions(quiet=True, workers=2))
    assert digests(Path(root)) == digests(Path(whole[0]))


def test_threads_off_the_main_thread_make_the_same_bytes(
    made: Run, whole: Made, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worker_handlers, "DATA_BUFFER_TIME_LIMIT_MS", 0)
    threads = ("--direct_running_mode=multi_threading", "--direct_num_workers=2")
    root, _, _ = made("threads", options=RunOptions(quiet=True, beam_args=threads))
    assert digests(Path(root)) == digests(Path(whole[0]))


def test_fewer_tests_let_more_through_and_the_summary_says_so(made: Run, whole: Made) -> None:
    root, manifest, text = made("weak", "strategy.test_share=0.3")
    weak, strong = mutations(root), mutations(whole[0])
    assert [one.id for one in weak] == [one.id for one in strong]
    survived = [sum(one.survived or False for one in some) for some in (strong, weak)]
    assert survived[0] < survived[1] == manifest.counts.mutations["mutation/pass"]
    [line] = [line for line in text.splitlines() if line.startswith("  mutations     ")][:1]
    assert f" {survived[1]} survived (" in line
    assert f" {survived[0]} survived (" in whole[2]


def test_a_policy_that_writes_nothing_cannot_complete(made: Run) -> None:
    with pytest.raises(Exception, match='kind = "none" writes nothing'):
        made("complete", "strategy.completions=1")


def test_mutations_are_carried_over_when_labels_are_made_anew(whole: Made, tmp_path: Path) -> None:
    from stepsmith.pipelines.relabel import Relabelling, relabel

    root, _, _ = whole
    asked = Relabelling(dataset=root, output=str(tmp_path / "new"))
    _, manifest = relabel(asked, RunOptions(quiet=True))
    assert dataclasses.asdict(manifest.counts) == dataclasses.asdict(whole[1].counts)
    assert mutations(str(tmp_path / "new")) == mutations(root)
