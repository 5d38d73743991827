"""Refactorings of how a text is put together."""

import ast
import json
from collections.abc import Iterator

from stepsmith.transforms.negatives.code.edits import Change
from stepsmith.transforms.negatives.code.operator import Subject, refactoring
from stepsmith.transforms.negatives.code.write import gap_symbol, replace

__all__ = ["format_call"]


@refactoring("format_call")
def format_call(subject: Subject) -> Iterator[Change]:
    """Write `"a {}".format(x)` for `f"a {x}"`, and for `"a " + str(x)`; plain fields only."""
    program = subject.program
    for node in program.parents:
        if isinstance(node, ast.JoinedStr) and _is_editable_place(subject, node):
            parts = [_field(value) for value in node.values]
            text = _formatted([part for part in parts if part is not None])
            if None not in parts and text:
                yield replace(program, node, text, "format")
    for node in program.of(ast.BinOp):
        match node:
            case ast.BinOp(
                left=ast.Constant(value=str() as words),
                op=ast.Add(),
                right=ast.Call(func=function, args=[argument], keywords=[]),
            ) if program.builtin(function) == "str" and gap_symbol(
                program, node.left, node.right, "+"
            ):
                text = _formatted([(words, ""), ("", program.text(argument))])
                yield replace(program, node, text, "format")
            case _:
                pass


def _is_editable_place(subject: Subject, node: ast.AST) -> bool:
    above = subject.program.parents[node]
    return above in subject.program.editable and not isinstance(above, ast.JoinedStr)


def _field(value: ast.expr) -> tuple[str, str] | None:
    match value:
        case ast.Constant(value=str() as words):
            return words, ""
        case ast.FormattedValue(value=ast.Name(id=name), conversion=-1, format_spec=None):
            return "", name
        case _:
            return None


def _formatted(parts: list[tuple[str, str]]) -> str:
    """Write the call; each part is words or the expression of one field."""
    pattern = "".join(
        words.replace("{", "{{").replace("}", "}}") + ("{}" if field else "")
        for words, field in parts
    )
    fields = ", ".join(field for _, field in parts if field)
    return f"{json.dumps(pattern, ensure_ascii=False)}.format({fields})" if fields else ""
