"""Sandboxes whose programs are forked by a guard: the side that asks, outside of every wall."""
