"""The hosts, the relay and the judge together, in a real sandbox."""

import ast
import dataclasses
import gzip
import json
import random
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from stepsmith.sandboxes.contract import Call, Execution, Limits, Sandbox
from stepsmith.transforms.judging import codec
from stepsmith.transforms.judging.codec import decode, encode
from stepsmith.transforms.judging.programs import (
    candidate_execution,
    hosts_version,
    suite_execution,
    warm_source,
)
from stepsmith.transforms.judging.run import judge_printed, judge_source
from stepsmith.transforms.judging.suites import (
    CallTests,
    ProgramTests,
    StdioTests,
    complete,
    read_asserts,
    read_check,
    read_unittest,
)
from stepsmith.transforms.judging.verdict import PASS, Judgement, trial

LIMITS = Limits(wall_s=60.0, cpu_s=20)


def script(*asserts: str, setup: str = "", functions: tuple[str, ...] = ("f",)) -> ProgramTests:
    return ProgramTests(
        source="\n".join(asserts), functions=functions, style="script", prelude=setup
    )


def judged(sandbox: Sandbox, source: str, *asserts: str, setup: str = "") -> Judgement:
    return judge_source(sandbox, source, script(*asserts, setup=setup), limits=LIMITS)


def test_what_is_expected_is_in_nothing_that_the_candidate_is_given() -> None:
    secret = random.Random(0).getrandbits(64)
    tests = read_asserts([f"assert f(1) == {secret}"])
    assert isinstance(tests, CallTests)
    execution = candidate_execution(
        "id", "def f(x): ...", calls=tuple(case.call for case in tests.cases)
    )
    for written in (str(secret), f"{secret:x}"):
        assert written not in repr(execution)
        assert written in repr(tests)


def test_nothing_of_the_candidate_is_in_what_the_tests_are_given() -> None:
    execution = suite_execution("id", script("assert f(1) == 1"))
    assert "assert f(1) == 1" in execution.source
    assert execution.calls is None


def test_the_hosts_have_one_version_and_load_where_nothing_of_ours_is_installed(
    sandbox: Sandbox,
) -> None:
    assert len(hosts_version()) == 12
    probe = """
for name in ("stepsmith.schemas", "stepsmith.transforms", "stepsmith.sandboxes.contract"):
    try:
        __import__(name)
    except ImportError:
        print(name)
"""
    result = sandbox.run(Execution(id="probe", source=warm_source() + warm_source() + probe))
    missing = b"stepsmith.schemas\nstepsmith.transforms\nstepsmith.sandboxes.contract\n"
    assert (result.outcome, result.stdout, result.stderr) == ("exited", missing, b"")


def test_what_runs_in_a_sandbox_imports_the_standard_library_only() -> None:
    folder = Path(codec.__file__).parent
    allowed = {*sys.stdlib_module_names, "stepsmith.transforms.judging.codec"}
    for name in ("codec.py", "hosts/candidate_host.py", "hosts/tests_host.py"):
        for node in ast.walk(ast.parse((folder / name).read_text())):
            if isinstance(node, ast.Import):
                assert {alias.name for alias in node.names} <= allowed
            if isinstance(node, ast.ImportFrom):
                module = node.module or ""
                assert module in allowed or module.partition(".")[0] in sys.stdlib_module_names


def test_calls_are_answered_in_order_in_one_process(sandbox: Sandbox) -> None:
    source = "seen = []\ndef f(x):\n    seen.append(x)\n    return seen, {'n': len(seen)}"
    calls = tuple(Call(function="f", arguments=encode(((n,), {}))) for n in (7, 8))
    result = sandbox.run(candidate_execution("id", source, calls=calls))
    assert [decode(answer.payload) for answer in result.answers] == [
        ([7], {"n": 1}),
        ([7, 8], {"n": 2}),
    ]


def test_a_call_that_asks_for_its_arguments_gets_them_as_they_are_afterwards(
    sandbox: Sandbox,
) -> None:
    call = Call(function="f", arguments=encode((([3, 1],), {})), wanted="arguments")
    source = "def f(x):\n    x.sort()"
    result = sandbox.run(candidate_execution("id", source, calls=(call,)))
    assert decode(result.answers[0].payload) == (None, ([1, 3],))


@pytest.mark.parametrize(
    ("source", "kind", "evidence"),
    [
        ("def f(x): return x[::-1]", "pass", ""),
        ("def f(x): return x", "wrong_answer", "expected [2, 1], got [1, 2]"),
        ("def f(x): return x[9]", "error", "IndexError: list index out of range"),
        ("def f(x): return None", "wrong_answer", "expected [2, 1], got None"),
        ("f = 3", "error", "TypeError: 'int' object is not callable"),
        ("1/0", "error", "ZeroDivisionError: division by zero"),
        ("def f(x", "error", "SyntaxError"),
        ("class Odd(Exception): ...\ndef f(x): raise Odd('so')", "error", "Odd: so"),
        ("def f(x): b'a'.decode('x' * 99)", "error", "LookupError"),
        ("def f(x): b'\\xff'.decode()", "error", "UnicodeDecodeError"),
    ],
)
def test_a_program_of_tests_says_which_assert_failed_with_both_values(
    sandbox: Sandbox, source: str, kind: str, evidence: str
) -> None:
    judgement = judged(sandbox, source, "x = [1, 2]", "assert f(x) == list(reversed(x))")
    assert judgement.kind == kind
    assert evidence in judgement.evidence
    if kind != "pass":
        assert judgement.test == "f(x) == list(reversed(x))"


def test_an_assert_over_several_lines_is_found_from_any_of_them(sandbox: Sandbox) -> None:
    assertion = "assert (\n    f(1)\n    == 2\n    or f(0)\n)"
    judgement = judged(sandbox, "def f(x): return 1 / x - 1", assertion)
    assert judgement.evidence == "error: ZeroDivisionError: division by zero: f(1) == 2 or f(0)"


def test_an_assert_that_fails_inside_another_shows_its_own_values(sandbox: Sandbox) -> None:
    setup = "def same(x):\n    raise AssertionError('not the same')"
    judgement = judged(sandbox, "def f(x): return x", "assert same(f(1)) == 1", setup=setup)
    assert judgement.evidence == "wrong_answer: not the same: same(f(1)) == 1"


def test_arguments_and_results_go_by_value_both_ways(sandbox: Sandbox) -> None:
    source = "kept = [0]\ndef f(x):\n    x.append(9)\n    return kept"
    asserts = ["x = [1]", "y = f(x)", "y.append(5)", "assert x == [1]", "assert f(x) == [0]"]
    assert judged(sandbox, source, *asserts) == PASS


def test_functions_that_change_their_arguments_are_tested_where_the_tests_say_so(
    sandbox: Sandbox,
) -> None:
    source = "def f(a, b, c, d):\n    a.sort(); b.add(2); c['x'] = 1; return d"
    asserts = ["a, b, c = [2, 1], {1}, {}", "assert f(a, b, c, 'd') == 'd'"]
    asserts += ["assert (a, b, c) == ([1, 2], {1, 2}, {'x': 1})"]
    by_value = script(*asserts)
    in_place = dataclasses.replace(by_value, changes_arguments=True)
    assert judge_source(sandbox, source, in_place, limits=LIMITS) == PASS
    assert judge_source(sandbox, source, by_value, limits=LIMITS).kind == "wrong_answer"


def test_a_candidate_cannot_end_the_loop_of_a_test(sandbox: Sandbox) -> None:
    source = "def f(x): raise StopIteration"
    judgement = judged(sandbox, source, "assert all(map(f, [1, 2]))")
    assert judgement.evidence == "error: StopIteration: all(map(f, [1, 2]))"


def test_a_test_may_expect_the_candidate_to_raise(sandbox: Sandbox) -> None:
    asserts = ["try:\n    f(-1)\nexcept ValueError as error:\n    assert 'neg' in str(error)"]
    asserts += ["else:\n    assert False"]
    good = "def f(x):\n    if x < 0: raise ValueError('negative')"
    assert judged(sandbox, good, *asserts) == PASS
    assert judged(sandbox, "def f(x): return x", *asserts).kind == "wrong_answer"


def test_a_candidate_cannot_redefine_what_the_problem_defines(sandbox: Sandbox) -> None:
    prompt = "def encode(s):\n    return s[::-1]\n\ndef decode(s):\n    '''Undo `encode`.'''\n"
    tests = read_check(
        "def check(c):\n    for s in ('ab', 'xyz'):\n        assert c(encode(s)) == s",
        "decode",
        prompt,
    )
    honest = prompt + "    return s[::-1]\n"
    cheat = prompt + "    return s\n\ndef encode(s):\n    return s\n"
    assert judge_source(sandbox, honest, tests, limits=LIMITS) == PASS
    assert judge_source(sandbox, cheat, tests, limits=LIMITS).kind == "wrong_answer"


@pytest.mark.parametrize(
    ("asserts", "kind"),
    [
        (["assert f(object()) == 1"], "unjudgeable"),
        (["assert f(lambda x: x) == 1"], "unjudgeable"),
        (["assert nobody == 1"], "tests_error"),
        (["assert 1 == 1"], "tests_error"),
        (["import os", "f(1)", "os._exit(0)"], "tests_error"),
        (["f(1)", "raise SystemExit"], "tests_error"),
        (["f(1)", "raise MemoryError"], "tests_error"),
        (["f(1)", "nobody(1)"], "tests_error"),
        (["f(1)", "import no_such_module"], "tests_error"),
        (["f(1)", "open('/no/such/file')"], "tests_error"),
        (["try: f(1); 1 / 0\nexcept Mine: pass"], "tests_error"),
        (["assert not isinstance(f(1), Mine)"], "tests_error"),
        (["f(1)", "import os", "os.write(4, b'nonsense\\n')"], "tests_error"),
        (["import time", "f(1)", "while True: pass"], "tests_error"),
    ],
)
def test_tests_that_do_not_work_say_nothing_of_the_candidate(
    sandbox: Sandbox, asserts: list[str], kind: str
) -> None:
    limits = Limits(wall_s=60.0, cpu_s=3)
    tests = script(*asserts, functions=("f", "Mine"))
    judgement = judge_source(sandbox, "def f(x): return 1", tests, limits=limits)
    assert (judgement.kind, judgement.outcome) == (kind, "undecided")


def test_a_name_that_an_answer_has_left_unbound_is_the_candidates_fault(sandbox: Sandbox) -> None:
    asserts = ("try:\n    y = f(1)\nexcept ValueError:\n    pass", "assert y == 1")
    assert judged(sandbox, "def f(x): return x", *asserts) == PASS
    assert judged(sandbox, "def f(x): raise ValueError", *asserts).outcome == "invalid"


def test_a_candidate_that_never_answers_is_told_from_tests_that_never_end(
    sandbox: Sandbox,
) -> None:
    limits = Limits(wall_s=4.0, cpu_s=5)
    slow = "import time\ndef f(x):\n    if x == 2: time.sleep(99)\n    return x"
    asserts = script("for x in range(3): assert f(x) == x")
    judgement = judge_source(sandbox, slow, asserts, limits=limits)
    assert (judgement.kind, judgement.outcome) == ("timeout", "invalid")
    lazy = script("import time", "f(1)", "time.sleep(99)")
    judgement = judge_source(sandbox, "def f(x): return x", lazy, limits=limits)
    assert (judgement.kind, judgement.outcome) == ("tests_error", "undecided")


UNIT = """
import unittest

class Sums(unittest.TestCase):
    def setUp(self):
        self.base = 1

    def test_sum(self):
        for x in range(3):
            with self.subTest(x=x):
                self.assertEqual(f(x), x + self.base)

    def test_raises(self):
        with self.assertRaises(TypeError):
            f("a")

def test_plain():
    assert f(10) == 11
"""


@pytest.mark.parametrize(
    ("source", "evidence"),
    [
        ("def f(x): return x + 1", ""),
        (
            "def f(x): return 11",
            "wrong_answer: TypeError not raised: test_raises (tests.Sums.test_raises)",
        ),
        (
            "def f(x): return x + 1 if x != 2 else 0",
            "wrong_answer: 0 != 3: test_sum (tests.Sums.test_sum) (x=2)",
        ),
        ("def f(x): return x + 2", "wrong_answer: f(10) == 11: expected 11, got 12"),
        (
            "def f(x): return x + 1 if x else 1 / x",
            "error: ZeroDivisionError: division by zero: test_sum (tests.Sums.test_sum) (x=0)",
        ),
    ],
)
def test_unittest_classes_report_their_first_failure(
    sandbox: Sandbox, source: str, evidence: str
) -> None:
    judgement = judge_source(sandbox, source, read_unittest(UNIT, ["f"]), limits=LIMITS)
    assert judgement.evidence == evidence


IN_A_CLASS = """
class TestOne:
    def setup_method(self):
        self.wanted = 1

    def test_one(self):
        assert f(1) == self.wanted
"""
AWAITED = "async def test_one():\n    assert f(1) == 1\n"
EXPECTED_TO_FAIL = """
import unittest

class One(unittest.TestCase):
    @unittest.expectedFailure
    def test_two(self):
        self.assertEqual(f(1), 2)
"""
SKIPPED = """
import unittest

class One(unittest.TestCase):
    def test_one(self):
        f(1)
        self.skipTest("not here")
"""
WITH_A_FIXTURE = (
    "def test_one(tmp_path):\n    assert f(1) == 1\ndef test_two():\n    assert f(1) < 3\n"
)


@pytest.mark.parametrize(
    ("tests", "right", "wrong"),
    [
        (IN_A_CLASS, "valid", "invalid"),
        (AWAITED, "valid", "invalid"),
        (EXPECTED_TO_FAIL, "valid", "invalid"),
        (SKIPPED, "undecided", "undecided"),
        (WITH_A_FIXTURE, "undecided", "undecided"),
    ],
)
def test_no_test_passes_that_was_not_run(
    sandbox: Sandbox, tests: str, right: str, wrong: str
) -> None:
    for value, outcome in ((1, right), (2, wrong)):
        source = f"def f(x): return {value}"
        judgement = judge_source(sandbox, source, read_unittest(tests, ["f"]), limits=LIMITS)
        assert judgement.outcome == outcome, judgement


def test_a_function_under_test_may_be_called_as_tests_are(sandbox: Sandbox) -> None:
    tests = read_unittest("def test_it():\n    assert test_prime(2)\n", ["test_prime"])
    assert judge_source(sandbox, "def test_prime(n): return n > 1", tests, limits=LIMITS) == PASS


def test_a_candidate_may_recurse_as_deep_as_without_us(sandbox: Sandbox) -> None:
    tests = read_asserts([f"assert f({sys.getrecursionlimit() - 3}) == 0"])
    source = "def f(n): return n and f(n - 1)"
    assert judge_source(sandbox, source, tests, limits=LIMITS) == PASS


def test_dictionaries_of_the_standard_library_are_dictionaries(sandbox: Sandbox) -> None:
    tests = read_asserts(["assert f('aab') == {'a': 2, 'b': 1}"])
    source = "from collections import Counter as f"
    assert judge_source(sandbox, source, tests, limits=LIMITS) == PASS


def test_a_test_that_asks_only_for_truth_takes_any_object(sandbox: Sandbox) -> None:
    tests = read_asserts(["assert f('ab')", "assert not f('b')"])
    source = "import re\ndef f(text): return re.match('a', text)"
    assert judge_source(sandbox, source, tests, limits=LIMITS) == PASS
    assert judge_source(sandbox, source.replace("'a'", "'b'"), tests, limits=LIMITS).kind == (
        "wrong_answer"
    )


def test_large_values_cross(sandbox: Sandbox) -> None:
    asserts = ["x = list(range(100_000))", "assert f(x) == x[::-1]", "assert f('é' * 99_999)[0]"]
    assert judged(sandbox, "def f(x): return x[::-1]", *asserts) == PASS


def test_the_same_program_has_the_same_judgement_every_time(sandbox: Sandbox) -> None:
    source = "def f(x): return {str(n) for n in range(x)}"
    seen = {judged(sandbox, source, "assert f(9) == {'1', '2'}") for _ in range(10)}
    assert len(seen) == 1


def test_a_program_is_judged_by_what_it_prints(sandbox: Sandbox) -> None:
    source = "print(sum(map(int, input().split())))"
    execution = Execution(id="sum", source=source, stdin=b"1 2 3\n", limits=LIMITS)
    assert judge_printed(sandbox, execution, "6") == PASS
    assert judge_printed(sandbox, execution, "7").kind == "wrong_answer"
    broken = Execution(id="sum", source="print(6)\n1/0", limits=LIMITS)
    assert judge_printed(sandbox, broken, "6").evidence == "error: exit code 1"


def test_a_program_is_judged_by_the_first_input_that_it_fails(sandbox: Sandbox) -> None:
    tests = StdioTests(cases=(("1 2", "3"), ("2 2\n", "4\n"), ("3 3", "6")))
    adds = "print(sum(map(int, input().split())))"
    assert judge_source(sandbox, adds, tests, limits=LIMITS) == PASS
    broken = judge_source(
        sandbox,
        "print(6 / (2 - int(input()[0])))",
        StdioTests(cases=(("1 2", "6.0"), ("2", "3"))),
        limits=LIMITS,
    )
    assert broken.evidence == "error: exit code 1: input 2"
    wrong = judge_source(sandbox, "print(3)", tests, limits=LIMITS)
    assert wrong.evidence == "wrong_answer: input 2, line 1: expected '4', got '3'"


def references(data: Path) -> Iterator[dict[str, str]]:
    with gzip.open(data / "humaneval" / "HumanEval.jsonl.gz", "rt") as lines:
        yield from map(json.loads, lines)
    with (data / "mbpp" / "sanitized.jsonl").open() as lines:
        yield from map(json.loads, lines)


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:invalid escape sequence", "ignore:'str' object is not callable")
def test_published_tests_count_with_hardly_an_exception(sandbox: Sandbox, real_data: Path) -> None:
    not_counting: list[str] = []
    for row in references(real_data):
        tests = read_check(row["test"], row["entry_point"], row["prompt"])
        names = (
            {case.call.function for case in tests.cases}
            if isinstance(tests, CallTests)
            else tests.functions
        )
        mutant = "\n".join(f"def {name}(*_): return 'no such answer'" for name in names)
        reference = complete(row["prompt"], row["canonical_solution"])
        judgements = [
            judge_source(sandbox, source, tests, limits=Limits(wall_s=120.0, cpu_s=60))
            for source in (reference, mutant)
        ]
        if not trial(judgements[0], judgements[1:]).counts:
            not_counting.append(row["task_id"])
    assert not_counting == []
