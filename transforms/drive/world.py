"""The chain world: a policy of stated rates whose every probability and error is known.

A solution has a fixed number of steps and is intact until its first wrong one. An intact prefix of
`i` of `T` steps ends right with probability s^(T-i), since each of the remaining steps holds with
probability s; a prefix that was broken already ends right with probability `recovery`, whatever is
left of it. All of it is read from the text, so any prefix can be continued, and the true first
error of any solution is known.
"""

import dataclasses
from collections.abc import Callable, Iterable, Sequence
from random import Random

RIGHT, WRONG = " right\n", " wrong\n"
"""How the last step of a solution ends that reaches the answer, or does not."""
BROKEN = " broken"
"""What marks a wrong step: no token of a step begins like it, since those are hexadecimal."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class ChainWorld:
    """The chain world; `curve`, if given, replaces s^(T-i): the chance after i intact steps."""

    n_steps: int
    success: float
    recovery: float = 0.0
    curve: Callable[[int], float] | None = None

    def value(self, n_done: int, *, intact: bool) -> float:
        """Return the exact chance to end right from a prefix of `n_done` steps."""
        if n_done == self.n_steps:
            return 1.0 if intact else 0.0
        if not intact:
            return self.recovery
        if self.curve is not None:
            return self.curve(n_done)
        return float(self.success ** (self.n_steps - n_done))

    def write(self, prefix: Sequence[str], rng: Random) -> Sequence[str]:
        """Continue `prefix`: first whether it ends right, then where it goes wrong if not."""
        n_done = len(prefix)
        intact = first_bad(prefix) is None
        right = rng.random() < self.value(n_done, intact=intact)
        error = n_done if not intact else None if right else self._error_after(n_done, rng)
        return [
            _step(index, bad=error is not None and index == error and intact, rng=rng)
            + (_ending(right=right) if index == self.n_steps - 1 else "\n")
            for index in range(n_done, self.n_steps)
        ]

    def wrong_solution(self, rng: Random) -> Sequence[str]:
        """Write a solution that ends wrong, its first error drawn as the world draws errors."""
        error = self._error_after(0, rng)
        return [
            _step(index, bad=index == error, rng=rng)
            + (_ending(right=False) if index == self.n_steps - 1 else "\n")
            for index in range(self.n_steps)
        ]

    def _error_after(self, n_done: int, rng: Random) -> int:
        """Draw the first wrong step of a continuation that ends wrong."""
        rest = range(n_done, self.n_steps)
        weights = [self.success ** (index - n_done) * (1 - self.success) for index in rest]
        return rng.choices(rest, weights)[0] if sum(weights) else rng.choice(rest)


def _step(index: int, *, bad: bool, rng: Random) -> str:
    return f"{index} {rng.getrandbits(32):08x}{BROKEN if bad else ''}"


def _ending(*, right: bool) -> str:
    return RIGHT if right else WRONG


def first_bad(texts: Iterable[str]) -> int | None:
    """Return the true first error of a solution: the index of its first bad step."""
    return next((index for index, text in enumerate(texts) if BROKEN in text), None)
