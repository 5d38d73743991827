"""Confirm equations that follow from several before them: put into each other, or added up.

This only ever confirms: what follows from none of them may follow from the words.
"""

import itertools
from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet
from fractions import Fraction

from stepsmith.transforms.derive.agree import is_identity
from stepsmith.transforms.derive.expression import Equation, Expression, difference
from stepsmith.transforms.derive.follow import coefficients, compare_on, solution
from stepsmith.transforms.derive.judgement import Judgement, shorten
from stepsmith.transforms.derive.substituted import isolated, put_into
from stepsmith.transforms.derive.trail import PROBLEM, Statement, Trail

__all__ = ["judge_entailed"]

_RULE = "follows from several"
_MAX_SOURCES = 20
_MAX_GIVEN = 6
_MAX_TOGETHER = 3
_MAX_NAMES = 8
_MAX_STATEMENTS = 20
_MAX_TRIED = 40

_Given = tuple[str, Expression, Statement]


def judge_entailed(trail: Trail, confirmed: AbstractSet[tuple[int, int]]) -> Iterator[Judgement]:
    """Confirm new equations, but for those at `confirmed` spans, from the ones before together."""
    for statement in trail.new[:_MAX_STATEMENTS]:
        span = statement.pair.start, statement.pair.end
        if not statement.names or span in confirmed or is_identity(*statement.equation):
            continue
        if _is_zero_in_disguise(statement):
            continue  # what leads to it are two equations of different cases
        sources = _sources(trail, statement)
        used = _substituted(statement, sources) or _combined(statement, sources)
        if used:
            in_order = sorted(used, key=lambda each: each.order)
            texts = " and ".join(shorten(each.pair.text) for each in in_order)
            yield Judgement(statement.pair, "partly", _RULE, f"fits {texts}")


def _is_repeated(statement: Statement, source: Statement) -> bool:
    """Tell whether a step says again what one before it says: that confirms neither."""
    one, other = ({side.formula for side in each.equation} for each in (statement, source))
    return source.step != PROBLEM and one == other


def _is_zero_in_disguise(statement: Statement) -> bool:
    """Tell whether nothing but 0 solves it, and it does not say so: `10b = 12b`."""
    if len(statement.names) > 1 or solution(statement.equation) is not None:
        return False
    found = coefficients(statement.equation, sorted(statement.names))
    return found is not None and found[0] == 0


def _sources(trail: Trail, statement: Statement) -> list[Statement]:
    """Return the equations before that say something, each once, the latest first."""
    found: dict[str, Statement] = {}
    for each in trail.before(statement):
        if not each.names or each.pair.text in found or _is_repeated(statement, each):
            continue
        if not is_identity(*each.equation):
            found[each.pair.text] = each
        if len(found) == _MAX_SOURCES:
            break
    return list(found.values())


def _substituted(statement: Statement, sources: Sequence[Statement]) -> Sequence[Statement]:
    """Return a few equations of which it comes by putting one into the other."""
    givens = [
        (name, value, source) for source in sources for name, value in isolated(source.equation)
    ][:_MAX_GIVEN]
    for used in itertools.islice(_choices(givens, statement.names), _MAX_TRIED):
        if is_identity(*put_into(statement.equation, {name: value for name, value, _ in used})):
            return [source for _, _, source in used]
    others = [each for each in givens if each[0] not in statement.names]
    tries = (
        (source, used)
        for source in sources
        for used in ((), *_choices(others, source.names))
        if _names_after(source, used) == statement.names
    )
    for source, used in itertools.islice(tries, _MAX_TRIED):
        if _follows(statement, source, used):
            return [source, *(given for _, _, given in used)]
    return ()


def _choices(givens: Sequence[_Given], names: AbstractSet[str]) -> Iterator[Sequence[_Given]]:
    usable = [each for each in givens if each[0] in names]
    for size in range(1, _MAX_TOGETHER + 1):
        for chosen in itertools.combinations(usable, size):
            if len({name for name, _, _ in chosen}) == size:
                yield chosen


def _names_after(source: Statement, used: Sequence[_Given]) -> frozenset[str]:
    brought = frozenset[str]().union(*(value.names for _, value, _ in used))
    return (source.names - {name for name, _, _ in used}) | brought


def _follows(statement: Statement, source: Statement, used: Sequence[_Given]) -> bool:
    if any(given is source for _, _, given in used):
        return False
    replaced = put_into(source.equation, {name: value for name, value, _ in used})
    if is_identity(*replaced):
        return False
    if _are_same(replaced, statement.equation):
        return True
    agreement = compare_on(replaced, statement.equation).agreement
    is_root = agreement == "sometimes" and solution(statement.equation) is not None
    return agreement == "always" or is_root


def _are_same(one: Equation, other: Equation) -> bool:
    """Tell whether both are one equation, written otherwise: also where no point is exact."""
    left, right = other
    gaps = difference(left, right), difference(right, left)
    return any(is_identity(difference(*one), gap) for gap in gaps)


def _combined(statement: Statement, sources: Sequence[Statement]) -> Sequence[Statement]:
    """Return the linear equations of which it is a sum of multiples, none that is not needed."""
    names = sorted(statement.names.union(*(each.names for each in sources)))
    wanted = coefficients(statement.equation, names) if len(names) <= _MAX_NAMES else None
    if wanted is None:
        return ()
    linear = [
        (source, row)
        for source in sources
        if (row := coefficients(source.equation, names)) is not None
    ]
    rows = [row for _, row in linear]
    needed = next(
        (size for size in range(1, len(rows) + 1) if _is_sum(wanted, rows[:size])), len(rows) + 1
    )
    used = linear[:needed]
    if needed > len(rows) or _are_all_zero(rows[:needed]):
        return ()
    for each in linear[: needed - 1]:
        rest = [other for other in used if other is not each]
        used = rest if _is_sum(wanted, [row for _, row in rest]) else used
    return [source for source, _ in used]


def _is_sum(wanted: Sequence[Fraction], rows: Sequence[Sequence[Fraction]]) -> bool:
    """Tell whether a row is a sum of multiples of others; what contradicts the first is no part."""
    return not any(_reduce(wanted, _independent(rows)))


def _independent(rows: Sequence[Sequence[Fraction]]) -> list[tuple[int, list[Fraction]]]:
    """Return the rows without what those before give, each with the place of its pivot."""
    found: list[tuple[int, list[Fraction]]] = []
    for row in rows:
        left = _reduce(row, found)
        pivot = next((at for at, value in enumerate(left) if at and value), None)
        if pivot is not None:
            found.append((pivot, left))
    return found


def _reduce(
    row: Sequence[Fraction], by: Sequence[tuple[int, Sequence[Fraction]]]
) -> list[Fraction]:
    left = list(row)
    for pivot, other in by:
        factor = left[pivot] / other[pivot]
        if factor:
            left = [a - factor * b for a, b in zip(left, other, strict=True)]
    return left


def _are_all_zero(rows: Sequence[Sequence[Fraction]]) -> bool:
    """Tell whether all variables have to be 0: `A = 5b` and `A = 6b` are of different cases."""
    names = {at for row in rows for at, value in enumerate(row) if at and value}
    constants = any(row[0] for row in rows)
    return len(_independent(rows)) == len(names) and not constants
