"""Shares and what is known of them: Wilson's interval."""

import dataclasses
import math

_Z = 1.959963984540054  # the 97.5 % point of the normal distribution


@dataclasses.dataclass(frozen=True, slots=True)
class Rate:
    """`hits` of `of`. Without any case there is no value, and nothing is known of it."""

    hits: int
    of: int

    @property
    def value(self) -> float | None:
        """The share itself, in [0, 1]."""
        return self.hits / self.of if self.of else None

    @property
    def interval(self) -> tuple[float, float]:
        """The 95 % interval of the share behind it, by Wilson's score."""
        return wilson(self.hits, self.of)


def wilson(hits: int, of: int) -> tuple[float, float]:
    """Return Wilson's 95 % score interval of a share (JASA 22, 1927); all of [0, 1] of no case."""
    if not of:
        return 0.0, 1.0
    share, z2 = hits / of, _Z * _Z
    middle = share + z2 / (2 * of)
    spread = _Z * math.sqrt(share * (1 - share) / of + z2 / (4 * of * of))
    low, high = ((middle + sign * spread) / (1 + z2 / of) for sign in (-1, 1))
    # Rounding leaves a rest where the bound is exact.
    return (0.0 if hits == 0 else low), (1.0 if hits == of else high)


def harmonic_mean(left: float, right: float) -> float:
    """Return the harmonic mean of two shares; 0 where both are."""
    return 2 * left * right / (left + right) if left + right else 0.0
