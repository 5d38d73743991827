"""From what was written to a program: the code in a reply, behind the code that was given.

What a policy wrote is anybody's: it is looked at by its characters, and parsed within limits only.
"""

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from stepsmith.transforms.judging.suites import beside, bound, undefined, without_docstring
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

_FENCE = re.compile(
    r"^([ \t]*+)(```+|~~~+)[ \t{.]*+(\w*+)[^\r\n`]*+(?:\r\n|\r|\n|\Z)", re.MULTILINE
)
_CALLS = re.compile(r"\w\(")

_CODE = re.compile(
    r"\s*+(?:(?:async[ \t]+)?def[ \t]+\w+[ \t]*\(|class[ \t]+\w+[ \t]*[:(]|@\w"
    r"|import[ \t]+\w|from[ \t]+[\w.]+[ \t]+import\b)"
    r"|(?:[ \t]*+(?:\r\n|\r|\n))*+[ \t]++(?!```|~~~)\S"
)
_INDENTED = re.compile(r"(?:[ \t]*+(?:\r\n|\r|\n))*+[ \t]++(?!```|~~~)\S")


class _Block(NamedTuple):
    """A fenced block without what its fence is indented by; `is_open` where nothing closes it."""

    text: str
    language: str
    is_open: bool

    @property
    def is_tagged(self) -> bool:
        return self.language.lower().startswith("py")


def code_in(text: str, entry_point: str = "") -> str:
    """Return the code of a reply: of its fenced blocks the last that defines the entry point.

    Without any that does it is the last block of Python, and without a block all of the text.
    Before it goes what it uses and another block before it defines. A block that is not closed, as
    where a stop string cut it off, goes to the end. A text that begins with an indented line
    continues the code that was given: of it counts what stands before a fence.
    """
    if continues(text):
        fence = _FENCE.search(text)
        return text[: fence.start()] if fence else text
    blocks = list(_blocks(text))
    if not blocks:
        return text
    blocks = [each for each in blocks if each.is_tagged or not each.language] or blocks
    at = _solution(blocks, entry_point)
    return _with_what_it_uses(blocks[:at], blocks[at].text, entry_point)


def open_code(text: str) -> tuple[str, bool]:
    """Return the code of a reply that may go on, and whether more of that very code may follow.

    After the end of a block it may not: what follows is another one.
    """
    if continues(text):
        fence = _FENCE.search(text)
        return (text[: fence.start()], False) if fence else (text, True)
    last = next(iter(reversed(list(_blocks(text)))), None)
    return (text, True) if last is None else (last.text, last.is_open)


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
    code = code_in(text.removeprefix("\ufeff"), entry_point)
    return program_text(prompt, entry_point, code)[0]


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


def _solution(blocks: Sequence[_Block], entry_point: str) -> int:
    """Return which block is the solution: others show how it is used, or what it prints."""
    assigns = re.compile(rf"^{re.escape(entry_point)}[ \t]*=(?!=)", re.MULTILINE)

    def rank(at: int) -> tuple[bool, bool, bool, bool, int]:
        block = blocks[at]
        return (
            defines(block.text, entry_point),
            bool(entry_point) and assigns.search(block.text) is not None,
            block.is_tagged,
            _CALLS.search(block.text) is not None,  # what calls nothing prints nothing
            at,
        )

    return max(range(len(blocks)), key=rank)


def _with_what_it_uses(earlier: Sequence[_Block], code: str, entry_point: str) -> str:
    missing = undefined(code)
    for block in reversed(earlier):
        if not missing:
            break
        given = beside(block.text, entry_point)
        if given and not missing.isdisjoint(bound(given)):
            code = f"{given}\n\n\n{code}"
            missing = undefined(code)
    return code


def _blocks(text: str) -> Iterator[_Block]:
    opened: re.Match[str] | None = None
    for match in _FENCE.finditer(text):
        if opened is None:
            opened = match
        elif match[2].startswith(opened[2]) and match[0].strip() == match[2]:
            yield _block(opened, text[opened.end() : match.start()], is_open=False)
            opened = None
    if opened is not None:
        yield _block(opened, text[opened.end() :], is_open=True)


def _block(opened: re.Match[str], text: str, *, is_open: bool) -> _Block:
    if opened[1]:  # as in an item of a list
        text = re.sub(rf"^[ \t]{{1,{len(opened[1])}}}", "", text, flags=re.MULTILINE)
    return _Block(text, opened[3], is_open)
