"""What an exact evaluation works on and what it may cost."""

from collections.abc import Callable
from fractions import Fraction

from stepsmith.transforms.formula.errors import TooLargeError

__all__ = ["Budget", "Function", "Turn", "Value", "bits_of"]

_MAX_STEPS = 6_000  # of series, factorials and binomials together: some 10 ms


class Budget:
    """What one evaluation may still cost, and the values of the indices of its series."""

    __slots__ = ("indices", "max_bits", "steps")

    def __init__(self, max_bits: int) -> None:
        self.max_bits = max_bits
        self.steps = _MAX_STEPS
        self.indices: dict[str, Fraction] = {}

    def check(self, bits: float, *, times: int = 1) -> None:
        """Refuse a number of more bits than are allowed, or so many times more."""
        if bits > self.max_bits * times:
            msg = f"a number of {bits:.0f} bits; {self.max_bits} are allowed"
            raise TooLargeError(msg)

    def spend(self, steps: int) -> None:
        """Count work that is repeated."""
        self.steps -= steps
        if self.steps < 0:
            msg = "a series that takes too many steps"
            raise TooLargeError(msg)


class Turn(Fraction):
    """A rational multiple of pi: what sines and cosines of nice angles need."""

    __slots__ = ()


Value = Fraction | Turn | None
Function = Callable[[list[Fraction], Budget], Value]


def bits_of(value: Fraction) -> int:
    """Return the bits of the larger of numerator and denominator."""
    return max(value.numerator.bit_length(), value.denominator.bit_length())
