"""Mutations of statements: one left out, repeated, too early, in the wrong block or branch."""

import ast
import itertools
import re
from collections.abc import Iterator

from stepsmith.transforms.negatives.code.edits import Change
from stepsmith.transforms.negatives.code.operator import Subject, mutation
from stepsmith.transforms.negatives.code.program import Program
from stepsmith.transforms.negatives.code.scopes import touch
from stepsmith.transforms.negatives.code.write import (
    indentation,
    lines_of,
    own_lines,
    replace,
    single_line,
)

__all__ = [
    "block_joined",
    "block_left",
    "branches_swapped",
    "elif_to_if",
    "else_dropped",
    "exception_swallowed",
    "gathered_twice",
    "jump",
    "statement_deleted",
    "statement_repeated",
    "statement_swap",
]

_SIMPLE = ast.Assign | ast.AugAssign | ast.AnnAssign | ast.Expr | ast.Return | ast.Assert
_DELETABLE = (
    _SIMPLE | ast.Raise | ast.Delete | ast.Break | ast.Continue | ast.If | ast.For | ast.While
)
_LOOPS = ast.For | ast.While
_ENDS = ast.Return | ast.Raise | ast.Break | ast.Continue


@mutation("statement_deleted", flaw="missing_condition")
def statement_deleted(subject: Subject) -> Iterator[Change]:
    """SDL: put `pass` in the place of a statement, so that its step is still there."""
    for node in subject.program.nodes:
        if not isinstance(node, _DELETABLE):
            continue
        is_elif = isinstance(node, ast.If) and subject.program.text(node).startswith("elif")
        if is_elif or _only_saves_time(subject.program, node) or _is_last_no(subject, node):
            continue
        if not _shadows_function(subject.program, node):
            yield Change(pieces=((*subject.program.span(node), "pass"),), note="does nothing")


def _is_last_no(subject: Subject, node: ast.stmt) -> bool:
    """Say whether this is the `return False` that ends a function, which returns nothing then."""
    function = subject.program.function_of(node)
    is_last = function is not None and function.body[-1] is node
    match node:
        case ast.Return(value=ast.Constant(value=False)):
            return is_last
        case _:
            return False


def _shadows_function(program: Program, node: ast.AST) -> bool:
    """Say whether this gives a variable the name of a function, which would be left without it."""
    functions = {each.name for each in program.functions}
    targets = node.targets if isinstance(node, ast.Assign) else []
    return any(isinstance(each, ast.Name) and each.id in functions for each in targets)


@mutation("statement_repeated", flaw="redundency")
def statement_repeated(subject: Subject) -> Iterator[Change]:
    """Do twice what gathers or changes something; not what does nothing the second time."""
    program = subject.program
    for node in program.nodes:
        is_call = isinstance(node, ast.Expr) and isinstance(node.value, ast.Call)
        updates = isinstance(node, ast.Assign) and _reads_what_it_sets(node)
        gathers = isinstance(node, ast.AugAssign)
        if isinstance(node, ast.stmt) and (gathers or is_call or updates) and not _is_settled(node):
            indent = indentation(program, node)
            if indent is not None and own_lines(program, node):
                end = program.span(node)[1]
                text = f"\n{indent}{program.text(node)}"
                yield Change(pieces=((end, end, text),), note="done twice")


_SETTLING = frozenset(
    ["sort", "strip", "lstrip", "rstrip", "lower", "upper", "sorted", "set", "list", "str", "int",
     "tuple", "frozenset", "float", "round", "deepcopy", "abs", "min", "max", "add", "discard",
     "update", "clear", "replace", "capitalize", "title", "print"]
)  # fmt: skip


def _is_settled(node: ast.stmt) -> bool:
    """Say whether doing the statement again changes nothing."""
    match node:
        case ast.AugAssign(op=op) | ast.Assign(value=ast.BinOp(op=op)):
            return isinstance(op, ast.Mod | ast.BitAnd | ast.BitOr)
        case ast.Expr(value=ast.Call(func=function)) | ast.Assign(value=ast.Call(func=function)):
            name = getattr(function, "attr", getattr(function, "id", ""))
            return name in _SETTLING
        case _:
            return False


@mutation("gathered_twice", flaw="redundency")
def gathered_twice(subject: Subject) -> Iterator[Change]:
    """Count what was gathered twice: `x += x + y` for `x += y` or `x = x + y`."""
    program = subject.program
    for node in program.nodes:
        match node:
            case ast.AugAssign(target=ast.Name(id=name), op=ast.Add() | ast.Mult() as op):
                start = program.span(node.value)[0]
                symbol = "+" if isinstance(op, ast.Add) else "*"
                yield Change(pieces=((start, start, f"{name} {symbol} "),), note="gathered twice")
            case ast.Assign(
                targets=[ast.Name(id=name) as target],
                value=ast.BinOp(left=ast.Name(id=first), op=ast.Add() | ast.Mult() as op),
            ) if name == first:
                end = program.span(target)[1]
                equals = program.source.index("=", end)
                symbol = "+" if isinstance(op, ast.Add) else "*"
                yield Change(pieces=((equals, equals, symbol),), note="gathered twice")
            case _:
                pass


def _reads_what_it_sets(node: ast.Assign) -> bool:
    targets = {each.id for each in node.targets if isinstance(each, ast.Name)}
    return any(isinstance(each, ast.Name) and each.id in targets for each in ast.walk(node.value))


@mutation("statement_swap")
def statement_swap(subject: Subject) -> Iterator[Change]:
    """Exchange two neighbouring statements."""
    program = subject.program
    for block in program.blocks:
        for first, second in itertools.pairwise(block):
            both = isinstance(first, _SIMPLE) and isinstance(second, _SIMPLE)
            if both and _has_order(first, second):
                yield Change(
                    pieces=((*program.span(first), program.text(second)),
                            (*program.span(second), program.text(first))),
                    note="order exchanged",
                )  # fmt: skip


def _has_order(first: ast.stmt, second: ast.stmt) -> bool:
    """Say whether it may matter which of two statements comes first."""
    match first, second:
        case (
            ast.AugAssign(target=ast.Name(id=name), op=op),
            ast.AugAssign(target=ast.Name(id=other), op=same),
        ) if name == other and type(op) is type(same):
            return False  # `x += a` and `x += b` add up to one sum
        case _:
            return isinstance(second, ast.Return) or touch(first, second)


@mutation("jump", flaw="step_contradiction", weak=True)
def jump(subject: Subject) -> Iterator[Change]:
    """Write `break` for `continue`, `continue` for `break`."""
    for node in subject.program.nodes:
        if isinstance(node, ast.Break | ast.Continue) and not _only_saves_time(
            subject.program, node
        ):
            other = "continue" if isinstance(node, ast.Break) else "break"
            yield Change(pieces=((*subject.program.span(node), other),), note=f"to {other}")


def _only_saves_time(program: Program, node: ast.AST) -> bool:
    """Say whether this is a `break` after `found = True` in a `for`: to go on sets it again."""
    if not isinstance(node, ast.Break):
        return False
    block = next((each for each in program.blocks if each[-1] is node), ())
    loop = next((each for each in program.above(node) if isinstance(each, _LOOPS)), None)
    is_search = isinstance(loop, ast.For) and not loop.orelse
    return (
        is_search
        and len(block) > 1
        and all(
            isinstance(each, ast.Assign) and isinstance(each.value, ast.Constant)
            for each in block[:-1]
        )
    )


@mutation("block_joined", flaw="step_contradiction")
def block_joined(subject: Subject) -> Iterator[Change]:
    """Draw the statement after a loop or `if` into it: a `return` comes a whole loop too early."""
    program = subject.program
    for block in program.blocks:
        for compound, node in itertools.pairwise(block):
            if not isinstance(compound, _LOOPS | ast.If) or not isinstance(node, _SIMPLE):
                continue
            last = (getattr(compound, "orelse", None) or compound.body)[-1]
            yield from _indented_like(program, node, last)


@mutation("block_left", flaw="step_contradiction")
def block_left(subject: Subject) -> Iterator[Change]:
    """Move the last statement of a loop or `if` out of it: done once, or always."""
    program = subject.program
    for compound in program.nodes:
        if not isinstance(compound, _LOOPS | ast.If):
            continue
        if (
            len(compound.body) > 1
            and not compound.orelse
            and isinstance(compound.body[-1], _SIMPLE)
        ):
            yield from _indented_like(program, compound.body[-1], compound)


def _indented_like(program: Program, node: ast.stmt, model: ast.stmt) -> Iterator[Change]:
    old, new = indentation(program, node), indentation(program, model)
    is_own = own_lines(program, node) and single_line(program, [node])
    if old is not None and new is not None and is_own:
        start = program.span(node)[0]
        yield Change(pieces=((start - len(old), start, new),), note="in another block")


@mutation("branches_swapped", flaw="step_contradiction")
def branches_swapped(subject: Subject) -> Iterator[Change]:
    """Exchange what to do if the condition holds and what to do if not."""
    program = subject.program
    for node in program.nodes:
        match node:
            case ast.IfExp(body=body, orelse=other):
                pieces = ((*program.span(body), program.text(other)),
                          (*program.span(other), program.text(body)))  # fmt: skip
            case ast.If(body=[ast.stmt() as body], orelse=[ast.stmt() as other]) if isinstance(
                body, _SIMPLE
            ) and isinstance(other, _SIMPLE):
                pieces = ((*program.span(body), program.text(other)),
                          (*program.span(other), program.text(body)))  # fmt: skip
            case _:
                continue
        yield Change(pieces=pieces, note="branches exchanged")


@mutation("elif_to_if", flaw="step_contradiction", weak=True)
def elif_to_if(subject: Subject) -> Iterator[Change]:
    """Write `if` for `elif`: the second case is looked at after the first was dealt with."""
    for node in subject.program.of(ast.If):
        start = subject.program.span(node)[0]
        above = subject.program.parents[node]
        goes_on = isinstance(above, ast.If) and not isinstance(above.body[-1], _ENDS)
        if subject.program.source.startswith("elif", start) and goes_on:
            yield Change(pieces=((start, start + len("elif"), "if"),), note="elif to if")


_ELSE = re.compile(r"\s*+else\s*+:")


@mutation("else_dropped", flaw="missing_condition")
def else_dropped(subject: Subject) -> Iterator[Change]:
    """Leave out what to do in the other case."""
    program = subject.program
    for node in program.of(ast.If):
        if not node.orelse or not own_lines(program, node.orelse[0], node.orelse[-1]):
            continue
        begin, end = lines_of(program, node.body[-1])[1], lines_of(program, node.orelse[-1])[1]
        if _ELSE.match(program.source, begin):
            yield Change(pieces=((begin, end, ""),), note="no other case")


@mutation("exception_swallowed", flaw="missing_condition")
def exception_swallowed(subject: Subject) -> Iterator[Change]:
    """Let a handler do nothing, or take every exception for its own."""
    program = subject.program
    for node in program.of(ast.ExceptHandler):
        begin, end = program.span(node.body[0])[0], program.span(node.body[-1])[1]
        yield Change(pieces=((begin, end, "pass"),), note="handler does nothing")
        if node.type is not None:
            yield replace(program, node.type, "Exception", "every exception")
