"""Processes that can be killed, and sandboxes for code from models."""
