"""Programs edited on purpose: typed operators over the syntax tree, minimal edits of the text.

Nothing here runs a program. A mutation is meant to break one and a refactoring to keep what it
does, but what an edit did is for an execution to say.
"""

from stepsmith.transforms.negatives.code.assemble import assemble
from stepsmith.transforms.negatives.code.edits import Change, Edit, Flaw, Kind, Mutant, apply
from stepsmith.transforms.negatives.code.limits import ProgramError
from stepsmith.transforms.negatives.code.mutants import candidates, mutants
from stepsmith.transforms.negatives.code.operator import (
    OPERATORS,
    Operator,
    Subject,
    mutation,
    refactoring,
)

__all__ = [
    "OPERATORS",
    "Change",
    "Edit",
    "Flaw",
    "Kind",
    "Mutant",
    "Operator",
    "ProgramError",
    "Subject",
    "apply",
    "assemble",
    "candidates",
    "mutants",
    "mutation",
    "refactoring",
]
