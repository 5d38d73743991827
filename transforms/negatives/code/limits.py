"""What a program may be before Python's own parser sees it.

`ast.parse` runs no code, but what it is given decides how much time, memory and C stack it takes:
nested brackets, runs of prefix operators and long chains each become recursion. So the text is
capped first, by one linear scan, and the tree's depth afterwards, before anything recurses over
it. A reference solution is far below every limit; whatever is above is refused, not cut.
"""

import ast
import itertools
import re
import threading
import warnings

from stepsmith.schemas.errors import ProblemError
from stepsmith.transforms.text.code import bare_code

__all__ = ["MAX_CHARACTERS", "ProgramError", "parse_tree"]

MAX_CHARACTERS = 16_000
MAX_LINES = 1_000
MAX_BRACKETS = 24  # nested; Python itself stops at 200, long after it has become slow
MAX_PREFIXES = 24  # `- - - x`, `not not x`, `lambda: lambda: x` side by side
MAX_DEPTH = 60  # of the tree; 24 brackets and a few nested statements stay below it
MAX_NODES = 6_000
MAX_CHILDREN = 300  # of one node: many keyword arguments cost the parser their square

_LEXEME = re.compile(r"""(?P<open>[(\[{])|(?P<close>[)\]}])|(?P<prefix>[-+~]|not\b|lambda\b:?)""")
LINE_END = re.compile(r"\r\n|\r|\n")
"""What ends a line to Python's parser; `str.splitlines` knows more."""
# `catch_warnings` exchanges the filters of the whole process: two at once would leave it changed.
_FILTERS = threading.Lock()


class ProgramError(ProblemError):
    """This text cannot be taken as a program; the message begins with the kind of reason.

    The kinds are `too large`, `too deep`, `syntax` and `entry point`. `line` is where a syntax
    error stands, from 1.
    """

    line: int | None = None


def parse_tree(source: str) -> ast.Module:
    """Parse `source` within the limits; raises `ProgramError` for whatever cannot be parsed."""
    check_text(source)
    try:
        with _FILTERS, warnings.catch_warnings():
            # `"\d"` is worth a warning to its author, who is not here.
            warnings.simplefilter("ignore")
            tree = ast.parse(source)
    except SyntaxError as error:
        refused = ProgramError(f"syntax: {error.msg} (line {error.lineno})")
        refused.line = error.lineno
        raise refused from None
    except ValueError as error:  # a null character, half a surrogate pair
        msg = f"syntax: {error}"
        raise ProgramError(msg) from None
    except (RecursionError, MemoryError) as error:  # the parser's own stack, not the machine's
        msg = f"too deep: the parser gave up ({type(error).__name__})"
        raise ProgramError(msg) from None
    check_tree(tree)
    return tree


def check_text(source: str) -> None:
    """Refuse a text that could cost the parser too much."""
    if len(source) > MAX_CHARACTERS:
        msg = f"too large: {len(source)} characters, allowed are {MAX_CHARACTERS}"
        raise ProgramError(msg)
    if (lines := len(LINE_END.findall(source))) > MAX_LINES:
        msg = f"too large: {lines} lines, allowed are {MAX_LINES}"
        raise ProgramError(msg)
    depth = prefixes = end = 0
    code = bare_code(source)
    for match in _LEXEME.finditer(code):
        kind = match.lastgroup
        depth = max(0, depth + (kind == "open") - (kind == "close"))
        follows = kind == "prefix" and not code[end : match.start()].strip()
        prefixes = prefixes + 1 if follows else int(kind == "prefix")
        end = match.end()
        if depth > MAX_BRACKETS:
            msg = f"too deep: more than {MAX_BRACKETS} nested brackets"
            raise ProgramError(msg)
        if prefixes > MAX_PREFIXES:
            msg = f"too deep: more than {MAX_PREFIXES} operators in a row"
            raise ProgramError(msg)


def check_tree(tree: ast.AST) -> None:
    """Refuse a tree that a recursive walk could not finish; walks it without recursion."""
    level: list[ast.AST] = [tree]
    depth = nodes = 0
    while level:
        depth, nodes = depth + 1, nodes + len(level)
        if depth > MAX_DEPTH or nodes > MAX_NODES:
            msg = f"too deep: a tree of more than {MAX_DEPTH} levels or {MAX_NODES} nodes"
            raise ProgramError(msg)
        families = [list(ast.iter_child_nodes(node)) for node in level]
        if max(map(len, families)) > MAX_CHILDREN:
            msg = f"too large: more than {MAX_CHILDREN} parts side by side"
            raise ProgramError(msg)
        level = list(itertools.chain.from_iterable(families))
