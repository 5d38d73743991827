"""Verifiers, one a file: functions from a claim to a verdict that carries its evidence."""

from stepsmith.sandboxes.contract import Sandbox
from stepsmith.transforms.verify.base import (
    VERIFIERS,
    Case,
    Check,
    CheckGold,
    CheckWithTools,
    Finding,
    Tools,
    Trace,
    Verifier,
    Worker,
    ask,
    get_verifier,
    invalid,
    open_shared,
    undecided,
    valid,
    verifier,
)

__all__ = [
    "VERIFIERS",
    "Case",
    "Check",
    "CheckGold",
    "CheckWithTools",
    "Finding",
    "Sandbox",
    "Tools",
    "Trace",
    "Verifier",
    "Worker",
    "ask",
    "get_verifier",
    "invalid",
    "open_shared",
    "undecided",
    "valid",
    "verifier",
]
