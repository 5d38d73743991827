"""Chains of a graph's facts as text, right and spoiled, and what gives the spoiled away."""
