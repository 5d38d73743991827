"""Published tests in a declared form: calls to be compared outside, or a program to be run.

A set whose every assert is one call and one literal becomes `CallTests`. Any other becomes
`ProgramTests`, which run in a sandbox of their own and reach the candidate's functions over a
channel. A set is the one or the other as a whole.
"""

import ast
import builtins
import dataclasses
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Literal

from stepsmith.schemas.errors import StepsmithError
from stepsmith.transforms.judging.assertions import Case, read_assert
from stepsmith.transforms.judging.output import OutputComparison
from stepsmith.transforms.negatives.code.limits import ProgramError, parse_tree

ProgramStyle = Literal["check", "script", "unittest"]


class UnreadableTestsError(StepsmithError):
    """The tests are no Python, or test nothing: an error of the problem, found before any run."""


@dataclasses.dataclass(frozen=True, kw_only=True, slots=True)
class CallTests:
    """Tests that are calls; the expected values stay with the judge."""

    cases: tuple[Case, ...]


@dataclasses.dataclass(frozen=True, kw_only=True, slots=True)
class ProgramTests:
    """Tests that are code. `functions` are the candidate's, and stubs in there.

    `prelude` is run first: what the problem itself defines beside the function asked for, so that
    no candidate can redefine it. Style "check" calls `check(candidate)` with the first function,
    "unittest" runs each `TestCase`, `Test` class and `test_` function, "script" is the source.
    Arguments go by value; with `changes_arguments` the lists, sets and dictionaries among a call's
    own arguments get the content that they have after it, as if the function had changed them.
    """

    source: str
    functions: tuple[str, ...]
    style: ProgramStyle
    prelude: str = ""
    changes_arguments: bool = False


@dataclasses.dataclass(frozen=True, kw_only=True, slots=True)
class StdioTests:
    """Tests of a whole program: texts for its standard input, and what it must print for each.

    The program is run afresh for every case; what must be printed stays with the judge.
    """

    cases: tuple[tuple[str, str], ...]
    how: OutputComparison = dataclasses.field(default_factory=OutputComparison)


Tests = CallTests | ProgramTests


def read_check(test: str, entry_point: str, prompt: str = "") -> Tests:
    """Read tests in the form of HumanEval, a `check(candidate)` function.

    `prompt` is the code that the problem gives; what it defines beside `entry_point` is the tests'
    as well.
    """
    tree = _parse(test)
    check = next((node for node in reversed(tree.body) if _defines(node, "check")), None)
    if not isinstance(check, ast.FunctionDef):
        msg = "no function `check` in the tests"
        raise UnreadableTestsError(msg)
    prelude = beside(prompt, entry_point.strip())
    functions = dict.fromkeys([entry_point.strip(), *_unknown(check, tree, _parse(prelude))])
    names = {name: name for name in functions}
    names |= {word.arg: entry_point.strip() for word in check.args.args[:1]}
    # What is asserted beside `check` counts as well.
    alone = not any(isinstance(node, ast.Assert) for node in _outside(tree, check))
    return (alone and _read_cases(check.body, names)) or ProgramTests(
        source=test, functions=tuple(functions), style="check", prelude=prelude
    )


def read_asserts(asserts: Sequence[str], entry_point: str = "", setup: str = "") -> Tests:
    """Read tests in the form of MBPP, a list of asserts and code to be run before them.

    The candidate's functions are `entry_point` and whatever else is used and nowhere defined.
    """
    source = "\n".join(asserts)
    tree = _parse(source)
    unknown = _unknown(tree, tree, _parse(setup))
    functions = tuple(dict.fromkeys([entry_point, *unknown] if entry_point else unknown))
    if not functions:
        msg = "the tests use no function but their own"
        raise UnreadableTestsError(msg)
    return _read_cases(tree.body, {name: name for name in functions}) or ProgramTests(
        source=source, functions=functions, style="script", prelude=setup
    )


def read_unittest(source: str, functions: Sequence[str], setup: str = "") -> ProgramTests:
    """Take tests in the form of `unittest` classes or `test_` functions, always a program."""
    tests = [
        node
        for node in ast.walk(_parse(source))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test")
    ]
    if not tests:
        msg = "no function in the tests whose name starts with `test`"
        raise UnreadableTestsError(msg)
    return ProgramTests(source=source, functions=tuple(functions), style="unittest", prelude=setup)


def complete(prompt: str, solution: str) -> str:
    """Join a prompt that ends in a function's docstring and the rest of the function.

    Where the two are indented differently, as often in MBPP, the docstring is left out.
    """
    joined = prompt + solution
    try:
        ast.parse(joined)
    except SyntaxError:
        return without_docstring(prompt) + solution
    return joined


def without_docstring(prompt: str) -> str:
    """Return the prompt up to the body of the function that it ends in."""
    try:
        last = ast.parse(prompt).body[-1]
    except (SyntaxError, IndexError):
        return prompt
    if not isinstance(last, ast.FunctionDef):
        return prompt
    lines = prompt.splitlines(keepends=True)
    return "".join(lines[: last.body[0].lineno - 1])


def beside(prompt: str, entry_point: str) -> str:
    """Return what a prompt defines and imports beside the function that it asks for."""
    try:
        tree = ast.parse(prompt)
    except SyntaxError:
        return ""  # it stops in the middle of the function asked for
    kept = (ast.Import, ast.ImportFrom, ast.FunctionDef, ast.ClassDef, ast.Assign)
    tree.body = [
        node for node in tree.body if isinstance(node, kept) and not _defines(node, entry_point)
    ]
    return ast.unparse(tree)


def _parse(source: str) -> ast.Module:
    try:
        return ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        msg = f"the tests are no Python: {error}"
        raise UnreadableTestsError(msg) from None


def _defines(node: ast.stmt, name: str) -> bool:
    return isinstance(node, ast.FunctionDef | ast.ClassDef) and node.name == name


def _read_cases(body: Iterable[ast.stmt], functions: Mapping[str, str]) -> CallTests | None:
    """Read a body of nothing but asserts that can be read; raises where it asserts nothing."""
    cases: list[Case] = []
    for statement in body:
        if _does_nothing(statement):
            continue
        case = read_assert(statement, functions) if isinstance(statement, ast.Assert) else None
        if case is None:
            return None
        cases.append(case)
    if not cases:
        msg = "the tests assert nothing"
        raise UnreadableTestsError(msg)
    return CallTests(cases=tuple(cases))


def _outside(tree: ast.Module, check: ast.FunctionDef) -> Iterator[ast.AST]:
    for statement in tree.body:
        if statement is not check and not _defines(statement, "check"):
            yield from ast.walk(statement)


def _does_nothing(statement: ast.stmt) -> bool:
    match statement:
        case ast.Pass() | ast.Expr(ast.Constant()):
            return True
        case ast.Assert(ast.Constant(value)):
            return bool(value)  # `assert True`, which some sets end with
        case ast.Expr(ast.Name(name)):
            return hasattr(builtins, name)
        case _:
            return False


def undefined(source: str) -> frozenset[str]:
    """Return the names that a program uses and that neither it nor Python defines.

    Of a text that is no Python, or too large to be read, there are none.
    """
    try:
        tree = parse_tree(source)
    except ProgramError:
        return frozenset()
    return frozenset(_unknown(tree, tree))


def bound(source: str) -> frozenset[str]:
    """Return the names that a program binds anywhere; none of what is no Python."""
    try:
        tree = parse_tree(source)
    except ProgramError:
        return frozenset()
    return frozenset(name for node in ast.walk(tree) for name in _bound(node))


def _unknown(used: ast.AST, *known: ast.AST) -> list[str]:
    """Return, in order, the names that neither Python nor the code in `known` defines.

    A function `check` that calls `check` means the candidate's, not itself.
    """
    bound = {name for tree in known for node in ast.walk(tree) for name in _bound(node)}
    called = {node.func for node in ast.walk(used) if isinstance(node, ast.Call)}
    bound -= {node.id for node in called if isinstance(node, ast.Name) and node.id == "check"}
    loaded = (node.id for node in ast.walk(used) if isinstance(node, ast.Name))
    return [name for name in loaded if name not in bound and not hasattr(builtins, name)]


def _bound(node: ast.AST) -> list[str]:
    match node:
        case ast.Name(id=name, ctx=ast.Store()) | ast.arg(arg=name):
            return [name]
        case ast.FunctionDef(name=name) | ast.ClassDef(name=name):
            return [name]
        case ast.Import(names=names) | ast.ImportFrom(names=names):
            return [(alias.asname or alias.name).partition(".")[0] for alias in names]
        case ast.ExceptHandler(name=str(name)):
            return [name]
        case _:
            return []
