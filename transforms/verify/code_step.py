"""Judge a prefix of a program by what no completion of it can change."""

import json

from stepsmith.sandboxes.contract import Sandbox
from stepsmith.schemas.records import Claim, Verdict
from stepsmith.transforms.judging import CodeProblem, judge_source, program_of
from stepsmith.transforms.judging.suites import StdioTests
from stepsmith.transforms.judging.texts import (
    begins_code,
    continues,
    defines,
    open_code,
    program_text,
)
from stepsmith.transforms.negatives.code import ProgramError
from stepsmith.transforms.negatives.code.limits import parse_tree
from stepsmith.transforms.verify.base import Case, invalid, undecided, verifier
from stepsmith.transforms.verify.code.completions import SCOPE, judge_completions
from stepsmith.transforms.verify.code.holes import with_holes
from stepsmith.transforms.verify.code.judged import problem_of, solution_of, text_of, to_verdict

__all__ = ["step"]

_SIGN = json.dumps(
    {"test_list": ["assert sign(-3) == -1", "assert sign(0) == 0", "assert sign(2) == 1"]}
)
_DEF = "def sign(x):\n"
_PRINTS = json.dumps({"inputs": ["2", "0"], "outputs": ["1", "0"]})


@verifier(
    "code.step",
    needs=Sandbox,
    cases=[
        Case("    return (x > 0) - (x < 0)\n", "valid", payload=_SIGN, prior=(_DEF,)),
        Case(
            "        return 1\n",
            "valid",
            payload=_SIGN,
            prior=(
                _DEF,
                "    if x < 0: return -1\n",
                "    if x == 0: return 0\n",
                "    if x > 0:\n",
            ),
        ),
        Case("        return 1\n", "invalid", payload=_SIGN, prior=(_DEF, "    if x < 0:\n")),
        Case("    return 1\n", "invalid", payload=_SIGN, prior=(_DEF,)),
        Case("    y = 1 / x\n", "invalid", payload=_SIGN, prior=(_DEF,)),  # of zero
        Case("    y = x +\n", "invalid", payload=_SIGN, prior=(_DEF,)),
        Case("        y = x\n", "invalid", payload=_SIGN, prior=(_DEF, "    y = 1\n")),
        Case("print(1)\nraise SystemExit\n", "invalid", payload=_PRINTS),
        Case("    y = 2\n", "undecided", payload=_SIGN, prior=(_DEF, "    return 1\n")),
        Case("    y = x\n", "undecided", payload=_SIGN, prior=(_DEF,)),
        Case("    if x < 0:\n", "undecided", payload=_SIGN, prior=(_DEF,)),
        Case("        y = 1 / x\n", "undecided", payload=_SIGN, prior=(_DEF, "    try:\n")),
        Case("    return helper(x)\n", "undecided", payload=_SIGN, prior=(_DEF,)),
        Case("import math\n", "undecided", payload=_SIGN),
        Case("First, we look at the sign.\n", "undecided", payload=_SIGN),
        Case("x = int(input())\n", "undecided", payload=_PRINTS),
        Case("    return 1\n", "undecided", prior=(_DEF,)),  # no tests
    ],
)
def step(claim: Claim, sandbox: Sandbox) -> Verdict:
    """Refute the step after which no completion can pass; confirm one that has passed already.

    A completion begins on a new line and writes more of the same function. It defines no name
    anew that the prefix has used, and leaves nothing behind from one call to the next.
    """
    code = problem_of(claim.problem)
    text, before = solution_of(claim), text_of(*claim.prior)
    if isinstance(code, Verdict):
        return code
    if isinstance(text, Verdict):
        return text
    verdict = _judge(code, text, sandbox, claim.problem.id)
    if verdict.outcome == "invalid" and isinstance(before, str) and before.strip():
        earlier = _judge(code, before, sandbox, claim.problem.id)
        if earlier.outcome == "invalid":  # by a step before this one
            return undecided(f"broken before: {earlier.evidence}")
    return verdict


def _judge(code: CodeProblem, text: str, sandbox: Sandbox, identity: str) -> Verdict:
    written, is_open = open_code(text)
    if not is_open:
        return _closed(code, text, sandbox, identity)
    return _open(code, written, sandbox, identity)


def _closed(code: CodeProblem, text: str, sandbox: Sandbox, identity: str) -> Verdict:
    judgement = judge_source(sandbox, program_of(code, text), code.tests, identity=identity)
    if judgement.outcome == "valid":
        return to_verdict(judgement, code, scope=SCOPE)
    return undecided(f"closed: another block of code may follow: {judgement.evidence}")


def _open(code: CodeProblem, written: str, sandbox: Sandbox, identity: str) -> Verdict:
    is_new = not continues(written)
    if is_new and code.prompt and not defines(written, code.entry_point):
        # Code at the margin is no end of the function: that may be written anew below it.
        return undecided(f"not begun: {code.entry_point} is not written yet")
    prefix = with_holes(written, whole=isinstance(code.tests, StdioTests))
    if not prefix.code.strip():
        return undecided("not begun: no whole statement yet")
    source, span = program_text(code.prompt, code.entry_point, prefix.source)
    try:
        tree = parse_tree(source)
    except ProgramError as error:
        n_lines = source.count("\n", 0, span[0] + len(prefix.code)) + 1
        is_syntax = error.line is not None and error.line <= n_lines
        if is_syntax and begins_code(written):
            return invalid(f"{SCOPE}: {error}")
        return undecided(f"no code: {error}")
    return judge_completions(code, source, tree, sandbox, identity=identity)
