"""Cut the marks of a text into formulas without a break: at words, stops, edges and line ends."""

import dataclasses
from collections.abc import Iterator, Sequence

from stepsmith.transforms.derive.marks import Mark

OPENS = {"(": 1, "[": 1, "{": 1, r"\{": 1, ")": -1, "]": -1, "}": -1, r"\}": -1}
SIGNS = frozenset("+-*/^_×·⋅∙÷−–") | {r"\cdot", r"\times", r"\div"}  # noqa: RUF001
DASHES = frozenset("-−–")  # noqa: RUF001
_BULLETS = DASHES | {"*"}


@dataclasses.dataclass(slots=True)
class Run:
    """Marks of one formula without a break, and what stands before and after.

    `torn` says that the word after it is a unit, behind which the formula goes on; `goes_on`
    that digits go on for ever, as in `0.333...`; `or_before` and `or_after` that an `or` there
    joins it to another equation, and not to another number.
    """

    before: Mark | None
    marks: list[Mark] = dataclasses.field(default_factory=list[Mark])
    after: Mark | None = None
    torn: bool = False
    goes_on: bool = False
    or_before: bool = False
    or_after: bool = False

    @property
    def relates(self) -> bool:
        """Whether there is an equals sign in it."""
        return any(mark.kind == "equals" for mark in self.marks)


def find_runs(marks: Sequence[Mark]) -> Iterator[Run]:
    """Cut marks into formulas: at words, at stops, at edges and line ends that nothing joins."""
    run, depth = Run(None), 0
    for index, mark in enumerate(marks):
        if mark.kind == "edge" and not run.marks:
            continue
        if _is_bullet(marks, index) and not run.marks:
            run.before = mark
            continue
        if _goes_on(run.marks, marks, index, depth):
            if mark.kind not in {"edge", "row"}:
                run.marks.append(mark)
                depth = max(0, depth + OPENS.get(mark.text, 0))
            continue
        if run.marks:
            run.after = _next(marks, index)
            run.torn = _is_torn(marks, index)
            run.goes_on = _are_dots(marks, index)
            yield run
        run, depth = Run(mark), 0
    if run.marks:
        yield run


def _is_torn(marks: Sequence[Mark], index: int) -> bool:
    """Tell whether a formula goes on behind the word at `index`: `4 inches / 12`."""
    follows = _next(marks, index + 1)
    if marks[index].kind != "word" or follows is None:
        return False
    return follows.text in SIGNS and follows.kind == "term"


def _are_dots(marks: Sequence[Mark], index: int) -> bool:
    return [mark.text for mark in marks[index : index + 2]] == [".", "."]


def _is_bullet(marks: Sequence[Mark], index: int) -> bool:
    starts_line = index == 0 or marks[index - 1].kind == "row"
    follows = marks[index + 1] if index + 1 < len(marks) else None
    apart = follows is not None and follows.start > marks[index].end
    return starts_line and apart and marks[index].text in _BULLETS


def _next(marks: Sequence[Mark], index: int) -> Mark | None:
    while index < len(marks) and marks[index].kind == "edge":
        index += 1
    return marks[index] if index < len(marks) else None


def _goes_on(run: Sequence[Mark], marks: Sequence[Mark], index: int, depth: int) -> bool:
    """Tell whether the formula `run` goes on with the mark at `index`."""
    mark = marks[index]
    if mark.kind in {"term", "equals"}:
        return True
    if mark.kind == "stop":
        return depth > 0 and mark.text in {",", ";"}
    if mark.kind not in {"edge", "row"} or not run:
        return False
    follows = _next(marks, index + 1 if mark.kind == "row" else index)
    if follows is None or follows.kind not in {"term", "equals"}:
        return False
    if run[-1].kind == "equals" or run[-1].text in SIGNS:
        return True
    return follows.kind == "equals" or (mark.kind == "edge" and follows.text in SIGNS)
