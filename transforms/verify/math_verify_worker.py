"""The inside of the worker for `math.answer`: sympy and math-verify read untrusted text here only.

Never run in our own process: what it calls evaluates text, and may never return.
"""

import importlib
import logging
from random import Random
from typing import Any

import msgspec

TARGET = f"{__name__}:compare"

EQUAL = b"equal"
DIFFERENT = b"different"
UNPROVEN = b"unproven"
UNREADABLE = b"unreadable"

_DIGITS = 30
_SMALLEST_DIFFERENCE = 1e-12
_POINTS = 3
_WARM_UP = (
    (r"\frac{x^2}{2} + \sqrt{3} \cdot 5!", r"\frac{x^2 + 2\sqrt{3} \cdot 5!}{2}"),
    (r"(1, 2] \cup \{3\}", r"\{3\} \cup (1, 2]"),
    (r"x = 0.5 < 7 - \sin(y)", "1, 2"),
)


def prepare() -> None:
    """Import math-verify and let it build its parser's tables, before any clock starts."""
    importlib.import_module("math_verify")
    # It warns on every call that its own time limits (alarms) are off; our pool kills instead.
    logging.getLogger("math_verify").setLevel(logging.ERROR)
    for pair in _WARM_UP:
        compare(msgspec.msgpack.encode(pair))


def compare(payload: bytes) -> bytes:
    """Compare two answers, given as msgpack `(gold, answer)`.

    Where math-verify's own opinion and the values at a few points are at odds, the values win.
    Where it says "different" and no value shows it, nothing is proven: it may have failed to
    simplify.
    """
    math_verify: Any = importlib.import_module("math_verify")
    gold, answer = (
        math_verify.parse(
            text if "$" in text else f"${text}$", parsing_timeout=None, raise_on_error=True
        )
        for text in msgspec.msgpack.decode(payload, type=tuple[str, str])
    )
    if not gold or not answer or isinstance(gold[0], str) or isinstance(answer[0], str):
        return UNREADABLE
    differ = _surely_differ(gold[0], answer[0])
    if differ:
        return DIFFERENT
    equal = math_verify.verify(gold, answer, timeout_seconds=None, raise_on_error=True)
    return EQUAL if equal else UNPROVEN


def _surely_differ(gold: Any, answer: Any) -> bool:
    """Tell whether two expressions differ at a point, to 30 digits.

    math-verify rounds to six decimal places: 1/2004! and 1/2006! are the same to it, and so are
    2^-98 and 2^-99.
    """
    sympy: Any = importlib.import_module("sympy")
    if not all(isinstance(value, sympy.Expr) for value in (gold, answer)):
        return False
    if gold.atoms(sympy.Float) or answer.atoms(sympy.Float):
        return False
    symbols = sorted(gold.free_symbols | answer.free_symbols, key=str)
    random = Random(0)  # noqa: S311 -- no secret, and the same points each time
    for _ in range(_POINTS if symbols else 1):
        point = {symbol: sympy.Rational(random.randint(100, 900), 101) for symbol in symbols}
        if _differ_at(gold.subs(point).doit(), answer.subs(point).doit(), sympy):
            return True
    return False


def _differ_at(one: Any, other: Any, sympy: Any) -> bool:
    scale = abs(sympy.N(one, _DIGITS)) + abs(sympy.N(other, _DIGITS))
    difference = abs(sympy.N(one - other, _DIGITS))
    if not (scale.is_number and difference.is_number and scale.is_finite and difference.is_finite):
        return False
    return bool(scale > 0 and difference / scale > _SMALLEST_DIFFERENCE)
