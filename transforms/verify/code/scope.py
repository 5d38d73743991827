"""What of a failed prefix a completion might yet cure, read from its tree without running it."""

import ast
import builtins
from collections import Counter
from collections.abc import Iterator

from stepsmith.transforms.judging import Judgement

__all__ = ["changing", "defined", "may_be_cured", "read_names"]

_SELF_KNOWLEDGE = frozenset(
    ["eval", "exec", "globals", "vars", "dir", "inspect", "gc", "_getframe", "__code__"]
)
_SHARED_STATE = frozenset(["random", "lru_cache", "cache", "__dict__", "setattr"])
_NO_SUCH = "module 'candidate' has no attribute"
_SCOPES = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.Lambda
_MUTABLE = ast.List | ast.Dict | ast.Set | ast.Call | ast.ListComp | ast.DictComp | ast.SetComp


def may_be_cured(judgement: Judgement, tree: ast.Module, *, is_first: bool) -> str:
    """Return how a completion might change a wrong answer, or nothing where it cannot.

    Names that are not defined yet may be defined below; a program that looks at its own text sees
    a completion too; and where calls leave something behind, only the first knows all there is.
    """
    unbound = sorted(_unbound(tree))
    names = ", ".join(unbound) or judgement.reason
    error = judgement.error
    cures = {
        f"a name may be defined below: {names}": error == "NameError"
        or (bool(unbound) and _has(tree, ast.Try)),
        "the function may be defined below": error == "AttributeError"
        and _NO_SUCH in judgement.reason,
        "a nonlocal name may be bound below": error == "SyntaxError" and _has(tree, ast.Nonlocal),
        "the program looks at itself": _mentions(tree, _SELF_KNOWLEDGE),
        "calls may leave something behind": not is_first and _keeps_state(tree),
        "a function that returns nothing may become a generator": error == "TypeError"
        and _may_generate(tree),
    }
    return next((cure for cure, may_be in cures.items() if may_be), "")


def _may_generate(tree: ast.Module) -> bool:
    """Say whether a `return` without a value stands there, and no `yield` yet."""
    returns = any(isinstance(node, ast.Return) and node.value is None for node in ast.walk(tree))
    return returns and not _has(tree, ast.Yield) and not _has(tree, ast.YieldFrom)


def defined(tree: ast.Module) -> frozenset[str]:
    """Return the names that the program binds where the tests look for them: outside functions."""
    found: set[str] = set()
    waiting: list[ast.AST] = [tree]
    while waiting:
        node = waiting.pop()
        found.update(_bound(node))
        if not isinstance(node, _SCOPES):
            waiting.extend(ast.iter_child_nodes(node))
    return frozenset(found)


def changing(tree: ast.Module) -> frozenset[str]:
    """Return the variables outside of functions that may have several values, one after another."""
    times: Counter[str] = Counter()
    for node in _outside_functions(tree):
        match node:
            case ast.Name(id=name, ctx=ast.Store()):
                times[name] += 1
            case ast.For(target=ast.Name(id=name)) | ast.AugAssign(target=ast.Name(id=name)):
                times[name] += 1
            case ast.Attribute(value=ast.Name(id=name)) | ast.Subscript(value=ast.Name(id=name)):
                times[name] += 1  # `xs.append(1)`, `xs[0] = 1`
            case _:
                pass
    return frozenset(name for name, count in times.items() if count > 1)


def _outside_functions(tree: ast.AST) -> Iterator[ast.AST]:
    for node in ast.iter_child_nodes(tree):
        if not isinstance(node, _SCOPES):
            yield node
            yield from _outside_functions(node)


def read_names(tree: ast.Module) -> frozenset[str]:
    """Return the names that a program reads anywhere."""
    return frozenset(
        node.id
        for node in ast.walk(tree)
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)
    )


def _unbound(tree: ast.Module) -> frozenset[str]:
    read = read_names(tree)
    bound = {name for node in ast.walk(tree) for name in _bound(node)}
    return frozenset(name for name in read - bound if not hasattr(builtins, name))


def _bound(node: ast.AST) -> list[str]:
    match node:
        case ast.Name(id=name, ctx=ast.Store()) | ast.arg(arg=name):
            return [name]
        case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
            return [name]
        case ast.ClassDef(name=name) | ast.ExceptHandler(name=str(name)):
            return [name]
        case ast.MatchAs(name=str(name)) | ast.MatchStar(name=str(name)):
            return [name]
        case ast.Import(names=names) | ast.ImportFrom(names=names):
            return [(alias.asname or alias.name).partition(".")[0] for alias in names]
        case _:
            return []


def _has(tree: ast.Module, kind: type[ast.AST]) -> bool:
    return any(isinstance(node, kind) for node in ast.walk(tree))


def _mentions(tree: ast.Module, names: frozenset[str]) -> bool:
    found = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    found |= {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    return not names.isdisjoint(found)


def _keeps_state(tree: ast.Module) -> bool:
    """Say whether one call may see what an earlier one did."""
    assigned = [node for node in tree.body if isinstance(node, ast.Assign | ast.AnnAssign)]
    if any(isinstance(node.value, _MUTABLE) for node in assigned):
        return True
    defaults = (
        default
        for node in ast.walk(tree)
        if isinstance(node, ast.arguments)
        for default in (*node.defaults, *node.kw_defaults)
    )
    if any(isinstance(default, _MUTABLE) for default in defaults):
        return True
    functions = {
        node.name for node in tree.body if isinstance(node, ast.FunctionDef | ast.ClassDef)
    }
    written = (
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store)
    )
    if any(isinstance(value, ast.Name) and value.id in functions for value in written):
        return True
    return _has(tree, ast.Global) or _mentions(tree, _SHARED_STATE)
