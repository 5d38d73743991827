"""Code problems, and plans about them answered by hand: programs run, replies are written here."""

import json
from collections.abc import Callable, Sequence
from typing import Any

from stepsmith.sandboxes.contract import Limits, Sandbox
from stepsmith.schemas import Problem, Step, Trajectory
from stepsmith.transforms.judging import judge_source
from stepsmith.transforms.search import Ask, Plan, Sample, SearchResult
from stepsmith.transforms.search.base import Execute, RunTests

Reply = Callable[[Sample, int], str]

PROMPT = "def count(xs, least):\n    '''Count what is at least so much.'''\n"
SOLUTION = """\
    found = 0
    for x in xs:
        # not more than once
        if x >= least:
            found += 1
    return found
"""
TESTS = ["count([1, 2, 3], 2) == 2", "count([], 1) == 0", "count([5, 5], 6) == 0"]


def code_problem(
    solution: str = SOLUTION,
    *,
    prompt: str = PROMPT,
    tests: Sequence[str] = TESTS,
    entry_point: str = "count",
) -> Problem:
    """Make a problem in MBPP's form."""
    fields = {
        "entry_point": entry_point,
        "canonical_solution": solution,
        "test_list": [f"assert {test}" for test in tests],
    }
    return Problem(id="p", prompt=prompt, payload=json.dumps(fields))


def solve(
    plan: Plan, sandbox: Sandbox, reply: Reply | None = None, asked: list[Ask] | None = None
) -> SearchResult:
    """Drive a plan to its end; whatever it asks is kept in `asked`."""
    answers: list[Any] | None = None
    try:
        while True:
            asks = next(plan) if answers is None else plan.send(answers)
            if asked is not None:
                asked.extend(asks)
            answers = [_answer(ask, sandbox, reply) for ask in asks]
    except StopIteration as end:
        return end.value


def _answer(ask: Ask, sandbox: Sandbox, reply: Reply | None) -> Any:
    match ask:
        case RunTests(tests=tests, source=source):
            return judge_source(sandbox, source, tests, limits=Limits(cpu_s=2.0, wall_s=60.0))
        case Execute(execution=execution):
            return sandbox.run(execution)
        case Sample() if reply is not None:
            return tuple(_written(ask, index, reply(ask, index)) for index in range(ask.n))
        case _:
            raise AssertionError(ask)


def _written(ask: Sample, index: int, text: str) -> Trajectory:
    return Trajectory(
        id=f"p/{ask.path}#{index}",
        problem_id="p",
        steps=(*ask.prefix, Step(text=text, kind="code")) if text else ask.prefix,
        finish_reason="stop" if text.strip() else "empty",
        parent_id=ask.parent,
        sample_index=index,
    )
