"""The inside of the worker for `math.answer`: sympy and math-verify read untrusted text here only.

Never run in our own process: what it calls evaluates text, and may never return.
"""

import importlib
import logging
from typing import Any

import msgspec

TARGET = f"{__name__}:compare"

EQUAL = b"equal"
DIFFERENT = b"different"
UNREADABLE = b"unreadable"

_DIGITS = 30
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
    """Compare two answers, given as msgpack `(gold, answer)`."""
    math_verify: Any = importlib.import_module("math_verify")
    gold, answer = (
        math_verify.parse(
            text if "$" in text else f"${text}$", parsing_timeout=None, raise_on_error=True
        )
        for text in msgspec.msgpack.decode(payload, type=tuple[str, str])
    )
    if not gold or not answer:
        return UNREADABLE
    equal = math_verify.verify(gold, answer, timeout_seconds=None, raise_on_error=True)
    return EQUAL if equal and not _surely_differ(gold[0], answer[0]) else DIFFERENT


def _surely_differ(gold: Any, answer: Any) -> bool:
    """Overrule the equality of tiny numbers: math-verify rounds to six decimal places.

    1/2004! and 1/2006! are the same to it, and so are 2^-98 and 2^-99.
    """
    sympy: Any = importlib.import_module("sympy")
    if not all(isinstance(value, sympy.Expr) and value.is_number for value in (gold, answer)):
        return False
    if gold.atoms(sympy.Float) or answer.atoms(sympy.Float):
        return False
    one, other = gold.doit(), answer.doit()
    scale = sympy.Max(abs(one), abs(other))
    return bool(scale > 0 and sympy.N(abs(one - other) / scale, _DIGITS) > sympy.Float("1e-12"))
