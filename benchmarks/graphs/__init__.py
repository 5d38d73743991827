"""Graphs to ask, a plain search that checks the answers, and the peers asked the same."""
