"""Refactorings of loops: `for` and `while`, comprehension and loop, `any` and its loop."""

import ast
import itertools
import re
from collections.abc import Iterator

from stepsmith.transforms.negatives.code.edits import Change
from stepsmith.transforms.negatives.code.operator import Subject, refactoring
from stepsmith.transforms.negatives.code.program import Function, Program
from stepsmith.transforms.negatives.code.write import (
    fresh_name,
    indentation,
    operand,
    own_lines,
)

__all__ = ["comprehension_to_loop", "for_to_while", "loop_to_comprehension", "search_to_loop"]

_STEP = "    "
_DEFERRED = ast.Lambda | ast.FunctionDef | ast.GeneratorExp


def _names(*nodes: ast.AST | None) -> set[str]:
    return {
        each.id
        for node in nodes
        if node is not None
        for each in ast.walk(node)
        if isinstance(each, ast.Name)
    }


@refactoring("for_to_while")
def for_to_while(subject: Subject) -> Iterator[Change]:
    """Write a counting `while` for a `for` over `range`.

    Only where the counter is used in the loop alone and is not set there, nothing skips the rest
    of a round, and neither end of the range can change or do anything.
    """
    program = subject.program
    for node in program.of(ast.For):
        match node:
            case ast.For(
                target=ast.Name(id=name),
                iter=ast.Call(func=function, args=[*bounds], keywords=[]),
                orelse=[],
            ) if program.builtin(function) == "range" and 1 <= len(bounds) <= 2:  # noqa: PLR2004
                pass
            case _:
                continue
        indent, inner = indentation(program, node), indentation(program, node.body[0])
        lines = own_lines(program, node, node.body[-1]) and own_lines(program, node.body[0])
        if indent is None or inner is None or not lines or not _counts(subject, node, name):
            continue
        if not all(subject.kinds.is_effect_free(bound) for bound in bounds):
            continue
        first = program.text(bounds[0]) if len(bounds) > 1 else "0"
        last, before = operand(program, bounds[-1]), ""
        if not _is_steady(subject, bounds[-1], node):
            last = fresh_name(program, "stop", "end")
            before = f"{last} = {program.text(bounds[-1])}\n{indent}"
        head = f"{before}{name} = {first}\n{indent}while {name} < {last}"
        span = (program.span(node)[0], program.span(node.iter)[1])
        end = _line_end(program, program.span(node.body[-1])[1])
        step = f"\n{inner}{name} += 1"
        yield Change(pieces=((*span, head), (end, end, step)), note="counted by hand")


_REST_OF_LINE = re.compile(r"[^\r\n]*+")


def _line_end(program: Program, offset: int) -> int:
    """Return where the line of a character ends, before its line end."""
    found = _REST_OF_LINE.match(program.source, offset)
    return found.end() if found else offset


def _counts(subject: Subject, node: ast.For, name: str) -> bool:
    """Say whether the counter lives in this loop alone and no round is cut short."""
    function = subject.program.function_of(node)
    if function is None or name not in subject.kinds.scope(function).locals:
        return False
    inside = {each for each in ast.walk(node) if isinstance(each, ast.Name) and each.id == name}
    scope = subject.kinds.scope(function)
    is_alone = set(scope.uses[name]) == inside and len(scope.stores[name]) == 1
    body = [each for statement in node.body for each in ast.walk(statement)]
    return is_alone and not any(isinstance(each, ast.Continue | _DEFERRED) for each in body)


def _is_steady(subject: Subject, bound: ast.expr, node: ast.For) -> bool:
    """Say whether a bound can be read again in every round: whole numbers that nothing sets.

    The length of a list is not one: the list may change under another name.
    """
    plain = ast.Constant | ast.Name | ast.BinOp | ast.operator | ast.expr_context
    if not all(isinstance(each, plain) for each in ast.walk(bound)):
        return False
    function = subject.program.function_of(node)
    if function is None:
        return False
    scope = subject.kinds.scope(function)
    # A call in the loop could set a name that is not the function's own.
    own = (set(scope.locals) | set(scope.parameters)) - scope.obscure
    stored = {
        each.id
        for statement in node.body
        for each in ast.walk(statement)
        if isinstance(each, ast.Name) and not isinstance(each.ctx, ast.Load)
    }
    return _names(bound) <= own - stored


@refactoring("comprehension_to_loop")
def comprehension_to_loop(subject: Subject) -> Iterator[Change]:
    """Write a loop that gathers a list for `return [...]` or `x = [...]` with one `for`."""
    program = subject.program
    for node in program.nodes:
        match node:
            case ast.Return(value=ast.ListComp(generators=[generator]) as whole):
                name = fresh_name(program, "gathered", "values")
            case ast.Assign(
                targets=[ast.Name(id=name)], value=ast.ListComp(generators=[generator]) as whole
            ):
                pass
            case _:
                continue
        indent = indentation(program, node)
        if indent is None or not own_lines(program, node) or "\n" in program.text(node):
            continue
        if isinstance(node, ast.Assign) and not _is_own(subject, node, name):
            continue
        if name in _names(whole) or not _is_free(subject, node, generator):
            continue
        lines = [f"{name} = []", *_loop(program, generator, f"{name}.append", whole.elt)]
        if isinstance(node, ast.Return):
            lines.append(f"return {name}")
        text = f"\n{indent}".join(lines)
        yield Change(pieces=((*program.span(node), text),), note="written as a loop")


def _is_own(subject: Subject, node: ast.stmt, name: str) -> bool:
    """Say whether a name is a plain local variable: nobody else sees it while it fills."""
    function = subject.program.function_of(node)
    return function is not None and name in subject.kinds.scope(function).locals


def _is_free(
    subject: Subject, node: ast.stmt, generator: ast.comprehension, *, deferred: int = 0
) -> bool:
    """Say whether the comprehension's variables may become variables of the function."""
    function = subject.program.function_of(node)
    inside = list(ast.walk(node))
    one = sum(isinstance(each, ast.comprehension) for each in inside) == 1
    late = sum(isinstance(each, _DEFERRED | ast.NamedExpr) for each in inside)
    if function is None or generator.is_async or not one or late != deferred:
        return False
    scope = subject.kinds.scope(function)
    nested = any(isinstance(each, Function) for each in ast.walk(function) if each is not function)
    outside = {name for name, uses in scope.uses.items() if not set(uses) <= set(inside)}
    taken = outside | set(scope.parameters) | _names(generator.iter)
    return not nested and not scope.is_open and not _names(generator.target) & taken


def _loop(
    program: Program, generator: ast.comprehension, call: str, element: ast.expr
) -> Iterator[str]:
    yield f"for {program.text(generator.target)} in {program.text(generator.iter)}:"
    indent = _STEP
    for test in generator.ifs:
        yield f"{indent}if {program.text(test)}:"
        indent += _STEP
    text = program.text(element)
    yield f"{indent}{call}({text})"


@refactoring("search_to_loop")
def search_to_loop(subject: Subject) -> Iterator[Change]:
    """Write a loop that returns at the first hit for `return any(...)` and `return all(...)`."""
    program = subject.program
    for node in program.of(ast.Return):
        match node:
            case ast.Return(
                value=ast.Call(
                    func=function, args=[ast.GeneratorExp(generators=[generator]) as whole]
                )
            ) if program.builtin(function) in {"any", "all"}:
                pass
            case _:
                continue
        indent = indentation(program, node)
        if indent is None or "\n" in program.text(node) or not own_lines(program, node):
            continue
        if not _is_free(subject, node, generator, deferred=1):
            continue
        found = program.builtin(function) == "any"
        test = program.text(whole.elt) if found else f"not {operand(program, whole.elt)}"
        ifs = [operand(program, each) for each in generator.ifs]
        lines = (
            f"for {program.text(generator.target)} in {program.text(generator.iter)}:",
            *(f"{_STEP * (depth + 1)}if {text}:" for depth, text in enumerate([*ifs, test])),
            f"{_STEP * (len(ifs) + 2)}return {found}",
            f"return {not found}",
        )
        text = f"\n{indent}".join(lines)
        yield Change(pieces=((*program.span(node), text),), note="written as a loop")


@refactoring("loop_to_comprehension")
def loop_to_comprehension(subject: Subject) -> Iterator[Change]:
    """Write `x = [... for ...]` for an empty list and a loop that only appends to it."""
    program = subject.program
    for loop in program.of(ast.For):
        before = _statement_before(program, loop)
        match before, _appended(loop):
            case (
                ast.Assign(targets=[ast.Name(id=name)], value=ast.List(elts=[])),
                (ast.Name(id=appended), element, tests),
            ) if name == appended:
                pass
            case _:
                continue
        if name in _names(loop.iter, element, *tests):
            continue
        if not _leaves_nothing(subject, loop) or not own_lines(program, before):
            continue
        source = program.source[program.span(before)[0] : program.span(loop)[1]]
        if "#" in source or any(
            "\n" in program.text(each) for each in (loop.iter, element, *tests)
        ):
            continue
        parts = [f"[{_element(program, element)}", f"for {program.text(loop.target)}"]
        parts.append(f"in {operand(program, loop.iter)}")
        parts += [f"if {operand(program, test)}" for test in tests]
        span = (program.span(before)[0], program.span(loop)[1])
        yield Change(pieces=((*span, f"{name} = {' '.join(parts)}]"),), note="in one expression")


def _element(program: Program, node: ast.expr) -> str:
    text = program.text(node)
    return f"({text})" if isinstance(node, ast.Tuple) and not text.startswith("(") else text


def _statement_before(program: Program, node: ast.stmt) -> ast.stmt | None:
    for block in program.blocks:
        for before, each in itertools.pairwise(block):
            if each is node:
                return before
    return None


def _appended(loop: ast.For) -> tuple[ast.expr, ast.expr, list[ast.expr]] | None:
    """Return to what a loop appends in each round, what, and under which conditions."""
    tests: list[ast.expr] = []
    body = loop.body
    while not loop.orelse and len(body) == 1:
        match body[0]:
            case ast.If(test=test, body=inner, orelse=[]):
                tests.append(test)
                body = inner
            case ast.Expr(
                value=ast.Call(func=ast.Attribute(value=target, attr="append"), args=[element])
            ):
                return target, element, tests
            case _:
                break
    return None


def _leaves_nothing(subject: Subject, loop: ast.For) -> bool:
    """Say whether the loop's variables are plain ones that nothing else uses."""
    function = subject.program.function_of(loop)
    if function is None:
        return False
    scope = subject.kinds.scope(function)
    here = {each for each in ast.walk(loop) if isinstance(each, ast.Name)}
    free = all(
        name in scope.locals and set(scope.uses[name]) <= here for name in _names(loop.target)
    )
    odd = ast.NamedExpr | _DEFERRED | ast.Yield | ast.YieldFrom | ast.Await
    return free and not any(isinstance(each, odd) for each in ast.walk(loop))
