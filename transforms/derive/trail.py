"""Everything that a solution has stated up to a step, in order, with the words in between."""

import dataclasses
from collections.abc import Iterator

from stepsmith.schemas.records import Claim
from stepsmith.transforms.derive.context import is_blank
from stepsmith.transforms.derive.expression import Equation, Expression
from stepsmith.transforms.derive.statements import Pair, ReadChain, continue_chain, read_chains

PROBLEM = -1
_MAX_STEPS = 30
_MAX_STATEMENTS = 150
_MAX_BETWEEN = 500
_MAX_AFTER = 100


@dataclasses.dataclass(frozen=True, slots=True)
class Statement:
    """`left = right` in the step of this index, -1 for the problem.

    `first` and `last` say that no other pair of the same chain stands before or after it; `sides`
    are all of that chain, None where one was not read.
    """

    pair: Pair
    step: int
    order: int
    first: bool
    last: bool
    sides: tuple[Expression | None, ...] = ()

    @property
    def names(self) -> frozenset[str]:
        """The variables of both sides; `f(3)` and the like are variables too."""
        return self.pair.names

    @property
    def equation(self) -> Equation:
        """Both sides, with variables in place of the values of functions."""
        return self.pair.equation

    @property
    def is_alone(self) -> bool:
        """Whether its chain has just these two sides."""
        return len(self.pair.chain.sides) == 2  # noqa: PLR2004 -- left and right


@dataclasses.dataclass(frozen=True, slots=True)
class Trail:
    """The statements of the problem and the steps, those of the step in question last."""

    texts: tuple[str, ...]
    statements: tuple[Statement, ...]
    now: int

    @property
    def new(self) -> list[Statement]:
        """The statements of the step in question."""
        return [each for each in self.statements if each.step == self.now]

    def before(self, statement: Statement) -> list[Statement]:
        """Return what was stated before, the latest first."""
        return [each for each in reversed(self.statements) if each.order < statement.order]

    def between(self, earlier: Statement, later: Statement) -> str | None:
        """Return the text between two statements; None where it is long."""
        if earlier.step == later.step:
            text = self.texts[later.step + 1][earlier.pair.end : later.pair.start]
            return text if len(text) <= _MAX_BETWEEN else None
        parts = [self.texts[earlier.step + 1][earlier.pair.end :]]
        parts += self.texts[earlier.step + 2 : later.step + 1]
        parts.append(self.texts[later.step + 1][: later.pair.start])
        text = "\n".join(parts)
        return text if len(text) <= _MAX_BETWEEN else None

    def after(self, statement: Statement) -> str:
        """Return the text right behind a statement, which may take it back."""
        end = statement.pair.end
        return self.texts[statement.step + 1][end : end + _MAX_AFTER]


def follow_trail(claim: Claim) -> Trail:
    """Read the problem, the steps before (the last of them, if there are many) and the step.

    Code and what it printed state nothing: `x = x + 1` is no equation there.
    """
    steps = (*claim.prior[-_MAX_STEPS:], claim.step)
    said = ("" if step.kind in ("code", "observation") else step.text for step in steps)
    texts = (claim.problem.prompt, *said)
    found: list[Statement] = []
    last: ReadChain | None = None
    for step, text in enumerate(texts, PROBLEM):
        for each in read_chains(text):
            goes_on = each.chain.continues and is_blank(each.chain.lead)
            before = _ending(last) if goes_on else None
            read = each if before is None else continue_chain(each, text, before)
            found.extend(_statements(read, step, len(found)))
            last = read
    statements = tuple(found[-_MAX_STATEMENTS:])
    return Trail(texts, statements, len(texts) - 2)


def _statements(read: ReadChain, step: int, order: int) -> Iterator[Statement]:
    n_pairs = len(read.sides) - 1
    for index, pair in enumerate(read.pairs, order):
        first = pair.index == 0 and not read.chain.continues
        last = pair.index == n_pairs - 1
        yield Statement(pair, step, index, first=first, last=last, sides=read.sides)


def _ending(read: ReadChain | None) -> Expression | None:
    """Return the last side of the chain before, which one that begins with `=` goes on from."""
    if read is None or not is_blank(read.chain.tail):
        return None
    return read.sides[-1]
