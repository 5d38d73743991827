"""Asserts that ask one call and expect one value, read without running them.

Read are, with literals for the arguments and for what is expected:

    f(1) == 2     2 == f(1)     f(1) != 2     f(1) is True     f(1)     not f(1)
    math.isclose(f(1), 0.5, rel_tol=1e-3)     abs(f(1) - 0.5) < 1e-6

Everything else is None here, and a program to be run elsewhere.
"""

import ast
import dataclasses
import math
from collections.abc import Mapping
from typing import Literal

from stepsmith.sandboxes.contract import Call, Wanted
from stepsmith.transforms.judging.codec import OpaqueError, decode, encode
from stepsmith.transforms.judging.compare import (
    PYTHON,
    STRICT,
    Comparison,
    Difference,
    first_difference,
    show,
)

Relation = Literal["equal", "close", "unequal", "truthy", "falsy"]


@dataclasses.dataclass(frozen=True, kw_only=True, slots=True)
class Case:
    """One test: a call, and what its value must be. `text` is the assert as it was written.

    `expected` is tagged JSON; it never goes where the call goes.
    """

    call: Call
    expected: str = "null"
    relation: Relation = "equal"
    how: Comparison = PYTHON
    text: str = ""

    def difference(self, got: object) -> Difference | None:
        """Compare an answer with what was expected; None where the test passes."""
        expected = decode(self.expected)
        if self.relation == "close" and isinstance(got, complex):  # `math.isclose` takes none
            return Difference(path="", expected=show(expected), got=show(got))
        if self.relation in {"equal", "close"}:
            return first_difference(expected, got, self.how)
        if self.relation == "unequal":
            passed = first_difference(expected, got, self.how) is not None
            wanted = f"anything but {show(expected)}"
        else:
            passed = bool(got) == (self.relation == "truthy")
            wanted = f"something {self.relation}"
        return None if passed else Difference(path="", expected=wanted, got=show(got))


def read_assert(statement: ast.Assert, functions: Mapping[str, str]) -> Case | None:
    """Read one assert about a call of one of `functions`: the name used to the function's own."""
    try:
        case = _read_test(statement.test, functions)
    except (ValueError, TypeError, OpaqueError, RecursionError, MemoryError):
        return None  # what `literal_eval` says of all that is no literal
    return dataclasses.replace(case, text=ast.unparse(statement.test)) if case else None


def _read_test(test: ast.expr, functions: Mapping[str, str]) -> Case | None:
    if isinstance(test, ast.Compare) and len(test.ops) == 1:
        return _read_comparison(test.left, test.ops[0], test.comparators[0], functions)
    if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
        call = _read_call(test.operand, functions, wanted="truth")
        return Case(call=call, relation="falsy") if call else None
    call = _read_call(test, functions, wanted="truth")
    return Case(call=call, relation="truthy") if call else _read_isclose(test, functions)


def _read_comparison(
    left: ast.expr, operator: ast.cmpop, right: ast.expr, functions: Mapping[str, str]
) -> Case | None:
    if isinstance(operator, ast.Lt):
        return _read_distance(left, right, functions)
    call, other = _read_call(left, functions), right
    if call is None:
        call, other = _read_call(right, functions), left
    if call is None:
        return None
    expected = ast.literal_eval(other)
    if isinstance(operator, ast.Is) and (expected is None or isinstance(expected, bool)):
        return Case(call=call, expected=encode(expected), how=STRICT)
    if isinstance(operator, ast.Eq):
        return Case(call=call, expected=encode(expected))
    if isinstance(operator, ast.NotEq):
        return Case(call=call, expected=encode(expected), relation="unequal")
    return None


def _read_distance(left: ast.expr, right: ast.expr, functions: Mapping[str, str]) -> Case | None:
    """Read `abs(f(x) - expected) < tolerance`."""
    match left:
        case ast.Call(
            func=ast.Name("abs"), args=[ast.BinOp(first, ast.Sub(), second)], keywords=[]
        ):
            call, expected = _read_call(first, functions), second
            if call is None:
                call, expected = _read_call(second, functions), first
            reach = float(ast.literal_eval(right))
            if call is None or not reach > 0:
                return None
            how = dataclasses.replace(PYTHON, abs_tol=math.nextafter(reach, 0.0), nan_equal=False)
            return Case(call=call, expected=_number(expected), how=how)
        case _:
            return None


def _number(node: ast.expr) -> str:
    """Read what a distance can be taken from; any other test of it would raise, or never pass."""
    value: object = ast.literal_eval(node)
    if not isinstance(value, int | float) or not math.isfinite(value):
        msg = f"no number: {value!r}"
        raise ValueError(msg)
    return encode(value)


def _read_isclose(test: ast.expr, functions: Mapping[str, str]) -> Case | None:
    match test:
        case ast.Call(
            func=ast.Attribute(ast.Name("math"), "isclose"),
            args=[first, second],
            keywords=keywords,
        ):
            call, expected = _read_call(first, functions), second
            if call is None:
                call, expected = _read_call(second, functions), first
            options = {word.arg: float(ast.literal_eval(word.value)) for word in keywords}
            if call is None or not options.keys() <= {"rel_tol", "abs_tol"}:
                return None
            how = dataclasses.replace(
                PYTHON,
                rel_tol=options.get("rel_tol", 1e-09),
                abs_tol=options.get("abs_tol", 0.0),
                nan_equal=False,
            )
            return Case(call=call, expected=_number(expected), relation="close", how=how)
        case _:
            return None


def _read_call(
    node: ast.expr, functions: Mapping[str, str], *, wanted: Wanted = "value"
) -> Call | None:
    match node:
        case ast.Call(func=ast.Name(name), args=args, keywords=keywords) if name in functions:
            by_name = {word.arg: ast.literal_eval(word.value) for word in keywords}
            if None in by_name:  # `**more`
                return None
            positional = tuple(ast.literal_eval(argument) for argument in args)
            given = encode((positional, by_name))
            return Call(function=functions[name], arguments=given, wanted=wanted)
        case _:
            return None
