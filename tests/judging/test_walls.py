"""What a wall or an image of ours may have caused is no label; what a program did is one."""

import pytest

from stepsmith.sandboxes.contract import ExecutionResult
from stepsmith.sandboxes.languages import LANGUAGES
from stepsmith.transforms.judging.output import OutputComparison
from stepsmith.transforms.judging.verdict import judge_output
from stepsmith.transforms.judging.walls import final_exception, may_be_ours
from tests.sandboxes.backends import local

TEMPORARY = "[Errno 2] No usable temporary directory found in ['/tmp', '/var/tmp', '/']"


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("PermissionError", "[Errno 13] Permission denied: 'a'"),
        ("PermissionError", ""),
        ("MemoryError", ""),
        ("FileNotFoundError", TEMPORARY),
        ("OSError", "[Errno 30] Read-only file system: '/x'"),
        ("OSError", "[Errno 38] Function not implemented"),
        ("ModuleNotFoundError", "No module named 'pytest'"),
        ("ModuleNotFoundError", "No module named 'pytest.nothing'"),
        ("ImportError", "No module named 'msgspec'"),
    ],
)
def test_what_may_be_ours(name: str, message: str) -> None:
    assert may_be_ours(name, message)


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("", ""),
        ("ValueError", "PermissionError"),
        ("FileNotFoundError", "[Errno 2] No such file or directory: 'a'"),
        ("OSError", "[Errno 9] Bad file descriptor"),
        ("ModuleNotFoundError", "No module named 'no_such_package_anywhere'"),
        ("ModuleNotFoundError", "No module named ''"),
        ("ImportError", "cannot import name 'x' from 'math'"),
        ("NotPermissionError", ""),
    ],
)
def test_what_is_the_programs(name: str, message: str) -> None:
    assert not may_be_ours(name, message)


@pytest.mark.parametrize(
    ("stderr", "found"),
    [
        (
            b"Traceback ...\nPermissionError: [Errno 13] no: 'a'\n",
            ("PermissionError", "[Errno 13] no: 'a'"),
        ),
        (b"Traceback ...\nMemoryError\n", ("MemoryError", "")),
        (b"numpy.core._exceptions._ArrayMemoryError: 2 GiB", ("", "")),
        (
            b"json.decoder.JSONDecodeError: Expecting value\n\n",
            ("JSONDecodeError", "Expecting value"),
        ),
        (b"PermissionError: first\nand more\n", ("", "")),
        (b"\xff\xfe", ("", "")),
        (b"", ("", "")),
    ],
)
def test_the_last_line_names_the_exception(stderr: bytes, found: tuple[str, str]) -> None:
    assert final_exception(ExecutionResult(outcome="exited", exit_code=1, stderr=stderr)) == found


@pytest.mark.parametrize(("outcome", "code"), [("exited", 2), ("exited", 0), ("signaled", None)])
def test_only_an_end_by_an_exception_is_one(outcome: str, code: int | None) -> None:
    result = ExecutionResult(outcome=outcome, exit_code=code, stderr=b"PermissionError")  # type: ignore[arg-type]
    assert final_exception(result) == ("", "")


def ended(stderr: bytes, stdout: bytes = b"") -> ExecutionResult:
    return ExecutionResult(outcome="exited", exit_code=1, stdout=stdout, stderr=stderr)


def test_a_program_of_input_and_output_that_a_wall_may_have_stopped_is_undecided() -> None:
    refused = ended(b"PermissionError: [Errno 13] Permission denied: 'cache'\n")
    judged = judge_output("42\n", refused)
    assert (judged.kind, judged.outcome, judged.error) == ("error", "undecided", "PermissionError")
    assert judge_output("42\n", ended(b"MemoryError\n")).kind == "resource"
    assert judge_output("42\n", ended(b"ValueError: no\n")).outcome == "invalid"


def test_one_that_had_printed_what_was_right_before_is_right_unless_its_code_counts() -> None:
    late = ended(b"PermissionError: late\n", stdout=b"42\n")
    assert judge_output("42\n", late, OutputComparison(zero_exit=False)).outcome == "valid"
    assert judge_output("42\n", late, OutputComparison(zero_exit=True)).outcome == "undecided"


@pytest.mark.parametrize(
    "source",
    [
        "import tempfile\nprint(tempfile.TemporaryFile().name)",
        "import pytest\nprint(42)",
        "open('/tmp/cache', 'w')\nprint(42)",
    ],
)
def test_what_really_fails_in_walls_is_undecided(source: str) -> None:
    from stepsmith.sandboxes.contract import Execution

    assert "python" not in LANGUAGES  # its errors are what is read here
    with local("self") as sandbox:
        result = sandbox.run(Execution(id="e", source=source))
    assert (result.outcome, result.exit_code) == ("exited", 1)
    assert judge_output("42\n", result).outcome == "undecided"
