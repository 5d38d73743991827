"""`stepsmith sandbox check`: what it says of a sandbox that is there, and of one that is not."""

import json

import pytest

from stepsmith.pipelines.cli import main
from stepsmith.pipelines.sandbox import Found, Started, as_json, as_text, look
from stepsmith.sandboxes.contract import Check, IsolationReport
from stepsmith.schemas.errors import UserError
from stepsmith.schemas.sandbox import LEVELS, Level, SandboxSettings
from stepsmith.transforms.judging.images import image_of

REPORT = IsolationReport(
    level="uid",
    layers=("seccomp allow-list",),
    missing=("ns: unshare is refused",),
    kernel="6.1",
    self_test=(Check(name="no network", held=True),),
)
FOUND = Found(
    settings=SandboxSettings(slots=3),
    backend="local",
    report=REPORT,
    seconds=0.5,
    images=(
        Started(image=image_of("python"), seconds=0.25),
        Started(image=image_of("numeric"), seconds=1.0, failure="no module named numpy"),
    ),
    languages=(Check(name="c", held=False, detail="needs the level ns"),),
)
REFUSED = Found(settings=SandboxSettings(minimum="container"), reason="docker: no engine")


def test_what_was_found_is_said_in_words() -> None:
    text = as_text(FOUND)
    lines = text.splitlines()
    assert lines[:9] == [
        "level uid: such walls, and a user of its own for each program",
        "  backend local, kernel 6.1, 3 at a time",
        "in force",
        "  seccomp allow-list",
        "missing",
        "  ns: unshare is refused",
        "tried on this machine (0.5 s with the start)",
        "  held  no network",
        "images",
    ]
    assert lines[9] == f"  python ({image_of('python').key}): ready, first program in 0.2 s"
    assert lines[10].endswith("): no module named numpy")
    assert lines[11:13] == ["languages beside Python", "  c: needs the level ns"]
    assert "cannot read or change your files" in text
    assert "The kernel is shared" in text
    assert max(map(len, lines)) <= 100


def test_each_level_above_comes_with_the_way_to_it_and_none_below() -> None:
    ways = as_text(FOUND).partition("for a higher level\n")[2]
    assert [level for level in LEVELS if f"  {level}: " in ways] == ["ns", "container", "gvisor"]


@pytest.mark.parametrize("level", LEVELS)
def test_every_level_can_be_told(level: Level) -> None:
    found = Found(settings=SandboxSettings(), backend="x", report=IsolationReport(level=level))
    text = as_text(found)
    assert text.startswith(f"level {level}: ")
    assert ("for a higher level" in text) == (level != "gvisor")
    assert ("Whatever a model wrote runs as you" in text) == (level == "unsafe")


def test_a_refusal_says_why_and_what_to_do() -> None:
    lines = as_text(REFUSED).splitlines()
    assert lines[:4] == [
        "refused: no program would run here (minimum 'container')",
        "why",
        "  docker: no engine",
        "to get there",
    ]
    assert "stepsmith sandbox build" in lines[4]


def test_a_program_reads_the_same() -> None:
    read = json.loads(as_json(FOUND))
    assert (read["accepted"], read["minimum"], read["slots"]) == (True, "self", 3)
    assert read["report"]["level"] == "uid"
    assert read["report"]["self_test"] == [{"name": "no network", "held": True, "detail": ""}]
    assert read["images"][1]["failure"] == "no module named numpy"
    refused = json.loads(as_json(REFUSED))
    assert (refused["accepted"], refused["reason"]) == (False, "docker: no engine")
    assert refused["report"] is None


def test_the_sandbox_of_this_machine_is_tried(capsys: pytest.CaptureFixture[str]) -> None:
    status = main(["sandbox", "check", "--backend", "local", "--image", "python", "--json"])
    read = json.loads(capsys.readouterr().out)
    assert status == (0 if read["accepted"] else 1)
    if not read["accepted"]:
        pytest.skip(f"no sandbox here: {read['reason']}")
    assert read["report"]["level"] in ("self", "uid", "ns")
    assert all(check["held"] for check in read["report"]["self_test"])
    assert [image["name"] for image in read["images"]] == ["python"]
    assert read["images"][0]["failure"] == ""


def test_no_walls_are_named_as_such(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["sandbox", "check", "--backend", "unsafe", "--image", "python"]) == 0
    text = capsys.readouterr().out
    assert text.startswith("level unsafe: no walls: a program can do all that you can\n")
    assert "tried on this machine" not in text


def test_what_cannot_be_had_is_refused_with_status_1(capsys: pytest.CaptureFixture[str]) -> None:
    asked = ["--backend", "docker", "--sandbox", "docker_image=stepsmith-no-such-image"]
    assert main(["sandbox", "check", *asked, "--image", "python"]) == 1
    assert capsys.readouterr().out.startswith("refused: no program would run here")


def test_settings_that_contradict_themselves_are_the_users_mistake(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["sandbox", "check", "--level", "self", "--minimum", "ns"]) == 1
    assert "below minimum" in capsys.readouterr().err
    with pytest.raises(UserError, match="no image 'pyhton'"):
        look(SandboxSettings(), ["pyhton"])
