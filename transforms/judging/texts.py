"""From what was written to a program: the code in a reply, behind the code that was given.

What a policy wrote is anybody's: it is looked at by its characters, and parsed within limits only.
"""

import re
from collections.abc import Iterator

from stepsmith.transforms.judging.suites import beside, without_docstring
from stepsmith.transforms.negatives.code.limits import ProgramError, parse_tree

__all__ = [
    "Span",
    "begins_code",
    "code_in",
    "continues",
    "defines",
    "join",
    "open_code",
    "program_text",
]

Span = tuple[int, int]
"""A half-open range of characters of a program."""

_FENCE = re.compile(r"^[ \t]*+(```+|~~~+)[^\r\n`]*+(?:\r\n|\r|\n|\Z)", re.MULTILINE)

_CODE = re.compile(
    r"\s*+(?:(?:async[ \t]+)?def[ \t]+\w+[ \t]*\(|class[ \t]+\w+[ \t]*[:(]|@\w"
    r"|import[ \t]+\w|from[ \t]+[\w.]+[ \t]+import\b)"
    r"|(?:[ \t]*+(?:\r\n|\r|\n))*+[ \t]++(?!```|~~~)\S"
)
_INDENTED = re.compile(r"(?:[ \t]*+(?:\r\n|\r|\n))*+[ \t]++(?!```|~~~)\S")


def code_in(text: str, entry_point: str = "") -> str:
    """Return the code of a reply: of its fenced blocks the last that defines the entry point.

    Without any that does it is the last block, and without a block all of the text. A block that
    is not closed, as where a stop string cut it off, goes to the end. A text that begins with an
    indented line continues the code that was given: of it counts what stands before a fence.
    """
    if continues(text):
        fence = _FENCE.search(text)
        return text[: fence.start()] if fence else text
    blocks = [block for block, _ in _blocks(text)]
    if not blocks:
        return text
    return next((each for each in reversed(blocks) if defines(each, entry_point)), blocks[-1])


def open_code(text: str) -> tuple[str, bool]:
    """Return the code of a reply that may go on, and whether more of that very code may follow.

    After the end of a block it may not: what follows is another one.
    """
    if continues(text):
        fence = _FENCE.search(text)
        return (text[: fence.start()], False) if fence else (text, True)
    return next(iter(reversed(list(_blocks(text)))), (text, True))


def continues(text: str) -> bool:
    """Say whether a text begins with an indented line, and so goes on with a function's body."""
    return _INDENTED.match(text) is not None


def begins_code(text: str) -> bool:
    """Say whether a text can be nothing but code: indented, or a definition or an import."""
    return _CODE.match(text) is not None


def defines(source: str, name: str) -> bool:
    """Say whether a line of the source begins the function or class `name`, at the margin."""
    pattern = rf"^(?:async[ \t]+)?(?:def|class)[ \t]+{re.escape(name)}\b"
    return bool(name) and re.search(pattern, source, re.MULTILINE) is not None


def join(prompt: str, entry_point: str, text: str) -> str:
    """Make a program of a reply; see `program_text`."""
    return program_text(prompt, entry_point, code_in(text, entry_point))[0]


def program_text(prompt: str, entry_point: str, solution: str) -> tuple[str, Span]:
    """Return a whole program, and where the solution stands in it, its characters unchanged.

    A solution that defines the entry point itself follows what the prompt has beside it; any other
    continues the prompt. Where the two are indented differently the prompt's docstring is left out.
    """
    if defines(solution, entry_point):
        kept = beside(prompt, entry_point)
        before = f"{kept}\n\n\n" if kept else ""
        return before + solution, (len(before), len(before) + len(solution))
    before, program = prompt, prompt + solution
    if not _is_python(program):
        bare = without_docstring(prompt)
        if _is_python(bare + solution):
            before, program = bare, bare + solution
    return program, (len(before), len(program))


def _is_python(source: str) -> bool:
    try:
        parse_tree(source)
    except ProgramError:
        return False
    return True


def _blocks(text: str) -> Iterator[tuple[str, bool]]:
    """Yield the fenced blocks, and of each whether it is still open."""
    opened: re.Match[str] | None = None
    for match in _FENCE.finditer(text):
        if opened is None:
            opened = match
        elif match[1].startswith(opened[1]) and match[0].strip() == match[1]:
            yield text[opened.end() : match.start()], False
            opened = None
    if opened is not None:
        yield text[opened.end() :], True
