"""math-verify as its documentation uses it, inside a worker that can be killed."""

import importlib
import logging
from typing import Any

import msgspec

TARGET = f"{__name__}:verify"
DEADLINE_S = 12.0


def prepare() -> None:
    """Import math-verify, and let its parser build its tables, before any clock starts."""
    importlib.import_module("math_verify")
    logging.getLogger("math_verify").setLevel(logging.ERROR)
    verify(msgspec.msgpack.encode((r"$\frac{1}{2}$", r"$\sqrt{3} + x^2$")))


def verify(payload: bytes) -> bytes:
    """Say `equal` or `different` of a gold answer and a text, both parsed by default."""
    math_verify: Any = importlib.import_module("math_verify")
    gold, text = msgspec.msgpack.decode(payload, type=tuple[str, str])
    parsed = [math_verify.parse(each, parsing_timeout=None) for each in (gold, text)]
    return b"equal" if math_verify.verify(*parsed, timeout_seconds=None) else b"different"
