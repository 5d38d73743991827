"""Locating first errors in those worlds: single solutions, and a problem's many."""
