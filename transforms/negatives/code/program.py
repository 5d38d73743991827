"""A parsed program beside its text: where each node stands, what is above it, what may change."""

import ast
import bisect
import dataclasses
import functools
from collections.abc import Iterator, Mapping
from typing import TypeVar

from stepsmith.transforms.negatives.code.editable import (
    Function,
    parents_and_editable,
    reached_from,
)
from stepsmith.transforms.negatives.code.limits import LINE_END, ProgramError, parse_tree
from stepsmith.transforms.text.code import statement_starts

__all__ = ["Function", "Program", "Span", "read_program"]

N = TypeVar("N", bound=ast.AST)
Span = tuple[int, int]
"""A half-open range of characters of the source."""


@dataclasses.dataclass(frozen=True, kw_only=True, eq=False)
class Program:
    """A program that parsed.

    `nodes` are the nodes that an edit may touch, in source order: not those in imports, docstrings,
    annotations, decorators, defaults, patterns and f-strings (whose inner positions Python 3.11
    gets wrong), nor in functions that the entry point does not reach by name.
    """

    source: str
    tree: ast.Module
    entry: Function
    nodes: tuple[ast.AST, ...]
    parents: Mapping[ast.AST, ast.AST]
    line_starts: tuple[int, ...]
    piece_starts: tuple[int, ...]

    def of(self, kind: type[N]) -> Iterator[N]:
        """Iterate over the editable nodes of one kind, in source order."""
        return (node for node in self.nodes if isinstance(node, kind))

    def span(self, node: ast.expr | ast.stmt | ast.excepthandler | ast.keyword) -> Span:
        """Return where the node stands in the source, without parentheses around it."""
        end_line, end_column = node.end_lineno, node.end_col_offset
        if end_line is None or end_column is None:  # nodes that did not come from a parser
            msg = f"{type(node).__name__} has no place in a source"
            raise ValueError(msg)
        return self.offset(node.lineno, node.col_offset), self.offset(end_line, end_column)

    def text(self, node: ast.expr | ast.stmt | ast.excepthandler | ast.keyword) -> str:
        """Return the node as it is written."""
        start, end = self.span(node)
        return self.source[start:end]

    def offset(self, line: int, column: int) -> int:
        """Turn the parser's line and byte column into an index of the source."""
        start = self.line_starts[line - 1]
        if self.is_ascii:
            return start + column
        return start + len(self._line_bytes(line)[:column].decode())

    def line_of(self, offset: int) -> int:
        """Return the line, from 0, on which a character stands."""
        return bisect.bisect_right(self.line_starts, offset) - 1

    def piece_of(self, offset: int) -> int:
        """Return which piece of the `statement` segmenter holds a character."""
        return bisect.bisect_right(self.piece_starts, offset) - 1

    def above(self, node: ast.AST) -> Iterator[ast.AST]:
        """Iterate over the nodes around `node`, the nearest first."""
        while node in self.parents:
            node = self.parents[node]
            yield node

    def function_of(self, node: ast.AST) -> Function | None:
        """Return the function in whose body `node` stands; of a lambda's body, the one around."""
        return next((each for each in self.above(node) if isinstance(each, Function)), None)

    @functools.cached_property
    def blocks(self) -> tuple[tuple[ast.stmt, ...], ...]:
        """The editable statements of each block, in order; a function's own lines may be fixed."""
        blocks = [
            tuple(each for each in block if each in self.editable)
            for node in (self.tree, *self.parents)
            for block in _blocks_of(node)
        ]
        return tuple(block for block in blocks if block)

    @functools.cached_property
    def editable(self) -> frozenset[ast.AST]:
        """The nodes that may change, as a set."""
        return frozenset(self.nodes)

    @functools.cached_property
    def modules(self) -> frozenset[str]:
        """The names that are modules."""
        return frozenset(
            (alias.asname or alias.name).partition(".")[0]
            for node in ast.walk(self.tree)
            if isinstance(node, ast.Import)
            for alias in node.names
        )

    @functools.cached_property
    def functions(self) -> tuple[Function, ...]:
        """Every function of the program, whether its first line may change or not."""
        return tuple(node for node in self.parents if isinstance(node, Function))

    @functools.cached_property
    def is_ascii(self) -> bool:
        """Whether a column of bytes is a column of characters."""
        return self.source.isascii()

    @functools.cached_property
    def identifiers(self) -> frozenset[str]:
        """Every name that occurs, whatever it names."""
        found: set[str] = set()
        for node in ast.walk(self.tree):
            for field in ("id", "name", "arg", "attr", "asname", "module", "rest"):
                if isinstance(name := getattr(node, field, None), str):
                    found.add(name.partition(".")[0])
            if isinstance(node, ast.Global | ast.Nonlocal):
                found.update(node.names)
        return frozenset(found)

    @functools.cached_property
    def bound(self) -> frozenset[str]:
        """Every name that is bound somewhere: a built-in function among them may mean another."""
        found: set[str] = set()
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
                found.add(node.id)
            elif isinstance(node, Function | ast.ClassDef):
                found.add(node.name)
            elif isinstance(node, ast.arg):
                found.add(node.arg)
            elif isinstance(node, ast.alias):
                found.add((node.asname or node.name).partition(".")[0])
            elif isinstance(node, ast.ExceptHandler | ast.MatchAs | ast.MatchStar) and node.name:
                found.add(node.name)
        return frozenset(found)

    def builtin(self, node: ast.expr) -> str:
        """Return the name of the built-in function that `node` is, or nothing."""
        is_one = isinstance(node, ast.Name) and node.id not in self.bound
        return node.id if is_one and isinstance(node, ast.Name) else ""

    def _line_bytes(self, line: int) -> bytes:
        start = self.line_starts[line - 1]
        end = self.line_starts[line] if line < len(self.line_starts) else len(self.source)
        return self.source[start:end].encode()


def read_program(source: str, *, entry_point: str, editable: Span | None = None) -> Program:
    """Parse a program; only nodes within `editable` characters of it may change.

    Raises `ProgramError` where it does not parse within the limits, or has no such function.
    """
    tree = parse_tree(source)
    entry = find_function(tree, entry_point)
    if entry is None:
        msg = f"entry point: no function {entry_point!r} in the program"
        raise ProgramError(msg)
    starts = (0, *(match.end() for match in LINE_END.finditer(source)))
    parents, nodes = parents_and_editable(tree, reached_from(tree, entry))
    program = Program(
        source=source,
        tree=tree,
        entry=entry,
        nodes=(),
        parents=parents,
        line_starts=starts,
        piece_starts=statement_starts(source),
    )
    first, last = editable or (0, len(source))
    kept = [node for node in nodes if _within(program, node, first, last)]
    return dataclasses.replace(program, nodes=tuple(kept))


def find_function(tree: ast.Module, name: str) -> Function | None:
    """Return the last function of that name at the top of a module: the one a caller gets."""
    found = [node for node in tree.body if isinstance(node, Function) and node.name == name]
    return found[-1] if found else None


def _within(program: Program, node: ast.AST, first: int, last: int) -> bool:
    if isinstance(node, ast.comprehension):  # has no place of its own, but what it goes through has
        node = node.iter
    if isinstance(node, ast.expr | ast.stmt | ast.excepthandler | ast.keyword):
        start, end = program.span(node)
        return first <= start and end <= last
    return True


def _blocks_of(node: ast.AST) -> tuple[list[ast.stmt], ...]:
    match node:
        case ast.If() | ast.For() | ast.AsyncFor() | ast.While():
            return (node.body, node.orelse)
        case ast.Try():
            return (node.body, node.orelse, node.finalbody)
        case ast.Module() | ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
            return (node.body,)
        case ast.With() | ast.AsyncWith() | ast.ExceptHandler() | ast.match_case():
            return (node.body,)
        case _:
            return ()
