"""Prompts, one a file."""
