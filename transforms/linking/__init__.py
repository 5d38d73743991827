"""From what a step says to triples of a graph: names, phrases of relations, negation, frames."""

from stepsmith.transforms.linking.links import (
    REASONS,
    Assertion,
    Candidate,
    Links,
    Reason,
    Unlinked,
)
from stepsmith.transforms.linking.step import link_step

__all__ = [
    "REASONS",
    "Assertion",
    "Candidate",
    "Links",
    "Reason",
    "Unlinked",
    "link_step",
]
