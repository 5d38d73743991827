"""Processes that can be killed, and sandboxes for code from models."""

from stepsmith.sandboxes.errors import DeadlineError, WorkerError
from stepsmith.sandboxes.pool import WorkerPool, shared_pool

__all__ = ["DeadlineError", "WorkerError", "WorkerPool", "shared_pool"]
