"""Refactorings of branches: the same cases, told apart in another way."""

import ast
import re
from collections.abc import Iterator

from stepsmith.transforms.negatives.code.edits import Change
from stepsmith.transforms.negatives.code.operator import Subject, refactoring
from stepsmith.transforms.negatives.code.program import Program, Span
from stepsmith.transforms.negatives.code.write import (
    indentation,
    lines_of,
    negated,
    own_lines,
    replace,
)

__all__ = ["branches_inverted", "choice_inverted", "choice_written_out", "condition_split"]

_ELSE = re.compile(r"[^\S\r\n]*+else\s*+:[^\S\r\n]*+(?:#[^\r\n]*+)?(?:\r\n|\r|\n)")
_STEP = "    "


@refactoring("choice_inverted")
def choice_inverted(subject: Subject) -> Iterator[Change]:
    """Write `b if not c else a` for `a if c else b`."""
    program = subject.program
    for node in program.of(ast.IfExp):
        body, other = program.text(node.body), program.text(node.orelse)
        if isinstance(node.orelse, ast.IfExp | ast.Lambda):
            other = f"({other})"
        text = f"{other} if {negated(program, node.test)} else {body}"
        yield replace(program, node, text, "cases inverted")


@refactoring("choice_written_out")
def choice_written_out(subject: Subject) -> Iterator[Change]:
    """Write `if c: x = a`, `else: x = b` for `x = a if c else b`, also of `return`."""
    program = subject.program
    for node in program.nodes:
        match node:
            case ast.Return(value=ast.IfExp() as choice):
                pass
            case ast.Assign(targets=[ast.Name()], value=ast.IfExp() as choice):
                pass
            case _:
                continue
        indent = indentation(program, node)
        if indent is None or "\n" in program.text(node) or not _ends_its_line(program, node):
            continue
        start, stop = program.span(node)[0], program.span(choice)[0]
        head = program.source[start:stop].rstrip("( \t") + " "
        lines = (
            f"if {program.text(choice.test)}:",
            f"{indent}{_STEP}{head}{program.text(choice.body)}",
            f"{indent}else:",
            f"{indent}{_STEP}{head}{program.text(choice.orelse)}",
        )
        yield Change(pieces=((*program.span(node), "\n".join(lines)),), note="written out")


def _ends_its_line(program: Program, node: ast.stmt) -> bool:
    end, stop = program.span(node)[1], lines_of(program, node)[1]
    return not program.source[end:stop].strip()


@refactoring("branches_inverted")
def branches_inverted(subject: Subject) -> Iterator[Change]:
    """Write `if not c: b`, `else: a` for `if c: a`, `else: b`."""
    program = subject.program
    for node in program.of(ast.If):
        blocks = _two_blocks(program, node)
        if blocks is None:
            continue
        first, second = blocks
        head = replace(program, node.test, negated(program, node.test)).pieces
        body, other = _block(program, first), _block(program, second)
        yield Change(pieces=(*head, (*first, other), (*second, body)), note="cases inverted")


def _block(program: Program, span: Span) -> str:
    """Return a block's lines; the last of a file may lack its line end, which the next needs."""
    text = program.source[span[0] : span[1]]
    return text if text.endswith(("\n", "\r")) else f"{text}\n"


def _two_blocks(program: Program, node: ast.If) -> tuple[Span, Span] | None:
    """Return the lines of an `if`'s two blocks, where each has lines of its own."""
    if not node.orelse or program.text(node).startswith("elif"):
        return None
    body, other = node.body, node.orelse
    header_end = lines_of(program, body[0])[0]
    if not (own_lines(program, body[0], body[-1]) and own_lines(program, other[0], other[-1])):
        return None
    middle = lines_of(program, body[-1])[1]
    is_apart = program.line_of(program.span(node.test)[1]) < program.line_of(header_end)
    if not is_apart or indentation(program, body[0]) is None:
        return None
    found = _ELSE.match(program.source, middle)
    if found is None:  # an `elif`, or comments before the `else`
        return None
    return (header_end, middle), (found.end(), lines_of(program, other[-1])[1])


@refactoring("condition_split")
def condition_split(subject: Subject) -> Iterator[Change]:
    """Write `if a:` and in it `if b:` for `if a and b:` without an `else`."""
    program = subject.program
    for node in program.of(ast.If):
        match node:
            case ast.If(test=ast.BoolOp(op=ast.And(), values=[first, *rest]) as test, orelse=[]):
                pass
            case _:
                continue
        indent = indentation(program, node)
        inside = indentation(program, node.body[0])
        if indent is None or inside is None or not inside.startswith(indent):
            continue
        step = inside[len(indent) :]
        lines = _moved_in(program, node, indent, step)
        if lines is None or not rest:
            continue
        start, end = program.span(test)
        is_bracketed = not program.source[end:].lstrip(" \t").startswith(":")
        if len(rest) > 1 or is_bracketed or "\n" in program.text(test):
            continue
        outer, inner = program.text(first), program.text(rest[0])
        stop = lines_of(program, node.body[0], node.body[-1])[1]
        text = f"{outer}:\n{indent}{step}if {inner}:\n{lines}"
        yield Change(pieces=((start, stop, text),), note="two conditions")


def _moved_in(program: Program, node: ast.If, indent: str, step: str) -> str | None:
    """Return the lines of a body one step further in, where that changes no text within them."""
    body = node.body
    own = own_lines(program, body[0], body[-1])
    strings = (each for each in ast.walk(node) if isinstance(each, ast.Constant | ast.JoinedStr))
    if not own or any(each.lineno != each.end_lineno for each in strings):
        return None
    start, end = lines_of(program, body[0], body[-1])
    header = program.span(node.test)[1]
    if program.source[header:start].strip(" \t\r\n:)"):
        return None  # a comment behind the colon, or between the header and the body
    lines = program.source[start:end].splitlines(keepends=True)
    # Behind the outer white space, so that what was tabs and blanks in order stays so.
    return "".join(
        f"{indent}{step}{line.removeprefix(indent)}" if line.strip() else line for line in lines
    )
