"""The contract of an operator: a gold chain and a hop in, the edits that could be made there out.

An operator is a function, registered with the PRMBench class (`flaw`) that its errors would be put
into. Its name goes into every record, its first line into the list of operators. The reading of
the classes is the one that mutated programs have (`negatives/code/operator.py`):
`counterfactual`, a value is not what it is known to be; `domain_inconsistency`, another relation of
the same things; `deception`, so close to right that only a careful reader sees it (exchanged ends);
`missing_condition`, something needed is left out; `step_contradiction`, the opposite of what the
other steps need, or an order that they cannot have; `redundency`, a step done twice.

What it yields comes best first, and the random numbers are the subject's, so that the same
seed gives the same edits.
"""

import dataclasses
from collections.abc import Callable, Iterator
from typing import Literal

from stepsmith.schemas.registry import Registry, first_line
from stepsmith.transforms.negatives.graph.chain import Edit
from stepsmith.transforms.negatives.graph.subject import Subject

__all__ = ["OPERATORS", "Flaw", "Operator", "Propose", "counterfactual"]

Flaw = Literal[
    "counterfactual",
    "deception",
    "domain_inconsistency",
    "missing_condition",
    "redundency",
    "step_contradiction",
]
"""PRMBench's classes, spelled as in its data; no edit is `circular`, or of `confidence`."""

Propose = Callable[[Subject, int], Iterator[Edit]]
"""Edits of a gold chain at one of its hops, from 0."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class Operator:
    """A registered operator."""

    name: str
    flaw: Flaw | None
    propose: Propose


OPERATORS: Registry[Operator] = Registry(
    "counterfactual operator",
    package="stepsmith.transforms.negatives.graph.operators",
    group="stepsmith.graph_operators",
)


def counterfactual(name: str, *, flaw: Flaw | None = None) -> Callable[[Propose], Propose]:
    """Register an operator under `name`."""

    def register(propose: Propose) -> Propose:
        operator = Operator(name=name, flaw=flaw, propose=propose)
        OPERATORS.add(name, operator, module=propose.__module__, summary=first_line(propose))
        return propose

    return register
