"""A teacher is asked about one statement at a time, and its line is found in what it says."""

import pytest

from stepsmith.schemas import Step, Trajectory
from stepsmith.schemas.records import FinishReason
from stepsmith.transforms.judging.problems import read_code_problem
from stepsmith.transforms.search.mutation.teacher import Request, read_reply, requests
from tests.search.mutation.running import PROMPT, SOLUTION, code_problem

PROBLEM = code_problem()
CODE = read_code_problem(PROBLEM)
MARK = "  # <-- THIS LINE"


def asked() -> list[Request]:
    return list(requests(PROBLEM, CODE, teacher="wise", n=2))


def reply(text: str, finish: FinishReason = "stop") -> Trajectory:
    return Trajectory(id="t", problem_id="p", steps=(Step(text=text),), finish_reason=finish)


def test_each_statement_is_asked_about_twice_in_source_order() -> None:
    source = PROMPT + SOLUTION
    assert [(one.wish, source[slice(*one.span)]) for one in asked()[::2]] == [
        ("mutation", "found = 0"),
        ("mutation", "for x in xs:"),
        ("mutation", "if x >= least:"),
        ("mutation", "found += 1"),
        ("mutation", "return found"),
    ]
    assert [one.wish for one in asked()] == ["mutation", "refactoring"] * 5
    assert len({one.ask.path for one in asked()}) == 10
    assert {(one.ask.policy, one.ask.n, one.ask.prefix) for one in asked()} == {("wise", 2, ())}


def test_the_teacher_sees_the_task_the_program_and_the_one_marked_line() -> None:
    for one in asked():
        prompt = one.ask.prompt or ""
        marked = [line for line in prompt.splitlines() if line.endswith(MARK)]
        line = (PROMPT + SOLUTION)[slice(*one.span)]
        assert [each.removesuffix(MARK).strip() for each in marked] == [line]
        assert f"Line: `{line}`" in prompt
        assert PROMPT.strip() in prompt
        assert "{" not in prompt
        assert ("exactly what it did before" in prompt) is (one.wish == "refactoring")


def test_braces_of_a_program_are_its_own() -> None:
    code = read_code_problem(code_problem("    return {'{line}': '{problem}'}\n"))
    [first, _] = requests(PROBLEM, code, teacher="wise", n=1)
    assert "    return {'{line}': '{problem}'}" + MARK in (first.ask.prompt or "")


def test_headers_are_asked_about_and_definitions_are_not() -> None:
    solution = """\
    def inner(a):
        return a
    try:
        x = inner(xs)
    finally:
        pass
    if x: return 1
    return 2
"""
    code = read_code_problem(code_problem(solution))
    texts = [
        (code.reference or "")[slice(*one.span)]
        for one in requests(PROBLEM, code, teacher="wise", n=1)
        if one.wish == "mutation"
    ]
    assert texts == ["return a", "x = inner(xs)", "pass", "if x:", "return 2"]


@pytest.mark.parametrize(
    "text",
    [
        "found += 2",
        "    found += 2\n",
        "```python\nfound += 2\n```",
        "Here it is:\n```\n            found += 2  # <-- THIS LINE\n```\nThat is off by one.",
        "The line becomes `found += 2`.",
        "found += 2\n\nThis adds two.",
    ],
)
def test_the_line_is_found_in_the_reply(text: str) -> None:
    [request] = [one for one in asked() if one.ask.path == "teach/3/mutation"]
    edit = read_reply(CODE, request, reply(text))
    assert edit is not None
    assert edit.after == "            found += 2\n"
    assert (edit.operator, edit.op_kind, edit.flaw) == ("teacher.mutation", "teacher", None)


@pytest.mark.parametrize(
    ("text", "finish"), [("", "empty"), ("found +=", "length"), ("`found += 1`", "stop")]
)
def test_a_reply_that_is_blank_cut_or_the_line_itself_is_none(
    text: str, finish: FinishReason
) -> None:
    [request] = [one for one in asked() if one.ask.path == "teach/3/mutation"]
    assert read_reply(CODE, request, reply(text, finish)) is None
