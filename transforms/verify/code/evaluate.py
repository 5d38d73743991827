"""Put a claim about code to the test: run it in a sandbox, and compare what it did out here."""

import ast
import builtins
import dataclasses
import re
from collections.abc import Sequence
from typing import Literal

from stepsmith.sandboxes.contract import Answer, Call, Execution, ExecutionResult, Sandbox
from stepsmith.transforms.judging import (
    PYTHON,
    MalformedError,
    candidate_execution,
    decode,
    encode,
    first_difference,
)
from stepsmith.transforms.judging.compare import show
from stepsmith.transforms.judging.relay import exception_of
from stepsmith.transforms.negatives.code import ProgramError
from stepsmith.transforms.negatives.code.limits import check_text, parse_tree
from stepsmith.transforms.verify.code.scope import changing, defined, read_names
from stepsmith.transforms.verify.code.stated import Stated

__all__ = ["Finding", "evaluate"]

Truth = Literal["true", "false", "unknown"]

_READY = "judged_is_ready"
_EXPRESSION = "judged_expression"
_EXPECTED = "judged_expected"
_NOT_RUNNING = frozenset(
    {
        "EOFError",
        "ImportError",
        "IndentationError",
        "MemoryError",
        "ModuleNotFoundError",
        "NameError",
        "OSError",
        "PermissionError",
        "RecursionError",
        "SyntaxError",
    }
)
"""What code raises because something is missing here, which says nothing of the claim."""
_HERE = frozenset({"hash", "id", "os", "platform", "sys"})
"""What has another value on every machine, or in every process."""
_LENIENT = dataclasses.replace(PYTHON, list_is_tuple=True)
_MARKS = re.compile(r"[\s,'\"]+")
_NO_ARGUMENTS = encode(((), dict[str, object]()))


@dataclasses.dataclass(frozen=True, kw_only=True, slots=True)
class Finding:
    """What became of one claim: its truth, and the values or the reason."""

    truth: Truth
    detail: str


def evaluate(claim: Stated, context: str, sandbox: Sandbox, *, identity: str) -> Finding:
    """Judge one claim about an expression in the `context` of code that runs before it."""
    before = f"{context}\n{claim.before}\n"
    try:
        tree = parse_tree(before)
        expression = parse_tree(claim.expression)
    except ProgramError as error:
        return _unknown(f"unread: {error}")
    if reason := _open(claim, tree, expression):
        return _unknown(reason)
    if claim.says == "prints":
        judge = _printed
    elif _is_expression(expression):
        judge = _returned
    else:
        return _unknown("unread: not one expression")
    found = judge(claim, before, sandbox, identity, 0)
    if found.truth != "false":
        return found
    # With another seed: what comes out otherwise each time refutes nothing.
    again = judge(claim, before, sandbox, identity, 1)
    return found if again == found else _unknown("not judged: it does not do the same twice")


def _open(claim: Stated, tree: ast.Module, expression: ast.Module) -> str:
    """Return why the value of an expression is not to be had, or is not the one that is meant."""
    if missing := sorted(_read(expression) - defined(tree) - defined(expression)):
        return f"not defined here: {', '.join(missing)}"
    if not _HERE.isdisjoint(read_names(expression)):
        return "not judged: it differs by machine and process"
    changed = sorted(changing(tree) & read_names(expression)) if claim.of_any_time else []
    return f"at another time: {changed[0]} changes" if changed else ""


def _read(tree: ast.Module) -> set[str]:
    names = read_names(tree)
    bound = {node.arg for node in ast.walk(tree) if isinstance(node, ast.arg)}
    bound |= {
        node.id
        for node in ast.walk(tree)
        if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load)
    }
    return {name for name in names - bound if not hasattr(builtins, name)}


def _is_expression(tree: ast.Module) -> bool:
    kinds = ast.Await | ast.Yield | ast.YieldFrom | ast.NamedExpr
    plain = not any(isinstance(node, kinds) for node in ast.walk(tree))
    return plain and len(tree.body) == 1 and isinstance(tree.body[0], ast.Expr)


def _returned(claim: Stated, before: str, sandbox: Sandbox, identity: str, seed: int) -> Finding:
    functions = [
        f"def {_READY}():\n    return True\n",
        f"def {_EXPRESSION}():\n    return (\n{claim.expression}\n    )\n",
    ]
    names = [_READY, _EXPRESSION]
    literal = _literal(claim.expected)
    if claim.says == "value" and literal is None:
        if not _may_run(claim.expected, before):
            return _unknown("unread: what is expected is no value")
        functions.append(f"def {_EXPECTED}():\n    return (\n{claim.expected}\n    )\n")
        names.append(_EXPECTED)
    calls = tuple(Call(function=name, arguments=_NO_ARGUMENTS) for name in names)
    source = before + "".join(functions)
    result = sandbox.run(candidate_execution(identity, source, calls=calls, seed=seed))
    answers = [_answered(result, index) for index in range(len(names))]
    if answers[0] != (True, True):
        return _unknown(f"the code before does not run: {answers[0][1]}")
    if claim.says == "raises":
        return _raised(claim, answers[1])
    expected = (True, literal[0]) if literal is not None else answers[2]
    return _compared(claim, answers[1], expected)


def _literal(text: str) -> tuple[object] | None:
    """Read a plain literal; wrapped, as the value may be None."""
    try:
        check_text(text)
        value: object = ast.literal_eval(text.strip())
    except (ProgramError, ValueError, TypeError, SyntaxError, RecursionError, MemoryError):
        return None
    return (value,)


def _may_run(text: str, before: str) -> bool:
    try:
        tree = parse_tree(text.strip())
        names = _read(tree) - defined(parse_tree(before))
    except ProgramError:
        return False
    # A lone word is prose (`returns list`), and so is what calls nothing.
    calls = any(isinstance(node, ast.Call | ast.BinOp) for node in ast.walk(tree))
    return calls and not names and _is_expression(tree)


Reply = tuple[bool | str, object]
"""`(True, value)`, `("raised", type name)` or `(False, reason)`."""


def _answered(result: ExecutionResult, index: int) -> Reply:
    if index >= len(result.answers):
        return False, result.outcome
    answer: Answer = result.answers[index]
    try:
        value = decode(answer.payload)
    except MalformedError:
        return False, "no plain value"
    if answer.status == "raised":
        exception = exception_of(value)
        return ("raised", exception[0]) if exception else (False, "no plain exception")
    if answer.status != "value":
        return False, f"a value of type {value}"
    return True, value


def _raised(claim: Stated, reply: Reply) -> Finding:
    kind, value = reply
    if kind is True:
        return Finding(truth="false", detail=f"expected {claim.expected}, got {show(value)}")
    if kind is False or (value in _NOT_RUNNING and value != claim.expected):
        return _unknown(f"not judged: {value}")
    if value == claim.expected:
        return Finding(truth="true", detail=f"raises {value}")
    wanted, got = (getattr(builtins, str(name), None) for name in (claim.expected, value))
    if not isinstance(wanted, type) or not isinstance(got, type) or issubclass(got, wanted):
        return _unknown(f"not judged: raises {value}")
    return Finding(truth="false", detail=f"expected {claim.expected}, raises {value}")


def _compared(claim: Stated, reply: Reply, expected: Reply) -> Finding:
    kind, value = reply
    if kind is False or (kind == "raised" and value in _NOT_RUNNING):
        return _unknown(f"not judged: {value}")
    if expected[0] is not True:
        return _unknown("unread: what is expected is no value")
    if kind == "raised":
        return Finding(truth="false", detail=f"expected {show(expected[1])}, raises {value}")
    if first_difference(expected[1], value, PYTHON) is None:
        return Finding(truth="true", detail=show(value))
    if excuse := _excuse(claim.expected.strip(), expected[1], value):
        return _unknown(f"{excuse}: {show(value)}")
    return Finding(truth="false", detail=f"expected {show(expected[1])}, got {show(value)}")


def _excuse(written: str, expected: object, value: object) -> str:
    """Return why a difference may be one of writing alone."""
    if first_difference(expected, value, _LENIENT) is None:
        return "the type differs"
    if isinstance(value, str) and value == written:
        return "the quotes may be left out"
    if "..." in written:
        return "an ellipsis leaves open what stands there"
    return "rounded" if _is_rounded(written, value) else ""


def _is_rounded(written: str, value: object) -> bool:
    digits = written.partition(".")[2]
    if not isinstance(value, float) or not (digits or written.lstrip("-").isdigit()):
        return False
    try:
        return abs(value - float(written)) <= 0.5000001 * 10.0 ** -len(digits)
    except (ValueError, OverflowError):
        return False


def _printed(claim: Stated, before: str, sandbox: Sandbox, identity: str, seed: int) -> Finding:
    """Compare what the code printed beyond what the code before it prints alone."""
    runs = [
        sandbox.run(Execution(id=identity, source=source, seed=seed))
        for source in (before, f"{before}{claim.expression}\n")
    ]
    ended = [run.outcome for run in runs if not _is_whole(run)]
    if ended:
        return _unknown(f"the code does not run to its end: {ended[0]}")
    alone, together = (run.stdout.decode("utf-8", "replace") for run in runs)
    if not together.startswith(alone):
        return _unknown("not judged: it does not print the same twice")
    return _shown(claim, together[len(alone) :])


def _is_whole(run: ExecutionResult) -> bool:
    return run.outcome == "exited" and run.exit_code == 0 and not run.truncated


def _shown(claim: Stated, output: str) -> Finding:
    printed, expected = _lines(output), _lines(claim.expected)
    literal = _literal(claim.expected)
    as_text = _lines(literal[0]) if literal and isinstance(literal[0], str) else expected
    if printed in (expected, as_text):
        return Finding(truth="true", detail=f"prints {show(_joined(printed))}")
    got = show(_joined(printed))
    if printed == [""] and "print" not in claim.expression:
        return _unknown("prints nothing: its value may be meant")
    if set(expected) <= set(printed) or set(as_text) <= set(printed):
        return _unknown(f"a part of what is printed: {got}")
    if _are_written_otherwise(_joined(expected), _joined(printed)):
        return _unknown(f"the same, written otherwise: {got}")
    return Finding(truth="false", detail=f"expected {show(_joined(expected))}, prints {got}")


def _are_written_otherwise(expected: str, printed: str) -> bool:
    """Say whether texts differ in space and marks alone, in the order of a set, or by rounding."""
    if _MARKS.sub("", expected) == _MARKS.sub("", printed):
        return True
    literals = _literal(expected), _literal(printed)
    if literals[1] and _is_rounded(expected, literals[1][0]):
        return True
    return isinstance((literals[0] or ("",))[0], set) and literals[0] == literals[1]


def _lines(text: str) -> list[str]:
    return [line.rstrip() for line in text.strip().split("\n")]


def _joined(lines: Sequence[str]) -> str:
    return "\n".join(lines)


def _unknown(detail: str) -> Finding:
    return Finding(truth="unknown", detail=detail)
