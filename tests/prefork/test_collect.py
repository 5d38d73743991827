"""Files that a program left, from the box to the result."""

import pytest

from stepsmith.sandboxes.contract import Execution, File, Limits
from stepsmith.schemas.sandbox import Level
from tests.sandboxes.backends import local

PLOT = """
import os
print(open("numbers").read())
os.mkdir("plots")
open("plots/first.svg", "w").write("<svg/>")
os.symlink("/etc/passwd", "secrets")
"""


def test_what_a_program_left_is_in_its_result() -> None:
    given = File(name="numbers", data=b"1 2 3")
    with local("ns") as sandbox:
        execution = Execution(id="e", source=PLOT, files=(given,), collect=True)
        result = sandbox.run(execution)
        assert (result.outcome, result.exit_code, result.attempts) == ("exited", 0, 1)
        assert result.files == (given, File(name="plots/first.svg", data=b"<svg/>"))
        [refused] = result.refused
        assert (refused.name, refused.why) == ("secrets", "link")
        assert sandbox.run(Execution(id="e", source="open('a', 'w')")).files == ()


def test_a_program_in_c_leaves_files_too() -> None:
    source = '#include <stdio.h>\nint main(void) { fputs("x", fopen("out", "w")); return 0; }'
    with local("ns") as sandbox:
        execution = Execution(id="e", source=source, language="c", collect=True)
        result = sandbox.run(execution)
        if result.outcome != "exited":
            pytest.skip(f"no C here: {result.detail}")
        assert result.exit_code == 0, result.stderr
        names = [file.name for file in result.files]
        assert names == ["out", "program", "program.c"]
        assert result.files[0].data == b"x"


def test_time_over_while_it_runs_leaves_none_and_is_tried_again() -> None:
    source = "open('a', 'w').write('1')\nimport time\ntime.sleep(60)"
    limits = Limits(wall_s=1.5)
    with local("ns") as sandbox:
        result = sandbox.run(Execution(id="e", source=source, limits=limits, collect=True))
        assert (result.outcome, result.files) == ("timeout_wall", ())
        assert result.attempts >= 2  # more where the machine is too busy to let it begin


@pytest.mark.parametrize("level", ["unsafe", "self", "uid"])
def test_where_it_cannot_be_had_there_is_no_label(level: Level) -> None:
    with local(level) as sandbox:
        result = sandbox.run(Execution(id="e", source="print(1)", collect=True))
        assert result.outcome == "sandbox_error"
        assert f"needs the level ns, not {level}" in result.detail
        assert sandbox.run(Execution(id="e", source="print(1)")).stdout == b"1\n"
