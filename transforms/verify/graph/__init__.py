"""Judging steps by a graph: the class of a step, its evidence, and measures of a chain."""
