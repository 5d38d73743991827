"""An exact judge of sums solved one operation a line: which line is the first wrong one."""

import re
from collections.abc import Sequence
from typing import Literal

from stepsmith.transforms.policy.chain import find_sum

Reason = Literal[
    "a line of no known form",
    "goes on after the answer",
    "skips operations",
    "states no answer",
]
_Term = tuple[str, int]

_NUMBER = r"(-?\d{1,9})"
_EQUATION = re.compile(rf"{_NUMBER}\s*([-+])\s*{_NUMBER}\s*=\s*{_NUMBER}\.?")
_ANSWER = re.compile(rf"The answer is {_NUMBER}\.?")


class UndecidableError(ValueError):
    """What is written there is neither surely right nor surely wrong; the message says why."""

    def __init__(self, *, because: Reason) -> None:
        """Decline for one of a few reasons, which can be counted."""
        super().__init__(because)


def first_wrong_line(prompt: str, lines: Sequence[str]) -> int | None:
    """Return the index of the first wrong line of a solution, or null where all are right.

    A line is right if it is a true equation that applies the problem's next term to its running
    total; the answer is right if it states the sum. An equation about other numbers is wrong, true
    or not, and so is one more than there are terms. Raises `UndecidableError` where, before any
    wrong line, one is of no known form, goes several terms at once to a total that is right, or is
    missing. Blank lines are nothing; what follows the first wrong line does not matter.
    """
    found = find_sum(prompt)
    if found is None:
        msg = f"no sum in the problem {prompt!r}"
        raise ValueError(msg)
    start, terms = found
    totals = [start]
    for term in terms:
        totals.append(_apply(totals[-1], term))
    written = [(index, line.strip()) for index, line in enumerate(lines) if line.strip()]
    for place, (index, text) in enumerate(written):
        if place > len(terms):
            raise UndecidableError(because="goes on after the answer")
        if not _is_right(text, totals[place:], terms[place:]):
            return index
    if len(written) <= len(terms):
        raise UndecidableError(because="states no answer")
    return None


def _is_right(text: str, totals: Sequence[int], terms: Sequence[_Term]) -> bool:
    """Judge a line after right ones; `totals` begin with the running one, `terms` are to come."""
    if equation := _EQUATION.fullmatch(text):
        term = equation[2], int(equation[3])
        result = int(equation[4])
        if int(equation[1]) != totals[0] or result != _apply(totals[0], term):
            return False
        if term not in terms[:1] and result in totals[2:]:
            raise UndecidableError(because="skips operations")
        return term in terms[:1]
    if answer := _ANSWER.fullmatch(text):
        if terms and int(answer[1]) == totals[-1]:
            raise UndecidableError(because="skips operations")
        return int(answer[1]) == totals[-1]
    raise UndecidableError(because="a line of no known form")


def _apply(left: int, term: _Term) -> int:
    sign, number = term
    return left + number if sign == "+" else left - number
