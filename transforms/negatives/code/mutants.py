"""Choosing among what the operators propose: valid, new, and spread over statements and operators.

Every proposal is checked here, whichever operator made it: the edited program parses, still has
the entry point (of a refactoring: with the same parameters), is another program, is not plainly
the same as the original, and is none that was chosen before.
"""

import ast
import dataclasses
import itertools
import random
from collections.abc import Iterable, Iterator, Mapping, Sequence

from stepsmith.transforms.negatives.code.canonical import Form, canonical_form
from stepsmith.transforms.negatives.code.edits import Edit, Kind, Mutant, apply, make_edit
from stepsmith.transforms.negatives.code.kinds import Kinds
from stepsmith.transforms.negatives.code.limits import ProgramError, parse_tree
from stepsmith.transforms.negatives.code.operator import OPERATORS, Operator, Subject
from stepsmith.transforms.negatives.code.program import (
    Function,
    Program,
    Span,
    find_function,
    read_program,
)

__all__ = ["candidates", "mutants"]

# A hostile program may make an operator propose without end, or the same thing again and again.
# Reference solutions come to a tenth of either.
_MAX_PROPOSALS = 1_000  # of one operator
_MAX_CHARACTERS_READ = 2_000_000  # by the parser, for one kind of edit

_HANDICAP = 3
"""A weak operator has its turn as if it had been used so many times before.

Each is still used on long programs, and wherever the others have nothing to propose.
"""


def mutants(
    source: str,
    *,
    entry_point: str,
    seed: int = 0,
    max_per_statement: int | None = 6,
    operators: Iterable[str] | None = None,
    editable: Span | None = None,
) -> list[Mutant]:
    """Return edited programs, in source order, the same ones for the same arguments.

    At most `max_per_statement` mutations and as many refactorings start in any one piece of the
    `statement` segmenter; all there are with `None`. Statements take turns, and each takes the
    operator that has been used least so far, the weak ones later, ties broken by `seed`.
    `operators` are names (all, if not given); no edit leaves the characters `editable` of the
    source (say, the solution behind its prompt). Raises `ProgramError` for a source that cannot be
    read, and `UnknownNameError`.
    """
    program = read_program(source, entry_point=entry_point, editable=editable)
    chosen = _operators(operators)
    kinds: tuple[Kind, ...] = ("mutation", "refactoring")
    found: list[Mutant] = []
    for kind in kinds:
        edits = _proposals(program, [each for each in chosen if each.kind == kind])
        # One generator each, so that leaving out the refactorings changes no mutation.
        rng = random.Random(f"{seed} {kind}")  # noqa: S311 (a choice, not a secret)
        found += _choose(program, edits, chosen, rng=rng, limit=max_per_statement)
    return sorted(found, key=lambda each: (each.edit.start, each.edit.end, each.edit.operator))


def candidates(source: str, *, entry_point: str, editable: Span | None = None) -> list[Mutant]:
    """Return every edited program that there is; see `mutants`."""
    return mutants(source, entry_point=entry_point, max_per_statement=None, editable=editable)


def _operators(names: Iterable[str] | None) -> list[Operator]:
    if names is None:
        return [entry.value for entry in OPERATORS]
    return [OPERATORS.get(name).value for name in sorted(set(names))]


def _proposals(program: Program, operators: Sequence[Operator]) -> list[Edit]:
    subject = Subject(program=program, kinds=Kinds(program))
    found: dict[tuple[int, int, str], Edit] = {}
    for operator in operators:
        for change in itertools.islice(operator.propose(subject), _MAX_PROPOSALS):
            edit = make_edit(program, change, operator=operator.name, kind=operator.kind)
            if edit is not None:
                found.setdefault((edit.start, edit.end, edit.after), edit)
    return [found[key] for key in sorted(found)]


@dataclasses.dataclass(kw_only=True)
class _Judge:
    """Says which edits are worth a mutant; remembers the programs it has let through."""

    program: Program
    seen: set[Form]
    characters_left: int = _MAX_CHARACTERS_READ

    def accepts(self, edit: Edit) -> str | None:
        """Return the edited source, or nothing where the edit is not to be had."""
        edited = apply(self.program.source, edit)
        self.characters_left -= len(edited)
        if self.characters_left < 0:
            return None
        try:
            tree = parse_tree(edited)
        except ProgramError:
            return None
        entry = find_function(tree, self.program.entry.name)
        if entry is None or not _keeps_signature(entry, self.program.entry):
            return None
        form = canonical_form(tree) if edit.kind == "mutation" else (ast.dump(tree),)
        if form in self.seen:
            return None
        self.seen.add(form)
        return edited


def _keeps_signature(entry: Function, original: Function) -> bool:
    return type(entry) is type(original) and ast.dump(entry.args) == ast.dump(original.args)


def _choose(
    program: Program,
    edits: Sequence[Edit],
    operators: Sequence[Operator],
    *,
    rng: random.Random,
    limit: int | None,
) -> Iterator[Mutant]:
    tree = program.tree
    judge = _Judge(program=program, seen={canonical_form(tree), (ast.dump(tree),)})
    by_name = {operator.name: operator for operator in operators}
    queues = _queues(edits, rng)
    used = {name: _HANDICAP * operator.weak for name, operator in by_name.items()}
    taken = dict.fromkeys(queues, 0)
    while queues:
        for statement in sorted(queues):
            is_full = taken[statement] == limit
            mutant = None if is_full else _next(queues[statement], used, judge)
            if mutant is None:
                del queues[statement]
                continue
            edit, edited = mutant
            taken[statement] += 1
            used[edit.operator] += 1
            yield Mutant(edit=edit, source=edited, flaw=by_name[edit.operator].flaw)


Queue = dict[str, list[Edit]]
"""The edits left to try, by operator."""


def _queues(edits: Sequence[Edit], rng: random.Random) -> dict[int, Queue]:
    """Put each statement's edits in the order in which they will be tried, by operator."""
    queues: dict[int, Queue] = {}
    for edit in edits:
        queues.setdefault(edit.statement_index, {}).setdefault(edit.operator, []).append(edit)
    for statement in sorted(queues):
        names = sorted(queues[statement])
        rng.shuffle(names)
        queues[statement] = {name: queues[statement][name] for name in names}
        for name in names:
            rng.shuffle(queues[statement][name])
    return queues


def _next(queue: Queue, used: Mapping[str, int], judge: _Judge) -> tuple[Edit, str] | None:
    """Take the next edit that passes, of the operator used least so far."""
    while queue:
        # The first of equals: the order in the queue was drawn.
        name = min(queue, key=lambda each: used[each])
        edit = queue[name].pop()
        if not queue[name]:
            del queue[name]
        edited = judge.accepts(edit)
        if edited is not None:
            return edit, edited
    return None
