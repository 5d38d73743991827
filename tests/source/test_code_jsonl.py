"""Code problems from JSON Lines: each published form in one line of a recipe, errors in place."""

import ast
import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from stepsmith.schemas import ErrorRecord, Problem, RecipeError
from stepsmith.transforms.files import LocalFiles
from stepsmith.transforms.judging.problems import read_code_problem
from stepsmith.transforms.source import SOURCES
from stepsmith.transforms.source.code_jsonl import code_jsonl

PROMPT = 'def twice(x):\n    """Double it."""\n'
HUMANEVAL = {
    "task_id": "Set/0",
    "prompt": PROMPT,
    "entry_point": "twice",
    "canonical_solution": "    return 2 * x\n",
    "test": "def check(candidate):\n    assert candidate(2) == 4\n",
}
MBPP = {
    "task_id": 11,
    "text": "Write a function to double.",
    "code": "def twice(x):\r\n    return 2 * x",
    "test_list": ["assert twice(2) == 4", 'assert twice("a\\n") == "a\\na\\n"'],
    "test_setup_code": "",
    "challenge_test_list": [],
}
STDIO = {"question": "Double it.", "inputs": ["2\n"], "outputs": ["4\n"], "solution": "print(4)"}


def read(tmp_path: Path, *rows: dict[str, Any] | str, **options: Any) -> list[Any]:
    path = tmp_path / "set.jsonl.gz"
    lines = (row if isinstance(row, str) else json.dumps(row) for row in rows)
    path.write_bytes(gzip.compress("\n".join(lines).encode()))
    source = code_jsonl(path=str(path), **options)
    [part] = source.parts(LocalFiles())
    return list(source.read(part, LocalFiles()))


def read_file(path: Path, **options: Any) -> list[Problem | ErrorRecord]:
    source = code_jsonl(path=str(path), **options)
    [part] = source.parts(LocalFiles())
    return list(source.read(part, LocalFiles()))


def test_it_is_registered() -> None:
    assert SOURCES.get("code_jsonl").value is code_jsonl


def test_a_row_of_humaneval_keeps_its_prompt_and_has_its_solution_for_an_answer(
    tmp_path: Path,
) -> None:
    [problem] = read(tmp_path, HUMANEVAL)
    payload = {key: HUMANEVAL[key] for key in ("canonical_solution", "entry_point", "test")}
    assert problem == Problem(
        id="Set/0",
        group_id="Set/0",
        prompt=PROMPT,
        source="set",
        domain="code",
        answer="    return 2 * x\n",
        payload=json.dumps(payload, separators=(",", ":")),
    )


def test_a_row_of_mbpp_shows_the_asserts_that_name_the_function(tmp_path: Path) -> None:
    [problem] = read(tmp_path, MBPP)
    assert problem.id == "11"
    assert ast.literal_eval(problem.prompt) == (
        '\nWrite a function to double.\nassert twice(2) == 4\nassert twice("a\\n") == "a\\na\\n"\n'
    )
    code = read_code_problem(problem)
    assert (code.entry_point, code.prompt, code.reference) == ("twice", "", MBPP["code"])
    assert problem.answer == MBPP["code"]


def test_a_row_with_inputs_and_outputs_is_left_as_it_is(tmp_path: Path) -> None:
    [problem] = read(tmp_path, STDIO)
    assert (problem.id, problem.prompt) == ("set-00000001", "Double it.")
    assert problem.answer == "print(4)"


def test_columns_of_other_names_are_named_in_the_recipe(tmp_path: Path) -> None:
    row = {
        "nr": 7,
        "ask": PROMPT,
        "name": "twice",
        "unit": HUMANEVAL["test"],
        "gold": HUMANEVAL["canonical_solution"],
    }
    columns = {
        "id": "nr",
        "prompt": "ask",
        "entry_point": "name",
        "test": "unit",
        "canonical_solution": "gold",
    }
    [problem] = read(tmp_path, row, fields=columns, name="mine", domain="python")
    assert (problem.id, problem.source, problem.domain) == ("7", "mine", "python")
    assert problem.answer == "    return 2 * x\n"
    assert sorted(problem.read_payload(dict[str, str])) == [
        "canonical_solution",
        "entry_point",
        "test",
    ]


@pytest.mark.parametrize(
    ("change", "kind", "field", "message"),
    [
        ({"test": None}, "CodeProblemError", "test", "no tests were given"),
        ({"test": 5}, "CodeProblemError", "test", "5 was given; allowed: text"),
        ({"test": "def check(c"}, "CodeProblemError", "test", "no Python"),
        ({"entry_point": "tvice"}, "CodeProblemError", "entry_point", "did you mean 'twice'?"),
        ({"prompt": ""}, "EmptyPrompt", "prompt", "is empty"),
        ({"prompt": ["x"]}, "WrongType", "prompt", "a list"),
        ({"prompt": None, "promt": "x"}, "MissingField", "prompt", "did you mean 'promt'"),
        ({"canonical_solution": None}, "MissingField", "canonical_solution", "looked for"),
        ({"canonical_solution": "    ("}, "CodeProblemError", "canonical_solution", "no Python"),
        ({"task_id": [1]}, "WrongType", "task_id", "a list"),
    ],
)
def test_a_malformed_row_is_an_error_record_and_the_rest_goes_on(
    tmp_path: Path, change: dict[str, Any], kind: str, field: str, message: str
) -> None:
    before, error, after = read(tmp_path, HUMANEVAL, {**HUMANEVAL, **change}, MBPP)
    assert isinstance(before, Problem)
    assert isinstance(after, Problem)
    assert isinstance(error, ErrorRecord)
    assert (error.kind, error.field, error.line) == (kind, field, 2)
    assert error.location == str(tmp_path / "set.jsonl.gz")
    assert message in error.message


def test_the_field_of_an_error_is_the_column_of_the_file(tmp_path: Path) -> None:
    row = {**HUMANEVAL, "unit": 5}
    [error] = read(tmp_path, row, fields={"test": "unit"})
    assert (error.kind, error.field) == ("CodeProblemError", "unit")
    [error] = read(tmp_path, HUMANEVAL, fields={"test": "unit"})
    assert (error.kind, error.field) == ("MissingField", "unit")


def test_a_line_that_is_no_json_is_an_error_record_too(tmp_path: Path) -> None:
    error, problem = read(tmp_path, '{"prompt": ', MBPP)
    assert (error.kind, error.line) == ("BadJson", 1)
    assert problem.id == "11"


def test_a_reference_may_be_absent_where_the_recipe_says_so(tmp_path: Path) -> None:
    [problem] = read(tmp_path, {**HUMANEVAL, "canonical_solution": ""}, require_answer=False)
    assert problem.answer is None


def test_a_limit_counts_problems_and_must_leave_one(tmp_path: Path) -> None:
    assert len(read(tmp_path, HUMANEVAL, MBPP, STDIO, limit=2)) == 2
    with pytest.raises(RecipeError, match="limit = 0"):
        code_jsonl(path="x", limit=0)


@pytest.mark.parametrize(
    ("file", "count"), [("humaneval/HumanEval.jsonl.gz", 164), ("mbpp/sanitized.jsonl", 427)]
)
def test_every_published_row_becomes_a_problem(real_data: Path, file: str, count: int) -> None:
    problems = read_file(real_data / file)
    assert len(problems) == count
    for problem in problems:
        assert isinstance(problem, Problem)
        assert problem.answer == read_code_problem(problem).solution_text != ""
