"""Mutations of where things begin and end: indices, slices, ranges, loops."""

import ast
from collections.abc import Iterator

from stepsmith.transforms.negatives.code.edits import Change
from stepsmith.transforms.negatives.code.operator import Subject, mutation
from stepsmith.transforms.negatives.code.write import operand, replace

__all__ = ["index", "loop_bound", "loop_elements", "slice_bound", "slice_dropped"]


@mutation("index", flaw="deception")
def index(subject: Subject) -> Iterator[Change]:
    """Move an index one further or one nearer."""
    for node in subject.program.of(ast.Subscript):
        is_key = isinstance(node.slice, ast.Slice | ast.Tuple | ast.Constant | ast.JoinedStr)
        if not is_key and subject.kinds.of(node.value) != "dict":
            yield from _nudges(subject, node.slice, "index")


@mutation("slice_bound", flaw="deception")
def slice_bound(subject: Subject) -> Iterator[Change]:
    """Let a slice begin or end one off, or without that bound."""
    for node in subject.program.of(ast.Slice):
        for bound in (node.lower, node.upper):
            if bound is not None:
                yield Change(pieces=((*subject.program.span(bound), ""),), note="bound left out")
                if not isinstance(bound, ast.Constant):
                    yield from _nudges(subject, bound, "bound")


@mutation("slice_dropped", flaw="missing_condition")
def slice_dropped(subject: Subject) -> Iterator[Change]:
    """Take the whole for a part: `x` for `x[1:]`."""
    for node in subject.program.of(ast.Subscript):
        if isinstance(node.slice, ast.Slice) and isinstance(node.ctx, ast.Load):
            text = operand(subject.program, node.value)
            yield replace(subject.program, node, text, "slice left out")


@mutation("loop_bound", flaw="deception", weak=True)
def loop_bound(subject: Subject) -> Iterator[Change]:
    """Let a `range` begin or end one off."""
    program = subject.program
    for node in program.of(ast.Call):
        if program.builtin(node.func) != "range" or any(map(_is_starred, node.args)):
            continue
        for bound in node.args[:2]:
            if not isinstance(bound, ast.Constant):
                yield from _nudges(subject, bound, "bound")
        if len(node.args) == 1:
            start = program.span(node.args[0])[0]
            yield Change(pieces=((start, start, "1, "),), note="begins at 1")
        elif node.args:
            start, stop = program.span(node.args[0])[0], program.span(node.args[1])[0]
            yield Change(pieces=((start, stop, ""),) if len(node.args) == 2 else  # noqa: PLR2004
                         ((*program.span(node.args[0]), "0"),), note="begins at 0")  # fmt: skip


def _is_starred(node: ast.expr) -> bool:
    return isinstance(node, ast.Starred)


@mutation("loop_elements", flaw="missing_condition", weak=True)
def loop_elements(subject: Subject) -> Iterator[Change]:
    """Let a loop miss the first or the last element."""
    for node in subject.program.nodes:
        if not isinstance(node, ast.For | ast.comprehension):
            continue
        if isinstance(node.iter, ast.Name | ast.Subscript | ast.Attribute):
            text = operand(subject.program, node.iter)
            for part in ("[1:]", "[:-1]"):
                yield replace(subject.program, node.iter, f"{text}{part}", f"only {part}")


def _nudges(subject: Subject, node: ast.expr, what: str) -> Iterator[Change]:
    text = operand(subject.program, node)
    for change in ("+ 1", "- 1"):
        yield replace(subject.program, node, f"{text} {change}", f"{what} {change}")
