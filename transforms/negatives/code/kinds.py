"""What an expression surely is, and whether computing it could do anything else.

Both answer "unknown" whenever the text alone cannot tell. A refactoring leans on them: that
`a + b` may be turned round is known of two numbers, not of two names. A parameter's annotation is
believed; nothing else is known of a parameter.
"""

import ast
from typing import Literal

from stepsmith.transforms.negatives.code.program import Function, Program
from stepsmith.transforms.negatives.code.scopes import Scope, scope_of

__all__ = ["NUMBERS", "Kinds", "ValueKind"]

ValueKind = Literal["int", "float", "bool", "str", "list", "tuple", "set", "dict"]
NUMBERS = frozenset[ValueKind | None](["int", "float", "bool"])
_WHOLE = frozenset[ValueKind | None](["int", "bool"])

_ANNOTATIONS: dict[str, ValueKind] = {
    "int": "int", "float": "float", "bool": "bool", "str": "str", "list": "list", "List": "list",
    "tuple": "tuple", "Tuple": "tuple", "set": "set", "Set": "set", "dict": "dict", "Dict": "dict",
}  # fmt: skip
_RESULTS: dict[str, ValueKind] = {
    "len": "int", "int": "int", "ord": "int", "hash": "int", "float": "float", "str": "str",
    "chr": "str", "bin": "str", "hex": "str", "oct": "str", "repr": "str", "format": "str",
    "bool": "bool", "isinstance": "bool", "any": "bool", "all": "bool", "callable": "bool",
    "sorted": "list", "list": "list", "tuple": "tuple", "set": "set", "dict": "dict",
}  # fmt: skip
_STRING_METHODS: dict[str, ValueKind] = {
    "join": "str", "lower": "str", "upper": "str", "strip": "str", "lstrip": "str",
    "rstrip": "str", "replace": "str", "title": "str", "capitalize": "str", "swapcase": "str",
    "format": "str", "zfill": "str", "count": "int", "find": "int", "rfind": "int", "index": "int",
    "split": "list", "startswith": "bool", "endswith": "bool", "isdigit": "bool",
    "isalpha": "bool", "islower": "bool", "isupper": "bool", "isspace": "bool",
}  # fmt: skip
# Functions that only look at plain arguments. Those that iterate (`sum`, `sorted`) are not among
# them: an iterator is used up by it.
_LOOKING = frozenset(
    ["len", "int", "float", "str", "abs", "ord", "chr", "round", "bool", "isinstance", "bin"]
)
_PLAIN = (
    ast.Constant | ast.Name | ast.BinOp | ast.UnaryOp | ast.BoolOp | ast.Compare | ast.Subscript
    | ast.Slice | ast.IfExp | ast.Tuple | ast.List | ast.Set | ast.Dict | ast.Attribute
    | ast.operator | ast.unaryop | ast.cmpop | ast.boolop | ast.expr_context
)  # fmt: skip


class Kinds:
    """Answers about the expressions of one program, remembered."""

    def __init__(self, program: Program) -> None:
        self._program = program
        self._scopes: dict[Function, Scope] = {}
        self._names: dict[tuple[Function, str], ValueKind | None] = {}

    def scope(self, function: Function) -> Scope:
        """Return the scope of a function of the program."""
        if function not in self._scopes:
            self._scopes[function] = scope_of(self._program, function)
        return self._scopes[function]

    def is_number(self, node: ast.expr) -> bool:
        """Say whether the expression surely is a number."""
        return self.of(node) in NUMBERS

    def is_whole(self, node: ast.expr) -> bool:
        """Say whether the expression surely is a whole number."""
        return self.of(node) in _WHOLE

    def is_effect_free(self, node: ast.expr) -> bool:
        """Say whether computing it changes nothing and its place in the order does not matter.

        It may raise: which of two exceptions comes first is not preserved by any refactoring.
        """
        for each in ast.walk(node):
            if isinstance(each, ast.Call):
                if self._program.builtin(each.func) not in _LOOKING or each.keywords:
                    return False
            elif not isinstance(each, _PLAIN):
                return False
        return True

    def of(self, node: ast.expr) -> ValueKind | None:  # noqa: PLR0911 (one case a kind)
        """Return what the expression surely is, or nothing."""
        match node:
            case ast.Constant():
                return _constant_kind(node.value)
            case ast.List() | ast.ListComp():
                return "list"
            case ast.Tuple():
                return "tuple"
            case ast.Set() | ast.SetComp():
                return "set"
            case ast.Dict() | ast.DictComp():
                return "dict"
            case ast.JoinedStr():
                return "str"
            case ast.Name():
                return self._name(node)
            case ast.Call():
                return self._call(node)
            case _:
                return self._operation(node)

    def _operation(self, node: ast.expr) -> ValueKind | None:  # noqa: PLR0911 (one case a kind)
        match node:
            case ast.UnaryOp(op=ast.Not()):
                return "bool"
            case ast.UnaryOp(operand=operand):
                kind = self.of(operand)
                return "int" if kind in _WHOLE else kind if kind in NUMBERS else None
            case ast.BinOp(left=left, op=op, right=right):
                return _binary(self.of(left), op, self.of(right), right)
            case ast.Compare(left=left, ops=ops, comparators=comparators):
                # An array compares to an array; a membership or identity is always a truth value.
                plain = all(isinstance(op, ast.In | ast.NotIn | ast.Is | ast.IsNot) for op in ops)
                known = all(self.of(each) is not None for each in (left, *comparators))
                return "bool" if plain or known else None
            case ast.BoolOp(values=values):
                return self._common(*values)
            case ast.IfExp(body=body, orelse=orelse):
                return self._common(body, orelse)
            case ast.Subscript(value=value, slice=index):
                kind = self.of(value)
                is_part = isinstance(index, ast.Slice) and kind in {"str", "list", "tuple"}
                return kind if kind == "str" or is_part else None
            case _:
                return None

    def _common(self, *nodes: ast.expr) -> ValueKind | None:
        kinds: list[ValueKind | None] = [self.of(node) for node in nodes]
        return kinds[0] if len(set(kinds)) == 1 else None

    def _call(self, node: ast.Call) -> ValueKind | None:
        name = self._program.builtin(node.func)
        if name in _RESULTS:
            return _RESULTS[name]
        if name in {"abs", "round"} and len(node.args) == 1:
            kind = self.of(node.args[0])
            known = kind if kind in NUMBERS else None
            return "int" if known and (name == "round" or known == "bool") else known
        if name in {"min", "max"} and len(node.args) > 1:
            return self._common(*node.args)
        if isinstance(node.func, ast.Attribute) and self.of(node.func.value) == "str":
            return _STRING_METHODS.get(node.func.attr)
        return None

    def _name(self, node: ast.Name) -> ValueKind | None:
        function = self._program.function_of(node)
        if function is None:
            return None
        key = (function, node.id)
        if key not in self._names:
            scope = self.scope(function)
            if scope.is_open or node.id in scope.obscure:
                self._names[key] = None
            elif node.id in scope.parameters:
                annotated = _annotated(scope.parameters[node.id])
                self._names[key] = None if node.id in scope.stores else annotated
            else:
                self._names[key] = self._stored(key, scope.stores.get(node.id, ()))
        return self._names[key]

    def _stored(self, key: tuple[Function, str], stores: tuple[ast.Name, ...]) -> ValueKind | None:
        """Return the one kind that every binding gives, if there is one.

        The first binding in the text is taken as the truth while the others are worked out, so
        that `x = 0` and `x = x + 1` agree; a later one that does not agree makes it unknown.
        """
        kind: ValueKind | None = None
        self._names[key] = None
        for index, store in enumerate(stores):
            found = self._binding(store)
            if found is None or (index and found != kind):
                # Whatever was concluded meanwhile leant on an assumption that was wrong.
                self._names = {name: known for name, known in self._names.items() if known is None}
                return None
            kind = self._names[key] = found
        return kind

    def _binding(self, store: ast.Name) -> ValueKind | None:
        parent = self._program.parents[store]
        match parent:
            case ast.Assign(value=value) | ast.AnnAssign(value=ast.expr() as value):
                return self.of(value)
            case ast.AugAssign(op=op, value=value):
                return _binary(self.of(store), op, self.of(value), value)
            case ast.For(target=target, iter=iterated) if target is store:
                return self._element(iterated)
            case ast.Tuple(elts=elts):
                return self._unpacked(parent, elts.index(store))
            case _:
                return None

    def _element(self, iterated: ast.expr) -> ValueKind | None:
        if isinstance(iterated, ast.Call) and self._program.builtin(iterated.func) == "range":
            return "int"
        return "str" if self.of(iterated) == "str" else None

    def _unpacked(self, target: ast.AST, index: int) -> ValueKind | None:
        match self._program.parents[target]:
            case ast.Assign(targets=[only], value=ast.Tuple(elts=values)) if only is target:
                return self.of(values[index]) if index < len(values) else None
            case ast.For(iter=ast.Call(func=function)) if index == 0:
                return "int" if self._program.builtin(function) == "enumerate" else None
            case _:
                return None


def _constant_kind(value: object) -> ValueKind | None:
    name = type(value).__name__
    return _ANNOTATIONS.get(name)


def _annotated(parameter: ast.arg) -> ValueKind | None:
    annotation = parameter.annotation
    if isinstance(annotation, ast.Subscript):
        annotation = annotation.value
    return _ANNOTATIONS.get(annotation.id) if isinstance(annotation, ast.Name) else None


def _binary(
    left: ValueKind | None, op: ast.operator, right: ValueKind | None, right_node: ast.expr
) -> ValueKind | None:
    if left in NUMBERS and right in NUMBERS:
        return _arithmetic(left, op, right, right_node)
    match left, op, right:
        case "str", ast.Mod(), _:
            return "str"
        case (("str" | "list" | "tuple"), ast.Add(), _) if left == right:
            return left
        case (("str" | "list" | "tuple"), ast.Mult(), _) if right in _WHOLE:
            return left
        case _:
            return None


def _arithmetic(
    left: ValueKind | None, op: ast.operator, right: ValueKind | None, right_node: ast.expr
) -> ValueKind | None:
    whole = left in _WHOLE and right in _WHOLE
    if isinstance(op, ast.Div):
        return "float"
    if isinstance(op, ast.Pow):
        # A negative exponent makes a fraction, a negative base to a fraction a complex number.
        natural = isinstance(right_node, ast.Constant) and right in _WHOLE
        return ("int" if whole else "float") if natural else None
    return "int" if whole else "float"
