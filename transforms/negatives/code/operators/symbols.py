"""Mutations of operators: another one, one operand fewer, operands in the other order."""

import ast
from collections.abc import Iterator

from stepsmith.transforms.negatives.code.edits import Change
from stepsmith.transforms.negatives.code.operator import Subject, mutation
from stepsmith.transforms.negatives.code.write import gap_symbol, negated, replace

__all__ = [
    "arithmetic",
    "arithmetic_assignment",
    "boundary",
    "clause_dropped",
    "comparison",
    "condition_fixed",
    "condition_negated",
    "connective",
    "operand_dropped",
    "operand_swap",
    "parentheses_dropped",
    "sign_dropped",
]

ARITHMETIC: dict[type[ast.operator], tuple[str, ...]] = {
    ast.Add: ("+", "-", "*"), ast.Sub: ("-", "+", "*"), ast.Mult: ("*", "+", "//", "**"),
    ast.Div: ("/", "//", "*"), ast.FloorDiv: ("//", "/", "%", "-"), ast.Mod: ("%", "//", "-"),
    ast.Pow: ("**", "*", "+"), ast.LShift: ("<<", ">>"), ast.RShift: (">>", "<<"),
    ast.BitAnd: ("&", "|", "^"), ast.BitOr: ("|", "&", "^"), ast.BitXor: ("^", "&", "|"),
}  # fmt: skip
"""An operator's symbol, and what it is mistaken for."""

COMPARISONS: dict[type[ast.cmpop], tuple[str, ...]] = {
    ast.Lt: ("<", ">", "=="), ast.LtE: ("<=", ">=", "=="),
    ast.Gt: (">", "<", "=="), ast.GtE: (">=", "<=", "=="),
    ast.Eq: ("==", "!=", "<", ">"), ast.NotEq: ("!=", "=="),
    ast.In: ("in", "not in"), ast.NotIn: ("not in", "in"),
    ast.Is: ("is", "is not"), ast.IsNot: ("is not", "is"),
}  # fmt: skip
BOUNDARIES: dict[type[ast.cmpop], tuple[str, str]] = {
    ast.Lt: ("<", "<="), ast.LtE: ("<=", "<"), ast.Gt: (">", ">="), ast.GtE: (">=", ">"),
}  # fmt: skip
_UNORDERED = frozenset(["bool", "NoneType", "str"])


@mutation("arithmetic", flaw="domain_inconsistency")
def arithmetic(subject: Subject) -> Iterator[Change]:
    """AOR: use another arithmetic operator (`+ - * / // % ** << >> & | ^`)."""
    for node in subject.program.of(ast.BinOp):
        if subject.kinds.of(node) in {"str", "list", "tuple"}:
            continue  # every other operator is a type error there, found without any test
        symbol, *others = ARITHMETIC.get(type(node.op), ("@",))
        span = gap_symbol(subject.program, node.left, node.right, symbol)
        for other in others if span else ():
            yield Change(pieces=((*span, other),) if span else (), note=f"{symbol} to {other}")


@mutation("arithmetic_assignment", flaw="domain_inconsistency")
def arithmetic_assignment(subject: Subject) -> Iterator[Change]:
    """AOR: use another operator in `x += y`, or none, so that what was gathered is lost."""
    for node in subject.program.of(ast.AugAssign):
        symbol, *others = ARITHMETIC.get(type(node.op), ("@",))
        span = gap_symbol(subject.program, node.target, node.value, f"{symbol}=")
        if span is None:
            continue
        joins = subject.kinds.of(node.value) in {"str", "list", "tuple"}
        for other in ("", *(() if joins else others)):
            yield Change(pieces=((*span, f"{other}="),), note=f"{symbol}= to {other}=")


@mutation("comparison", flaw="step_contradiction")
def comparison(subject: Subject) -> Iterator[Change]:
    """ROR: use another comparison (`< <= > >= == !=`, `in`, `is`)."""
    for node in subject.program.of(ast.Compare):
        sides = [node.left, *node.comparators]
        for left, op, right in zip(sides, node.ops, node.comparators, strict=False):
            symbol, *others = COMPARISONS[type(op)]
            span = gap_symbol(subject.program, left, right, symbol)
            for other in others if span else ():
                if other in {"<", ">"} and symbol == "==" and _is_unordered(left, right):
                    continue
                yield Change(pieces=((*span, other),) if span else (), note=f"{symbol} to {other}")


@mutation("boundary", flaw="deception", weak=True)
def boundary(subject: Subject) -> Iterator[Change]:
    """ROR: take the value at the border in, or leave it out: `<=` for `<`, `<` for `<=`."""
    for node in subject.program.of(ast.Compare):
        sides = [node.left, *node.comparators]
        for left, op, right in zip(sides, node.ops, node.comparators, strict=False):
            symbol, other = BOUNDARIES.get(type(op), ("", ""))
            span = gap_symbol(subject.program, left, right, symbol) if symbol else None
            if span and not (other == f"{symbol}=" and _is_record(subject, node)):
                yield Change(pieces=((*span, other),), note=f"{symbol} to {other}")


def _is_record(subject: Subject, node: ast.Compare) -> bool:
    """Say whether this is `if a > best: best = a`, to which equal ones make no difference."""
    match subject.program.parents[node]:
        case ast.If(body=[ast.Assign(targets=[target], value=value)], orelse=[]):
            sides = {ast.dump(node.left), ast.dump(node.comparators[0])}
            return sides == {ast.dump(value), ast.dump(target).replace("Store()", "Load()")}
        case _:
            return False


def _is_unordered(*sides: ast.expr) -> bool:
    return any(
        isinstance(side, ast.Constant) and type(side.value).__name__ in _UNORDERED for side in sides
    )


@mutation("connective", flaw="step_contradiction")
def connective(subject: Subject) -> Iterator[Change]:
    """LCR: write `and` for `or`, `or` for `and`, one of them or all of a row."""
    for node in subject.program.of(ast.BoolOp):
        symbol, other = ("and", "or") if isinstance(node.op, ast.And) else ("or", "and")
        pairs = zip(node.values, node.values[1:], strict=False)
        spans = [gap_symbol(subject.program, left, right, symbol) for left, right in pairs]
        pieces = [(*span, other) for span in spans if span]
        for piece in pieces:
            yield Change(pieces=(piece,), note=f"{symbol} to {other}")
        if len(pieces) > 1:
            yield Change(pieces=tuple(pieces), note=f"every {symbol} to {other}")


@mutation("clause_dropped", flaw="missing_condition", weak=True)
def clause_dropped(subject: Subject) -> Iterator[Change]:
    """Leave out one clause of `and` or `or`."""
    for node in subject.program.of(ast.BoolOp):
        word = " and " if isinstance(node.op, ast.And) else " or "
        texts = [_bracketed(subject, value) for value in node.values]
        for index, text in enumerate(texts):
            rest = texts[:index] + texts[index + 1 :]
            yield replace(subject.program, node, word.join(rest), "a clause left out")
            if len(rest) > 1:
                yield replace(subject.program, node, text, "one clause alone")


def _bracketed(subject: Subject, node: ast.expr) -> str:
    text = subject.program.text(node)
    return f"({text})" if isinstance(node, ast.BoolOp | ast.IfExp | ast.Lambda) else text


@mutation("condition_negated", flaw="step_contradiction")
def condition_negated(subject: Subject) -> Iterator[Change]:
    """Turn a condition into its opposite."""
    for test in subject.conditions():
        yield replace(subject.program, test, negated(subject.program, test), "condition negated")


@mutation("condition_fixed", flaw="missing_condition")
def condition_fixed(subject: Subject) -> Iterator[Change]:
    """Let a condition hold always, or never."""
    for test in subject.conditions():
        if not isinstance(test, ast.Constant):
            yield replace(subject.program, test, "True", "holds always")
            yield replace(subject.program, test, "False", "holds never")


@mutation("operand_dropped", flaw="missing_condition")
def operand_dropped(subject: Subject) -> Iterator[Change]:
    """Leave out one of two operands, so that a part of the sum is missing."""
    for node in subject.program.of(ast.BinOp):
        for kept in (node.left, node.right):
            yield replace(subject.program, node, subject.program.text(kept), "an operand left out")


@mutation("operand_swap", flaw="deception")
def operand_swap(subject: Subject) -> Iterator[Change]:
    """Exchange the two operands of something that is not symmetric."""
    for node in subject.program.nodes:
        match node:
            case ast.BinOp(left=left, right=right) if _has_sides(subject, node):
                pass
            case ast.Compare(left=left, ops=[ast.In() | ast.NotIn()], comparators=[right]):
                pass
            case _:
                continue
        program = subject.program
        yield Change(
            pieces=((*program.span(left), program.text(right)),
                    (*program.span(right), program.text(left))),
            note="operands exchanged",
        )  # fmt: skip


_JOINED = frozenset(["str", "list", "tuple"])


def _has_sides(subject: Subject, node: ast.BinOp) -> bool:
    """Say whether it matters which operand is left: of a sum of texts or lists, not of numbers."""
    if isinstance(node.op, ast.Add):
        return bool({subject.kinds.of(node.left), subject.kinds.of(node.right)} & _JOINED)
    if isinstance(node.op, ast.Sub):
        above = subject.program.parents[node]
        is_length = isinstance(above, ast.Call) and subject.program.builtin(above.func) == "abs"
        return not is_length
    return not isinstance(node.op, ast.Mult | ast.BitAnd | ast.BitOr | ast.BitXor)


@mutation("parentheses_dropped", flaw="domain_inconsistency", weak=True)
def parentheses_dropped(subject: Subject) -> Iterator[Change]:
    """Leave out the parentheses around an operand: `a + b * c` for `(a + b) * c`."""
    source = subject.program.source
    for node in subject.program.of(ast.BinOp):
        for side in (node.left, node.right):
            start, end = subject.program.span(side)
            if isinstance(side, ast.BinOp) and source[start - 1] + source[end : end + 1] == "()":
                pieces = ((start - 1, start, ""), (end, end + 1, ""))
                yield Change(pieces=pieces, note="parentheses left out")


@mutation("sign_dropped", flaw="missing_condition", weak=True)
def sign_dropped(subject: Subject) -> Iterator[Change]:
    """Leave out a minus or a `not`."""
    for node in subject.program.of(ast.UnaryOp):
        if isinstance(node.op, ast.USub | ast.Not | ast.Invert):
            text = subject.program.text(node.operand)
            yield replace(subject.program, node, text, "a sign left out")
