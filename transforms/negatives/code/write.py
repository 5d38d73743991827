"""Writing pieces of Python that fit where they are put."""

import ast
import re
from collections.abc import Iterable

from stepsmith.transforms.negatives.code.edits import Change
from stepsmith.transforms.negatives.code.limits import ProgramError, parse_tree
from stepsmith.transforms.negatives.code.program import Program, Span

__all__ = [
    "fresh_name", "gap_symbol", "indentation", "lines_of", "negated", "operand", "own_lines",
    "replace", "retitle", "single_line",
]  # fmt: skip

_ATOMS = (
    ast.Name | ast.Call | ast.Attribute | ast.Subscript | ast.List | ast.Dict | ast.Set
    | ast.ListComp | ast.SetComp | ast.DictComp | ast.JoinedStr
)  # fmt: skip
_ATOM_TYPES = (
    ast.Name, ast.Call, ast.Subscript, ast.List, ast.Dict, ast.Set, ast.ListComp, ast.Constant,
    ast.SetComp, ast.DictComp,
)  # fmt: skip
_OPPOSITES: dict[type[ast.cmpop], str] = {
    ast.Eq: "!=", ast.NotEq: "==", ast.In: "not in", ast.NotIn: "in",
    ast.Is: "is not", ast.IsNot: "is",
}  # fmt: skip


def operand(program: Program, node: ast.expr) -> str:
    """Return the node's text as it may stand beside any operator."""
    text = program.text(node)
    if isinstance(node, _ATOMS) or (isinstance(node, ast.Tuple) and text.startswith("(")):
        return text
    if isinstance(node, ast.Constant) and "\n" not in text and not _is_joined(text):
        return text
    return f"({text})"


def _is_joined(text: str) -> bool:
    """Say whether a constant is several strings side by side."""
    return text[:1] in {"'", '"'} and text.count(text[0]) != 2  # noqa: PLR2004 (one pair of quotes)


def replace(program: Program, node: ast.expr, text: str, note: str = "") -> Change:
    """Put an expression of any kind in the node's place, in parentheses where it needs them."""
    start, end = program.span(node)
    fits = _is_word(text) or _is_enclosed(program, node) or _binds_tighter(program, node, text)
    fitting = text if fits else f"({text})"
    return Change(pieces=((start, end, fitting),), note=note)


_STRENGTHS: tuple[tuple[type[ast.AST], ...], ...] = (
    (ast.Lambda,), (ast.IfExp, ast.comprehension), (ast.Or,), (ast.And,), (ast.Not,),
    (ast.Compare,), (ast.BitOr,), (ast.BitXor,), (ast.BitAnd,), (ast.LShift, ast.RShift),
    (ast.Add, ast.Sub), (ast.Mult, ast.Div, ast.FloorDiv, ast.Mod, ast.MatMult),
    (ast.UAdd, ast.USub, ast.Invert), (ast.Pow,), _ATOM_TYPES,
)  # fmt: skip
"""How tightly things bind, from the loosest on."""


_LONGEST_READ = 400  # characters; around more of them parentheses do no harm


def _strength(node: ast.AST) -> int | None:
    """Return how tightly a node binds its parts, if it is known."""
    kind = getattr(node, "op", node)
    found = (at for at, kinds in enumerate(_STRENGTHS) if isinstance(kind, kinds))
    return next(found, None)


def _binds_tighter(program: Program, node: ast.expr, text: str) -> bool:
    """Say whether the text holds together beside whatever is around the node."""
    around = _strength(program.parents[node])
    if around is None or "\n" in text or len(text) > _LONGEST_READ:
        return False
    try:
        tree = parse_tree(text)
    except ProgramError:
        return False
    match tree.body:
        case [ast.Expr(value=value)]:
            strength = _strength(value)
            return strength is not None and strength > around
        case _:
            return False


_WORD = re.compile(r"[\w.]+|-\d[\w.]*")


def _is_word(text: str) -> bool:
    return _WORD.fullmatch(text) is not None


def _is_enclosed(program: Program, node: ast.expr) -> bool:  # noqa: PLR0911 (one case a kind)
    """Say whether whatever stands in the node's place is read as one expression."""
    start, end = program.span(node)
    before, after = program.source[:start].rstrip(" \t"), program.source[end:].lstrip(" \t")
    if before.endswith("(") and after.startswith(")"):
        return True
    match program.parents[node]:
        case ast.Assign(value=value) | ast.AugAssign(value=value) | ast.Return(value=value):
            return value is node
        case ast.If(test=test) | ast.While(test=test):
            return test is node
        case ast.For(iter=iterated):
            return iterated is node
        case ast.Expr() | ast.Call() | ast.keyword():
            return not isinstance(node, ast.GeneratorExp)
        case ast.Subscript(slice=index):
            return index is node
        case ast.List() | ast.Slice():
            return True
        case ast.Tuple() as around:
            return program.text(around).startswith("(")
        case _:
            return False


def retitle(program: Program, node: ast.expr, name: str, note: str = "") -> Change:
    """Put a name in the place of a name or, of an attribute, in the place of its last part."""
    start, end = program.span(node)
    if isinstance(node, ast.Attribute):
        start = end - len(node.attr)
    return Change(pieces=((start, end, name),), note=note)


def gap_symbol(program: Program, left: ast.expr, right: ast.expr, symbol: str) -> Span | None:
    """Find the operator that stands between two operands; nothing where a comment is in the way."""
    start, end = program.span(left)[1], program.span(right)[0]
    gap = program.source[start:end]
    pattern = r"\s+".join(re.escape(word) for word in symbol.split())
    found = None if "#" in gap else re.search(pattern, gap)
    return (start + found.start(), start + found.end()) if found else None


def negated(program: Program, node: ast.expr) -> str:
    """Return the opposite of a condition, to be read as a condition.

    `<` is not turned into `>=`: of two values that cannot be ordered (not a number, sets that
    overlap) neither holds.
    """
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        return program.text(node.operand)
    if isinstance(node, ast.Compare) and len(node.ops) == 1:
        opposite = _OPPOSITES.get(type(node.ops[0]))
        if opposite is not None:
            left, right = operand(program, node.left), operand(program, node.comparators[0])
            return f"{left} {opposite} {right}"
    return f"not {operand(program, node)}"


def fresh_name(program: Program, *wanted: str) -> str:
    """Return the first of the wanted names that the program does not use, numbered if need be."""
    for name in wanted:
        if name not in program.identifiers:
            return name
    numbered = (f"{wanted[0]}_{number}" for number in range(2, len(program.identifiers) + 3))
    return next(name for name in numbered if name not in program.identifiers)


def indentation(program: Program, node: ast.stmt) -> str | None:
    """Return the white space before a statement that begins its line, else nothing."""
    start = program.span(node)[0]
    line = program.line_starts[program.line_of(start)]
    before = program.source[line:start]
    return before if not before.strip(" \t") else None


def lines_of(program: Program, first: ast.stmt, last: ast.stmt | None = None) -> Span:
    """Return the whole lines from a statement's first character to the last one's last."""
    begin = program.line_of(program.span(first)[0])
    end = program.line_of(program.span(last or first)[1])
    starts = program.line_starts
    return starts[begin], starts[end + 1] if end + 1 < len(starts) else len(program.source)


def own_lines(program: Program, first: ast.stmt, last: ast.stmt | None = None) -> bool:
    """Say whether the statements have their lines to themselves; a comment may end them."""
    begin, end = lines_of(program, first, last)
    start, stop = program.span(first)[0], program.span(last or first)[1]
    rest = program.source[stop:end].strip()
    return not program.source[begin:start].strip() and (not rest or rest.startswith("#"))


def single_line(program: Program, nodes: Iterable[ast.expr | ast.stmt]) -> bool:
    """Say whether each node stands on one line: moved or re-indented, it stays what it is."""
    return all(node.lineno == node.end_lineno for node in nodes) and bool(program.source)
