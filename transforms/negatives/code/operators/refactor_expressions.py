"""Refactorings of expressions: the same value, written another way.

Each says for which values it is exact. `len(x) == 0` for `not x` is not among them (a number has
no length, an array no truth), nor `a >= b` for `not a < b` (not a number is neither).
"""

import ast
from collections.abc import Iterator

from stepsmith.transforms.negatives.code.edits import Change
from stepsmith.transforms.negatives.code.operator import Subject, refactoring
from stepsmith.transforms.negatives.code.write import operand, replace

__all__ = [
    "assignment_contracted", "assignment_expanded", "brackets_dropped", "chain_split",
    "comparison_turned", "de_morgan", "default_bound", "double_negation", "empty_display",
    "negated_form", "operands_commuted", "parity", "square",
]  # fmt: skip

_TURNED: dict[type[ast.cmpop], str] = {
    ast.Lt: ">", ast.Gt: "<", ast.LtE: ">=", ast.GtE: "<=", ast.Eq: "==", ast.NotEq: "!=",
}  # fmt: skip


@refactoring("operands_commuted")
def operands_commuted(subject: Subject) -> Iterator[Change]:
    """Write `b + a` for `a + b`, `b * a` for `a * b`, of two numbers; texts have an order."""
    program, kinds = subject.program, subject.kinds
    for node in program.of(ast.BinOp):
        sides = (node.left, node.right)
        is_symmetric = isinstance(node.op, ast.Add | ast.Mult)
        if is_symmetric and all(
            kinds.is_number(each) and kinds.is_effect_free(each) for each in sides
        ):
            symbol = "+" if isinstance(node.op, ast.Add) else "*"
            text = f"{operand(program, node.right)} {symbol} {operand(program, node.left)}"
            yield replace(program, node, text, "operands turned round")


@refactoring("comparison_turned")
def comparison_turned(subject: Subject) -> Iterator[Change]:
    """Write `b > a` for `a < b`, `b == a` for `a == b`: the language defines one by the other."""
    program, kinds = subject.program, subject.kinds
    for node in program.of(ast.Compare):
        if len(node.ops) != 1 or type(node.ops[0]) not in _TURNED:
            continue
        left, right = node.left, node.comparators[0]
        if kinds.is_effect_free(left) and kinds.is_effect_free(right):
            text = (
                f"{operand(program, right)} {_TURNED[type(node.ops[0])]} {operand(program, left)}"
            )
            yield replace(program, node, text, "sides turned round")


@refactoring("chain_split")
def chain_split(subject: Subject) -> Iterator[Change]:
    """Write `a < b and b < c` for `a < b < c`; `b` is a name or constant, as it is read twice."""
    program = subject.program
    for node in program.of(ast.Compare):
        match node:
            case ast.Compare(ops=[_, _], comparators=[ast.Name() | ast.Constant() as middle, last]):
                first = program.source[program.span(node)[0] : program.span(middle)[1]]
                rest = program.source[program.span(middle)[0] : program.span(last)[1]]
                yield replace(program, node, f"{first} and {rest}", "chain written out")
            case _:
                pass


@refactoring("de_morgan")
def de_morgan(subject: Subject) -> Iterator[Change]:
    """Write `not a or not b` for `not (a and b)`, and back where only its truth is asked."""
    program = subject.program
    for node in program.of(ast.UnaryOp):
        if isinstance(node.op, ast.Not) and isinstance(node.operand, ast.BoolOp):
            yield replace(program, node, _opposites(subject, node.operand), "De Morgan")
    for test in subject.conditions():
        if isinstance(test, ast.BoolOp):
            yield replace(program, test, f"not ({_opposites(subject, test)})", "De Morgan")


def _opposites(subject: Subject, node: ast.BoolOp) -> str:
    word = " or " if isinstance(node.op, ast.And) else " and "
    return word.join(_opposite(subject, value) for value in node.values)


def _opposite(subject: Subject, node: ast.expr) -> str:
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        return operand(subject.program, node.operand)
    return f"not {operand(subject.program, node)}"


@refactoring("double_negation")
def double_negation(subject: Subject) -> Iterator[Change]:
    """Write `not not a` for a condition `a`."""
    for node in subject.conditions():
        if not isinstance(node, ast.Constant):
            text = f"not not {operand(subject.program, node)}"
            yield replace(subject.program, node, text, "negated twice")


_NEGATED: dict[type[ast.cmpop], str] = {
    ast.NotEq: "==",
    ast.NotIn: "in",
    ast.IsNot: "is",
}
_POSITIVE: dict[type[ast.cmpop], str] = {ast.Eq: "!=", ast.In: "not in", ast.Is: "is not"}


@refactoring("negated_form")
def negated_form(subject: Subject) -> Iterator[Change]:
    """Write `not a == b` for `a != b`, `not a in b` for `a not in b`, and back."""
    program = subject.program
    for node in program.of(ast.Compare):
        if len(node.ops) != 1 or not _has_two_answers(subject, node):
            continue
        left, right = operand(program, node.left), operand(program, node.comparators[0])
        above = program.parents[node]
        symbol = _NEGATED.get(type(node.ops[0])) or _POSITIVE[type(node.ops[0])]
        if type(node.ops[0]) in _NEGATED:
            yield replace(program, node, f"not {left} {symbol} {right}", "negation in front")
        elif isinstance(above, ast.UnaryOp) and isinstance(above.op, ast.Not):
            yield replace(program, above, f"{left} {symbol} {right}", "negation drawn in")


def _has_two_answers(subject: Subject, node: ast.Compare) -> bool:
    """Say whether the opposite of the comparison is surely its negation.

    Of two arrays it is not, but an array is no condition: to ask for its truth raises either way.
    """
    if isinstance(node.ops[0], ast.Eq | ast.NotEq):
        sides = (node.left, node.comparators[0])
        is_condition = getattr(subject.program.parents[node], "test", None) is node
        return is_condition or all(subject.kinds.of(each) is not None for each in sides)
    return isinstance(node.ops[0], ast.In | ast.NotIn | ast.Is | ast.IsNot)


@refactoring("default_bound")
def default_bound(subject: Subject) -> Iterator[Change]:
    """Write `range(0, n)` for `range(n)`, `x[0:n]` for `x[:n]`, and back."""
    program = subject.program
    for node in program.nodes:
        match node:
            case ast.Call(func=function, args=[only]) if program.builtin(function) == "range":
                start = program.span(only)[0]
                yield Change(pieces=((start, start, "0, "),), note="bound written out")
            case ast.Call(func=function, args=[ast.Constant(value=0) as zero, stop]) if (
                program.builtin(function) == "range"
            ):
                span = (program.span(zero)[0], program.span(stop)[0])
                yield Change(pieces=((*span, ""),), note="bound left out")
            case ast.Slice(lower=None, upper=ast.expr(), step=None):
                start = program.span(node)[0]
                yield Change(pieces=((start, start, "0"),), note="bound written out")
            case ast.Slice(lower=ast.Constant(value=0) as zero, step=None):
                yield Change(pieces=((*program.span(zero), ""),), note="bound left out")
            case _:
                pass


@refactoring("parity")
def parity(subject: Subject) -> Iterator[Change]:
    """Write `n % 2 != 0` for `n % 2 == 1`, and back, of whole numbers."""
    program = subject.program
    for node in program.of(ast.Compare):
        match node:
            case ast.Compare(
                left=ast.BinOp(op=ast.Mod(), right=ast.Constant(value=2)) as left,
                ops=[ast.Eq() | ast.NotEq() as op],
                comparators=[ast.Constant(value=0 | 1 as rest)],
            ) if subject.kinds.is_whole(left):
                symbol = "!=" if isinstance(op, ast.Eq) else "=="
                text = f"{operand(program, left)} {symbol} {1 - rest}"
                yield replace(program, node, text, "the other remainder")
            case _:
                pass


@refactoring("square")
def square(subject: Subject) -> Iterator[Change]:
    """Write `n * n` for `n ** 2`, and back, of whole numbers; fractions could overflow in one."""
    program = subject.program
    for node in program.of(ast.BinOp):
        match node:
            case ast.BinOp(
                left=ast.Name(id=name) as left, op=ast.Pow(), right=ast.Constant(value=2)
            ):
                text = f"{name} * {name}"
            case ast.BinOp(left=ast.Name(id=name) as left, op=ast.Mult(), right=ast.Name(id=other)):
                text = f"{name} ** 2"
                if name != other:
                    continue
            case _:
                continue
        if subject.kinds.is_whole(left):
            yield replace(program, node, text, "square")


@refactoring("empty_display")
def empty_display(subject: Subject) -> Iterator[Change]:
    """Write `list()` for `[]`, `dict()` for `{}`, and back."""
    program = subject.program
    for node in program.nodes:
        match node:
            case ast.List(elts=[], ctx=ast.Load()) if "list" not in program.bound:
                text = "list()"
            case ast.Dict(keys=[]) if "dict" not in program.bound:
                text = "dict()"
            case ast.Call(func=function, args=[], keywords=[]) if program.builtin(function) in {
                "list",
                "dict",
            }:
                text = "[]" if program.builtin(function) == "list" else "{}"
            case _:
                continue
        yield Change(pieces=((*program.span(node), text),), note="empty")


# They take their argument to its end and keep nothing of it but its elements.
_TAKERS = frozenset(["sum", "min", "max", "sorted", "set", "tuple", "list", "frozenset"])


@refactoring("brackets_dropped")
def brackets_dropped(subject: Subject) -> Iterator[Change]:
    """Write `sum(x for ...)` for `sum([x for ...])`, and back; not of `any`, which stops early."""
    program = subject.program
    for node in program.of(ast.Call):
        match node:
            case ast.Call(func=function, args=[ast.ListComp() as argument]):
                start, end = program.span(argument)
                pieces = ((start, start + 1, ""), (end - 1, end, ""))
                if node.keywords:
                    pieces = ((start, start + 1, "("), (end - 1, end, ")"))
            case ast.Call(func=function, args=[ast.GeneratorExp() as argument]):
                start, end = program.span(argument)
                shares = end == program.span(node)[1]
                pieces = ((start, start + 1, "(["), (end - 1, end, "])"))
                if not shares:
                    pieces = ((start, start + 1, "["), (end - 1, end, "]"))
            case _:
                continue
        # `next` may end a generator from within, and a list not.
        if program.builtin(function) in _TAKERS and "next" not in program.identifiers:
            yield Change(pieces=pieces, note="list or generator")


@refactoring("assignment_expanded")
def assignment_expanded(subject: Subject) -> Iterator[Change]:
    """Write `x = x + y` for `x += y`, of numbers and texts; a list would become another list."""
    program, kinds = subject.program, subject.kinds
    for node in program.of(ast.AugAssign):
        if isinstance(node.target, ast.Name) and kinds.of(node.target) in {"int", "float", "str"}:
            symbol = _symbol(subject, node)
            text = f"{node.target.id} = {node.target.id} {symbol} {operand(program, node.value)}"
            yield Change(pieces=((*program.span(node), text),), note="written out")


def _symbol(subject: Subject, node: ast.AugAssign) -> str:
    program = subject.program
    start, end = program.span(node.target)[1], program.span(node.value)[0]
    return program.source[start:end].partition("=")[0].strip()


@refactoring("assignment_contracted")
def assignment_contracted(subject: Subject) -> Iterator[Change]:
    """Write `x += y` for `x = x + y`, of numbers and texts."""
    program, kinds = subject.program, subject.kinds
    for node in program.of(ast.Assign):
        match node:
            case ast.Assign(
                targets=[ast.Name(id=target)],
                value=ast.BinOp(left=ast.Name(id=name) as left, right=right) as value,
            ) if target == name and kinds.of(left) in {"int", "float", "str"}:
                start, end = program.span(left)[1], program.span(right)[0]
                symbol = program.source[start:end].strip(" ()\t")
                bracketed = not program.text(node).endswith(program.text(value))
                if symbol and symbol.strip("+-*/%&|^<>") == "" and not bracketed:
                    text = f"{name} {symbol}= {operand(program, right)}"
                    yield Change(pieces=((*program.span(node), text),), note="drawn together")
            case _:
                pass
