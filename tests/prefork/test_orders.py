import dataclasses

import pytest

from stepsmith.sandboxes.artifacts import Collected, Collection
from stepsmith.sandboxes.contract import Execution, File, Limits, Refused, Usage
from stepsmith.sandboxes.languages import C, limits_of
from stepsmith.sandboxes.prefork.guard import Ended
from stepsmith.sandboxes.prefork.orders import check_files, program_of, result_of, stretched
from stepsmith.sandboxes.prefork.wire import Party, PartyEnd
from stepsmith.schemas.errors import UnknownNameError

LIMITS = Limits(wall_s=3)
FILES = (File(name="a.txt", data=b"12"), File(name="b.txt", data=b""))


def test_a_python_program_travels_as_source_input_and_files_in_turn() -> None:
    execution = Execution(id="e", source="é", stdin=b"in", files=FILES, seed=5)
    program = program_of(execution, LIMITS, talks=True)
    assert program.payload == ("é".encode(), b"in", b"12", b"")
    assert program.party == Party(
        seed=5,
        talks=True,
        limits=LIMITS,
        source=2,
        stdin=2,
        files=(("a.txt", 2), ("b.txt", 0)),
        stages=None,
    )


def test_text_that_is_no_text_is_the_programs_mistake_and_travels() -> None:
    program = program_of(Execution(id="e", source="'\ud800'"), LIMITS, talks=False)
    assert program.payload == (b"'\xed\xa0\x80'", b"")


def test_a_program_of_another_language_is_its_first_file_and_has_commands() -> None:
    execution = Execution(id="e", source="int x;", language="c", stdin=b"in", files=FILES)
    program = program_of(execution, LIMITS, talks=False)
    assert program.payload == (b"", b"in", b"int x;", b"12", b"")
    assert program.party.files == ((C.file_name, 6), ("a.txt", 2), ("b.txt", 0))
    assert program.party.stages is not None
    assert program.party.stages[-1] == ("./program",)
    assert program.party.limits == limits_of(C, LIMITS)


def test_a_language_that_there_is_not_is_the_callers_mistake() -> None:
    with pytest.raises(UnknownNameError, match="no language 'pyhton'; did you mean 'python'"):
        program_of(Execution(id="e", source="", language="pyhton"), LIMITS, talks=False)


def test_more_time_changes_nothing_else() -> None:
    assert stretched(LIMITS, 2.0) == dataclasses.replace(LIMITS, wall_s=6.0)


def test_a_result_says_how_the_program_ended_and_what_it_used() -> None:
    end = PartyEnd(outcome="exited", exit_code=3, cpu_s=0.5, wall_s=1.5, max_rss_bytes=9)
    left = Collection(
        collected=(Collected(name="d/f", data=b"1"),), refused=(Refused(name="x", why="link"),)
    )
    result = result_of(Ended(end=end, stdout=b"o", stderr=b"e", left=left))
    assert (result.files, result.refused) == ((File(name="d/f", data=b"1"),), left.refused)
    assert (result.outcome, result.exit_code, result.signal) == ("exited", 3, None)
    assert (result.stdout, result.stderr, result.truncated) == (b"o", b"e", False)
    assert result.usage == Usage(wall_s=1.5, cpu_s=0.5, max_rss_bytes=9)


@pytest.mark.parametrize("outcome", ["timeout_cpu", "output_limit", "sandbox_error"])
def test_only_what_exited_has_a_code_and_only_what_was_signalled_a_signal(outcome: str) -> None:
    end = PartyEnd(outcome=outcome, exit_code=0, signal=9, detail="why")  # type: ignore[arg-type]
    result = result_of(Ended(end=end))
    assert (result.exit_code, result.signal, result.detail) == (None, None, "why")


@pytest.mark.parametrize(
    "name", ["", ".", "..", "/", "a/b", "/etc/x", "a\0b", "a" * 256, "é" * 128, "\ud800"]
)
def test_a_name_that_no_file_of_a_folder_can_have_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="is no name for a file in a folder"):
        check_files([File(name=name, data=b"")], Limits())


@pytest.mark.parametrize("name", ["a", "...", "-", " ", "a\nb", "é" * 127, "\\", "*"])
def test_any_other_name_will_do(name: str) -> None:
    check_files([File(name=name, data=b"x")], Limits())


def test_two_files_of_one_name_are_refused() -> None:
    with pytest.raises(ValueError, match="two files have one name: a, a"):
        check_files([File(name="a", data=b""), File(name="a", data=b"")], Limits())


def test_files_that_the_disk_cannot_hold_are_refused() -> None:
    files = [File(name="a", data=b"1"), File(name="b", data=bytes(4096))]
    check_files(files, Limits(disk_bytes=8192))
    with pytest.raises(ValueError, match="files of 8192 bytes in whole pages"):
        check_files(files, Limits(disk_bytes=8191))
