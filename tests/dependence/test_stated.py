"""What a run's folder says of its evidence, as `stepsmith show` repeats it."""

import json
from pathlib import Path

import pytest

from stepsmith.pipelines.dependence.command import Dependence
from stepsmith.pipelines.dependence.measure import BlockFound, Limits
from stepsmith.pipelines.dependence.stated import FILE_NAME, Stated, stated_dependence
from stepsmith.pipelines.show import show
from stepsmith.schemas import UserError
from stepsmith.transforms.files import LocalFiles
from tests.format.solutions import solution
from tests.pipelines.finished_run import finished_run

REASON = "plain: evidence and claim alone predict the label (AUC 0.833)"


def write(folder: Path, verdict: str, *reasons: str) -> None:
    found = json.dumps({"version": 1, "verdict": verdict, "reasons": reasons, "blocks": {}})
    Path(folder, FILE_NAME).write_text(found)


def finished(folder: Path) -> str:
    return finished_run(folder, [solution((True, True, True), outcome="valid")])


def test_nothing_is_said_where_nobody_has_asked(tmp_path: Path) -> None:
    assert stated_dependence(LocalFiles(), str(tmp_path)) is None
    assert "evidence" not in show(finished(tmp_path / "r"), None, limit=1, color=False, width=80)


def test_the_verdict_and_its_reasons_are_read_back(tmp_path: Path) -> None:
    write(tmp_path, "refused", REASON)
    found = stated_dependence(LocalFiles(), f"{tmp_path}/")
    assert found is not None
    assert found == Stated(verdict="refused", reasons=(REASON,))
    assert found.to_text() == f"not evidence-dependent; {REASON}"
    write(tmp_path, "evidence_dependent")
    found = stated_dependence(LocalFiles(), str(tmp_path))
    assert found is not None
    assert (found.dependent, found.to_text()) == (True, "evidence-dependent")


@pytest.mark.parametrize("written", [b"", b"{}", b"[1]", b'{"verdict": 3}', b"\xff\xfe"])
def test_a_file_of_somebody_else_is_named(written: bytes, tmp_path: Path) -> None:
    Path(tmp_path, FILE_NAME).write_bytes(written)
    with pytest.raises(UserError, match=r"evidence_dependence\.json is no result of"):
        stated_dependence(LocalFiles(), str(tmp_path))


def test_show_ends_with_what_was_found_of_the_set(tmp_path: Path) -> None:
    run = finished(tmp_path / "run")
    write(Path(run), "refused", REASON)
    text = show(run, None, limit=1, color=False, width=120)
    assert text.endswith(f"\n\nevidence  not evidence-dependent; {REASON}")
    one = show(run, solution((True, True, True)).trajectory.id, limit=1, color=False, width=120)
    assert "evidence-dependent" not in one


@pytest.mark.parametrize("reasons", [(), ("evidence and claim alone predict the label",)])
def test_what_the_command_writes_is_what_is_read(reasons: tuple[str, ...], tmp_path: Path) -> None:
    block = BlockFound(rows=4, true_rows=2, groups=2, aucs={}, reasons=reasons)
    found = Dependence(recipe_digest="d", limits=Limits(), limit=None, blocks={"plain": block})
    Path(tmp_path, FILE_NAME).write_bytes(found.to_json())
    stated = stated_dependence(LocalFiles(), str(tmp_path))
    assert stated is not None
    assert (stated.verdict, stated.reasons) == (found.verdict, found.reasons)
    assert list(stated.blocks) == ["plain"]


@pytest.mark.parametrize(
    ("measured", "said"),
    [
        (["conditional"], "evidence-dependent (block conditional)"),
        (["conditional", "plain", "all"], "evidence-dependent"),
    ],
)
def test_the_verdict_on_one_block_says_that_it_is_of_one(
    measured: list[str], said: str, tmp_path: Path
) -> None:
    block = BlockFound(rows=4, true_rows=2, groups=2, aucs={}, reasons=())
    blocks = dict.fromkeys(measured, block)
    found = Dependence(recipe_digest="d", limits=Limits(), limit=None, blocks=blocks)
    Path(tmp_path, FILE_NAME).write_bytes(found.to_json())
    stated = stated_dependence(LocalFiles(), str(tmp_path))
    assert stated is not None
    assert stated.to_text() == said
