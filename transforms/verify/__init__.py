"""Verifiers, one a file: functions from a claim to a verdict that carries its evidence."""

from stepsmith.transforms.verify.base import (
    VERIFIERS,
    Case,
    Check,
    CheckInWorker,
    Verifier,
    Worker,
    ask,
    get_verifier,
    invalid,
    undecided,
    valid,
    verifier,
)

__all__ = [
    "VERIFIERS",
    "Case",
    "Check",
    "CheckInWorker",
    "Verifier",
    "Worker",
    "ask",
    "get_verifier",
    "invalid",
    "undecided",
    "valid",
    "verifier",
]
