"""A prefix is refuted only where no completion can save it, and confirmed only where it passes."""

import gzip
import itertools
import json
from pathlib import Path
from typing import Any

import pytest

from stepsmith.sandboxes.contract import Sandbox
from stepsmith.schemas.records import Claim, Problem, Step, Verdict
from stepsmith.transforms.judging import read_code_problem
from stepsmith.transforms.text.code import statement_starts
from stepsmith.transforms.verify.base import Case, get_verifier
from stepsmith.transforms.verify.code.holes import HOLE_EXIT, with_holes
from stepsmith.transforms.verify.code_step import step as judge

GIVEN = 'def f(x):\n    """Doc."""\n'
HOLE = f'__import__("os")._exit({HOLE_EXIT})'


def judged(
    sandbox: Sandbox, text: str, *asserts: str, prompt: str = GIVEN, **fields: object
) -> Verdict:
    given = {"entry_point": "f", "test_list": asserts} if asserts else {}
    payload = json.dumps({**given, **fields})
    problem = Problem(id="p", prompt=prompt, payload=payload)
    return judge(Claim(problem=problem, step=Step(text=text)), sandbox)


@pytest.mark.parametrize("case", get_verifier("code.step").cases, ids=lambda case: case.text)
def test_each_case_has_its_outcome(sandbox: Sandbox, case: Case) -> None:
    verdict = judge(case.claim, sandbox)
    assert verdict.outcome == case.outcome, verdict
    assert verdict.evidence


@pytest.mark.parametrize(
    ("code", "holes"),
    [
        ("    y = 1\n", [f"    {HOLE}"]),
        ("    if x:\n", [f"        {HOLE}", f"    {HOLE}"]),
        ("    if x:\n        y = 1\n", [f"        {HOLE}", f"    {HOLE}"]),
        ("    if x: return 1\n", [f"    {HOLE}"]),
        (
            "    for a in x:\n        if a:\n            b = a\n        else:\n            b = 0\n",
            [f"            {HOLE}", f"        {HOLE}", f"    {HOLE}"],
        ),
        ("def f(x):\n", [f"    {HOLE}"]),
        ("def f(x):\n    return 1\n", [f"    {HOLE}"]),
        ("def f(x):\n    return 1\nf(2)\n", []),
        (
            "    try:\n        y = 1\n",
            [f"        {HOLE}", "    finally:", f"        {HOLE}", f"    {HOLE}"],
        ),
        (
            "    try: y = 1\n    except E: y = 2\n",
            ["    finally:", f"        {HOLE}", f"    {HOLE}"],
        ),
        (
            "    try:\n        y = 1\n    except E:\n        y = 2\n    else:\n",
            [f"        {HOLE}", "    finally:", f"        {HOLE}", f"    {HOLE}"],
        ),
        (
            "    try:\n        y = 1\n    finally:\n        y = 2\n",
            [f"        {HOLE}", f"    {HOLE}"],
        ),
        ("    for a in x:\n        y = 1\n    else:\n", [f"        {HOLE}", f"    {HOLE}"]),
        ("    match x:\n", ["        case _:", f"            {HOLE}", f"    {HOLE}"]),
        (
            "    match x:\n        case 1:\n            y = 2\n",
            [f"            {HOLE}", f"    {HOLE}"],
        ),
        ("\tif x:\n\t\ty = 1\n", [f"\t\t{HOLE}", f"\t{HOLE}"]),
        ("    class A:\n        y = 1\n", [f"        {HOLE}", f"    {HOLE}"]),
        ("    y = {1: 2,\n", []),
        ("", []),
    ],
)
def test_a_prefix_may_go_on_in_every_block_that_is_open(code: str, holes: list[str]) -> None:
    assert with_holes(code, whole=False).holes.strip("\n").split("\n") == (holes or [""])


def test_a_whole_program_goes_on_at_its_margin_too() -> None:
    assert with_holes("x = 1\n", whole=True).source == f"x = 1\n{HOLE}\n"
    assert with_holes("", whole=True).source == f"\n{HOLE}\n"


@pytest.mark.parametrize(
    "left_out", ["    y = f(1,\n", '    y = """a\n', "    @cache\n", "    y = \\\n"]
)
def test_a_line_that_is_not_whole_is_left_out(left_out: str) -> None:
    prefix = with_holes(f"    x = 1\n{left_out}", whole=False)
    assert prefix.source == f"    x = 1\n    {HOLE}\n"


@pytest.mark.parametrize(
    "text",
    [
        "    try:\n        return 0\n    finally:\n        y = 1\n    return 7\n",
        "    if x > 1:\n        return 0\n    return 9\n",
        "    while x < 9:\n        if x == 5: return 0\n        x += 1\n    return 2\n",
        "    for i in range(x):\n        if i: break\n    else:\n        return 1\n    return 0\n",
        "    return sorted([3, x])[0]\n",
        "    raise ValueError('no')\n",
        "    with open('/dev/null') as file:\n        return file.name\n",
        "    def g(y):\n        return y\n    return g(0)\n",
        "    y = x\n    return x\n\ndef g(y):\n    y = 1\n",
        "    global y\n    y = 1\n    return y\n",  # the first call knows all that there is
        "    import random\n    return random.random()\n",
        "    return maximum if (maximum := x) > 9 else 0\n",
        "    if not x: return 1\n    return [x][1]\n",
        "    while True:\n        x.append(1)\n",
        "    return y\n    y = 2\n",  # local, whatever follows
    ],
)
def test_a_wrong_answer_before_the_end_cannot_be_saved(sandbox: Sandbox, text: str) -> None:
    verdict = judged(sandbox, text, "assert f(5) == 7")
    assert verdict.outcome == "invalid"
    assert verdict.evidence.startswith("any_completion: ")
    assert "f(5) == 7" in verdict.evidence


@pytest.mark.parametrize(
    "text",
    [
        "    try:\n        return 0\n    finally:\n        y = 1\n",
        "    try:\n        return 0\n",  # a `finally` may return something else
        "    try:\n        return 0\n    except ValueError:\n        y = 1\n",
        "    try:\n        y = 1 / 0\n",
        "    try:\n        y = 1\n    except:\n        return 0\n",
        "    for i in range(x):\n        if i == 9:\n            return 0\n",
        "    while x:\n        x -= 1\n",
        "    with open('/dev/null') as file:\n        y = 1\n",
        "    def g(y):\n        return 0\n",
        "    def g(y):\n        z = y\n",
        "    match x:\n        case 1:\n            return 0\n",
        "    if x == 1:\n        return 0\n",
        "    if x == 5:\n        y = 1\n    else:\n        return 0\n",
        "    try:\n        1 / 0\n    except ZeroDivisionError:\n        y = 0\n",
        "    class A:\n        y = 1\n",
    ],
)
def test_what_comes_to_the_end_may_yet_be_right(sandbox: Sandbox, text: str) -> None:
    verdict = judged(sandbox, text, "assert f(5) == 7")
    assert verdict == Verdict(
        outcome="undecided", evidence="goes on: 1 of 1 test reach the end of this prefix"
    )


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("    return helper(x)\n", "may be cured: a name may be defined below: helper"),
        ("    return reslt\n", "may be cured: a name may be defined below: reslt"),
        (
            "    try:\n        y = g(x)\n    except NameError:\n        y = 0\n    return y\n",
            "may be cured: a name may be defined below: g",
        ),
        ("    return -len(globals())\n", "may be cured: the program looks at itself"),
        ("    return f.__code__.co_stacksize\n", "may be cured: the program looks at itself"),
        (
            "    def g():\n        nonlocal y\n        return y\n    return g()\n",
            "may be cured: a nonlocal name may be bound below",
        ),
        ("    return (i for i in range(x))\n", "unjudgeable: generator: opaque answer: f(5) == 7"),
    ],
)
def test_what_a_completion_might_cure_is_undecided(
    sandbox: Sandbox, text: str, reason: str
) -> None:
    assert judged(sandbox, text, "assert f(5) == 7") == Verdict(
        outcome="undecided", evidence=reason
    )


@pytest.mark.parametrize(
    "before",
    ["seen = []\n", "def g(y, kept={}):\n    return kept\n", "count = 0\n", "def g(): g.n = 1\n"],
)
def test_a_later_call_counts_only_where_no_earlier_one_could_leave_something(
    sandbox: Sandbox, before: str
) -> None:
    text = "    if x == 2: return 0\n    y = 1\n"
    both = ("assert f(1) == 7", "assert f(2) == 7")
    assert judged(sandbox, text, *both).outcome == "invalid"
    if before == "count = 0\n":
        text = f"    global count\n{text}"
    kept = judged(sandbox, text, *both, prompt=before + GIVEN)
    assert kept.evidence == "goes on: 1 of 2 tests reach the end of this prefix"


def test_calls_that_stop_at_a_hole_leave_nothing_for_the_next(sandbox: Sandbox) -> None:
    prompt = f"seen = []\n{GIVEN}"
    text = "    if seen: return 0\n    seen.append(x)\n"
    verdict = judged(sandbox, text, "assert f(1) == 1", "assert f(2) == 2", prompt=prompt)
    assert verdict.evidence == "goes on: 2 of 2 tests reach the end of this prefix"


@pytest.mark.parametrize(
    "text",
    [
        f"    import os\n    os._exit({HOLE_EXIT})\n",
        "    import os\n    os._exit = print\n    y = 1\n",
        "    import os\n    os._exit = lambda code: None\n    try: y = 1\n    except E: y = 2\n",
        "    __import__ = None\n    y = 1\n",
    ],
)
def test_no_forged_or_hidden_hole_makes_a_wrong_prefix_right(sandbox: Sandbox, text: str) -> None:
    assert judged(sandbox, text, "assert f(5) == 7").outcome in ("undecided", "invalid")


def test_tests_that_are_code_are_run_up_to_the_first_hole(sandbox: Sandbox) -> None:
    asserts = ("x = 5", "assert f(x) == x", "assert f(x + 1) in (6, 7)")
    assert judged(sandbox, "    return x\n", *asserts) == Verdict(
        outcome="valid", evidence="any_completion: passes the tests"
    )
    wrong = judged(sandbox, "    if x == 6: return 8\n    return x\n", *asserts)
    assert (
        wrong.evidence == "any_completion: wrong_answer: f(x + 1) in (6, 7): expected (6, 7), got 8"
    )
    early = judged(sandbox, "    if x == 5: return 4\n    y = 1\n", *asserts)
    assert early.outcome == "invalid"
    late = judged(sandbox, "    if x == 6: return 8\n    y = 1\n", *asserts)
    assert late.evidence == "goes on: the tests reach the end of this prefix"
    cured = judged(sandbox, "    return g(x)\n", *asserts)
    assert cured.evidence == "may be cured: a name may be defined below: g"
    named = judged(sandbox, "x = 1\n", *asserts, prompt="")
    assert named.evidence == "not begun: f is not defined yet"


def test_printed_output_is_judged_where_the_program_ends_by_itself(sandbox: Sandbox) -> None:
    def of(text: str) -> Verdict:
        return judged(sandbox, text, prompt="Echo.", inputs=["1", "2"], outputs=["1", "2"])

    assert of("import sys\nprint(input())\nsys.exit()\n").outcome == "valid"
    assert of("print(input())\n").evidence == "goes on: 2 of 2 tests reach the end of this prefix"
    wrong = of("x = input()\nif x == '2': 1 / 0\n")
    assert wrong.evidence == "any_completion: error: exit code 1: input 2"


def test_syntax_is_refuted_only_in_what_is_code_for_certain(sandbox: Sandbox) -> None:
    test = "assert f(5) == 7"
    assert judged(sandbox, "    y = = 1\n", test).evidence == (
        "any_completion: syntax: invalid syntax (line 3)"
    )
    assert judged(sandbox, "    y = 1\n  z = 2\n", test).outcome == "invalid"
    assert judged(sandbox, "    if x:\n    y = 1\n", test).outcome == "invalid"
    assert judged(sandbox, "    continue\n", test).evidence.startswith(
        "any_completion: error: SyntaxError: 'continue' not properly in loop"
    )
    assert judged(sandbox, "We add one.\n", test, prompt="").evidence.startswith("no code: syntax")
    prose = judged(sandbox, "So:\n```\n\nThis code adds one.\n", test, prompt="")
    assert prose.evidence.startswith("no code: syntax")
    assert judged(sandbox, "So:\n```python\ndef f(x):\n    y = = 1\n", test).outcome == "invalid"
    assert judged(sandbox, "    y = f(1,\n", test).evidence == "not begun: no whole statement yet"
    assert judged(sandbox, f"    y = {'(' * 40}\n", test).outcome == "undecided"
    assert judged(sandbox, f"    y = {'[' * 40}{']' * 40}\n", test).evidence.startswith(
        "no code: too deep"
    )


def test_a_block_that_is_closed_may_be_followed_by_another(sandbox: Sandbox) -> None:
    test = "assert f(5) == 7"
    right = "```python\ndef f(x):\n    return 7\n```\n"
    assert judged(sandbox, right, test).outcome == "valid"
    wrong = judged(sandbox, right.replace("7", "8"), test)
    assert wrong.evidence.startswith("closed: another block of code may follow: wrong_answer")
    assert judged(sandbox, right[:-4], test).outcome == "valid"


def test_the_step_that_broke_the_prefix_is_the_one_that_is_refuted(sandbox: Sandbox) -> None:
    problem = Problem(
        id="p",
        prompt=GIVEN,
        payload=json.dumps({"entry_point": "f", "test_list": ["assert f(5) == 7"]}),
    )
    steps = tuple(Step(text=text) for text in ("    y = x\n", "    y = y / 0\n", "    return 7\n"))
    verdicts = [
        judge(Claim(problem=problem, prior=steps[:at], step=step), sandbox)
        for at, step in enumerate(steps)
    ]
    assert [verdict.outcome for verdict in verdicts] == ["undecided", "invalid", "undecided"]
    assert verdicts[2].evidence == f"broken before: {verdicts[1].evidence}"


@pytest.mark.parametrize("text", ["def g(x):\n    return 1\n", "print(1)\n", "# Tests\nx = 1\n"])
def test_code_at_the_margin_is_no_end_of_a_function_that_may_be_written_anew(
    sandbox: Sandbox, text: str
) -> None:
    verdict = judged(sandbox, text, "assert f(5) == 7")
    assert verdict == Verdict(outcome="undecided", evidence="not begun: f is not written yet")
    whole = judged(sandbox, f"{text}def f(x):\n    return 8\n", "assert f(5) == 7")
    assert whole.outcome == "invalid"


def test_more_tests_than_are_run_leave_it_open(sandbox: Sandbox, monkeypatch: Any) -> None:
    monkeypatch.setattr("stepsmith.transforms.verify.code.completions.MAX_TESTS", 1)
    verdict = judged(sandbox, "    return 1\n", "assert f(1) == 1", "assert f(2) == 2")
    assert verdict.evidence == "too many: 2 tests; run: 1"


def prefixes(row: dict[str, Any]) -> list[Claim]:
    prompt = row.pop("prompt")
    problem = Problem(id=row["task_id"], prompt=prompt, payload=json.dumps(row))
    text = read_code_problem(problem).solution_text
    cuts = itertools.pairwise([*statement_starts(text), len(text)])
    steps = [Step(text=text[start:end]) for start, end in cuts]
    return [
        Claim(problem=problem, prior=tuple(steps[:at]), step=step) for at, step in enumerate(steps)
    ]


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:invalid escape sequence")
def test_no_prefix_of_a_reference_is_refuted_and_the_whole_is_confirmed(
    sandbox: Sandbox, real_data: Path
) -> None:
    text = gzip.decompress((real_data / "humaneval" / "HumanEval.jsonl.gz").read_bytes()).decode()
    text += (real_data / "mbpp" / "sanitized.jsonl").read_text()
    for line in text.splitlines()[7::60]:
        *parts, whole = prefixes(json.loads(line))
        for part in parts:
            assert judge(part, sandbox).outcome != "invalid", part
        assert judge(whole, sandbox).outcome == "valid", whole


def test_a_function_that_returns_nothing_yet_may_become_a_generator(sandbox: Sandbox) -> None:
    test = {"test_list": ["assert list(gen(0)) == []", "assert list(gen(2)) == [0, 1]"]}
    payload = json.dumps(test)
    begun = "def gen(n):\n    if n <= 0:\n"
    for line, outcome in (("        return\n", "undecided"), ("        return 3\n", "invalid")):
        claim = Case(line, "undecided", payload=payload, prior=(begun,)).claim
        assert judge(claim, sandbox).outcome == outcome
