"""An edit: one stretch of the source replaced, everything else kept to the byte."""

import dataclasses
from typing import Literal

from stepsmith.transforms.negatives.code.program import Program, Span

__all__ = ["Change", "Edit", "Flaw", "Kind", "Mutant", "apply", "make_edit"]

Kind = Literal["mutation", "refactoring"]
Flaw = Literal[
    "circular",
    "counterfactual",
    "deception",
    "domain_inconsistency",
    "missing_condition",
    "redundency",
    "step_contradiction",
]
"""PRMBench's classes, spelled as in its data. `confidence` has no counterpart in code."""

Piece = tuple[int, int, str]
"""Characters from, up to, and what stands there instead."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class Change:
    """What an operator proposes: pieces that do not overlap, in any order."""

    pieces: tuple[Piece, ...]
    note: str = ""


@dataclasses.dataclass(frozen=True, kw_only=True)
class Edit:
    """One change of a source: characters `start` to `end`, which read `before`, become `after`.

    `line_index` is the line, from 0, and `statement_index` the piece of the `statement` segmenter,
    in which the first changed character stands; both count in the source before the edit.
    """

    operator: str
    kind: Kind
    start: int
    end: int
    before: str
    after: str
    line_index: int
    statement_index: int
    note: str


@dataclasses.dataclass(frozen=True, kw_only=True)
class Mutant:
    """A program with one edit. What it is worth is not known before it has been run.

    `flaw` is the PRMBench class of the error that a mutation makes *if* it turns out to be one;
    a refactoring has none.
    """

    edit: Edit
    source: str
    flaw: Flaw | None


def apply(source: str, edit: Edit) -> str:
    """Return the source with the edit made; raises `ValueError` where it is another source."""
    if source[edit.start : edit.end] != edit.before:
        found = source[edit.start : edit.end]
        msg = f"the edit replaces {edit.before!r}, but {found!r} stands there"
        raise ValueError(msg)
    return source[: edit.start] + edit.after + source[edit.end :]


def make_edit(program: Program, change: Change, *, operator: str, kind: Kind) -> Edit | None:
    """Turn a change into the shortest replacement that makes it, or nothing if it makes none."""
    pieces = sorted(change.pieces)
    start, end = pieces[0][0], max(piece[1] for piece in pieces)
    after, position = "", start
    for begin, stop, text in pieces:
        if begin < position:  # two pieces that overlap are no change that can be made
            return None
        after += program.source[position:begin] + _kept_apart(program.source, begin, stop, text)
        position = stop
    (start, end), after = _shortest(program.source, (start, end), after)
    before = program.source[start:end]
    if before == after:
        return None
    return Edit(
        operator=operator,
        kind=kind,
        start=start,
        end=end,
        before=before,
        after=after,
        line_index=program.line_of(start),
        statement_index=program.piece_of(start),
        note=change.note,
    )


def _kept_apart(source: str, begin: int, stop: int, text: str) -> str:
    """Put a space where two words would become one: `return(a)` has none to keep."""
    before, after = source[max(0, begin - 1) : begin], source[stop : stop + 1]
    if not text:
        return " " if _is_letter(before) and _is_letter(after) else ""
    head = " " if _is_letter(before) and _is_letter(text[0]) else ""
    tail = " " if _is_letter(text[-1]) and _is_letter(after) else ""
    return f"{head}{text}{tail}"


def _is_letter(character: str) -> bool:
    """Say whether the character could be part of a word or a number."""
    return character == "_" or character.isalnum()


def _shortest(source: str, span: Span, after: str) -> tuple[Span, str]:
    """Leave out what is the same at both ends, but never part of a word or an operator."""
    start, end = span
    before = source[start:end]
    head = _common(before, after)
    while head and not _is_border(before, head):
        head -= 1
    while head and not _is_border(after, head):
        head -= 1
    tail = _common(before[head:][::-1], after[head:][::-1])
    while tail and not (
        _is_border(before, len(before) - tail) and _is_border(after, len(after) - tail)
    ):
        tail -= 1
    return (start + head, end - tail), after[head : len(after) - tail]


def _common(first: str, second: str) -> int:
    """Return how many characters two texts begin with alike."""
    pairs = enumerate(zip(first, second, strict=False))
    return next((at for at, (one, other) in pairs if one != other), min(len(first), len(second)))


def _is_border(text: str, index: int) -> bool:
    """Say whether a word or an operator could end at `index`."""
    if not 0 < index < len(text):
        return True
    left, right = text[index - 1], text[index]
    return left.isspace() or right.isspace() or left in "()[]{},:" or right in "()[]{},:"
