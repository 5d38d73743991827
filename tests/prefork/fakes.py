"""A sandbox over guards that misbehave."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from stepsmith.sandboxes.contract import Execution, ExecutionResult, Limits
from stepsmith.sandboxes.images import Image
from stepsmith.sandboxes.prefork.guards import Patience
from stepsmith.sandboxes.prefork.local import LocalLauncher
from stepsmith.sandboxes.prefork.sandbox import PreforkSandbox

FAKE = str(Path(__file__).with_name("fake_guard.py"))
PATIENCE = Patience(start_s=120, grace_s=60)
"""Enough for a guard on a machine that is busy with much else; none that behaves is late."""

IMPATIENCE = Patience(start_s=120, grace_s=0.3)
"""For a guard that is to be late."""

LIMITS = Limits(wall_s=0.2)


@contextmanager
def fake_sandbox(
    *, slots: int = 1, warm: tuple[str, ...] = (), patience: Patience = PATIENCE
) -> Iterator[PreforkSandbox]:
    sandbox = PreforkSandbox(
        LocalLauncher("unsafe", program=FAKE),
        {"fake": Image(name="fake", warm=warm)},
        slots=slots,
        limits=LIMITS,
        backend="fake",
        patience=patience,
    )
    try:
        yield sandbox
    finally:
        sandbox.close()


def play(sandbox: PreforkSandbox, *words: str) -> ExecutionResult:
    """Have the guard do so, at each attempt the next, and the last again and again."""
    return sandbox.run(Execution(id="fake", source="\n".join(words)))
