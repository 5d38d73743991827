"""Which names a function binds, and where: enough to rename one, and to know what it holds."""

import ast
import dataclasses
from collections.abc import Iterator

from stepsmith.transforms.negatives.code.program import Function, Program

__all__ = ["Scope", "scope_of", "touch"]

_COMPREHENSIONS = ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp
_OPEN_NAMES = frozenset(["eval", "exec", "locals", "globals", "vars", "dir", "__import__"])


@dataclasses.dataclass(frozen=True, kw_only=True, eq=False)
class Scope:
    """The names of one function, nested functions and comprehensions told apart.

    `uses` are all plain occurrences in the function's text, nested scopes included. `obscure` are
    the names that some nested scope binds too, or that are bound in a way not followed here
    (imports, `except ... as`, patterns, `global`, f-strings): nothing may be concluded about them.
    """

    function: Function
    parameters: dict[str, ast.arg]
    stores: dict[str, tuple[ast.Name, ...]]
    uses: dict[str, tuple[ast.Name, ...]]
    obscure: frozenset[str]
    is_open: bool

    @property
    def locals(self) -> tuple[str, ...]:
        """Names of local variables that are plainly bound, in the order of their first binding."""
        return tuple(
            name
            for name in self.stores
            if name not in self.parameters and name not in self.obscure and not self.is_open
        )


def scope_of(program: Program, function: Function) -> Scope:
    """Read the scope of one function."""
    stores: dict[str, list[ast.Name]] = {}
    uses: dict[str, list[ast.Name]] = {}
    obscure: set[str] = set()
    for node, nested in _inside(function):
        if isinstance(node, ast.Name):
            uses.setdefault(node.id, []).append(node)
            if isinstance(node.ctx, ast.Load):
                continue
            if nested:
                obscure.add(node.id)
            else:
                stores.setdefault(node.id, []).append(node)
        else:
            obscure.update(_obscured(node))
    return Scope(
        function=function,
        parameters={arg.arg: arg for arg in _parameters(function.args)},
        stores={name: tuple(found) for name, found in stores.items()},
        uses={name: tuple(found) for name, found in uses.items()},
        obscure=frozenset(obscure),
        is_open=bool(_OPEN_NAMES & program.identifiers),
    )


def _parameters(arguments: ast.arguments) -> Iterator[ast.arg]:
    yield from (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs)
    yield from (each for each in (arguments.vararg, arguments.kwarg) if each is not None)


def _inside(function: Function) -> Iterator[tuple[ast.AST, bool]]:
    """Yield the nodes of a function's body, and whether a nested scope holds them."""
    waiting: list[tuple[ast.AST, bool]] = [(node, False) for node in reversed(function.body)]
    while waiting:
        node, nested = waiting.pop()
        yield node, nested
        inner = nested or isinstance(node, Function | ast.Lambda | ast.ClassDef | _COMPREHENSIONS)
        children = [(child, inner) for child in ast.iter_child_nodes(node)]
        waiting.extend(reversed(children))


def _obscured(node: ast.AST) -> Iterator[str]:
    """Yield the names that this node binds, or uses, in a way that is not followed."""
    if isinstance(node, Function | ast.ClassDef):
        yield node.name
    elif isinstance(node, ast.arg):
        yield node.arg
    elif isinstance(node, ast.alias):
        yield (node.asname or node.name).partition(".")[0]
    elif isinstance(node, ast.Global | ast.Nonlocal):
        yield from node.names
    elif isinstance(node, ast.ExceptHandler | ast.MatchAs | ast.MatchStar) and node.name:
        yield node.name
    elif isinstance(node, ast.NamedExpr):
        yield node.target.id
    elif isinstance(node, ast.JoinedStr | ast.Delete):
        yield from (each.id for each in ast.walk(node) if isinstance(each, ast.Name))


def touch(first: ast.stmt, second: ast.stmt) -> bool:
    """Say whether one statement may change a name that the other mentions."""
    changed = _changed(first) & _mentioned(second) | _changed(second) & _mentioned(first)
    return bool(changed)


def _mentioned(node: ast.AST) -> set[str]:
    """Return the names that occur, without those of comprehensions, which are nobody else's."""
    found = {each.id for each in ast.walk(node) if isinstance(each, ast.Name)}
    own = (each.target for each in ast.walk(node) if isinstance(each, ast.comprehension))
    return found.difference(*(_stored(target) for target in own))


def _stored(node: ast.AST) -> set[str]:
    names = (each for each in ast.walk(node) if isinstance(each, ast.Name))
    return {each.id for each in names if not isinstance(each.ctx, ast.Load)}


def _changed(node: ast.stmt) -> set[str]:
    """Return the names that a statement binds, or whose objects it may change."""
    found = _stored(node) & _mentioned(node)
    for each in ast.walk(node):
        if isinstance(each, ast.Subscript | ast.Attribute) and not isinstance(each.ctx, ast.Load):
            found |= _mentioned(each.value)
    match node:
        # A call that stands alone is there for what it changes.
        case ast.Expr(value=ast.Call(func=ast.Attribute(value=receiver))):
            found |= _mentioned(receiver)
        case ast.Expr(value=ast.Call(args=arguments)):
            found.update(each.id for each in arguments if isinstance(each, ast.Name))
        case _:
            pass
    return found
