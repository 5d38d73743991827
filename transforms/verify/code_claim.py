"""Run what a step says that code returns, prints or raises."""

import ast
import json

from stepsmith.sandboxes.contract import Sandbox
from stepsmith.schemas.records import Claim, Problem, Verdict
from stepsmith.transforms.judging.texts import continues
from stepsmith.transforms.negatives.code import ProgramError
from stepsmith.transforms.negatives.code.limits import parse_tree
from stepsmith.transforms.text.spans import outside
from stepsmith.transforms.verify.base import Case, invalid, undecided, valid, verifier
from stepsmith.transforms.verify.code.claims import find_claims
from stepsmith.transforms.verify.code.evaluate import evaluate
from stepsmith.transforms.verify.code.judged import text_of
from stepsmith.transforms.verify.code.stated import FENCE_LINE, Stated, code_blocks, fenced

__all__ = ["claim"]

_MAX_CHARACTERS = 20_000
_MAX_SHOWN = 3
_CODE = "```python\ndef f(n):\n    return [k * k for k in range(n)]\n```\n"
_TESTS = json.dumps({"test_list": ["assert f(1) == [0]"]})


@verifier(
    "code.claim",
    needs=Sandbox,
    cases=[
        Case("`f(3)` returns `[0, 1, 4]`.", "valid", prior=(_CODE,)),
        Case("f(2)  # -> [0, 1]", "valid", prior=(_CODE,)),
        Case(">>> x = f(3)\n>>> sum(x)\n5\n", "valid", prior=(_CODE,)),
        Case("`print(max(3, 5))` prints 5.", "valid"),
        Case("```python\nprint(1 + 1)\n```\nOutput:\n```\n2\n```", "valid"),
        Case("`sorted('ba')` evaluates to `['a', 'b']`", "valid", payload=_TESTS),
        Case("`[1][2]` raises `IndexError`", "valid"),
        Case("So f(3) returns [0, 1, 4].", "undecided", prior=(_CODE,)),  # words unchecked
        Case("`f(3)` returns `[0, 1, 3]`.", "invalid", prior=(_CODE,)),
        Case("The call f(2) evaluates to 3.", "invalid", prior=(_CODE,)),
        Case("f(2)  # => [1, 4]", "invalid", prior=(_CODE,)),
        Case(">>> len('abc')\n4\n", "invalid"),
        Case("`print('a' * 3)` prints `aa`", "invalid"),
        Case("```python\nprint(1 + 1)\n```\nThis code prints 3.", "invalid"),
        Case("`int('x')` returns 0", "invalid"),  # it raises
        Case("`int('7')` raises `ValueError`", "invalid"),
        Case("`f(3)` returns `[0, 1, 4]`.", "undecided"),  # of code that is not here
        Case("If `f(3)` returns `5`, we are wrong.", "undecided", prior=(_CODE,)),
        Case("`f(3)` should return `5`.", "undecided", prior=(_CODE,)),
        Case("`1 / 3` equals 0.33", "undecided"),  # rounded
        Case("`f(3)` returns the squares.", "undecided", prior=(_CODE,)),
        Case("We loop over the list.", "undecided"),
    ],
)
def claim(claim: Claim, sandbox: Sandbox) -> Verdict:
    """Refute a false claim about code; confirm only a step of nothing but true ones.

    It is run behind the code of the problem and of the steps before; a function that the problem
    only asks for is no code of it.
    """
    text, prior = text_of(claim.step), text_of(*claim.prior)
    if isinstance(text, Verdict):
        return text
    if isinstance(prior, Verdict):
        return prior
    if len(text) > _MAX_CHARACTERS:
        return undecided(f"too long: {len(text)} characters; read: {_MAX_CHARACTERS}")
    stated = find_claims(text)
    if not stated:
        return undecided("no claim about code in this step")
    written = _written(claim.problem, prior, is_inside=continues(text))
    context = f"{_given(claim.problem)}\n{written}"
    return _judge(text, stated, context, sandbox, claim.problem.id)


def _judge(
    text: str, stated: list[Stated], context: str, sandbox: Sandbox, identity: str
) -> Verdict:
    true: list[str] = []
    unknown = ""
    for each in stated:
        finding = evaluate(each, context, sandbox, identity=identity)
        shown = f"{_shorten(each.expression)}: {finding.detail}"
        if finding.truth == "false":
            return invalid(shown)
        if finding.truth == "true":
            true.append(shown)
        else:
            unknown = unknown or f"{finding.detail}: {_shorten(each.expression)}"
    if unknown:
        return undecided(unknown)
    evidence = f"{_count(len(true))}: {'; '.join(true[:_MAX_SHOWN])}"
    spans = [(each.start, each.end) for each in stated]
    if any(map(str.isalnum, FENCE_LINE.sub("", "".join(outside(text, spans))))):
        return undecided(f"words unchecked: {evidence}")
    return valid(f"{evidence}; the step says nothing else")


def _given(problem: Problem) -> str:
    """Return the code of the problem, without functions that are yet to be written."""
    blocks = fenced(problem.prompt)
    try:
        tree = parse_tree(code_blocks(problem.prompt) if blocks else problem.prompt)
    except ProgramError:
        return ""  # words
    tree.body = [node for node in tree.body if not _is_stub(node)]
    return ast.unparse(tree)


def _is_stub(node: ast.stmt) -> bool:
    if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        return False
    return all(
        isinstance(each, ast.Pass)
        or (isinstance(each, ast.Expr) and isinstance(each.value, ast.Constant))
        for each in node.body
    )


def _written(problem: Problem, prior: str, *, is_inside: bool) -> str:
    """Return the code of the steps before: their blocks, or all of them where they are code.

    A step that goes on inside of a function leaves that unfinished: then there is none.
    """
    if fenced(prior):
        return code_blocks(prior)
    if is_inside:
        return ""
    for code in (prior, problem.prompt + prior):
        try:
            parse_tree(code)
        except ProgramError:
            continue
        return code
    return ""


def _count(n_true: int) -> str:
    return f"{n_true} {'claim holds' if n_true == 1 else 'claims hold'}"


def _shorten(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= 60 else f"{line[:57]}..."  # noqa: PLR2004 -- a line's width
