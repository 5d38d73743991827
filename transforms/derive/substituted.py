"""Judge equations that come of a substitution: `x = 2k + 1`, put into the equation before."""

import itertools
import re
from collections.abc import Iterator, Mapping, Sequence

from stepsmith.transforms.derive.agree import Comparison, is_identity
from stepsmith.transforms.derive.context import is_either, is_taken_back, lists, supposes
from stepsmith.transforms.derive.expression import Equation, Expression, express
from stepsmith.transforms.derive.follow import compare_on
from stepsmith.transforms.derive.judgement import Judgement, shorten, show, show_point
from stepsmith.transforms.derive.spelling import spell
from stepsmith.transforms.derive.trail import Statement, Trail
from stepsmith.transforms.formula.tree import Apply, Formula, Symbol

_RULE = "substitution"
_SUBSTITUTES = re.compile(r"(?i)\b(?:substitut\w*|plug\w*)\b")
_MAX_GIVEN = 3
_MAX_SOURCES = 12

Given = tuple[str, Expression]
Found = tuple[Statement, Sequence[Given], Comparison]


def judge_substitutions(trail: Trail) -> Iterator[Judgement]:
    """Put what a step says of variables into the equations before, and compare.

    An equation is refuted only where a single one before it can have been meant.
    """
    for statement in trail.new:
        chain = statement.pair.chain
        if not statement.names or not statement.is_alone or chain.related:
            continue
        if _SUBSTITUTES.search(chain.sentence) is None:
            continue
        found = list(_compare(trail, statement))
        fits = [each for each in found if each[2].agreement in {"always", "sometimes"}]
        if fits:
            source, given, _ = fits[0]
            computed = f"fits {shorten(source.pair.text)} with {_show(given)}"
            yield Judgement(statement.pair, "partly", _RULE, computed)
        elif len(found) == 1 and found[0][2].agreement == "never":
            sure = not _is_doubtful(trail, statement)
            yield Judgement(statement.pair, "false" if sure else "open", _RULE, _explain(found[0]))


def _compare(trail: Trail, statement: Statement) -> Iterator[Found]:
    """Compare with each equation before, once what the step says is put into it."""
    given = _given(trail, statement)
    if not given:
        return
    seen: set[str] = set()
    for source in trail.before(statement)[:_MAX_SOURCES]:
        if source.pair.text in seen:
            continue
        seen.add(source.pair.text)
        for used in _choices(given, source, statement):
            replaced = put_into(source.equation, dict(used))
            names = replaced[0].names | replaced[1].names
            if names == statement.names and not is_identity(*replaced):
                yield source, used, compare_on(replaced, statement.equation)


def _choices(
    given: Sequence[Given], source: Statement, statement: Statement
) -> Iterator[Sequence[Given]]:
    """Yield what may be put into an equation: nothing that stays in what comes of it."""
    names = source.names
    usable = [each for each in given if each[0] in names and each[0] not in statement.names]
    for size in range(1, len(usable) + 1):
        for chosen in itertools.combinations(usable, size):
            if len({name for name, _ in chosen}) == size:
                yield chosen


def _given(trail: Trail, statement: Statement) -> list[Given]:
    """Return what the step says of variables before the statement, the latest of it."""
    found: list[Given] = []
    for each in trail.new:
        if each.order >= statement.order:
            break
        found += isolated(each.equation)
    return found[-_MAX_GIVEN:]


def isolated(equation: Equation) -> Iterator[Given]:
    """Yield what an equation says a variable is, where one stands alone on a side."""
    for one, other in (equation, equation[::-1]):
        if isinstance(one.formula, Symbol) and one.names and one.formula.name not in other.names:
            yield one.formula.name, other


def put_into(equation: Equation, values: Mapping[str, Expression]) -> Equation:
    """Put values in place of variables."""
    left, right = (express(_put(side.formula, values)) for side in equation)
    return left, right


def _put(formula: Formula, values: Mapping[str, Expression]) -> Formula:
    if isinstance(formula, Symbol) and formula.name in values:
        return values[formula.name].formula
    if isinstance(formula, Apply):
        return Apply(formula.name, tuple(_put(each, values) for each in formula.arguments))
    return formula


def _is_doubtful(trail: Trail, statement: Statement) -> bool:
    chain = statement.pair.chain
    before = next(iter(trail.before(statement)), None)
    between = None if before is None else trail.between(before, statement)
    return (
        (between is not None and lists(between))  # it is put in as well: x = 1 and y = 2
        or supposes(chain.sentence)
        or is_either(chain.lead)
        or is_either(chain.tail)
        or is_taken_back(trail.after(statement))
    )


def _explain(found: Found) -> str:
    source, given, comparison = found
    where = f"{shorten(source.pair.text)} with {_show(given)}"
    if comparison.point is None or comparison.values is None:
        return f"no solution in common with {where}"
    at, (left, right) = show_point(comparison.point), comparison.values
    return f"at {at} the sides are {show(left)} and {show(right)}; compared with {where}"


def _show(given: Sequence[Given]) -> str:
    return ", ".join(f"{name} = {spell(side.formula)}" for name, side in given)
