"""What a teacher is asked for, one statement rewritten, and what is taken from its reply."""

import ast
import dataclasses
import re
from collections.abc import Iterator, Sequence
from importlib import resources
from typing import Literal

from stepsmith.schemas.records import Problem, Trajectory
from stepsmith.transforms.judging.problems import CodeProblem
from stepsmith.transforms.judging.texts import Span, code_in
from stepsmith.transforms.negatives.code.canonical import canonical_form
from stepsmith.transforms.negatives.code.limits import ProgramError, parse_tree
from stepsmith.transforms.negatives.code.program import Program, read_program
from stepsmith.transforms.negatives.code.write import indentation
from stepsmith.transforms.search.base import Sample
from stepsmith.transforms.search.mutation.lines import Edited, edited_line

__all__ = ["WISHES", "Request", "Wish", "form_of", "read_reply", "requests"]

Wish = Literal["mutation", "refactoring"]

WISHES: tuple[Wish, ...] = ("mutation", "refactoring")
_PROMPTS = "stepsmith.transforms.search.mutation"
_MARK = "  # <-- THIS LINE"
_QUOTES = re.compile(r"`([^`\n]+)`")


@dataclasses.dataclass(frozen=True, kw_only=True)
class Request:
    """One statement to be rewritten: where it stands, and the question about it."""

    span: Span
    wish: Wish
    ask: Sample


def requests(problem: Problem, code: CodeProblem, *, teacher: str, n: int) -> Iterator[Request]:
    """Ask for `n` mutations and as many refactorings of each statement of the reference.

    The teacher sees the problem and the whole program with one line marked.
    """
    program = read_program(
        code.reference or "", entry_point=code.entry_point, editable=code.solution
    )
    for number, span in enumerate(_statements(program)):
        for wish in WISHES:
            path = f"teach/{number}/{wish}"
            prompt = _prompt(problem, program, span, wish)
            ask = Sample(path=path, n=n, policy=teacher, prompt=prompt)
            yield Request(span=span, wish=wish, ask=ask)


def _statements(program: Program) -> Iterator[Span]:
    """Yield where the lines are that may be rewritten: simple statements, headers of the others."""
    for node in program.of(ast.stmt):
        if indentation(program, node) is None or isinstance(node, ast.FunctionDef | ast.ClassDef):
            continue
        start, end = program.span(node)
        body = getattr(node, "body", None)
        if isinstance(body, list) and body and isinstance(body[0], ast.stmt):
            piece = program.piece_of(start) + 1  # comments belong to the piece behind them
            ends = (*program.piece_starts, len(program.source))
            end = min(program.span(body[0])[0], ends[piece])
        text = program.source[start:end].rstrip()
        if text and not isinstance(node, ast.Try):
            yield start, start + len(text)


def _prompt(problem: Problem, program: Program, span: Span, wish: Wish) -> str:
    template = resources.files(_PROMPTS).joinpath(f"{wish}.txt").read_text("utf-8")
    source = program.source
    marked = source[: span[1]] + _MARK + source[span[1] :]
    # Not str.format: braces in a program are its own.
    fields = {"{problem}": problem.prompt.strip(), "{program}": marked.strip("\n")}
    fields["{line}"] = source[slice(*span)]
    return re.sub(r"\{(?:problem|program|line)\}", lambda match: fields[match[0]], template)


def read_reply(code: CodeProblem, request: Request, reply: Trajectory) -> Edited | None:
    """Put the line of a reply in its place; nothing where it says nothing new, or was cut."""
    if reply.finish_reason in {"length", "empty"}:
        return None
    lines = _lines(reply.text)
    return edited_line(code, request.span, lines, operator=f"teacher.{request.wish}")


def form_of(source: str, wish: Wish) -> object:
    """Return what two programs share where one of them is enough.

    Of mutations that is all that plainly makes no difference, of refactorings only how they are
    spaced, since a refactoring is to be another program. What does not parse is its own form.
    """
    try:
        tree = parse_tree(source)
    except ProgramError:
        return source
    return canonical_form(tree) if wish == "mutation" else ast.dump(tree)


def _lines(text: str) -> str:
    """Return the code of a reply: its fenced block, what it quotes, or its first paragraph."""
    fenced = code_in(text)
    if fenced != text:
        return _unmarked(fenced)
    quoted: Sequence[str] = _QUOTES.findall(text)
    paragraph = text.strip("\n").partition("\n\n")[0]
    return _unmarked(quoted[-1] if quoted else paragraph)


def _unmarked(text: str) -> str:
    return text.replace(_MARK, "").replace(_MARK.strip(), "")
