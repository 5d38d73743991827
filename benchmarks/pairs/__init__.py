"""Pairs of answers, equal or different: a public set, and those made by construction."""
