"""Stands in for vLLM: the same command line, the same protocol, no model."""
