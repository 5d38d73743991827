"""The contract of an operator: a parsed program in, the changes it could make out.

An operator is a pure function, registered with what kind of change it makes. It proposes; whether
a proposal parses, changes anything and is new is checked for all of them in one place. Its name
goes into every record, its first line into the list of operators.

A mutation may name the PRMBench class (`flaw`) that its errors would be put into, by this reading:
`missing_condition`, something needed is left out (a statement, a clause, a call, an operand);
`counterfactual`, a value is not what it is known to be; `step_contradiction`, the opposite of what
the other steps need (conditions, truth values, order of blocks); `domain_inconsistency`, a rule of
another field (an operator, a function of the same family, precedence); `deception`, so close to
right that only a careful reader sees it (off by one, exchanged names and arguments);
`redundency`, a step done twice; `circular`, a call of itself with what it was given.
"""

import ast
import dataclasses
from collections.abc import Callable, Iterator

from stepsmith.schemas.registry import Registry, first_line
from stepsmith.transforms.negatives.code.edits import Change, Flaw, Kind
from stepsmith.transforms.negatives.code.kinds import Kinds
from stepsmith.transforms.negatives.code.program import Program

__all__ = ["OPERATORS", "Operator", "Propose", "Subject", "mutation", "refactoring"]


@dataclasses.dataclass(frozen=True, kw_only=True)
class Subject:
    """What an operator sees: the program, and what is surely known of its expressions."""

    program: Program
    kinds: Kinds

    def conditions(self) -> Iterator[ast.expr]:
        """Yield what is only asked whether it holds: any value of the same truth would do."""
        for node in self.program.nodes:
            match node:
                case ast.If(test=test) | ast.While(test=test) | ast.IfExp(test=test):
                    yield test
                case ast.comprehension(ifs=tests):
                    yield from tests
                case _:
                    pass


Propose = Callable[[Subject], Iterator[Change]]


@dataclasses.dataclass(frozen=True, kw_only=True)
class Operator:
    """A registered operator; `flaw` is the PRMBench class of the errors it makes, if one fits.

    A `weak` one makes many changes that are no errors, and has its turn after the others.
    """

    name: str
    kind: Kind
    flaw: Flaw | None
    propose: Propose
    weak: bool = False


OPERATORS: Registry[Operator] = Registry(
    "code operator",
    package="stepsmith.transforms.negatives.code.operators",
    group="stepsmith.code_operators",
)


def mutation(
    name: str, *, flaw: Flaw | None = None, weak: bool = False
) -> Callable[[Propose], Propose]:
    """Register an operator whose changes are meant to break the program."""
    return _register(name, "mutation", flaw, weak=weak)


def refactoring(name: str) -> Callable[[Propose], Propose]:
    """Register an operator whose changes keep what the program does."""
    return _register(name, "refactoring", None)


def _register(
    name: str, kind: Kind, flaw: Flaw | None, *, weak: bool = False
) -> Callable[[Propose], Propose]:
    def register(propose: Propose) -> Propose:
        operator = Operator(name=name, kind=kind, flaw=flaw, propose=propose, weak=weak)
        OPERATORS.add(name, operator, module=propose.__module__, summary=first_line(propose))
        return propose

    return register
