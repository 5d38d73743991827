"""An edit touches only what the tests reach and what does something."""

import ast

from stepsmith.transforms.negatives.code.editable import (
    Function,
    parents_and_editable,
    reached_from,
)

SOURCE = '''"""Say what this is."""
import math

LIMIT = 3

def unused(x):
    return helper(x)

def helper(x: int) -> int:
    "Half of it."
    return x // 2

def entry(x, by=LIMIT):
    return helper(x) + by

def check():
    return entry(4)

if __name__ == "__main__":
    print(entry(1))
'''


def entry_of(tree: ast.Module) -> Function:
    return next(
        node for node in tree.body if isinstance(node, ast.FunctionDef) and node.name == "entry"
    )


def test_what_the_entry_point_names_is_reached_and_whatever_uses_it() -> None:
    tree = ast.parse(SOURCE)
    reached = reached_from(tree, entry_of(tree))
    names = {node.name for node in reached if isinstance(node, ast.FunctionDef)}
    assert names == {"entry", "helper", "check"}
    assert not any(isinstance(node, ast.If) for node in reached)
    assert any(isinstance(node, ast.Assign) for node in reached)


def test_docstrings_imports_annotations_and_defaults_are_out_of_bounds() -> None:
    tree = ast.parse(SOURCE)
    parents, nodes = parents_and_editable(tree, reached_from(tree, entry_of(tree)))
    constants = [node.value for node in nodes if isinstance(node, ast.Constant)]
    assert constants == [3, 2, 4]
    names = [node.id for node in nodes if isinstance(node, ast.Name)]
    assert names == ["LIMIT", "x", "helper", "x", "by", "entry"]
    assert not any(isinstance(node, ast.Import | ast.arg) for node in nodes)
    assert all(parents[node] for node in nodes if node is not tree)
