"""Raise an exception whose text has 64 MiB."""

tried("exception", False)
finish()
raise ValueError("x" * (64 << 20))
