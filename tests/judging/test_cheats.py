"""Programs that try to be judged right without being right, one a file; none may succeed."""

from pathlib import Path

import pytest

from stepsmith.sandboxes.contract import Limits, Sandbox
from stepsmith.transforms.judging.run import judge_source
from stepsmith.transforms.judging.suites import (
    CallTests,
    ProgramTests,
    Tests,
    read_asserts,
    read_check,
    read_unittest,
)
from stepsmith.transforms.judging.verdict import Judgement, Kind

HERE = Path(__file__).parent
LIMITS = Limits(wall_s=60.0, cpu_s=5, output_bytes=2**20, answer_bytes=2**20)

LITERAL = read_asserts(
    [
        "assert solve([3, 1, 2]) == [1, 2, 3]",
        "assert solve([5, 5, -1]) == [-1, 5, 5]",
        "assert solve([]) == []",
    ]
)
DERIVED = read_check(
    """
def check(candidate):
    for x in ([9, 7, 8], [2, 1], []):
        answer = candidate(x)
        assert answer == sorted(x)
        assert all(map(bool, map(candidate, [[1], [2]])))
        assert isinstance(answer, list) and all(a <= b for a, b in zip(answer, answer[1:]))
""",
    "solve",
)
UNIT = read_unittest(
    """
import unittest

class Sorting(unittest.TestCase):
    def test_some(self):
        x = [9, 7, 8]
        self.assertEqual(solve(x), sorted(x))

    def test_none(self):
        self.assertEqual(solve([]), [])
""",
    ["solve"],
)
FORMS: dict[str, Tests] = {"literal": LITERAL, "derived": DERIVED, "unittest": UNIT}

VIOLATION: Kind = "protocol_violation"
CLASSES: dict[str, Kind] = {
    "always_equal": "unjudgeable",
    "answers_after_the_end": VIOLATION,
    "answers_early": VIOLATION,
    "answers_for_all": VIOLATION,
    "answers_over_questions": "wrong_answer",
    "answers_twice": VIOLATION,
    "borrows_tests_module": "wrong_answer",
    "changes_while_encoded": "wrong_answer",
    "closes_answers": VIOLATION,
    "codec_registry": "wrong_answer",
    "colliding_set": VIOLATION,
    "cycle": "unjudgeable",
    "deep_answer": VIOLATION,
    "empties_argument": "wrong_answer",
    "ends_by_signal": "crash",
    "escaped_digits": VIOLATION,
    "exception_subclass": "error",
    "exit_at_import": "error",
    "exits_in_call": "error",
    "floods_answers": "resource",
    "floods_output": "resource",
    "foreign_digits": VIOLATION,
    "forged_frames": VIOLATION,
    "forged_report": VIOLATION,
    "forked_answers": "error",  # no walls of ours let a program fork; if they did, a violation
    "generator": "unjudgeable",
    "guesses_truth": "wrong_answer",
    "huge_number": "wrong_answer",
    "int_enum": "unjudgeable",
    "int_subclass": "unjudgeable",
    "iterator": "unjudgeable",
    "kills_itself": "crash",
    "kills_the_other": "wrong_answer",
    "late_thread": VIOLATION,
    "leaves_from_a_thread": VIOLATION,
    "list_subclass": "unjudgeable",
    "long_number": VIOLATION,
    "loops": "timeout",
    "lying_class": "unjudgeable",
    "memoryview_answer": "unjudgeable",
    "metaclass": "wrong_answer",  # a claim that it is a list, by an object that has no elements
    "named_skip": "error",
    "nested_equal": "unjudgeable",
    "not_a_number": "wrong_answer",
    "os_exit_at_import": VIOLATION,
    "os_exit_in_call": VIOLATION,
    "partial_line": VIOLATION,
    "patches_builtins": VIOLATION,
    "patches_codec": VIOLATION,
    "patches_json": "wrong_answer",
    "patches_tests_host": "wrong_answer",
    "patches_type": VIOLATION,
    "prints_into_answers": VIOLATION,
    "prints_success": VIOLATION,
    "raises_at_print": VIOLATION,
    "raises_skip": "error",
    "reads_arguments": "wrong_answer",
    "reads_files": "wrong_answer",
    "reads_frames": "wrong_answer",
    "reads_memory": "wrong_answer",
    "remembers": "wrong_answer",
    "reopens_answers": VIOLATION,
    "runs_when_unpickled": "unjudgeable",
    "says_tests_lines": VIOLATION,
    "searches_collector": "wrong_answer",
    "stops_iteration": "error",
    "str_subclass": "unjudgeable",
    "success_at_exit": "wrong_answer",
    "surrogate_answer": "error",
    "swallows_the_line": VIOLATION,
    "tiny_recursion": "error",
    "traces_host": "wrong_answer",
    "truth_for_all": "unjudgeable",
}
WRONG: dict[str, Kind] = {
    "missing.py": "error",
    "no_python.txt": "error",
    "nothing.py": "wrong_answer",
    "raising.py": "error",
    "reversed.py": "wrong_answer",
    "tuple.py": "wrong_answer",
    "unsorted.py": "wrong_answer",
}
HONEST = sorted(path.name for path in (HERE / "honest").glob("*.py"))


def judge(sandbox: Sandbox, path: Path, form: str) -> Judgement:
    return judge_source(sandbox, path.read_text(), FORMS[form], identity=path.stem, limits=LIMITS)


def test_the_tests_are_of_both_forms() -> None:
    assert isinstance(LITERAL, CallTests)
    assert isinstance(DERIVED, ProgramTests)


def test_every_cheat_has_its_class_and_there_are_enough_of_them() -> None:
    assert sorted(CLASSES) == sorted(path.stem for path in (HERE / "cheats").glob("*.py"))
    assert len(CLASSES) >= 20
    assert sorted(WRONG) == sorted(path.name for path in (HERE / "wrong").iterdir())


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("name", HONEST)
def test_an_honest_program_passes(sandbox: Sandbox, name: str, form: str) -> None:
    judgement = judge(sandbox, HERE / "honest" / name, form)
    assert (judgement.outcome, judgement.evidence) == ("valid", "")


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_program_fails_for_its_reason(sandbox: Sandbox, name: str, form: str) -> None:
    judgement = judge(sandbox, HERE / "wrong" / name, form)
    assert judgement.outcome == "invalid"
    assert judgement.kind == WRONG[name], judgement.evidence


@pytest.mark.parametrize(
    "form", ["literal", "derived", pytest.param("unittest", marks=pytest.mark.slow)]
)
@pytest.mark.parametrize("name", CLASSES)
def test_no_cheat_is_judged_right(sandbox: Sandbox, name: str, form: str) -> None:
    canary = Path("/tmp/stepsmith-unpickled")  # noqa: S108 -- what the cheat would create
    canary.unlink(missing_ok=True)
    judgement = judge(sandbox, HERE / "cheats" / f"{name}.py", form)
    print(f"{name:24} {form:9} {judgement.outcome:10} {judgement.evidence}")
    assert judgement.outcome != "valid"
    assert judgement.kind == CLASSES[name], judgement.evidence
    assert not canary.exists()
