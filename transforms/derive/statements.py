"""Read the sides of the chains in a text."""

import dataclasses
import functools
import itertools
import re

from stepsmith.transforms.derive.chains import Chain, find_chains
from stepsmith.transforms.derive.expression import Expression, express, opaque
from stepsmith.transforms.formula.errors import UnreadableError
from stepsmith.transforms.formula.read import read_formula
from stepsmith.transforms.formula.tree import Apply, Number, Symbol, nodes

_MAX_NESTING = 30
_MAX_DIGITS = 60
_MAX_NODES = 200
_UNREADABLE = re.compile(
    r"[fghFGH]\s?\^\s?\{?\s?-\s?1"  # a function's inverse, no power
    r"|(?<![A-Za-z\\])[EPQR]\("  # probabilities, polynomials
    r"|[0-9][eE][-+]?[0-9]"  # `2e+9`: a power of ten, or a variable?
    r"|\.[0-9]*\s*\\(?:overline|bar|dot)|\\(?:overrightarrow|vec|mathbf)"  # no plain numbers
    r"|\\(?:[pP]si|(?:var)?phi|Phi|sigma|tau|rho|mu|Gamma|omega|zeta|chi)\s*(?:\\left)?\("
    # `\cos x (1 + y)`: a product, or the cosine of one?
    r"|(?:sin|cos|tan|cot|sec|csc|ln|log)\s*(?:\^\s*\{?[0-9]\}?\s*)?\\?[A-Za-z]{1,7}\s*[(\[]"
)
_VARIABLE = re.compile(
    r"(?<![\\A-Za-z])[A-Za-z]|[α-ω]"  # noqa: RUF001
    r"|\\(?:alpha|beta|gamma|delta|epsilon|theta|lambda|mu|rho|sigma|tau|phi|varphi|psi|omega|ell)"
)
_READABLE = (Apply, Number, Symbol)


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class Pair:
    """Two neighbours of a chain, both read: `left = right` at the half-open span of its text.

    `equation` has variables in place of the values of functions.
    """

    left: Expression
    right: Expression
    equation: tuple[Expression, Expression]
    names: frozenset[str]
    text: str
    start: int
    end: int
    chain: Chain
    index: int


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class ReadChain:
    """A chain, its sides as read (None where one was not read to its end), and its pairs."""

    chain: Chain
    sides: tuple[Expression | None, ...]
    pairs: tuple[Pair, ...]


@functools.lru_cache(maxsize=1_024)
def read_chains(text: str) -> tuple[ReadChain, ...]:
    """Return the chains of `text`, their sides read."""
    return tuple(_read(chain, text) for chain in find_chains(text))


def continue_chain(read: ReadChain, text: str, before: Expression) -> ReadChain:
    """Give a chain that begins with its equals sign the side that it goes on from."""
    sides = (before, *read.sides[1:])
    return ReadChain(read.chain, sides, _pairs(read.chain, sides, text))


def _read(chain: Chain, text: str) -> ReadChain:
    if not any(_VARIABLE.search(side.source) for side in chain.sides):
        return ReadChain(chain, (None,) * len(chain.sides), ())  # numbers alone: not worth reading
    sides = tuple(read_side(side.source) for side in chain.sides)
    return ReadChain(chain, sides, _pairs(chain, sides, text))


@functools.lru_cache(maxsize=4_096)
def read_side(source: str) -> Expression | None:
    """Read one side; None for what is empty, unreadable, or made of more than numbers."""
    if not source or _UNREADABLE.search(source):
        return None
    try:
        formula = read_formula(source, max_nesting=_MAX_NESTING, max_digits=_MAX_DIGITS)
    except UnreadableError:
        return None
    for count, node in enumerate(nodes(formula)):
        if count > _MAX_NODES or not isinstance(node, _READABLE):
            return None
    return express(formula)


def _pairs(chain: Chain, read: tuple[Expression | None, ...], text: str) -> tuple[Pair, ...]:
    found: list[Pair] = []
    for index, (left, right) in enumerate(itertools.pairwise(read)):
        if left is None or right is None:
            continue
        start, end = chain.sides[index].start, chain.sides[index + 1].end
        equation = opaque(left), opaque(right)
        names = equation[0].names | equation[1].names
        found.append(Pair(left, right, equation, names, text[start:end], start, end, chain, index))
    return tuple(found)


def may_state(text: str, *, rewriting: bool) -> bool:
    """Tell quickly whether `text` states an equation in variables, or rewrites within a chain."""
    if "=" not in text:
        return False
    for read in read_chains(text):
        if read.chain.continues:
            return True
        for pair in read.pairs:
            names = pair.left.names
            either = pair.left.either or pair.right.either
            if (names == pair.right.names and (names or either)) if rewriting else pair.names:
                return True
    return False
