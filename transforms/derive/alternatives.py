"""Find the alternatives that a text offers: `x = 2 or x = 3`, `x - 2 = 0 or x - 3 = 0`."""

import re
from collections.abc import Sequence

from stepsmith.transforms.derive.follow import solution
from stepsmith.transforms.derive.trail import Statement, Trail

_JOINS = re.compile(r"(?i)^[\s$\\()]*+(?:,|,?[\s$]*+(?:or|and))[\s$\\()]*+$")
_OR = re.compile(r"(?i)\bor\b")
_AND = re.compile(r"(?i)\band\b")
_PLAIN = 2  # nodes of a number with its sign


def alternatives(trail: Trail) -> dict[int, Sequence[Statement]]:
    """Return the alternatives among the new statements: by a statement's order, its row.

    They are equations in one variable, the same one; a statement on its own is in no row.
    """
    found: dict[int, Sequence[Statement]] = {}
    row: list[Statement] = []
    words = ""
    for statement in trail.new:
        between = trail.between(row[-1], statement) if row else None
        joined = between is not None and _JOINS.match(between) is not None
        if not joined or not _may_be_one(statement) or not _is_alike(statement, row[-1]):
            _keep(row, words, found)
            row, words = ([statement] if _may_be_one(statement) else []), ""
            continue
        row.append(statement)
        words += between or ""
    _keep(row, words, found)
    return found


def _may_be_one(statement: Statement) -> bool:
    return len(statement.names) == 1 and statement.is_alone


def _is_alike(one: Statement, other: Statement) -> bool:
    """Tell whether both give a value or neither: `x = 2 or x - 3 = 0` begins another case."""
    values = [solution(each.equation) is not None for each in (one, other)]
    return one.names == other.names and values[0] == values[1]


def _keep(row: Sequence[Statement], words: str, found: dict[int, Sequence[Statement]]) -> None:
    if len(row) < 2:  # noqa: PLR2004 -- alternatives are several
        return
    if _OR.search(words) or (_AND.search(words) and all(map(_is_value, row))):
        found.update((each.order, row) for each in row)


def _is_value(statement: Statement) -> bool:
    """Tell whether it gives a number as it is printed: what is computed may go on behind `and`."""
    found = solution(statement.equation)
    return found is not None and found[1].size <= _PLAIN
