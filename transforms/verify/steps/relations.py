"""Find the relations between numbers that a step writes down, chain by chain.

The rule is to leave alone whatever could mean something else: a false alarm costs more than an
error that goes by.
"""

import functools
import itertools
import re
from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import Final, Literal, NamedTuple

from stepsmith.transforms.verify.steps.chains import (
    SIGNS,
    Link,
    find_chains,
    find_comparisons,
)
from stepsmith.transforms.verify.steps.compare import Compared, compare
from stepsmith.transforms.verify.steps.contexts import Context
from stepsmith.transforms.verify.steps.sides import (
    Page,
    Side,
    read_after_dash,
)
from stepsmith.transforms.verify.steps.tokens import Token, tokenise
from stepsmith.transforms.verify.steps.trees import Number, UnreadableError, Value, compute

Truth = Literal["true", "otherwise", "rounded", "false", "unjudged", "unread"]

HOLDS: Final[frozenset[Truth]] = frozenset({"true", "otherwise", "rounded"})
"""What is no evidence against a step: `otherwise` and `rounded` are none for it either."""

_HAS_RELATION: Final = re.compile(
    r"[=≈＝≃≅∼<>≤≥≠]|\\(?:approx|simeq|doteq|[lg]eq?|[lg]t|neq?)(?![a-z])|\bequals\b"  # noqa: RUF001 -- signs that people write
)
_X_IS_A_NAME: Final = re.compile(r"[0-9]x(?![0-9\w])|(?<![0-9)] )(?<![0-9)])\bx\b\s*[-=^+<>)]")

_UNEQUAL: Final = frozenset({"≠", "\\ne", "\\neq", "!="})
_LESS: Final = frozenset({"<", "\\lt"})
_AT_MOST: Final = frozenset({"≤", "<=", "\\le", "\\leq"})
_MORE: Final = frozenset({">", "\\gt"})
_AT_LEAST: Final = frozenset({"≥", ">=", "\\ge", "\\geq"})

_RUNNING: Final = "a running total: the sign says `and then`"
_SEPARATORS: Final = re.compile(r"[^0-9.]")


class Relation(NamedTuple):
    """`left = right` as written at the half-open span, with both values where they were read.

    `unjudged`: it seems false, and `reason` says why that is not held against it. `unread`: there
    is a sign, but not two sides that can be read. `read` is how they were read, signs made plain.
    `compares` says that the sign is `<`, `≥`, `≠` or the like.
    """

    text: str
    start: int
    end: int
    truth: Truth
    reason: str
    left: Value | None = None
    right: Value | None = None
    read: str = ""
    compares: bool = False


@functools.lru_cache(maxsize=64)  # who asks for verdicts often asks next what was seen
def find_relations(text: str, prompt: str = "") -> tuple[Relation, ...]:
    """Return the relations of a step of the problem `prompt`, in order."""
    if _HAS_RELATION.search(text) is None:
        return ()
    tokens = tokenise(text)
    if any(token.kind == "line" for token in tokens):
        tokens = _without_lines_inside(_without_lines_before_signs(tokens))
    page = Page(text, tokens, [token.kind for token in tokens], _X_IS_A_NAME.search(text) is None)
    context = Context(text, prompt)
    found = list(_relations(page, text, context))
    compared = [
        _compared(page, text, context, link.left, link.right, link.sign)
        for link in find_comparisons(page)
        if link.left is not None and link.right is not None
    ]
    judged = [each for each in compared if each is not None]
    return tuple(sorted((*found, *judged), key=lambda each: each.start)) if judged else tuple(found)


def _without_lines_before_signs(tokens: list[Token]) -> list[Token]:
    return [
        token
        for token, following in zip(tokens, [*tokens[1:], tokens[-1]], strict=True)
        if not (token.kind == "line" and following.kind in SIGNS)
    ]


def _without_lines_inside(tokens: list[Token]) -> list[Token]:
    """Leave out ends of lines after an operator, and in a display, where they are spaces."""
    kept: list[Token] = []
    for token, following in zip(tokens, [*tokens[1:], tokens[-1]], strict=True):
        if token.kind == "line" and kept and token.text.startswith("\n"):
            before = kept[-1]
            in_display = token.math and {before.kind, following.kind} != {"number"}
            if in_display or before.kind == "operator":
                continue
        kept.append(token)
    return kept


def _relations(page: Page, text: str, context: Context) -> Iterator[Relation]:
    for chain in find_chains(page):
        relations = [
            _unread(page, text, *link)
            if link.left is None or link.right is None
            else _judged(page, text, context, link.left, link.right, link.sign)
            for link in chain
        ]
        yield from _without_running_totals(page, chain, _without_slips(chain, relations))


def _without_slips(chain: Sequence[Link], relations: Sequence[Relation]) -> Sequence[Relation]:
    """Return the relations of a chain, slips of the pen not held against it.

    Where one side is off and those before and after it agree, as in 2 + 3 = 6 = 5, what the chain
    concludes is right, and people let it pass.
    """
    kept = list(relations)
    for at, (one, other) in enumerate(itertools.pairwise(relations)):
        before, after = chain[at].left, chain[at + 1].right
        if before is None or after is None or {one.truth, other.truth} - {"false", "unjudged"}:
            continue
        if compare(before.read, after.read, approximate=False).agreement in {"true", "otherwise"}:
            reason = "a slip: the sides before and after agree"
            kept[at] = one._replace(truth="unjudged", reason=reason)
            kept[at + 1] = other._replace(truth="unjudged", reason=reason)
    return kept


def _without_running_totals(
    page: Page, chain: Sequence[Link], relations: Sequence[Relation]
) -> Sequence[Relation]:
    """Return the relations of a chain, running totals not held against it.

    In 5 * 3 = 15 + 7 = 22 the sign says "and then": each number is computed rightly.
    """
    kept = list(relations)
    for at in range(len(kept) - 2, -1, -1):
        one, goes_on = kept[at], kept[at + 1]
        holds = goes_on.truth in HOLDS or goes_on.reason == _RUNNING
        if one.truth == "false" and holds and _goes_on_from(page, chain[at], one.left):
            kept[at] = one._replace(truth="unjudged", reason=_RUNNING)
    return kept


def _goes_on_from(page: Page, link: Link, total: Value | None) -> bool:
    """Tell whether the right side begins with this number, and goes on with a new one.

    In 3 * 5 + 8 * 2 = 31 + 16 the products are computed, and the first of them wrongly.
    """
    side = link.right
    if side is None or side.read.is_lone or link.left is None:
        return False
    last = _last_term(side)
    if last is not None and last == _last_term(link.left):
        return False
    at = side.start + (page.kinds[side.start] == "currency")
    if page.kinds[at] != "number" or page.kinds[at + 1] != "operator":
        return False
    try:
        return Fraction(_SEPARATORS.sub("", page.tokens[at].text)) == total
    except ValueError:
        return False


def _last_term(side: Side) -> Value | None:
    tree = side.read.tree
    if isinstance(tree, Number) or tree.operation not in {"+", "-"}:
        return None
    try:
        return compute(tree.right)
    except (UnreadableError, ArithmeticError):
        return None


def _unread(page: Page, text: str, sign: int, left: Side | None, right: Side | None) -> Relation:
    tokens = page.tokens
    start = tokens[left.start if left else sign].start
    end = tokens[right.stop - 1 if right else sign].end
    side = "either side" if left is right else "the left side" if left is None else "the right side"
    return Relation(text[start:end], start, end, "unread", f"{side} is no number that can be read")


def _judged(
    page: Page, text: str, context: Context, left: Side, right: Side, sign: int
) -> Relation:
    tokens = page.tokens
    start, end = tokens[left.start].start, tokens[right.stop - 1].end
    compared = compare(left.read, right.read, approximate=page.kinds[sign] == "approximate")
    truth: Truth = compared.agreement
    reason = ""
    undashed = read_after_dash(page, left) if truth == "false" else None
    if (
        undashed is not None
        and compare(undashed, right.read, approximate=True).left == compared.right
    ):
        reason = "a dash or a sign"
        truth = "unjudged"
    elif truth == "false":
        reason = context.why_not(left, right, compared, start, end)
        truth = "unjudged" if reason else "false"
    read = f"{_plain(page, left)} {page.tokens[sign].text} {_plain(page, right)}"
    return Relation(text[start:end], start, end, truth, reason, compared.left, compared.right, read)


def _compared(
    page: Page, text: str, context: Context, left: Side, right: Side, sign: int
) -> Relation | None:
    """Judge a sign that compares; None for one that means something else.

    Sides that are said to be unequal and are equal refute. Of an order only the truth is of use:
    2 + 2 > 4 may be tried, to see that there is no such triangle.
    """
    written = page.tokens[sign].text
    compared = compare(left.read, right.read, approximate=False)
    holds = _holds(written, compared)
    if holds is None or (written == "!=" and page.tokens[sign].glued):
        return None  # 5!=120
    start, end = page.tokens[left.start].start, page.tokens[right.stop - 1].end
    truth: Truth = "true" if holds else "unjudged"
    reason = "" if holds else "it may be tried"
    if not holds and written in _UNEQUAL:
        reason = context.why_not(left, right, compared, start, end)
        if left.units != right.units or left.read.has_currency != right.read.has_currency:
            reason = reason or "units may differ"
        truth = "unjudged" if reason else "false"
    read = f"{_plain(page, left)} {written} {_plain(page, right)}"
    one, other = compared.left, compared.right
    return Relation(text[start:end], start, end, truth, reason, one, other, read, compares=True)


def _holds(sign: str, compared: Compared) -> bool | None:
    """Tell whether a comparison holds; None where rounding decides, or nothing is compared."""
    one, other = compared.left, compared.right
    if one is None or other is None or compared.agreement in {"unread", "rounded", "otherwise"}:
        return None
    same = compared.agreement == "true"
    if sign in _UNEQUAL:
        return not same
    if sign in _LESS | _AT_MOST:
        return sign in _AT_MOST if same else one < other
    if sign in _MORE | _AT_LEAST:
        return sign in _AT_LEAST if same else one > other
    return None


def _plain(page: Page, side: Side) -> str:
    return " ".join(token.text for token in page.tokens[side.start : side.stop])
