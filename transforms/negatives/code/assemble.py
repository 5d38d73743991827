"""Putting a solution behind its prompt where the two were not indented alike."""

import re

from stepsmith.transforms.negatives.code.limits import ProgramError, parse_tree
from stepsmith.transforms.negatives.code.program import Span

__all__ = ["assemble"]

_DEFINITION = re.compile(r"^(?:async[ \t]+)?def\b", re.MULTILINE)
_LINE = re.compile(r"[^\r\n]*+(?:\r\n|\r|\n|\Z)")
_INDENT = re.compile(r"[ \t]*+")


def assemble(prompt: str, solution: str) -> tuple[str, Span]:
    """Return the program of a prompt and its solution, and where the solution stands in it.

    In data sets made of finished programs the docstring that was added to the prompt is indented
    by four spaces, whatever the solution is indented by. Where the program does not parse, the
    lines below the prompt's last `def` are indented like the solution's first line; the solution
    is never changed. Raises `ProgramError` where that does not parse either.
    """
    source = prompt + solution
    try:
        parse_tree(source)
    except ProgramError:
        prompt = _indented(prompt, _first_indent(solution))
        source = prompt + solution
        parse_tree(source)
    return source, (len(prompt), len(source))


def _first_indent(text: str) -> str:
    """Return the white space before the first code of a text; a comment may stand anywhere."""
    lines = (match[0] for match in _LINE.finditer(text))
    first = next((line for line in lines if line.strip() and line.lstrip()[0] != "#"), "")
    return first[: len(first) - len(first.lstrip(" \t"))]


def _indented(prompt: str, indent: str) -> str:
    """Indent the lines below the last `def` of a prompt."""
    definitions = list(_DEFINITION.finditer(prompt))
    if not definitions:
        return prompt
    found = _LINE.match(prompt, definitions[-1].start())
    end = found.end() if found else len(prompt)
    lines = (match[0] for match in _LINE.finditer(prompt, end))
    return prompt[:end] + "".join(
        _INDENT.sub(indent, line, count=1) if line.strip() else line for line in lines
    )
