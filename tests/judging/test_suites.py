import gzip
import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from stepsmith.sandboxes.contract import Call
from stepsmith.transforms.judging.assertions import Case
from stepsmith.transforms.judging.codec import decode, encode
from stepsmith.transforms.judging.compare import PYTHON, STRICT
from stepsmith.transforms.judging.suites import (
    CallTests,
    ProgramTests,
    UnreadableTestsError,
    complete,
    read_asserts,
    read_check,
    read_unittest,
)


def only_case(assertion: str) -> Case:
    tests = read_asserts([f"assert {assertion}"], "f")
    assert isinstance(tests, CallTests), assertion
    [case] = tests.cases
    return case


def passes(assertion: str, got: object) -> bool:
    return only_case(assertion).difference(got) is None


def test_a_plain_assert_is_a_call_and_what_it_must_return() -> None:
    case = only_case("f([1, 2], key=-3) == {'a': (1, 2)}")
    assert case == Case(
        call=Call(function="f", arguments=encode((([1, 2],), {"key": -3}))),
        expected=encode({"a": (1, 2)}),
        relation="equal",
        how=PYTHON,
        text="f([1, 2], key=-3) == {'a': (1, 2)}",
    )


@pytest.mark.parametrize(
    ("assertion", "right", "wrong"),
    [
        ("f(1) == 2", 2, 3),
        ("2 == f(1)", 2.0, None),
        ("f(1) == True", 1, False),  # as `==` has it
        ("f(1) is True", True, 1),
        ("f(1) is None", None, False),
        ("f(1) != 2", 3, 2),
        ("f(1)", [0], []),
        ("not f(1)", "", "x"),
        ("abs(f(1) - 0.5) < 1e-3", 0.5005, 0.501),
        ("abs(0.5 - f(1)) < 1e-3", 0.5005, 0.502),
        ("abs(f(1) - 0.5) < 1e-3", 0.5, float("nan")),
        ("math.isclose(f(1), 100, rel_tol=0.01)", 100.9, 102),
        ("math.isclose(100, f(1), abs_tol=1)", 101, 101.5),
        ("math.isclose(f(1), 1.0)", 1 + 1e-10, 1 + 1e-8),
        ("math.isclose(f(1), 1.0)", True, 1 + 0j),  # of a complex number it raises
        ("abs(f(1) - 1.0) < 0.5", 1 + 0j, 1 + 1j),
    ],
)
def test_each_form_of_assert_means_what_python_means(
    assertion: str, right: object, wrong: object
) -> None:
    assert passes(assertion, right)
    assert not passes(assertion, wrong)


def test_identity_with_a_truth_value_is_strict() -> None:
    assert only_case("f() is False").how == STRICT


def test_a_failure_says_what_was_wanted() -> None:
    assert str(only_case("f(1) != 2").difference(2)) == "expected anything but 2, got 2"
    assert str(only_case("f(1)").difference(0)) == "expected something truthy, got 0"
    assert str(only_case("f(1) == [2]").difference([3])) == "expected 2 at [0], got 3"


@pytest.mark.parametrize(
    "assertion",
    [
        "f(1) == g(1)",
        "f(x) == 1",
        "f(3 * 19) == 1",
        "f(1) == 1 / 3",
        "f(1) == f(1)",
        "f(*[1]) == 1",
        "f(**{'a': 1}) == 1",
        "f(1) is 5000",
        "f(1) < 2",
        "1 < f(1) < 2",
        "f(1) in [1, 2]",
        "f(1).upper() == 'A'",
        "set(f(1)) == {1}",
        "f(lambda: 1) == 1",
        "f(1) == 1 and f(2) == 2",
        "abs(f(1) - 0.5) < 0",
        "abs(f(1)) < 0.5",
        "math.isclose(f(1), 1, rel=1)",
        "math.isclose(f(1), [1])",  # raises, whatever is answered
        "math.isclose(f(1), 1j)",
        "abs(f(1) - 'a') < 1",
        "abs(f(1) - 1e999) < 1",  # of infinity, it is no number
        "all(f(x) for x in [1])",
        "f(__import__('os').getpid()) == 1",
    ],
)
def test_whatever_is_not_one_call_and_one_literal_is_a_program(assertion: str) -> None:
    assert isinstance(read_asserts([f"assert {assertion}"], "f"), ProgramTests)


def test_one_assert_that_is_code_makes_the_whole_set_a_program() -> None:
    tests = read_asserts(["assert f(1) == 1", "assert f(x) == 2"], "f", "x = 2")
    assert tests == ProgramTests(
        source="assert f(1) == 1\nassert f(x) == 2",
        functions=("f",),
        style="script",
        prelude="x = 2",
    )


def test_the_functions_are_those_that_nothing_defines() -> None:
    tests = read_asserts(["assert g(h(1), sum([1])) == Z"], setup="Z = 1\ndef h(x): return x")
    assert isinstance(tests, ProgramTests)
    assert tests.functions == ("g",)
    both = read_asserts(["assert g(1) == 1", "assert h(2) == 2"])
    assert isinstance(both, CallTests)
    assert [case.call.function for case in both.cases] == ["g", "h"]


PROMPT = '''import math

SCALE = 2

def helper(x):
    return x * SCALE

def f(x):
    """Do what `helper` undoes."""
'''


def test_the_parameter_of_check_stands_for_the_entry_point() -> None:
    tests = read_check("def check(candidate):\n    assert candidate(1) == f(2) == 2", "f")
    assert isinstance(tests, ProgramTests)
    calls = read_check("def check(c):\n    assert c(1) == 1\n    assert f(2) == 2", "f ")
    assert isinstance(calls, CallTests)
    assert {case.call.function for case in calls.cases} == {"f"}


def test_what_the_problem_defines_beside_the_function_belongs_to_the_tests() -> None:
    tests = read_check("def check(c):\n    assert c(helper(3)) == 3", "f", PROMPT)
    assert tests == ProgramTests(
        source="def check(c):\n    assert c(helper(3)) == 3",
        functions=("f",),
        style="check",
        prelude="import math\nSCALE = 2\n\ndef helper(x):\n    return x * SCALE",
    )


def test_what_stands_beside_check_counts_as_it_does_in_python() -> None:
    twice = "def check(c):\n    assert c(1) == 1\ndef check(c):\n    assert c(1) == 2\n"
    last = read_check(twice, "f")
    assert isinstance(last, CallTests)
    assert [case.text for case in last.cases] == ["c(1) == 2"]
    for more in ("assert f(2) == 2", "if 1:\n    assert f(2) == 2"):
        assert isinstance(read_check(f"{twice}{more}\n", "f"), ProgramTests)
    assert isinstance(read_check(f"META = 1\n{twice}check(f)\n", "f"), CallTests)


def test_a_candidate_may_be_called_check_itself() -> None:
    tests = read_check("def check(candidate):\n    assert check(70) == False", "rev")
    assert isinstance(tests, CallTests)
    assert tests.cases[0].call.function == "check"
    assert decode(tests.cases[0].call.arguments) == ((70,), {})


def test_statements_that_do_nothing_are_passed_over() -> None:
    body = '"""Doc."""\n    print\n    pass\n    assert True, "fine"\n    assert c(1) == 1'
    assert isinstance(read_check(f"def check(c):\n    {body}", "f"), CallTests)
    assert isinstance(read_check(f"def check(c):\n    {body}\n    nothing", "f"), ProgramTests)


@pytest.mark.parametrize(
    ("test", "message"),
    [
        ("def check(c:\n  pass", "no Python"),
        ("def verify(c):\n  assert c(1)", "no function `check`"),
        ("def check(c):\n  assert True", "assert nothing"),
        ("assert True\x00", "no Python"),
    ],
)
def test_tests_that_test_nothing_are_an_error_of_the_problem(test: str, message: str) -> None:
    with pytest.raises(UnreadableTestsError, match=message):
        read_check(test, "f")


def test_asserts_must_use_something_of_the_candidate() -> None:
    with pytest.raises(UnreadableTestsError, match="no function but their own"):
        read_asserts(["assert 1 + 1 == 2"])


def test_unittest_classes_are_always_a_program() -> None:
    source = "class T:\n    def test_one(self):\n        assert f(1) == 1"
    tests = read_unittest(source, ["f"], "import unittest")
    assert (tests.style, tests.functions, tests.prelude) == ("unittest", ("f",), "import unittest")
    with pytest.raises(UnreadableTestsError, match="starts with `test`"):
        read_unittest("def check(c): ...", ["f"])


def test_a_prompt_and_its_solution_are_joined_whatever_their_indentation() -> None:
    prompt = 'import math\ndef f(x):\n    """Doc."""\n'
    assert complete(prompt, "    return x\n") == prompt + "    return x\n"
    assert complete(prompt, "  return x\n") == "import math\ndef f(x):\n  return x\n"
    assert complete("x = 1\n", "  return\n") == "x = 1\n  return\n"
    assert complete("def f(:", "  pass") == "def f(:  pass"


def rows(data: Path) -> Iterator[dict[str, str]]:
    with gzip.open(data / "humaneval" / "HumanEval.jsonl.gz", "rt") as lines:
        yield from map(json.loads, lines)
    with (data / "mbpp" / "sanitized.jsonl").open() as lines:
        yield from map(json.loads, lines)


def test_every_published_test_set_is_read_and_nearly_all_as_calls(real_data: Path) -> None:
    forms = Counter(
        type(read_check(row["test"], row["entry_point"], row["prompt"])).__name__
        for row in rows(real_data)
    )
    assert forms == {"CallTests": 568, "ProgramTests": 23}


@pytest.mark.filterwarnings("ignore:invalid escape sequence", "ignore:'str' object is not callable")
def test_every_published_reference_is_python_once_completed(real_data: Path) -> None:
    for row in rows(real_data):
        compile(complete(row["prompt"], row["canonical_solution"]), row["task_id"], "exec")
