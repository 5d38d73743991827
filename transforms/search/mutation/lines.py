"""An edited program as steps: the statements before the edit, those it touches, and the rest."""

import dataclasses
import itertools
import textwrap
from collections.abc import Sequence

from stepsmith.schemas.records import EditKind, Step
from stepsmith.transforms.judging.problems import CodeProblem
from stepsmith.transforms.judging.texts import Span
from stepsmith.transforms.negatives.code.edits import Mutant
from stepsmith.transforms.text.code import statement_starts

__all__ = ["Edited", "edited_line", "read_edit", "steps_of"]


@dataclasses.dataclass(frozen=True, kw_only=True)
class Edited:
    """A program that differs from the reference in one place.

    `steps` are the solution's statements after the edit; those from `first` to before `last` are
    touched by it. `prefix` is the text before them, which is the reference's own, and `before`
    what the reference has in the place of `after`. `line` counts from 1 in the whole program.
    """

    operator: str
    op_kind: EditKind
    flaw: str | None
    source: str
    steps: tuple[Step, ...]
    first: int
    last: int
    line: int
    prefix: str
    before: str
    after: str


def steps_of(solution: str) -> tuple[Step, ...]:
    """Cut a solution into its statements, one step each."""
    bounds = (*statement_starts(solution), len(solution))
    pairs = itertools.pairwise(bounds)
    return tuple(Step(text=solution[start:end], kind="code") for start, end in pairs)


def read_edit(code: CodeProblem, mutant: Mutant) -> Edited:
    """Say which steps of a reference solution an operator's edit touches.

    Raises `ValueError` for an edit outside the solution.
    """
    edit = mutant.edit
    span = (edit.start, edit.end)
    return _edited(
        code,
        span,
        edit.after,
        operator=edit.operator,
        op_kind=edit.kind,
        flaw=mutant.flaw if edit.kind == "mutation" else None,
    )


def edited_line(code: CodeProblem, span: Span, text: str, *, operator: str) -> Edited | None:
    """Put a teacher's line in the place of a statement; nothing where that changes nothing.

    `span` is the statement's own, in the whole program. The text is indented as the statement was,
    however the teacher indented it.
    """
    reference = code.reference or ""
    line_start = max(reference.rfind(end, 0, span[0]) for end in "\r\n") + 1
    indent = reference[line_start : span[0]]
    new = f"\n{indent}".join(textwrap.dedent(text.strip("\r\n")).rstrip().splitlines())
    if not new.strip() or new == reference[slice(*span)] or indent.strip():
        return None
    return _edited(code, span, new, operator=operator, op_kind="teacher", flaw=None)


def _edited(
    code: CodeProblem,
    span: tuple[int, int],
    after: str,
    *,
    operator: str,
    op_kind: EditKind,
    flaw: str | None,
) -> Edited:
    reference = code.reference or ""
    offset, end = code.solution
    if not offset <= span[0] <= span[1] <= end:
        msg = f"characters {span} are not in the solution {code.solution}"
        raise ValueError(msg)
    old = reference[offset:end]
    new = reference[offset : span[0]] + after + reference[span[1] : end]
    grown = len(new) - len(old)
    starts, later = statement_starts(old), statement_starts(new)
    first = _first_touched(starts, later, span[0] - offset)
    stop = _end_touched(old, new, max(span[1] - offset, first + 1, first + 1 - grown))
    if stop + grown <= first:  # nothing stands behind what was left out: the statement before
        first = _first_touched(starts, later, first - 1)
    steps = steps_of(new)
    return Edited(
        operator=operator,
        op_kind=op_kind,
        flaw=flaw,
        source=reference[:offset] + new + reference[end:],
        steps=steps,
        first=later.index(first),
        last=sum(start < stop + grown for start in later),
        line=reference.count("\n", 0, span[0]) + 1,
        prefix=old[:first],
        before=old[first:stop],
        after=new[first : stop + grown],
    )


def _first_touched(starts: Sequence[int], later: Sequence[int], at: int) -> int:
    """Return where the first touched statement begins, before and after the edit alike."""
    return max(start for start in starts if start <= at and start in later)


def _end_touched(old: str, new: str, least: int) -> int:
    """Return where, before the edit, the touched statements end and both go on alike.

    `least` is the first place where that may be; it is the end where nothing goes on there.
    """
    grown = len(new) - len(old)
    borders = {start - grown for start in (*statement_starts(new), len(new))}
    ends = (each for each in (*statement_starts(old), len(old)) if each in borders)
    return next((each for each in ends if each >= least), len(old))
