"""Judge one line of a program by putting it into the reference solution."""

import json

from stepsmith.sandboxes.contract import Sandbox
from stepsmith.schemas.records import Claim, Verdict
from stepsmith.transforms.judging import CodeProblem, judge_source
from stepsmith.transforms.negatives.code import ProgramError
from stepsmith.transforms.negatives.code.limits import parse_tree
from stepsmith.transforms.text.code import logical_lines, statement_starts
from stepsmith.transforms.verify.base import Case, invalid, undecided, verifier
from stepsmith.transforms.verify.code.holes import with_holes
from stepsmith.transforms.verify.code.judged import problem_of, text_of, to_verdict

__all__ = ["line"]

_SCOPE = "fixed_suffix"
_INDENTED_OTHERWISE = "indented otherwise: the step and the reference's statement"
_DEF = "def mean(xs):\n"
_TOTAL = "    total = 0\n"
_FOR = "    for x in xs:\n"
_ADD = "        total += x\n"
_CODE = f"{_DEF}{_TOTAL}{_FOR}{_ADD}    return total / len(xs)\n"
_MEAN = json.dumps({"test_list": ["assert mean([2, 4]) == 3"], "code": _CODE})


@verifier(
    "code.line",
    needs=Sandbox,
    cases=[
        Case("    total = 0\n", "valid", payload=_MEAN, prior=(_DEF,)),
        Case("    total = 0.0  # so far\n", "valid", payload=_MEAN, prior=(_DEF,)),
        Case("    for x in sorted(xs):\n", "valid", payload=_MEAN, prior=(_DEF, _TOTAL)),
        Case("    return total / 2", "valid", payload=_MEAN, prior=(_DEF, _TOTAL, _FOR, _ADD)),
        Case("    total = 1\n", "invalid", payload=_MEAN, prior=(_DEF,)),
        Case("    for x in xs[1:]:\n", "invalid", payload=_MEAN, prior=(_DEF, _TOTAL)),
        Case("        total -= x\n", "invalid", payload=_MEAN, prior=(_DEF, _TOTAL, _FOR)),
        Case("        total += = x\n", "invalid", payload=_MEAN, prior=(_DEF, _TOTAL, _FOR)),
        Case("    total = 0\n", "undecided", payload=_MEAN, prior=("def mean(values):\n",)),
        Case("    if not xs:\n", "undecided", payload=_MEAN, prior=(_DEF,)),  # a block of its own
        Case("  total = 0\n", "undecided", payload=_MEAN, prior=(_DEF,)),
        Case("    print(1)\n", "undecided", payload=_MEAN, prior=(_CODE,)),  # past its end
        Case("    total = 0\n", "undecided", prior=(_DEF,)),  # no tests
    ],
)
def line(claim: Claim, sandbox: Sandbox) -> Verdict:
    """Run the reference with this step in the place of its own statements, the rest unchanged.

    Only where all before the step is the reference's own. What fails fails with this remainder: a
    program that goes on in another way may be right.
    """
    code = problem_of(claim.problem)
    before, step = text_of(*claim.prior), text_of(claim.step)
    if isinstance(code, Verdict):
        return code
    if isinstance(before, Verdict):
        return before
    if isinstance(step, Verdict):
        return step
    if code.reference is None:
        return undecided("no reference: nothing to put the step into")
    place = _place(code.solution_text, before, step)
    if isinstance(place, Verdict):
        return place
    start, end = (code.solution[0] + offset for offset in place)
    return _judge(code, code.reference, (start, end), step, sandbox, claim.problem.id)


def _place(solution: str, before: str, step: str) -> tuple[int, int] | Verdict:
    """Return which characters of the solution the step stands for."""
    starts = [*statement_starts(solution), len(solution)]
    if not logical_lines(step):
        return undecided("no statement: the step is a comment")
    written = _normal(before)
    at = next((i for i, end in enumerate(starts) if _normal(solution[:end]) == written), None)
    if at is None:
        return undecided("another prefix: the steps before are not the reference's")
    count = len(statement_starts(step))
    if at + count >= len(starts):
        return undecided("past the end: the reference has no such statement")
    start, end = starts[at], starts[at + count]
    if _indent(step) == 0 < _indent(solution[start:end]):  # it ends the function, or begins anew
        return undecided(_INDENTED_OTHERWISE)
    return start, end


def _judge(
    code: CodeProblem,
    reference: str,
    place: tuple[int, int],
    step: str,
    sandbox: Sandbox,
    identity: str,
) -> Verdict:
    start, end = place
    rest = reference[end:]
    replaced = reference[:start] + step + ("\n" if rest and not step.endswith("\n") else "") + rest
    try:
        parse_tree(replaced)
    except ProgramError as error:
        return _unfit(reference, place, step, error)
    verdict = to_verdict(
        judge_source(sandbox, replaced, code.tests, identity=identity), code, scope=_SCOPE
    )
    if verdict.outcome == "invalid":
        own = judge_source(sandbox, reference, code.tests, identity=identity)
        if own.kind != "pass":
            return undecided(f"no reference: it does not pass itself: {own.evidence}")
    return verdict


def _unfit(reference: str, place: tuple[int, int], step: str, error: ProgramError) -> Verdict:
    """Tell a line that is no Python from one that is, with another remainder."""
    start, end = place
    if _indent(step) != _indent(reference[start:end]):
        return undecided(_INDENTED_OTHERWISE)
    prefix = with_holes(reference[:start] + step, whole=True)
    if not prefix.code.endswith(step.rstrip()):
        return undecided("does not fit: the step is no whole statement")
    try:
        parse_tree(prefix.source)
    except ProgramError as alone:
        last = prefix.code.count("\n") + 1
        if alone.line is not None and alone.line <= last:
            return invalid(f"{_SCOPE}: {alone}")
    return undecided(f"does not fit: the reference's remainder cannot follow: {error}")


def _normal(code: str) -> str:
    return "\n".join(line.rstrip() for line in code.splitlines() if line.strip())


def _indent(code: str) -> int:
    """Return how wide the white space before the first statement is."""
    for start, end in logical_lines(code)[:1]:
        text = code[start:end].expandtabs(8)  # as Python counts
        return len(text) - len(text.lstrip())
    return 0
