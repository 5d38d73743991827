"""Raise MemoryError without using any memory."""

tried("forge", False)
finish()
raise MemoryError
