"""Mutations of values: another constant, another start, another result."""

import ast
from collections.abc import Iterator

from stepsmith.transforms.negatives.code.edits import Change
from stepsmith.transforms.negatives.code.operator import Subject, mutation
from stepsmith.transforms.negatives.code.program import Program
from stepsmith.transforms.negatives.code.write import operand, replace

__all__ = [
    "answer_inverted",
    "constant",
    "initial_value",
    "off_by_one",
    "return_value",
    "string",
    "truth_value",
]

_MAX_DIGITS = 30


@mutation("constant", flaw="counterfactual", weak=True)
def constant(subject: Subject) -> Iterator[Change]:
    """CRP: write a number one more or one less, nought or with the other sign; halve a fraction."""
    for node in subject.program.of(ast.Constant):
        whole = _minus_above(subject.program, node) or node
        value = node.value
        if isinstance(value, bool) or not isinstance(value, int | float):
            continue
        value = -value if whole is not node else value
        for other in _near(value):
            if other <= 0 and _is_beside_length(subject.program, whole):
                continue  # no length is less: a condition that never holds is another operator's
            yield replace(subject.program, whole, repr(other), f"{value!r} to {other!r}")


def _near(value: float) -> Iterator[int | float]:
    """Yield what a number is mistaken for.

    A negative one is a sign or a mark more often than an amount: one less means the same.
    """
    if isinstance(value, int):
        if abs(value) < 10**_MAX_DIGITS:
            near = (value + 1, value - 1, 0) if value > 0 else (-value, 0) if value else (1,)
            yield from dict.fromkeys(near)
    elif abs(value) not in {0.0, float("inf")}:
        yield from (value * 2, value / 2)
    else:
        yield 1.0


def _is_beside_length(program: Program, node: ast.expr) -> bool:
    """Say whether a number is compared with the length of something."""
    above = program.parents[node]
    sides = (above.left, *above.comparators) if isinstance(above, ast.Compare) else ()
    return any(isinstance(side, ast.Call) and program.builtin(side.func) == "len" for side in sides)


def _minus_above(program: Program, node: ast.Constant) -> ast.UnaryOp | None:
    """Return the minus that makes a constant a negative one."""
    above = program.parents[node]
    is_minus = isinstance(above, ast.UnaryOp) and isinstance(above.op, ast.USub)
    return above if is_minus and isinstance(above, ast.UnaryOp) else None


_CONFUSED = (
    ("(", ")"), ("[", "]"), ("(", "["), ("{", "}"), ("<", ">"), (" ", ","), (",", ", "), ("+", "-"),
    ("0", "1"), (".", ","), ("_", "-"),
)  # fmt: skip
"""Texts that are mistaken for one another."""


@mutation("string", flaw="counterfactual", weak=True)
def string(subject: Subject) -> Iterator[Change]:
    """CRP: empty a text, cut it, change its case; fill an empty one."""
    for node in subject.program.of(ast.Constant):
        written = subject.program.text(node)
        quote = written[:1]
        inner = written[1:-1]
        # Only what is written plainly: no prefix, escape, triple quotes or several side by side.
        is_plain = quote in {"'", '"'} and not {quote, "\\"} & set(inner)
        if not isinstance(node.value, str) or not is_plain:
            continue
        others = [" "] if not inner else ["", inner[1:], inner[:-1]]
        if set(inner.swapcase()) != set(inner):  # `c in "aA"` does not tell
            others.append(inner.swapcase())
        others += [pair[1 - pair.index(inner)] for pair in _CONFUSED if inner in pair]
        for other in dict.fromkeys(others):
            if other != inner:
                text = f"{quote}{other}{quote}"
                yield Change(pieces=((*subject.program.span(node), text),), note="another text")


@mutation("truth_value", flaw="step_contradiction")
def truth_value(subject: Subject) -> Iterator[Change]:
    """BCR: write `True` for `False`, `False` for `True`."""
    for node in subject.program.of(ast.Constant):
        if isinstance(node.value, bool):
            other = repr(not node.value)
            yield replace(subject.program, node, other, f"{node.value} to {other}")


_STARTS: dict[type[ast.expr], str] = {ast.List: "[0]", ast.Dict: "{0: 0}"}


@mutation("initial_value", flaw="counterfactual")
def initial_value(subject: Subject) -> Iterator[Change]:
    """Let a variable that is used later begin with another value."""
    for node in subject.program.of(ast.Assign):
        match node.targets:
            case [ast.Name(id=name)] if _changes_later(subject, node, name):
                for other in _other_starts(node.value):
                    yield replace(subject.program, node.value, other, f"{name} begins elsewhere")
            case _:
                pass


def _changes_later(subject: Subject, node: ast.stmt, name: str) -> bool:
    function = subject.program.function_of(node)
    return function is not None and len(subject.kinds.scope(function).uses.get(name, ())) > 1


def _other_starts(value: ast.expr) -> Iterator[str]:
    match value:
        case ast.Constant(value=bool() | None):
            return
        case ast.Constant(value=int() as number):
            yield "0" if number else "1"
        case ast.Constant(value=""):
            yield "' '"
        case ast.Call(func=ast.Name(id="float"), args=[ast.Constant(value=str() as text)]):
            yield "float('-inf')" if not text.startswith("-") else "float('inf')"
            yield "0"
        case ast.List(elts=[]) | ast.Dict(keys=[]):
            yield _STARTS[type(value)]
        case ast.Subscript():
            yield "0"
        case _:
            return


@mutation("return_value", flaw="step_contradiction")
def return_value(subject: Subject) -> Iterator[Change]:
    """RVR: return nothing, or the opposite truth value."""
    for node in subject.program.of(ast.Return):
        if node.value is None or _is_false(node.value):
            continue  # whoever asks whether it holds is told the same by nothing as by `False`
        yield replace(subject.program, node.value, "None", "nothing is returned")
        if subject.kinds.of(node.value) == "bool" and not isinstance(node.value, ast.Constant):
            text = f"not {operand(subject.program, node.value)}"
            yield replace(subject.program, node.value, text, "the opposite is returned")


def _is_false(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value is False


@mutation("off_by_one", flaw="deception")
def off_by_one(subject: Subject) -> Iterator[Change]:
    """Make a computed number one more or one less, where it is returned or assigned."""
    for node in subject.program.nodes:
        match node:
            case ast.Return(value=ast.expr() as value) | ast.Assign(value=value):
                pass
            case _:
                continue
        if _is_computed_number(subject, value):
            text = operand(subject.program, value)
            for change in ("+ 1", "- 1"):
                yield replace(subject.program, value, f"{text} {change}", change)


def _is_computed_number(subject: Subject, node: ast.expr) -> bool:
    """Say whether this is likely to be a number, and not one that is written out, as `10**9` is."""
    if not any(isinstance(each, ast.Name | ast.Call) for each in ast.walk(node)):
        return False
    if subject.kinds.is_number(node):
        return True
    if isinstance(node, ast.BinOp):
        return not any(_is_collection(subject, each) for each in (node.left, node.right))
    return isinstance(node, ast.Call) and subject.program.builtin(node.func) == "sum"


def _is_collection(subject: Subject, node: ast.expr) -> bool:
    if isinstance(node, ast.BinOp):
        return any(_is_collection(subject, each) for each in (node.left, node.right))
    return subject.kinds.of(node) in {"str", "list", "tuple", "set", "dict"}


@mutation("answer_inverted", flaw="step_contradiction")
def answer_inverted(subject: Subject) -> Iterator[Change]:
    """Return `True` wherever a function returns `False`, and the other way round."""
    for function in subject.program.functions:
        verdicts = [
            node.value
            for node in subject.program.of(ast.Return)
            if isinstance(node.value, ast.Constant)
            and isinstance(node.value.value, bool)
            and subject.program.function_of(node) is function
        ]
        pieces = tuple((*subject.program.span(each), repr(not each.value)) for each in verdicts)
        if len(pieces) > 1:
            yield Change(pieces=pieces, note="every answer is the opposite")
