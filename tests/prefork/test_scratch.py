import json
import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from stepsmith.sandboxes.prefork import scratch


@pytest.fixture(autouse=True)
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    return tmp_path


def test_a_folder_is_there_until_it_is_removed_with_all_in_it(temporary: Path) -> None:
    folder = scratch.make()
    assert list(temporary.iterdir()) == [folder]
    assert stat.S_IMODE(folder.stat().st_mode) == 0o711
    (folder / "program").mkdir()
    (folder / "program" / "file").write_text("x")
    scratch.remove(folder)
    scratch.remove(folder)
    assert list(temporary.iterdir()) == []


def test_a_sweep_spares_the_living_and_removes_the_dead(temporary: Path) -> None:
    ours = scratch.make()
    words = "from stepsmith.sandboxes.prefork import scratch; print(scratch.make())"
    left = subprocess.run(
        [sys.executable, "-c", words],
        env=os.environ | {"TMPDIR": str(temporary)},
        capture_output=True,
        text=True,
        check=True,
    )
    dead = Path(left.stdout.strip())
    assert dead.is_dir()
    assert dead.parent == temporary
    (dead / "program").mkdir()
    assert scratch.sweep() == 1
    assert list(temporary.iterdir()) == [ours]
    assert scratch.sweep() == 0


def test_a_folder_whose_maker_was_killed_before_it_had_a_name_is_swept_when_old(
    temporary: Path,
) -> None:
    young, old = temporary / ".stepsmith-new-young", temporary / ".stepsmith-new-old"
    for folder in (young, old):
        folder.mkdir()
    os.utime(old, (1, 1))
    assert scratch.sweep() == 1
    assert list(temporary.iterdir()) == [young]


def test_a_sweep_spares_what_it_cannot_understand(temporary: Path) -> None:
    for name, text in (("none", None), ("broken", "{")):
        folder = temporary / f"stepsmith-scratch-{name}"
        folder.mkdir()
        if text is not None:
            (folder / "owner.json").write_text(text)
    assert scratch.sweep() == 0
    assert len(list(temporary.iterdir())) == 2


def test_an_owner_that_cannot_be_seen_from_here_is_believed_to_live(temporary: Path) -> None:
    folder = scratch.make()
    owner = folder / "owner.json"
    marks = json.loads(owner.read_text())
    boot, namespace, pid, started = marks["stepsmith.owner"].split()
    owner.write_text(json.dumps(marks | {"stepsmith.owner": f"{boot} pid:[1] {pid} {started}"}))
    assert scratch.sweep() == 0
    owner.write_text(json.dumps(marks | {"stepsmith.owner": f"{boot} {namespace} {pid} 1"}))
    assert scratch.sweep() == 1


def test_where_nothing_can_be_written_there_is_nothing_to_sweep(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def none() -> str:
        raise FileNotFoundError(2, "No usable temporary directory found")

    monkeypatch.setattr("tempfile.gettempdir", none)
    assert scratch.sweep() == 0
