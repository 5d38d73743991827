"""Which nodes of a program an edit may touch: what the tests reach, and what does something."""

import ast
from collections.abc import Iterator, Mapping

__all__ = ["Function", "parents_and_editable", "reached_from"]

Function = ast.FunctionDef | ast.AsyncFunctionDef


def reached_from(tree: ast.Module, entry: Function) -> frozenset[ast.stmt]:
    """Return the statements at the top that matter to the entry point, by the names it uses.

    A definition that nothing reached names is left out; any other statement is kept. Whatever uses
    the entry point counts as reached too: which of several functions is tested is often mistaken.
    """
    definitions: dict[str, list[ast.stmt]] = {}
    others: list[ast.stmt] = []
    for node in tree.body:
        if isinstance(node, Function | ast.ClassDef):
            definitions.setdefault(node.name, []).append(node)
        elif not _is_main_guard(node):
            others.append(node)
    users = [node for node in tree.body if _mentions(node, entry.name)]
    reached: set[ast.stmt] = set()
    waiting: list[ast.stmt] = [entry, *users, *others]
    while waiting:
        statement = waiting.pop()
        if statement in reached:
            continue
        reached.add(statement)
        names = [each.id for each in ast.walk(statement) if isinstance(each, ast.Name)]
        for name in names:
            waiting.extend(definitions.get(name, ()))
    return frozenset(reached)


def _mentions(node: ast.stmt, name: str) -> bool:
    is_definition = isinstance(node, Function | ast.ClassDef)
    return is_definition and any(
        isinstance(each, ast.Name) and each.id == name for each in ast.walk(node)
    )


def _is_main_guard(node: ast.stmt) -> bool:
    """Say whether this is `if __name__ == ...`, which no test runs."""
    names = [each.id for each in ast.walk(node) if isinstance(each, ast.Name)]
    return isinstance(node, ast.If) and names[:1] == ["__name__"]


_UNTOUCHED = ast.JoinedStr | ast.Import | ast.ImportFrom | ast.Global | ast.Nonlocal | ast.pattern


def parents_and_editable(
    tree: ast.Module, reached: frozenset[ast.stmt]
) -> tuple[Mapping[ast.AST, ast.AST], list[ast.AST]]:
    """Return every node's parent, and the editable nodes in source order."""
    parents: dict[ast.AST, ast.AST] = {}
    nodes: list[ast.AST] = []
    waiting: list[tuple[ast.AST, bool]] = [(tree, True)]
    while waiting:
        node, editable = waiting.pop()
        if isinstance(node, ast.stmt) and parents.get(node) is tree:
            editable = node in reached
        editable = editable and not isinstance(node, _UNTOUCHED) and not _is_docstring(node)
        if editable:
            nodes.append(node)
        children: list[tuple[ast.AST, bool]] = []
        for child, hidden in _children(node):
            parents[child] = node
            children.append((child, editable and not hidden))
        waiting.extend(reversed(children))
    return parents, nodes


def _children(node: ast.AST) -> Iterator[tuple[ast.AST, bool]]:
    """Yield the children that have a place of their own, and whether they are out of bounds."""
    hidden = set(_hidden(node))
    for child in ast.iter_child_nodes(node):
        # Operators and contexts are one object in the whole tree: they have no one parent.
        if type(child).__base__ not in _SHARED:
            yield child, child in hidden


def _hidden(node: ast.AST) -> Iterator[ast.AST]:
    """Yield the children that say how something is defined, not what it does."""
    match node:
        case ast.FunctionDef() | ast.AsyncFunctionDef():
            yield node.args
            yield from node.decorator_list
            yield from [node.returns] if node.returns else ()
        case ast.ClassDef():
            yield from (*node.decorator_list, *node.bases, *node.keywords)
        case ast.Lambda():
            yield node.args
        case ast.AnnAssign():
            yield node.annotation
        case _:
            pass


_SHARED = frozenset([ast.operator, ast.unaryop, ast.cmpop, ast.boolop, ast.expr_context])


def _is_docstring(node: ast.AST) -> bool:
    """Say whether this is a constant standing alone, which does nothing."""
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
