"""Mutations of names: another variable, another function, arguments in another order."""

import ast
import itertools
from collections.abc import Iterator

from stepsmith.transforms.negatives.code.edits import Change
from stepsmith.transforms.negatives.code.operator import Subject, mutation
from stepsmith.transforms.negatives.code.program import Program
from stepsmith.transforms.negatives.code.scopes import Scope
from stepsmith.transforms.negatives.code.write import operand, replace, retitle

__all__ = [
    "argument_swap", "call_unwrapped", "element_swap", "function_swap", "keyword_dropped",
    "recursion_stuck", "variable",
]  # fmt: skip

_MOST_VARIABLES = 4


@mutation("variable", flaw="deception")
def variable(subject: Subject) -> Iterator[Change]:
    """VRP: use another variable in scope, those of the same kind first."""
    for node in subject.program.of(ast.Name):
        function = subject.program.function_of(node)
        if function is None or not _is_replaceable(subject.program, node):
            continue
        kind = subject.kinds.of(node)
        names = _in_scope(subject, node, subject.kinds.scope(function))
        # A stable sort: of equally likely ones, the one that was bound first.
        names.sort(key=lambda name: kind is not None and name[1] != kind)
        for other, _ in names[:_MOST_VARIABLES]:
            yield retitle(subject.program, node, other, f"{node.id} to {other}")


def _is_replaceable(program: Program, node: ast.Name) -> bool:
    """Say whether this is a variable that is read, or changed by `x += y`; no function's name."""
    above = program.parents[node]
    if isinstance(above, ast.Call) and above.func is node:
        return False
    if not isinstance(node.ctx, ast.Load):
        return isinstance(above, ast.AugAssign)
    return node.id in program.bound


def _in_scope(subject: Subject, node: ast.Name, scope: Scope) -> list[tuple[str, str | None]]:
    """Return the other variables that could stand here, with what they surely are."""
    start = subject.program.span(node)[0]
    found: dict[str, str | None] = {}
    for each in subject.program.above(node):
        for generator in getattr(each, "generators", ()):
            targets = [name for name in ast.walk(generator.target) if isinstance(name, ast.Name)]
            found.update((name.id, None) for name in targets)
    found.update((name, None) for name in scope.parameters)
    for name, (first, *_) in scope.stores.items():
        if subject.program.span(first)[0] < start:
            found[name] = subject.kinds.of(first)
    found.pop(node.id, None)
    if not isinstance(node.ctx, ast.Load):
        found = {name: kind for name, kind in found.items() if name in scope.stores}
    return list(found.items())


FUNCTIONS = (
    ("min", "max"), ("any", "all"), ("int", "round"), ("ceil", "floor"), ("sum", "max"),
    ("lower", "upper"), ("islower", "isupper"), ("startswith", "endswith"), ("find", "rfind"),
    ("lstrip", "rstrip"), ("isdigit", "isalpha"), ("isalnum", "isalpha"), ("swapcase", "lower"),
    ("capitalize", "title"), ("union", "intersection"), ("difference", "intersection"),
    ("keys", "values"), ("append", "extend"), ("sin", "cos"), ("log", "log2"), ("sqrt", "exp"),
    ("gcd", "lcm"), ("add", "discard"), ("list", "set"), ("issubset", "issuperset"),
    ("combinations", "permutations"), ("ljust", "rjust"), ("split", "strip"),
    ("nlargest", "nsmallest"), ("index", "count"), ("bin", "hex"),
    ("pop", "clear"), ("abs", "int"),
)  # fmt: skip
"""Functions that are mistaken for one another."""


@mutation("function_swap", flaw="domain_inconsistency")
def function_swap(subject: Subject) -> Iterator[Change]:
    """Call another function of the same family: `min` for `max`, `lower` for `upper`."""
    for node in subject.program.of(ast.Call):
        called = node.func
        name = called.attr if isinstance(called, ast.Attribute) else subject.program.builtin(called)
        for pair in FUNCTIONS:
            if name in pair and not _is_indifferent(subject.program, node, name):
                other = pair[1 - pair.index(name)]
                yield retitle(subject.program, called, other, f"{name} to {other}")


_GATHERING = frozenset(["sorted", "set", "sum", "min", "max", "any", "all", "len"])
"""Functions to which the order of what they are given makes no difference."""


def _is_indifferent(program: Program, node: ast.Call, name: str) -> bool:
    """Say whether another function of the family surely gives the same here."""
    match node.args:
        case [ast.Constant(value=str() as text)] if name in {"append", "extend"}:
            return len(text) == 1
        case [ast.Call(func=function)] if name == "list" and program.builtin(function) == "set":
            return True  # it has no order that could be lost
        case _:
            above = program.parents[node]
            is_argument = isinstance(above, ast.Call) and program.builtin(above.func) in _GATHERING
            return is_argument and name in {"list", "sorted", "keys", "values"}


@mutation("argument_swap", flaw="deception")
def argument_swap(subject: Subject) -> Iterator[Change]:
    """Exchange two neighbouring arguments of a call."""
    for node in subject.program.of(ast.Call):
        if subject.program.builtin(node.func) not in {"min", "max", "print"}:
            yield from _swaps(subject, node.args, "arguments exchanged")


@mutation("element_swap", flaw="deception", weak=True)
def element_swap(subject: Subject) -> Iterator[Change]:
    """Exchange two neighbouring elements of a tuple or list whose order is asked for."""
    for node in subject.program.nodes:
        if isinstance(node, ast.Tuple | ast.List) and _has_order(subject, node):
            yield from _swaps(subject, node.elts, "elements exchanged")


def _has_order(subject: Subject, node: ast.Tuple | ast.List) -> bool:
    """Say whether the elements' order may matter: not of what is only searched or sorted."""
    program = subject.program
    above = program.parents[node]
    match above:
        case ast.Compare():
            return not _is_searched(above, node)
        case ast.Call(func=function):
            return program.builtin(function) not in _GATHERING
        case ast.Assign(targets=[ast.Name(id=name)]):
            owner = program.function_of(node)
            uses = subject.kinds.scope(owner).uses.get(name, ()) if owner else ()
            reads = [each for each in uses if isinstance(each.ctx, ast.Load)]
            return not reads or not all(_is_searched(program.parents[one], one) for one in reads)
        case ast.Assign(targets=[ast.Tuple()], value=ast.Tuple(elts=values)):
            return len(set(map(ast.dump, values))) == len(values)
        case _:
            return True


def _is_searched(above: ast.AST, node: ast.expr) -> bool:
    """Say whether `above` is `x in node`."""
    return isinstance(above, ast.Compare) and any(
        isinstance(op, ast.In | ast.NotIn) and right is node
        for op, right in zip(above.ops, above.comparators, strict=True)
    )


def _swaps(subject: Subject, nodes: list[ast.expr], note: str) -> Iterator[Change]:
    program = subject.program
    for left, right in itertools.pairwise(nodes):
        if not isinstance(left, ast.Starred) and not isinstance(right, ast.Starred):
            first = (*program.span(left), program.text(right))
            second = (*program.span(right), program.text(left))
            yield Change(pieces=(first, second), note=note)


@mutation("call_unwrapped", flaw="missing_condition")
def call_unwrapped(subject: Subject) -> Iterator[Change]:
    """Leave a call out and keep what it was made on: `x` for `abs(x)` and for `x.strip()`."""
    for node in subject.program.of(ast.Call):
        if isinstance(subject.program.parents[node], ast.Expr):
            continue
        match node:
            case ast.Call(func=ast.Attribute(value=kept)) if _is_method(subject.program, kept):
                yield replace(
                    subject.program, node, operand(subject.program, kept), "call left out"
                )
            case ast.Call(args=[kept, *_]) if _is_kept(subject, node, kept):
                yield replace(subject.program, node, subject.program.text(kept), "call left out")
            case _:
                pass


_LAZY = frozenset(["map", "filter", "zip", "range", "reversed", "enumerate", "iter"])


def _is_kept(subject: Subject, node: ast.Call, kept: ast.expr) -> bool:
    """Say whether an argument may stand for the call on it.

    An iterator that is returned is no value that a test could look at, and wherever something only
    goes through `list(x)`, it goes through `x` as well.
    """
    program = subject.program
    if isinstance(kept, ast.Starred | ast.GeneratorExp):
        return False
    if program.builtin(node.func) in {"list", "tuple"}:
        is_final = isinstance(program.parents[node], ast.Return | ast.Assign | ast.Subscript)
        return is_final and subject.kinds.of(kept) is not None
    is_lazy = isinstance(kept, ast.Call) and program.builtin(kept.func) in _LAZY
    return not (is_lazy and isinstance(program.parents[node], ast.Return))


def _is_method(program: Program, receiver: ast.expr) -> bool:
    """Say whether the receiver is a value; a module, as in `math.sqrt`, is none."""
    return not (isinstance(receiver, ast.Name) and receiver.id in program.modules)


@mutation("keyword_dropped", flaw="missing_condition")
def keyword_dropped(subject: Subject) -> Iterator[Change]:
    """Leave a named argument out: `sorted(x)` for `sorted(x, reverse=True)`."""
    program = subject.program
    for node in program.of(ast.Call):
        for keyword in node.keywords:
            start, end = program.span(keyword)
            before = program.source[:start].rstrip()
            begin = len(before) - 1 if before.endswith(",") else start
            yield Change(pieces=((begin, end, ""),), note=f"without {keyword.arg or '**'}")


@mutation("recursion_stuck", flaw="circular")
def recursion_stuck(subject: Subject) -> Iterator[Change]:
    """Let a function call itself with what it was given: what should get smaller does not."""
    for node in subject.program.of(ast.Call):
        function = subject.program.function_of(node)
        if function is None or not isinstance(node.func, ast.Name) or node.func.id != function.name:
            continue
        for argument, parameter in zip(node.args, function.args.args, strict=False):
            is_changed = not isinstance(argument, ast.Name | ast.Starred)
            if is_changed:
                yield replace(subject.program, argument, parameter.arg, "the same argument again")
