"""A language is data: what is run, on which files, within which limits."""

import dataclasses
import shutil
import subprocess
from pathlib import Path

import pytest

from stepsmith.sandboxes.contract import (
    Check,
    Conversation,
    Execution,
    ExecutionResult,
    File,
    IsolationReport,
    Limits,
)
from stepsmith.sandboxes.languages import (
    JAVASCRIPT,
    LANGUAGES,
    C,
    Language,
    check,
    files_of,
    language_of,
    limits_of,
    stages_of,
)
from stepsmith.schemas.errors import UnknownNameError

MIB = 2**20


class Saying:
    """A sandbox in which every program ends in the same way."""

    def __init__(self, result: ExecutionResult) -> None:
        self.result = result
        self.given: list[Execution] = []

    def capabilities(self) -> IsolationReport:
        return IsolationReport(level="ns")

    def run(self, execution: Execution) -> ExecutionResult:
        self.given.append(execution)
        return self.result

    def converse(self, *_: Conversation) -> tuple[ExecutionResult, ...]:
        raise NotImplementedError

    def close(self) -> None: ...


def test_python_is_the_guards_own_and_others_are_found_by_name() -> None:
    assert language_of("python") is None
    assert language_of("c") is C
    assert language_of("javascript") is JAVASCRIPT
    assert {name: language.name for name, language in LANGUAGES.items()} == {
        "c": "c",
        "javascript": "javascript",
    }


def test_an_unknown_language_names_the_nearest() -> None:
    with pytest.raises(UnknownNameError, match="no language 'javascrip'; did you mean 'java"):
        language_of("javascrip")


def test_c_is_compiled_and_run_in_the_programs_folder() -> None:
    assert stages_of(C, Execution(id="", source="")) == (
        ("cc", "-O2", "-o", "program", "program.c", "-lm"),
        ("./program",),
    )


def test_node_may_use_as_much_as_the_program_may_and_is_seeded() -> None:
    limits = Limits(memory_bytes=700 * MIB)
    assert stages_of(JAVASCRIPT, Execution(id="", source="", limits=limits, seed=6)) == (
        ("node", "--max-old-space-size=700", "--random-seed=7", "program.js"),
    )


@pytest.mark.parametrize(
    ("seed", "given"), [(0, 1), (2**31 - 2, 2**31 - 1), (2**64 - 1, 4), (-1, 2**31 - 1)]
)
def test_every_seed_gives_one_that_a_runtime_takes(seed: int, given: int) -> None:
    [command] = stages_of(JAVASCRIPT, Execution(id="", source="", seed=seed))
    assert f"--random-seed={given}" in command


def test_the_source_is_the_first_file_and_the_executions_own_follow() -> None:
    more = File(name="more.h", data=b"#define N 3")
    execution = Execution(id="", source="int main;\ud800é", files=(more,))
    assert files_of(C, execution) == (
        File(name="program.c", data=b"int main;\xed\xa0\x80\xc3\xa9"),
        more,
    )


def test_no_file_lies_in_the_place_of_the_source() -> None:
    execution = Execution(id="", source="", files=(File(name="program.c", data=b""),))
    with pytest.raises(ValueError, match=r"a file is called 'program\.c', as the source is"):
        files_of(C, execution)


def test_limits_below_what_a_language_needs_are_raised_and_no_others() -> None:
    low = Limits(memory_bytes=MIB, processes=1, cpu_s=3.0)
    assert limits_of(JAVASCRIPT, low) == dataclasses.replace(
        low, memory_bytes=JAVASCRIPT.memory_bytes, processes=JAVASCRIPT.processes
    )
    high = Limits(memory_bytes=2**40, processes=4096)
    assert limits_of(C, high) == high


def test_a_language_whose_program_says_hello_is_there() -> None:
    sandbox = Saying(ExecutionResult(outcome="exited", exit_code=0, stdout=b"hello\n"))
    assert check(C, sandbox) == Check(name="c", held=True)
    [given] = sandbox.given
    assert (given.language, given.source) == ("c", C.hello)


@pytest.mark.parametrize(
    ("result", "found"),
    [
        (
            ExecutionResult(outcome="sandbox_error", detail="no cc in /usr/bin"),
            "sandbox_error: no cc in /usr/bin",
        ),
        (
            ExecutionResult(
                outcome="exited", exit_code=1, detail="stage 1 of 2", stderr=b"no stdio.h\nmore"
            ),
            "exited 1: stage 1 of 2: no stdio.h",
        ),
        (ExecutionResult(outcome="exited", exit_code=0, stdout=b"Hello\n"), "exited 0"),
        (ExecutionResult(outcome="signaled", signal=31), "signaled 31"),
    ],
)
def test_what_is_missing_is_said_with_how_to_get_it(result: ExecutionResult, found: str) -> None:
    missing = check(C, Saying(result))
    assert not missing.held
    assert missing.detail == (
        f"needs the level ns, and a C compiler: Debian's packages gcc and libc6-dev ({found})"
    )


@pytest.mark.parametrize("language", LANGUAGES.values(), ids=LANGUAGES)
def test_hello_says_hello_where_nothing_is_walled(language: Language, tmp_path: Path) -> None:
    execution = Execution(id="", source=language.hello)
    for file in files_of(language, execution):
        (tmp_path / file.name).write_bytes(file.data)
    stages = stages_of(language, execution)
    for stage in stages:
        if "/" not in stage[0] and shutil.which(stage[0]) is None:
            pytest.skip(f"no {stage[0]} here")
        last = subprocess.run(stage, cwd=tmp_path, capture_output=True, check=True)
    assert last.stdout == b"hello\n"
