"""Fewer tests of the same form, to see what a weaker set lets through."""

import ast
import dataclasses
import math

from stepsmith.transforms.judging.suites import CallTests, ProgramTests, Tests

__all__ = ["weakened"]


def weakened(tests: Tests, share: float) -> Tests:
    """Keep this share of the tests, the first ones, and always one.

    Of a test program, the asserts of each block count as its tests; whatever else it does stays.
    """
    match tests:
        case CallTests(cases=cases):
            return CallTests(cases=cases[: _kept(len(cases), share)])
        case ProgramTests(source=source):
            tree = ast.parse(source)
            for node in ast.walk(tree):
                if isinstance(node, ast.Module | ast.FunctionDef | ast.For | ast.If):
                    node.body = _fewer(node.body, share)
            return dataclasses.replace(tests, source=ast.unparse(tree))


def _fewer(body: list[ast.stmt], share: float) -> list[ast.stmt]:
    asserts = [node for node in body if isinstance(node, ast.Assert)]
    dropped = set(asserts[_kept(len(asserts), share) :])
    return [node for node in body if node not in dropped]


def _kept(count: int, share: float) -> int:
    return min(count, max(1, math.ceil(count * share - 1e-9)))
