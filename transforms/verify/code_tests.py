"""Run a problem's tests on the program that a solution is."""

import json

from stepsmith.sandboxes.contract import Sandbox
from stepsmith.schemas.records import Claim, Verdict
from stepsmith.transforms.judging import judge_source, program_of
from stepsmith.transforms.verify.base import Case, verifier
from stepsmith.transforms.verify.code.gold import check_gold
from stepsmith.transforms.verify.code.judged import problem_of, solution_of, to_verdict

__all__ = ["tests"]

_CALLS = json.dumps({"test_list": ["assert twice(2) == 4", "assert twice([1]) == [1, 1]"]})
_ASSERTS = json.dumps({"test_list": ["x = 3", "assert twice(x) == x + x"]})
_CHECK = json.dumps(
    {"entry_point": "twice", "test": "def check(candidate):\n    assert candidate(0.5) == 1"}
)
_CLOSE = json.dumps({"test_list": ["assert third(1) == 0.3333"], "compare": {"abs_tol": 1e-3}})
_UNIT = json.dumps(
    {
        "entry_point": "twice",
        "test": "import unittest\n"
        "class Twice(unittest.TestCase):\n"
        "    def test_text(self):\n"
        "        self.assertEqual(twice('ab'), 'abab')\n",
    }
)
_PRINTS = json.dumps({"inputs": ["2\n", "3\n"], "outputs": ["4", "6"]})


@verifier(
    "code.tests",
    needs=Sandbox,
    gold=check_gold,
    cases=[
        Case("def twice(x):\n    return x * 2\n", "valid", payload=_CALLS),
        Case("    return x + x\n", "valid", payload=_CALLS, prior=("def twice(x):\n",)),
        Case("So:\n```python\ndef twice(x):\n    return x * 2\n```", "valid", payload=_CALLS),
        Case("def twice(x):\n    return x * 2\n", "valid", payload=_ASSERTS),
        Case("twice = lambda x: x + x", "valid", payload=_CHECK),
        Case("def twice(x):\n    return x + x\n", "valid", payload=_UNIT),
        Case("def third(x):\n    return x / 3\n", "valid", payload=_CLOSE),
        Case("print(int(input()) * 2)", "valid", payload=_PRINTS),
        Case("def twice(x):\n    return x + 2\n", "invalid", payload=_CALLS),
        Case("def twice(x):\n    return x ** 2\n", "invalid", payload=_ASSERTS),
        Case("def twice(x):\n    return int(x) * 2\n", "invalid", payload=_CHECK),
        Case("def twice(x):\n    return x\n", "invalid", payload=_UNIT),
        Case("def third(x):\n    return 1\n", "invalid", payload=_CLOSE),
        Case("print(4)", "invalid", payload=_PRINTS),
        Case("def twice(x):\n    return x *\n", "invalid", payload=_CALLS),
        Case("def double(x):\n    return x * 2\n", "invalid", payload=_CALLS),
        Case("import os\nos._exit(0)", "invalid", payload=_CALLS),
        Case(
            "class Same(int):\n    __eq__ = lambda *_: True\ntwice = Same",
            "undecided",
            payload=_CHECK,
        ),
        Case("def twice(x):\n    return x * 2\n", "undecided"),  # no tests
    ],
)
def tests(claim: Claim, sandbox: Sandbox) -> Verdict:
    """Judge the program written so far by its answers to the tests, compared outside of it."""
    code = problem_of(claim.problem)
    text = solution_of(claim)
    if isinstance(code, Verdict):
        return code
    if isinstance(text, Verdict):
        return text
    source = program_of(code, text)
    return to_verdict(judge_source(sandbox, source, code.tests, identity=claim.problem.id), code)
