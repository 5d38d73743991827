"""Chains of facts made wrong on purpose: each edit says why it is wrong, and what was looked up.

Nothing here writes text. An operator edits the edges of a gold chain; whether a fact is true is
asked of the whole graph, under every name and every reading of its relation.
"""

from stepsmith.transforms.negatives.graph.chain import Chain, Continuation, Edit, Fault, Hop, Safety
from stepsmith.transforms.negatives.graph.operator import OPERATORS, Operator, counterfactual
from stepsmith.transforms.negatives.graph.spread import Found, counterfactuals
from stepsmith.transforms.negatives.graph.subject import Subject
from stepsmith.transforms.negatives.graph.truth import Truth

__all__ = [
    "OPERATORS",
    "Chain",
    "Continuation",
    "Edit",
    "Fault",
    "Found",
    "Hop",
    "Operator",
    "Safety",
    "Subject",
    "Truth",
    "counterfactual",
    "counterfactuals",
]
