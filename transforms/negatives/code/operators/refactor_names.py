"""Refactorings of names: a local variable renamed, a value given a name of its own."""

import ast
import itertools
from collections.abc import Iterator

from stepsmith.transforms.negatives.code.edits import Change
from stepsmith.transforms.negatives.code.operator import Subject, refactoring
from stepsmith.transforms.negatives.code.program import Program
from stepsmith.transforms.negatives.code.scopes import touch
from stepsmith.transforms.negatives.code.write import fresh_name, indentation, own_lines

__all__ = ["assignments_reordered", "local_renamed", "temporary_dropped", "value_named"]

_SYNONYMS = {
    "result": "answer", "res": "result", "ans": "result", "ret": "output", "count": "number",
    "total": "amount", "i": "index", "j": "other", "k": "position", "n": "size", "x": "item",
    "s": "text", "temp": "held", "tmp": "held", "lst": "values", "flag": "found", "c": "letter",
}  # fmt: skip


@refactoring("local_renamed")
def local_renamed(subject: Subject) -> Iterator[Change]:
    """Rename a local variable, everywhere in its function; never a parameter."""
    program = subject.program
    for function in program.functions:
        scope = subject.kinds.scope(function)
        if program.function_of(function) is not None:
            continue  # a nested function's variable may be the outer one's
        for name in scope.locals:
            new = fresh_name(program, _SYNONYMS.get(name, f"{name}_value"), f"{name}_value")
            pieces = tuple((*program.span(each), new) for each in scope.uses[name])
            if _all_editable(program, scope.uses[name]):
                yield Change(pieces=pieces, note=f"{name} to {new}")


def _all_editable(program: Program, names: tuple[ast.Name, ...]) -> bool:
    return program.editable.issuperset(names)


@refactoring("value_named")
def value_named(subject: Subject) -> Iterator[Change]:
    """Compute a value on a line of its own, then use it: in `return`, `if`, `for`, a call."""
    program = subject.program
    for node in program.nodes:
        match node:
            case ast.Return(value=ast.expr() as value):
                name = "result"
            case ast.If(test=value) if not program.text(node).startswith("elif"):
                name = "condition"
            case ast.For(iter=value):
                name = "elements"
            case ast.Assign(value=ast.Call(func=ast.Name(), args=[value])):
                name = "argument"
            case _:
                continue
        if not isinstance(value, ast.Name | ast.Constant | ast.GeneratorExp | ast.Starred):
            yield from _hoisted(program, node, value, name)


def _hoisted(program: Program, node: ast.stmt, value: ast.expr, wanted: str) -> Iterator[Change]:
    indent = indentation(program, node)
    if indent is None or _has_walrus(value):
        return
    name = fresh_name(program, wanted)
    text = program.text(value)
    if "\n" in text:
        text = f"({text})"
    start = program.span(node)[0]
    line = (start, start, f"{name} = {text}\n{indent}")
    yield Change(pieces=(line, (*program.span(value), name)), note=f"{name} named")


def _has_walrus(node: ast.expr) -> bool:
    return any(isinstance(each, ast.NamedExpr) for each in ast.walk(node))


@refactoring("temporary_dropped")
def temporary_dropped(subject: Subject) -> Iterator[Change]:
    """Write `return f(x)` for `y = f(x)` and then `return y`, where nothing else uses `y`."""
    program = subject.program
    for first, second in _neighbours(program):
        match first, second:
            case (
                ast.Assign(targets=[ast.Name(id=name)]),
                ast.Return(value=ast.Name(id=returned)),
            ) if name == returned and _uses(subject, first, name) == 2:  # noqa: PLR2004 (set, read)
                start, end = program.span(first)
                equals = program.source.index("=", start) + 1
                equals += len(program.source[equals:]) - len(program.source[equals:].lstrip(" \t"))
                stop = program.span(second)[1]
                if not program.source[end : program.span(second)[0]].strip():
                    pieces = ((start, equals, "return "), (end, stop, ""))
                    yield Change(pieces=pieces, note=f"{name} left out")
            case _:
                pass


def _uses(subject: Subject, node: ast.stmt, name: str) -> int:
    function = subject.program.function_of(node)
    if function is None:
        return 0
    scope = subject.kinds.scope(function)
    return len(scope.uses.get(name, ())) if name in scope.locals else 0


def _neighbours(program: Program) -> Iterator[tuple[ast.stmt, ast.stmt]]:
    return itertools.chain.from_iterable(map(itertools.pairwise, program.blocks))


@refactoring("assignments_reordered")
def assignments_reordered(subject: Subject) -> Iterator[Change]:
    """Exchange two neighbouring assignments that do not touch each other."""
    program = subject.program
    for first, second in _neighbours(program):
        if not (own_lines(program, first) and own_lines(program, second)):
            continue
        names = _plain_assignment(subject, first), _plain_assignment(subject, second)
        if None not in names and not touch(first, second):
            yield Change(
                pieces=((*program.span(first), program.text(second)),
                        (*program.span(second), program.text(first))),
                note="order exchanged",
            )  # fmt: skip


def _plain_assignment(subject: Subject, node: ast.stmt) -> str | None:
    """Return the name that a plain assignment sets to something whose place does not matter."""
    match node:
        case ast.Assign(targets=[ast.Name(id=name)], value=value):
            return name if subject.kinds.is_effect_free(value) else None
        case _:
            return None
