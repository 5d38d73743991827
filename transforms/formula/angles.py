"""Sines and their like at the angles where they are rational."""

from fractions import Fraction

from stepsmith.transforms.formula.budget import Budget, Function, Turn, Value

__all__ = ["ANGLE_FUNCTIONS"]

# The values of the sine that are rational at rational multiples of pi (Niven), by turns of pi.
_SINES = {
    Fraction(0): Fraction(0),
    Fraction(1, 6): Fraction(1, 2),
    Fraction(1, 2): Fraction(1),
    Fraction(5, 6): Fraction(1, 2),
    Fraction(1): Fraction(0),
    Fraction(7, 6): Fraction(-1, 2),
    Fraction(3, 2): Fraction(-1),
    Fraction(11, 6): Fraction(-1, 2),
}
_TANGENTS = {Fraction(0): Fraction(0), Fraction(1, 4): Fraction(1), Fraction(3, 4): Fraction(-1)}
_HALF = Fraction(1, 2)


def _turns(value: Fraction) -> Fraction | None:
    """Return the angle in units of pi; of a plain number only zero is one."""
    return Fraction(value) if isinstance(value, Turn) or value == 0 else None


def _sine(values: list[Fraction], _: Budget) -> Value:
    angle = _turns(values[0])
    return None if angle is None else _SINES.get(angle % 2)


def _cosine(values: list[Fraction], _: Budget) -> Value:
    angle = _turns(values[0])
    return None if angle is None else _SINES.get((angle + _HALF) % 2)


def _tangent(values: list[Fraction], _: Budget) -> Value:
    angle = _turns(values[0])
    return None if angle is None else _TANGENTS.get(angle % 1)


def _inverse_of(function: Function) -> Function:
    def apply(values: list[Fraction], budget: Budget) -> Value:
        value = function(values, budget)
        return 1 / value if value else None

    return apply


def _cotangent(values: list[Fraction], _: Budget) -> Value:
    angle = _turns(values[0])
    return None if angle is None else _TANGENTS.get((_HALF - angle) % 1)


ANGLE_FUNCTIONS: dict[str, Function] = {
    "sin": _sine,
    "cos": _cosine,
    "tan": _tangent,
    "csc": _inverse_of(_sine),
    "sec": _inverse_of(_cosine),
    "cot": _cotangent,
}
