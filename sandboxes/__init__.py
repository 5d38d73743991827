"""Processes that can be killed, and sandboxes for code from models."""

from stepsmith.sandboxes.errors import DeadlineError, SandboxError, WorkerError
from stepsmith.sandboxes.images import Image
from stepsmith.sandboxes.open import open_sandbox, shared_sandbox
from stepsmith.sandboxes.workers.pool import WorkerPool, shared_pool

__all__ = [
    "DeadlineError",
    "Image",
    "SandboxError",
    "WorkerError",
    "WorkerPool",
    "open_sandbox",
    "shared_pool",
    "shared_sandbox",
]
