"""Sums as a model solves them, line by line, and an oracle that knows which line is wrong."""
