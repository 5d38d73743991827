"""Measurements behind what stepsmith claims: `python -m benchmarks.NAME --json`, one file a claim.

A benchmark measures its baselines in the same run as its claims. A peer that it needs is installed
into an environment of its own, never into the project's. What they all print is `report.Report`.
"""
