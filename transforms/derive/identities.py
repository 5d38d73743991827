"""Judge rewriting: neighbours in a chain that hold the same variables."""

import itertools
import re
from collections.abc import Iterator, Sequence

from stepsmith.transforms.derive.agree import (
    Comparison,
    are_proportional,
    compare_everywhere,
    homogeneous_degree,
    is_identity,
)
from stepsmith.transforms.derive.context import brings_in, is_about_digits, is_either, supposes
from stepsmith.transforms.derive.expression import Expression
from stepsmith.transforms.derive.follow import compare_on
from stepsmith.transforms.derive.functions import definitions, is_definition
from stepsmith.transforms.derive.judgement import Judgement, show, show_point
from stepsmith.transforms.derive.points import Setting
from stepsmith.transforms.derive.statements import Pair, read_chains
from stepsmith.transforms.derive.trail import Statement, Trail
from stepsmith.transforms.formula.tree import Apply, Formula, Symbol, nodes

_RULE = "identity"
_STEPS = frozenset({"floor", "ceil", "abs", "max", "min", "mod", "sgn"})
_BASIC = frozenset({"+", "*", "/", "^", "neg"})
_AGREE = "the sides agree at every point tried"
_MIN_SIDES = 3
_COMMAND = re.compile(r"\\[A-Za-z]+")
_REWRITES = re.compile(
    r"(?i)\b(?:expan\w+|factor\w*|simplif\w+|distribut\w+|foil|multipl\w+ out|combin\w+ like)\b"
)
_EXPANDS = re.compile(r"(?i)\b(?:expan(?:d|ds|ding|sion)|multipl(?:y|ies|ying) out)\b")
_NAMED = re.compile(
    r"(?i)\bidentity\b[\s$:,(\\\[]*+(?:that|which (?:is|says that|states that))?[\s$:(\\\[]*+$"
)
_IMAGINARY = re.compile(r"(?i)i\s?\^\s?\{?2\}?\s*=\s*-1|\bcomplex|\bimaginary")
_MADE_UP = re.compile(r"(?i)\b(?:groups?|operations?|binary|matri\w+|rings?|fields?)\b")
_NEAR = 100
_GIVEN = re.compile(
    r"(?i)\bgiven (?:expression|fraction|function|polynomial|product|quadratic|sum|term)s?\b"
)
_EQUATES = re.compile(
    r"(?i)\b(?:equal\w*|equations|equat(?:e|es|ing)|set|sets|setting|sides|solv\w+|roots?|systems?"
    r"|mod|modulo|congruent|intersect\w*|same|since|because)\b"
)
_SOLVES = re.compile(
    r"(?i)\b(?:equations?|sides?|solv\w+|roots?|systems?|mod|modulo|congruent|intersect\w*)\b"
)


def judge_identities(trail: Trail) -> Iterator[Judgement]:
    """Compare neighbours in the chains of the step, where both hold the same variables."""
    setting: Setting | None = None
    for statement in trail.new:
        pair = statement.pair
        if not _are_comparable(pair) or is_definition(trail, statement):
            continue
        rewriting = _is_rewriting(trail, statement)
        if not rewriting and not pair.left.calls and not pair.right.calls:
            if is_identity(pair.left, pair.right):
                yield Judgement(pair, "true", _RULE, _AGREE)
            continue
        if setting is None:
            setting = Setting(definitions(trail))
        found = compare_everywhere(pair.left, pair.right, setting)
        if found.agreement == "always":
            yield Judgement(pair, "true", _RULE, _AGREE)
        elif found.agreement == "never":
            sure = rewriting and (
                _is_expansion(trail, statement) or not _is_conditional(trail, statement)
            )
            yield Judgement(pair, "false" if sure else "open", _RULE, _explain(found))


def _are_comparable(pair: Pair) -> bool:
    """Tell whether the sides hold the same variables, or are complex numbers."""
    if pair.left.names != pair.right.names:
        return False
    return bool(pair.left.names) or _is_complex(pair)


def _is_complex(pair: Pair) -> bool:
    """Tell whether both sides are numbers in `i`, computed with the basic operations."""
    if "i" not in {*pair.left.either, *pair.right.either} or pair.left.names:
        return False
    sides = pair.left.formula, pair.right.formula
    used = [_operations(side) for side in sides]
    if any(isinstance(side, Symbol) for side in sides) and not any("^" in each for each in used):
        return False  # a counter, i = i + 1
    return all(each <= _BASIC for each in used)


def _is_power(formula: Formula) -> bool:
    """Tell whether a side is `w` or `w^3`: what follows may be worked out from what `w` is."""
    if isinstance(formula, Apply) and formula.name == "^":
        formula = formula.arguments[0]
    return isinstance(formula, Symbol)


def _is_stepped(pair: Pair) -> bool:
    """Tell whether whole numbers, or a bound on them, may make the sides equal."""
    return any(
        node.name in _STEPS
        for side in (pair.left, pair.right)
        for node in nodes(side.formula)
        if isinstance(node, Apply)
    )


def _is_expansion(trail: Trail, statement: Statement) -> bool:
    """Tell whether it is called an identity, or a form multiplied out to one of its degree.

    What is known of such variables, x + y = 3, would leave sides of different degrees.
    """
    pair = statement.pair
    if pair.index > 0 or pair.chain.related:
        return False
    if _NAMED.search(pair.chain.lead) and not any(map(_MADE_UP.search, trail.texts)):
        return True
    if _EXPANDS.search(_words_before(trail, statement)) is None:
        return False
    degree = homogeneous_degree(pair.left)
    return degree is not None and degree > 1 and degree == homogeneous_degree(pair.right)


def _words_before(trail: Trail, statement: Statement) -> str:
    """Return the words of the step before a statement, back to the last one."""
    before = next(iter(trail.before(statement)), None)
    begin = before.pair.end if before is not None and before.step == statement.step else 0
    start = statement.pair.start
    return trail.texts[statement.step + 1][max(begin, start - _NEAR) : start]


def _has_work_to_do(statement: Statement) -> bool:
    """Tell whether there is something to rewrite: not so in 50k = 72k, nor in 1/(1 - x) = x."""
    pair = statement.pair
    if isinstance(pair.right.formula, Symbol):
        return _is_complex(pair)
    if any("+" in _operations(side.formula) for side in (pair.left, pair.right)):
        return True
    if _REWRITES.search(pair.chain.lead):
        return True
    return _is_among(pair.left, statement.sides[: pair.index]) or not are_proportional(
        pair.left, pair.right
    )


def _is_given_a_value(statement: Statement) -> bool:
    """Tell whether the chain may be two conditions: ab + bc = abc = 6."""
    sides = statement.sides
    last = sides[-1] if len(sides) >= _MIN_SIDES else None
    if last is None or not last.is_constant or _REWRITES.search(statement.pair.chain.lead):
        return False
    return bool(statement.names) and not any(
        one is not None and other is not None and is_identity(one, other)
        for one, other in itertools.pairwise(sides)
    )


def _operations(formula: Formula) -> set[str]:
    return {node.name for node in nodes(formula) if isinstance(node, Apply)}


def _is_slip(statement: Statement) -> bool:
    """Tell whether one side alone is off, and the chain right without it: 2x = 3x = x + x."""
    pair, sides = statement.pair, statement.sides
    return _is_among(pair.left, sides[pair.index + 2 :]) or _is_among(
        pair.right, sides[: pair.index]
    )


def _is_among(side: Expression, sides: Sequence[Expression | None]) -> bool:
    return any(each is not None and is_identity(side, each) for each in sides)


def _explain(found: Comparison) -> str:
    if found.point is None or found.values is None:
        return "the sides differ"
    left, right = found.values
    at = f"at {show_point(found.point)} " if found.point else ""
    return f"{at}the sides are {show(left)} and {show(right)}"


def _is_rewriting(trail: Trail, statement: Statement) -> bool:
    """Tell whether the words make the pair a rewriting, and neither a condition nor a case."""
    pair, chain = statement.pair, statement.pair.chain
    if pair.left.calls or pair.right.calls or chain.related:
        return False
    if pair.left.has_decimals or pair.right.has_decimals:
        return False
    is_power_of_i = _is_complex(pair) and any(map(_IMAGINARY.search, trail.texts))
    inside, expands = pair.index > 0 or chain.continues, _is_expansion(trail, statement)
    doubts = (
        any("|" in side.source or "abs" in side.source for side in chain.sides),  # one sign
        _is_stepped(pair),
        pair.index == 0 and not is_power_of_i and _is_power(pair.left.formula),
        supposes(chain.sentence),
        not (inside or expands or is_power_of_i) and brings_in(_GIVEN.sub("", chain.sentence)),
        is_either(chain.tail),
        not expands and (_EQUATES if inside else _SOLVES).search(chain.sentence),
        not _has_work_to_do(statement),
        _is_given_a_value(statement),
        _is_slip(statement),
    )
    if any(doubts):
        return False
    if _is_complex(pair):
        return is_power_of_i or not isinstance(pair.right.formula, Symbol)  # equal or not
    goes_on = chain.continues or len(chain.sides) >= _MIN_SIDES
    return expands or goes_on or _REWRITES.search(chain.lead) is not None


def _is_conditional(trail: Trail, statement: Statement) -> bool:
    """Tell whether something that is stated elsewhere may make the sides equal."""
    names = statement.names
    if any(map(is_about_digits, trail.texts)):
        return True
    for other in trail.statements:
        if other.pair.chain is statement.pair.chain and other.step == statement.step:
            continue
        if names and other.names and other.names <= names and not _is_harmless(other, statement):
            return True
    return any(_is_unread_about(text, names) for text in trail.texts)


def _is_harmless(other: Statement, statement: Statement) -> bool:
    """Tell whether an equation is an identity, or one whose solutions refute the pair as well."""
    if is_identity(*other.equation):
        return True
    if len(other.names) > 1 or other.names != statement.names:
        return False
    return compare_on(other.equation, statement.equation).agreement == "never"


def _is_unread_about(text: str, names: frozenset[str]) -> bool:
    """Tell whether `text` states an equation about these variables that was not read."""
    for read in read_chains(text):
        if None not in (read.sides[1:] if read.chain.continues else read.sides):
            continue
        source = " ".join(side.source or text[side.start : side.end] for side in read.chain.sides)
        letters = _COMMAND.sub(" ", source)
        if any(name in (letters if len(name) == 1 else source) for name in names):
            return True
    return False
