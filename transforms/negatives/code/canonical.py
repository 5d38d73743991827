"""One form for programs that are plainly the same, so that trivial mutants are recognised.

Two mutants with the same form are duplicates, and one with the original's form is equivalent. The
rules below are the whole list. They only ever *drop* mutants, so a rule that holds for numbers
and texts is applied to names as well: a mutant lost costs nothing, an equivalent one kept would be
called a survivor.

- Docstrings, other constants standing alone, `pass` and annotations say nothing.
- Nothing runs after `return`, `raise`, `break` or `continue` in a block.
- `return None` is `return`, and at the end of a function nothing; so is `continue` ending a loop.
  What ends a branch of an `if` that ends them ends them too.
- `if True:` is its body and `if False:` its `else`.
- `x = x`, `x += 0`, `x -= 0`, `x *= 1` change nothing.
- Numbers are folded; `x * 1`, `x + 0`, `x - 0`, `x ** 1` are `x`; `- -x` is `x`.
- `a > b` is `b < a`; the sides of `==`, `!=` and `*` have no order; `not a == b` is `a != b`.
- `range(0, n)`, `range(0, n, 1)` and `range(n)`; `x[0:n:1]` and `x[:n]` are one.
"""

import ast
import operator
from collections.abc import Callable, Iterator, Sequence
from typing import cast

from stepsmith.transforms.negatives.code.editable import Function

__all__ = ["canonical_form"]

Form = tuple[object, ...]

_ENDS = ast.Return | ast.Raise | ast.Break | ast.Continue
_LOOPS = ast.For | ast.AsyncFor | ast.While
_LARGEST_FOLDED = 10**12


def canonical_form(tree: ast.AST) -> Form:  # noqa: PLR0911 (one case a kind)
    """Return the form of a program, or of a part of one; equal forms behave the same."""
    match tree:
        case ast.Constant(value=value):
            return ("constant", type(value).__name__, repr(value))
        case ast.BinOp():
            return _binary(tree)
        case ast.UnaryOp():
            return _unary(tree)
        case ast.Compare():
            return _compare(tree)
        case ast.Call():
            return _call(tree)
        case ast.Slice():
            return _slice(tree)
        case ast.arg(arg=name):
            return ("arg", name)
        case _:
            return _plain(tree)


def _plain(tree: ast.AST) -> Form:
    parts: list[object] = [type(tree).__name__]
    for name, value in ast.iter_fields(tree):
        if name in {"ctx", "type_comment", "returns", "kind"}:
            continue
        if isinstance(value, list):
            parts.append(_list(tree, name, cast("list[object]", value)))
        else:
            parts.append(canonical_form(value) if isinstance(value, ast.AST) else value)
    return tuple(parts)


def _list(tree: ast.AST, name: str, values: Sequence[object]) -> Form:
    if name in {"body", "orelse", "finalbody"} and not isinstance(tree, ast.Lambda):
        return _block(tree, name, [each for each in values if isinstance(each, ast.stmt)])
    return tuple(canonical_form(each) if isinstance(each, ast.AST) else each for each in values)


def _block(tree: ast.AST, name: str, statements: Sequence[ast.stmt]) -> Form:
    forms = tuple(_statements(statements))
    if name == "body" and isinstance(tree, Function):
        return _without_end(forms, _RETURN)
    if name == "body" and isinstance(tree, _LOOPS):
        return _without_end(forms, _CONTINUE)
    return forms


_RETURN: Form = ("Return", None)
_CONTINUE: Form = ("Continue",)


def _without_end(forms: Form, end: Form) -> Form:
    """Leave a statement out where it goes on to what comes next anyhow."""
    if forms[-1:] == (end,):
        return forms[:-1]
    last = cast("Form", forms[-1]) if forms else ()
    if last[:1] != ("If",):
        return forms
    branches = (_without_end(cast("Form", each), end) for each in last[2:])
    return (*forms[:-1], (*last[:2], *branches))


def _statements(statements: Sequence[ast.stmt]) -> Iterator[Form]:
    for statement in statements:
        match statement:
            case ast.Pass() | ast.Expr(value=ast.Constant()):
                continue
            case ast.Return(value=ast.Constant(value=None)):
                yield _RETURN
            case ast.Assign(targets=[ast.Name(id=target)], value=ast.Name(id=source)) if (
                target == source
            ):
                continue
            case ast.AugAssign(op=op, value=value) if _is_neutral(op, canonical_form(value)):
                continue
            case ast.If(test=ast.Constant(value=bool() as holds)):
                yield from _statements(statement.body if holds else statement.orelse)
                continue
            case _:
                yield canonical_form(statement)
        if isinstance(statement, _ENDS):
            return


def _is_neutral(op: ast.operator, value: Form) -> bool:
    """Say whether `x op value` is `x`."""
    number = _number(value)
    if isinstance(op, ast.Add | ast.Sub):
        return number == 0
    return isinstance(op, ast.Mult | ast.Pow) and number == 1


_FOLD: dict[type[ast.operator], Callable[[float, float], float]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
}
_LARGEST_POWER = 40


def _folded(op: ast.operator, left: float | None, right: float | None) -> int | float | None:
    if left is None or right is None:
        return None
    if isinstance(op, ast.Pow):
        # Of whole numbers alone, and none that takes long: 10**12 is a base that may stand here.
        is_small = isinstance(left, int) and isinstance(right, int) and 0 <= right <= _LARGEST_POWER
        return left**right if is_small else None
    fold = _FOLD.get(type(op))
    return None if fold is None else fold(left, right)


def _number(form: Form) -> int | float | None:
    """Return the number that a form is, if it is a small one."""
    if form[0] != "constant" or form[1] not in {"int", "float"}:
        return None
    text = str(form[2])
    if len(text) > len(str(_LARGEST_FOLDED)):
        return None
    return int(text) if form[1] == "int" else float(text)


def _constant(value: float) -> Form:
    return ("constant", type(value).__name__, repr(value))


def _binary(tree: ast.BinOp) -> Form:
    left, right = canonical_form(tree.left), canonical_form(tree.right)
    first, second = _number(left), _number(right)
    folded = _folded(tree.op, first, second)
    if folded is not None:
        return _constant(folded)
    if _is_neutral(tree.op, right):
        return left
    if isinstance(tree.op, ast.Add | ast.Mult) and _is_neutral(tree.op, left):
        return right
    if isinstance(tree.op, ast.Mult):
        left, right = sorted((left, right), key=repr)
    return ("BinOp", left, type(tree.op).__name__, right)


def _unary(tree: ast.UnaryOp) -> Form:
    operand = canonical_form(tree.operand)
    number = _number(operand)
    if isinstance(tree.op, ast.USub):
        if number is not None:
            # There is a float of minus nothing, but no whole number.
            return _constant(-number)
        if operand[:2] == ("UnaryOp", "USub"):
            return cast("Form", operand[2])
    if isinstance(tree.op, ast.Not) and operand[0] == "Compare" and operand[2] in {"Eq", "NotEq"}:
        opposite = "NotEq" if operand[2] == "Eq" else "Eq"
        return ("Compare", operand[1], opposite, operand[3])
    return ("UnaryOp", type(tree.op).__name__, operand)


def _compare(tree: ast.Compare) -> Form:
    left = canonical_form(tree.left)
    rights = [canonical_form(each) for each in tree.comparators]
    names = [type(op).__name__ for op in tree.ops]
    if len(names) > 1:
        return ("Compare", left, tuple(names), tuple(rights))
    [right], [name] = rights, names
    if name in {"Gt", "GtE"}:
        return ("Compare", right, name.replace("G", "L"), left)
    if name in {"Eq", "NotEq"}:
        left, right = sorted((left, right), key=repr)
    return ("Compare", left, name, right)


def _call(tree: ast.Call) -> Form:
    function = canonical_form(tree.func)
    arguments = [canonical_form(each) for each in tree.args]
    if isinstance(tree.func, ast.Name) and tree.func.id == "range":
        if len(arguments) == 3 and _number(arguments[2]) == 1:  # noqa: PLR2004 (start, stop, step)
            arguments.pop()
        if len(arguments) == 2 and _number(arguments[0]) == 0:  # noqa: PLR2004 (start, stop)
            arguments.pop(0)
    keywords = tuple((each.arg, canonical_form(each.value)) for each in tree.keywords)
    return ("Call", function, tuple(arguments), keywords)


def _slice(tree: ast.Slice) -> Form:
    lower, upper, step = (
        canonical_form(each) if each is not None else None
        for each in (tree.lower, tree.upper, tree.step)
    )
    if step is not None and _number(step) == 1:
        step = None
    if lower is not None and step is None and _number(lower) == 0:
        lower = None
    return ("Slice", lower, upper, step)
