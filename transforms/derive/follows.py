"""Judge equations that are said to follow from the one before them."""

import re
from collections.abc import Iterator, Sequence

from stepsmith.transforms.derive.agree import Comparison, is_identity
from stepsmith.transforms.derive.alternatives import alternatives
from stepsmith.transforms.derive.context import (
    brings_in,
    changes_unit,
    concludes,
    denies,
    is_blank,
    is_either,
    is_new_line,
    is_other_arithmetic,
    is_taken_back,
    joins,
    lists,
    offers_others,
    rounds,
    sets_equal,
    supposes,
    transforms,
    without_the_one,
)
from stepsmith.transforms.derive.follow import are_parallel, compare_on, is_linear, solution
from stepsmith.transforms.derive.judgement import Decision, Judgement, shorten, show, show_point
from stepsmith.transforms.derive.trail import PROBLEM, Statement, Trail
from stepsmith.transforms.formula.tree import Apply, Formula, Number, nodes

_RULE = "follows"
_GOES_ON = re.compile(r"[\s&]*\\\\[\s&]*(?:\\q?quad)?\s*[-+]")  # in the next row
_MAX_SHORT = 5
_MAX_FROM_PROBLEM = 500
_EQUALS = re.compile(r"=(?!>)")


def judge_conclusions(trail: Trail) -> Iterator[Judgement]:
    """Compare each new equation with the latest one before it in the same variables.

    Alternatives are compared with what stands before the first of them: each has to fit.
    """
    rows = alternatives(trail)
    for statement in trail.new:
        if not statement.names or not statement.is_alone or statement.pair.chain.related:
            continue
        row = rows.get(statement.order, (statement,))
        source = next(
            (each for each in trail.before(row[0]) if each.names == statement.names), None
        )
        if source is None or source.pair.chain.related:
            continue
        found = compare_on(source.equation, statement.equation)
        if found.agreement == "always":
            equation = shorten(source.pair.text)
            yield _judgement(statement, "true", f"holds wherever {equation} does")
        elif found.agreement == "sometimes":
            equation = shorten(source.pair.text)
            yield _judgement(statement, "partly", f"shares solutions with {equation}")
        elif found.agreement == "never":
            sure = _is_conclusion(trail, source, row)
            yield _judgement(statement, "false" if sure else "open", _explain(source, found))


def _judgement(statement: Statement, decision: Decision, computed: str) -> Judgement:
    return Judgement(statement.pair, decision, _RULE, computed)


def _explain(source: Statement, found: Comparison) -> str:
    equation = shorten(source.pair.text)
    if found.point is None or found.values is None:
        return f"no solution in common with {equation}"
    at, (left, right) = show_point(found.point), found.values
    if found.solves:
        return f"at {at}, where {equation} holds, the sides are {show(left)} and {show(right)}"
    return f"at {at} the sides of {equation} are {show(left)} and {show(right)}"


def _is_conclusion(trail: Trail, source: Statement, row: Sequence[Statement]) -> bool:
    """Tell whether the words leave no doubt that all of `row` is drawn from `source` alone."""
    statement, last = row[0], row[-1]
    between = _between(trail, source, statement)
    if between is None or not (source.last or source.is_alone):
        return False
    chain, earlier = statement.pair.chain, source.pair.chain
    same_step = source.step == statement.step
    several = len(statement.names) > 1
    far = source.step == PROBLEM or not (same_step or several)
    words = chain.lead if far else between
    bare = is_new_line(between)
    if bare and (not is_blank(earlier.lead) or earlier.continues):
        return False
    if lists(words) and not (bare and not several):
        return False
    doubts = (
        supposes(between),
        not _is_in_sentence(source, statement) and supposes(chain.sentence),
        not same_step and supposes(earlier.sentence),
        brings_in(without_the_one(words) if source.step == PROBLEM else words),
        not same_step and sets_equal(chain.sentence),
        is_taken_back(trail.after(last)),
        rounds(f"{words} {trail.after(last)}"),
        any(is_either(part) for part in (earlier.lead, earlier.tail, chain.lead)),
        denies(earlier.lead),
        _offers_others(trail, last),
        changes_unit(earlier.tail, last.pair.chain.tail),
        _is_one_of_many(trail, source),
        _is_one_of_chain(trail, source),
        _is_listed(trail, source),
        len(row) > 1 and is_linear(source.equation),
        _GOES_ON.match(trail.after(source)) is not None,
        earlier.continues and not source.first and source.pair.index == 0,
    )
    if any(doubts) or any(map(is_other_arithmetic, trail.texts)):
        return False
    if several:
        return _is_drawn_in_many(trail, source, statement, words)
    return _is_drawn_in_one(source, statement, words, bare=bare)


def _between(trail: Trail, source: Statement, statement: Statement) -> str | None:
    """Return the words between; those that end the problem are about what it asks for."""
    if source.step != PROBLEM:
        return trail.between(source, statement)
    steps = trail.texts[1 : statement.step + 1]
    text = "\n".join((*steps, trail.texts[statement.step + 1][: statement.pair.start]))
    return text if len(text) <= _MAX_FROM_PROBLEM else None


def _is_in_sentence(source: Statement, statement: Statement) -> bool:
    """Tell whether both stand in one sentence: a supposition at its head is made for both."""
    chain = statement.pair.chain
    return source.step == statement.step and source.pair.start >= chain.start - len(chain.sentence)


def _offers_others(trail: Trail, statement: Statement) -> bool:
    """Tell whether what follows makes it one of several, and is not itself in another form."""
    tail = statement.pair.chain.tail
    return (is_either(tail) or offers_others(tail)) and not _is_said_twice(trail, statement)


def _is_said_twice(trail: Trail, statement: Statement) -> bool:
    """Tell whether `or` leads to the same equation in another form, and to no other case."""
    after = next((each for each in trail.new if each.order > statement.order), None)
    if after is None or after.names != statement.names:
        return False
    return compare_on(statement.equation, after.equation).agreement == "always"


def _is_one_of_many(trail: Trail, source: Statement) -> bool:
    """Tell whether the problem states several equations in these variables."""
    if source.step != PROBLEM:
        return False
    return sum(each.names == source.names for each in trail.statements if each.step == PROBLEM) > 1


def _is_one_of_chain(trail: Trail, source: Statement) -> bool:
    """Tell whether its chain states more, in several variables: `ab + bc = abc = -4`."""
    return len(source.names) > 1 and any(
        each.pair.chain is source.pair.chain
        and each is not source
        and each.step == source.step
        and not is_identity(*each.equation)
        for each in trail.statements
    )


def _is_listed(trail: Trail, source: Statement) -> bool:
    """Tell whether a source is one of several, as in x^3 = 0, x - 9 = 0 and x + 8 = 0."""
    before = next((each for each in trail.before(source) if each.step == source.step), None)
    if before is None or before.names != source.names or before.pair.chain is source.pair.chain:
        return False
    text = trail.between(before, source)
    return text is not None and lists(text) and not is_new_line(text)


def _is_drawn_in_one(source: Statement, statement: Statement, words: str, *, bare: bool) -> bool:
    """One variable: a conclusion from any equation that does not just give it a number.

    Where both give a value, the second is another one unless it is simpler.
    """
    found, again = solution(source.equation), solution(statement.equation)
    if found is not None and _is_plain(found[1].formula):
        return False
    if found is not None and again is not None:
        sizes = [sum(1 for _ in nodes(each[1].formula)) for each in (found, again)]
        if sizes[1] >= sizes[0]:
            return False
    return bare or concludes(words)


def _is_plain(formula: Formula) -> bool:
    if isinstance(formula, Apply) and formula.name == "neg":
        return _is_plain(formula.arguments[0])
    return isinstance(formula, Number)


def _is_drawn_in_many(trail: Trail, source: Statement, statement: Statement, words: str) -> bool:
    """Several variables: the equation just before, said to be transformed, and no system."""
    if next(iter(trail.before(statement)), None) is not source or _EQUALS.search(words):
        return False
    if joins(words) and _has_partner(trail, source):
        return False
    if not transforms(words) and not _is_short_conclusion(source, statement, words):
        return False
    if "\\\\" in statement.pair.chain.tail:
        return False  # the first row of a system
    text = trail.texts[statement.step + 1]
    after = next((each for each in trail.new if each.order > statement.order), None)
    if after is None or after.pair.left.formula == statement.pair.left.formula:
        return True  # the same side, computed further
    words = text[statement.pair.end : after.pair.start].replace("\\", "")
    return not lists(words) or _is_said_twice(trail, statement)


def _has_partner(trail: Trail, source: Statement) -> bool:
    """Tell whether another equation was stated that may be added to this one."""
    return any(
        len(each.names) > 1 and each.names & source.names and each.pair.text != source.pair.text
        for each in trail.before(source)
    )


def _is_short_conclusion(source: Statement, statement: Statement, words: str) -> bool:
    """Tell whether `so`, `that means that` leads from one linear equation to another."""
    if len(words.split()) > _MAX_SHORT or not concludes(words):
        return False
    return are_parallel(source.equation, statement.equation)
