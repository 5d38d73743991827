"""Code problems in each published form, and what is said of those that cannot be judged."""

import ast
import gzip
import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from stepsmith.schemas.records import Problem
from stepsmith.transforms.judging.compare import PYTHON, STRICT
from stepsmith.transforms.judging.output import OutputComparison
from stepsmith.transforms.judging.problems import (
    CodeProblem,
    CodeProblemError,
    program_of,
    read_code_problem,
)
from stepsmith.transforms.judging.suites import CallTests, ProgramTests, StdioTests

PROMPT = 'import math\n\ndef root(x):\n    """Return the root."""\n'
CHECK = "def check(candidate):\n    assert candidate(4) == 2\n    assert root(9) == 3\n"


def read(prompt: str = "", answer: str | None = None, /, **fields: object) -> CodeProblem:
    payload = json.dumps(fields)
    return read_code_problem(Problem(id="p", prompt=prompt, answer=answer, payload=payload))


def humaneval(**more: object) -> CodeProblem:
    fields: dict[str, object] = {
        "entry_point": "root ",  # with the space that some have
        "test": CHECK,
        "canonical_solution": "    return math.isqrt(x)\n",
    }
    return read(PROMPT, **{**fields, **more})


def test_a_check_function_is_read_with_the_prompt_that_it_belongs_to() -> None:
    code = humaneval()
    assert isinstance(code.tests, CallTests)
    assert [case.call.function for case in code.tests.cases] == ["root", "root"]
    assert (code.prompt, code.entry_point) == (PROMPT, "root")
    assert code.reference == PROMPT + "    return math.isqrt(x)\n"
    assert code.solution_text == "    return math.isqrt(x)\n"


def test_asserts_are_read_without_a_name_for_the_function() -> None:
    code = read(
        "Write a function that doubles.",
        test_list=["assert twice(2) == 4"],
        test_imports=["import math"],
        code="def twice(x):\n    return 2 * x\n",
    )
    assert isinstance(code.tests, CallTests)
    assert (code.prompt, code.entry_point) == ("", "twice")
    assert code.reference == code.solution_text == "def twice(x):\n    return 2 * x\n"


def test_asserts_that_are_code_run_behind_their_set_up() -> None:
    code = read(
        "",
        test_list=["assert twice(A) == B"],
        test_setup_code="A = 2",
        test_imports=["B = 4"],
    )
    assert code.tests == ProgramTests(
        source="assert twice(A) == B",
        functions=("twice",),
        style="script",
        prelude="B = 4\nA = 2",
    )
    assert (code.entry_point, code.reference, code.solution_text) == ("twice", None, "")


def test_unittest_classes_are_told_from_a_check_function() -> None:
    test = "import unittest\nclass T(unittest.TestCase):\n    def test_one(self):\n        f(1)"
    code = read("", test=test, entry_point="f", changes_arguments=True)
    assert code.tests == ProgramTests(
        source=test, functions=("f",), style="unittest", changes_arguments=True
    )


def test_inputs_and_outputs_test_a_whole_program() -> None:
    code = read("Add.", inputs=["1 2\n", ""], outputs=["3", "0"], solution="print(3)")
    assert code == CodeProblem(
        tests=StdioTests(cases=(("1 2\n", "3"), ("", "0"))),
        reference="print(3)",
        solution=(0, 8),
    )


def test_the_answer_is_the_reference_where_no_column_holds_one() -> None:
    code = read("", "def f(x):\n    return x", test_list=["assert f(1) == 1"])
    assert code.reference == "def f(x):\n    return x"


def test_declared_options_reach_every_comparison_that_has_none_of_its_own() -> None:
    test = (
        "def check(f):\n    assert f(1) == 1\n    assert f(2) is True\n    assert abs(f(3) - 1) < 2"
    )
    code = humaneval(test=test, compare={"rel_tol": 0.5, "bool_is_int": False})
    assert isinstance(code.tests, CallTests)
    first, second, third = (case.how for case in code.tests.cases)
    assert (first.rel_tol, first.bool_is_int, first.int_is_float) == (0.5, False, True)
    assert second == STRICT
    assert (third.rel_tol, third.bool_is_int) == (0.0, PYTHON.bool_is_int)


def test_declared_options_of_printed_text() -> None:
    code = read("", inputs=[""], outputs=["1"], compare={"whitespace": "tokens", "abs_tol": 1})
    assert isinstance(code.tests, StdioTests)
    assert code.tests.how == OutputComparison(whitespace="tokens", abs_tol=1.0)


@pytest.mark.parametrize(
    ("fields", "field", "message"),
    [
        ({}, "test", "no tests were given; allowed: test (with entry_point), test_list, or"),
        ({"tests": CHECK}, "test", "did you mean 'tests'?"),
        ({"test": 3}, "test", "3 was given; allowed: text"),
        ({"test": CHECK}, "entry_point", "allowed: the name of the function under test"),
        ({"test": "x = 1", "entry_point": "f"}, "test", "starts with `test`"),
        ({"test": "def check(c", "entry_point": "f"}, "test", "no Python"),
        ({"test_list": "assert f()"}, "test_list", "'assert f()' was given; allowed: a list"),
        ({"test_list": ["assert f(1) == 1", 2]}, "test_list", "allowed: a list of texts"),
        ({"test_list": ["assert 1 == 1"]}, "test_list", "no function but their own"),
        ({"inputs": ["1"], "outputs": []}, "outputs", "0 outputs for 1 inputs"),
        ({"inputs": [], "outputs": []}, "outputs", "0 outputs for 0 inputs"),
        ({"outputs": ["1"]}, "outputs", "1 outputs for 0 inputs"),
        ({"inputs": [1], "outputs": ["1"]}, "inputs", "[1] was given; allowed: a list of texts"),
    ],
)
def test_what_is_wrong_is_said_with_its_field_and_what_is_allowed(
    fields: dict[str, object], field: str, message: str
) -> None:
    with pytest.raises(CodeProblemError) as caught:
        read("", **fields)
    assert caught.value.field == field
    assert str(caught.value).startswith(f"{field}: ")
    assert message in str(caught.value)


@pytest.mark.parametrize(
    ("more", "field", "message"),
    [
        ({"compare": 1}, "compare", "1 was given; allowed: an object of options"),
        ({"compare": {"rel_tole": 1}}, "compare", "did you mean 'rel_tol'"),
        ({"compare": {"rel_tol": "much"}}, "compare", "Expected `float`, got `str`"),
        ({"changes_arguments": 1}, "changes_arguments", "1 was given; allowed: true or false"),
        ({"changes_arguments": True}, "changes_arguments", "nobody sees changed"),
        (
            {"test": "def check(f):\n    assert f(4) in [1]", "compare": {"rel_tol": 0.1}},
            "compare",
            "test is code that compares by itself",
        ),
        ({"canonical_solution": "    return ("}, "canonical_solution", "no Python"),
        (
            {"canonical_solution": "", "code": 3},
            "code",
            "3 was given; allowed: text",
        ),
        ({"entry_point": "rout"}, "entry_point", "'rout' was given; did you mean 'root'?"),
    ],
)
def test_options_and_references_that_cannot_be_used_are_refused(
    more: dict[str, object], field: str, message: str
) -> None:
    with pytest.raises(CodeProblemError) as caught:
        humaneval(**more)
    assert caught.value.field == field
    assert message in str(caught.value)


def test_a_payload_that_is_no_object_is_refused() -> None:
    with pytest.raises(CodeProblemError, match="payload: not an object of fields"):
        read_code_problem(Problem(id="p", prompt="", payload="[1]"))


WHOLE = "def root(x):\n    return x ** 0.5\n"


@pytest.mark.parametrize(
    ("text", "program"),
    [
        ("    return 1\n", PROMPT + "    return 1\n"),
        ("\n    return 1\n```\nIt is one.", PROMPT + "\n    return 1\n"),
        ("  return 1\n", "import math\n\ndef root(x):\n  return 1\n"),
        (WHOLE, "import math\n\n\n" + WHOLE),
        (f"So:\n```python\n{WHOLE}```\nDone.", "import math\n\n\n" + WHOLE),
        (f"So:\n~~~\n{WHOLE}~~~", "import math\n\n\n" + WHOLE),
        (f"```python\n{WHOLE}", "import math\n\n\n" + WHOLE),
        (f"```py\n{WHOLE}```\nUse:\n```python\nprint(root(4))\n```", "import math\n\n\n" + WHOLE),
        (f"````\n{WHOLE}```\n````", f"import math\n\n\n{WHOLE}```\n"),
        ("```\n    return 1\n```", PROMPT + "    return 1\n"),
        ("    return (", PROMPT + "    return ("),
        ("I do not know.", PROMPT + "I do not know."),
        ("", PROMPT),
    ],
)
def test_a_program_is_made_of_a_continuation_or_of_a_reply_with_code(
    text: str, program: str
) -> None:
    assert program_of(humaneval(), text) == program


def test_what_the_prompt_defines_beside_the_function_stays_when_that_is_written_anew() -> None:
    prompt = f"SCALE = 2\n\ndef helper(x):\n    return x\n\n{PROMPT}"
    code = read(prompt, entry_point="root", test=CHECK)
    program = program_of(code, WHOLE)
    assert program == f"SCALE = 2\n\ndef helper(x):\n    return x\nimport math\n\n\n{WHOLE}"


def test_a_whole_program_is_taken_as_it_is_where_no_code_was_given() -> None:
    code = read("Add.", inputs=["1 2"], outputs=["3"])
    assert program_of(code, "print(3)") == "print(3)"
    assert program_of(code, "```python\nx = 3\n```\nor\n```python\nprint(3)\n```") == "print(3)\n"


HALVED = WHOLE.replace("0.5", "half(1)")
FIRST = "```python\nimport cmath\ndef half(x): return x / 2\nprint(half(3))\n```\n"
PRINTS = "```python\nprint(3)\n```\n"


@pytest.mark.parametrize(
    "more",
    [
        "Output:\n```\n3\n```\n",
        "Output:\n```text\n3\n```\n",
        "Run it:\n```bash\npython sum.py\n```\n",
    ],
)
def test_what_a_program_prints_and_how_it_is_run_is_no_program(more: str) -> None:
    code = read("Add.", inputs=["1 2"], outputs=["3"])
    assert program_of(code, f"{PRINTS}{more}") == "print(3)\n"
    assert program_of(code, f"{PRINTS}{more}".replace("```python", "```")) == "print(3)\n"


@pytest.mark.parametrize(
    ("text", "program"),
    [
        ("```python\nroot = abs\n```\nUse:\n```python\nroot(4) == 2\n```", "root = abs\n"),
        (f"1. So:\n   ```python\n   {WHOLE.replace(chr(10), chr(10) + '   ')}\n   ```", WHOLE),
        (f"\ufeff{WHOLE}", WHOLE),
        (
            f"{FIRST}Then:\n```python\n{HALVED}```\nUse:\n```\nroot(4)\n```",
            f"import cmath\n\ndef half(x):\n    return x / 2\n\n\n{HALVED}",
        ),
        (f"```python\ndef other(x): return x\n```\n```python\n{WHOLE}```", WHOLE),
    ],
)
def test_the_program_of_a_reply_is_all_that_its_solution_needs(text: str, program: str) -> None:
    code = read("Write a root.", test_list=["assert root(4) == 2"])
    assert program_of(code, text).rstrip() == program.rstrip()


def test_a_reply_of_any_size_and_shape_becomes_some_text() -> None:
    code = humaneval()
    blocks = "```\na = b\n```\n" * 5_000 + f"```python\n{WHOLE}    missing\n```"
    for text in (blocks, "(" * 100_000, "\x00", "```\n" * 50_000, "\ud800", " " * 200_000 + "x"):
        assert isinstance(program_of(code, text), str)


def rows(data: Path) -> Iterator[dict[str, Any]]:
    with gzip.open(data / "humaneval" / "HumanEval.jsonl.gz", "rt") as lines:
        yield from map(json.loads, lines)
    with (data / "mbpp" / "sanitized.jsonl").open() as lines:
        yield from map(json.loads, lines)


@pytest.mark.filterwarnings("ignore:invalid escape sequence")
def test_every_published_row_is_read_and_its_reference_is_whole(real_data: Path) -> None:
    forms = Counter[str]()
    for row in rows(real_data):
        prompt = row.pop("prompt")
        code = read(prompt, **row)
        forms[type(code.tests).__name__] += 1
        assert code.reference is not None
        ast.parse(code.reference)
        assert code.prompt == prompt
        assert code.solution_text == row["canonical_solution"]
        assert program_of(code, row["canonical_solution"]) == code.reference
        fenced = program_of(code, f"Here:\n```python\n{code.reference}\n```\n")
        assert f"def {code.entry_point}" in fenced
        ast.parse(fenced)
    assert forms == {"CallTests": 568, "ProgramTests": 23}
