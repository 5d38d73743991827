"""Programs that are not Python: commands in turn, in the same walls."""

import shutil

import pytest

from tests.guard.line import End, Line

SHELL = "/bin/sh"
BUILD = [SHELL, "-c", "cp program.txt built && chmod +x built"]
RUN = ["./built"]


@pytest.fixture(scope="module", autouse=True)
def _shell() -> None:
    if shutil.which(SHELL) is None:
        pytest.skip("no shell here")


def build_and_run(line: Line, text: str, **given: object) -> End:
    files = [("program.txt", f"#!{SHELL}\n{text}".encode())]
    return line.run("", files=files, stages=[BUILD, RUN], processes=8, **given)


def test_what_one_stage_makes_the_next_runs(ns_line: Line) -> None:
    end = build_and_run(ns_line, "read word; echo got $word; exit 3", stdin=b"input\n")
    assert (end.outcome, end.stdout, end.header["exit_code"]) == ("exited", b"got input\n", 3)
    assert end.header["detail"] == ""


def test_a_stage_that_fails_is_the_last_and_is_named(ns_line: Line) -> None:
    stages = [[SHELL, "-c", "echo to both; echo wrong >&2; exit 4"], RUN]
    end = ns_line.run("", files=[("program.txt", b"")], stages=stages, processes=8)
    assert (end.outcome, end.header["exit_code"]) == ("exited", 4)
    assert (end.stdout, end.stderr) == (b"", b"to both\nwrong\n")
    assert end.header["detail"] == "stage 1 of 2"


def test_only_the_last_stage_has_the_input_and_the_pipes(ns_line: Line) -> None:
    first = "cat; ls -l /dev/fd/3 2>&1 | wc -c; (echo early >&4) 2>/dev/null; cp program.txt built"
    stages = [[SHELL, "-c", f"{first}; chmod +x built"], RUN]
    files = [("program.txt", f"#!{SHELL}\nread word <&3\necho $word back >&4\ncat".encode())]
    ns_line.start("", files=files, stages=stages, processes=8, talks=True, stdin=b"to the program")
    ns_line.say(b"there\n", last=True)
    [end], heard = ns_line.finish()
    assert end.stdout == b"to the program"
    assert b"".join(frame.payload for frame in heard) == b"there back\n"


def test_a_command_that_is_not_there_is_no_programs_fault(ns_line: Line) -> None:
    end = ns_line.run("", stages=[["no-such-compiler"]], processes=8)
    assert end.outcome == "sandbox_error"
    assert "FileNotFoundError" in end.header["detail"]
    assert ns_line.run("print(1)").stdout == b"1\n"


def test_the_cpu_time_is_of_all_stages_together(ns_line: Line) -> None:
    loop = "i=0; while [ $i -lt 1000000000 ]; do i=$((i+1)); done"
    end = ns_line.run("", stages=[[SHELL, "-c", loop], RUN], processes=8, cpu_s=0.3)
    assert end.outcome == "timeout_cpu"
    assert end.header["cpu_s"] >= 0.3


def test_a_stage_has_the_walls_of_any_program(ns_line: Line) -> None:
    text = (
        "cat /etc/passwd 2>/dev/null; ls /proc /home 2>/dev/null\n"
        "echo x > /usr/x; echo x > /x; chmod 777 /usr\n"
        "unshare -U true 2>/dev/null && echo through\n"
        "echo end"
    )
    end = build_and_run(ns_line, text)
    assert (end.outcome, end.stdout) == ("exited", b"end\n")


def test_signals_are_what_commands_expect(ns_line: Line) -> None:
    text = "yes | head -n 1; kill -PIPE $$; echo not reached"
    end = build_and_run(ns_line, text)
    assert (end.outcome, end.stdout, end.header["signal"]) == ("signaled", b"y\n", 13)


def test_the_environment_is_three_names(ns_line: Line) -> None:
    end = ns_line.run("", stages=[["env"]], processes=2)
    assert sorted(line.partition(b"=")[0] for line in end.stdout.splitlines()) == [
        b"HOME",
        b"LANG",
        b"PATH",
    ]


@pytest.mark.skipif(shutil.which("cc") is None, reason="no C compiler here")
def test_a_program_in_c_is_compiled_and_run(ns_line: Line) -> None:
    source = b'#include <stdio.h>\nint main(void) { return puts("hello") < 0; }\n'
    stages = [["cc", "-o", "program", "program.c"], ["./program"]]
    end = ns_line.run("", files=[("program.c", source)], stages=stages, processes=8)
    assert (end.outcome, end.stdout) == ("exited", b"hello\n")
    broken = ns_line.run("", files=[("program.c", b"int main(")], stages=stages, processes=8)
    assert (broken.header["exit_code"], broken.header["detail"]) == (1, "stage 1 of 2")
    assert b"program.c:1:" in broken.stderr


@pytest.mark.skipif(shutil.which("node") is None, reason="no Node.js here")
def test_a_runtime_that_reserves_more_than_it_uses_is_limited_by_its_use(ns_line: Line) -> None:
    files = [("program.js", b"console.log([1, 2, 3].map(x => x * x).join())")]
    end = ns_line.run(
        "",
        files=files,
        stages=[["node", "program.js"]],
        processes=32,
        memory_bytes=2**29,
        address_space=False,
    )
    assert (end.outcome, end.stdout) == ("exited", b"1,4,9\n")
