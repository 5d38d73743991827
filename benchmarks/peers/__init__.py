"""Drivers of other systems, each run by an interpreter of its own that has none of stepsmith."""
