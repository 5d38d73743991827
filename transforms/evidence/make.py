"""Groups from a table of facts: cut into splits first, so that nothing of one is in another."""

import dataclasses
from collections.abc import Iterable, Iterator, Mapping
from random import Random

import msgspec

from stepsmith.schemas.errors import RecipeError, SourceError, suggest
from stepsmith.schemas.facts import ModifierOrigin
from stepsmith.schemas.records import Problem
from stepsmith.transforms.evidence.conditional import ConditionalMaker
from stepsmith.transforms.evidence.facts import CaseFact, FactsTable
from stepsmith.transforms.evidence.group import EvidenceGroup
from stepsmith.transforms.evidence.plain import plain_groups
from stepsmith.transforms.evidence.spelling import alike
from stepsmith.transforms.evidence.splits import check_splits, tables_of
from stepsmith.transforms.text.names import fold

__all__ = ["SPLITS", "GroupDesign", "make_problems"]

SPLITS: Mapping[str, float] = {"train": 0.8, "validation": 0.1, "test": 0.1}


@dataclasses.dataclass(frozen=True, kw_only=True)
class GroupDesign:
    """How many groups of each block are made, and of what.

    `shown` is how many facts a case without text shows beside the one in question. `curated` says
    that each negative fact is a person's word.
    """

    plain: int
    conditional: int
    shown: int
    modifiers: ModifierOrigin
    modified_by: Mapping[str, str]
    splits: Mapping[str, float]
    seed: int
    curated: bool = False

    def __post_init__(self) -> None:
        check_splits(self.splits)
        if (self.modifiers == "declared") is not bool(self.modified_by):
            msg = (
                'modified_by names the modifier of each finding, and goes with modifiers="declared"'
            )
            raise RecipeError(msg)
        if not self.plain and not self.conditional:
            msg = "plain = 0, conditional = 0: there is nothing to make"
            raise RecipeError(msg)


def make_problems(
    facts: Iterable[CaseFact], design: GroupDesign, *, source: str, domain: str
) -> Iterator[Problem]:
    """Yield a problem a group; the same facts in any order give the same problems.

    Raises `SourceError` where the facts give no group at all, with what they would have to have,
    and `RecipeError` where `modified_by` names a finding that they do not have.
    """
    table = FactsTable.of(sorted(facts, key=dataclasses.astuple))
    design = dataclasses.replace(design, modified_by=_as_spelt(design.modified_by, table))
    made = 0
    for number, group in _numbered(table, design):
        made += 1
        id_ = f"{group.block}-{group.split}-{number:06d}"
        yield Problem(
            id=id_,
            group_id=id_,
            prompt="Does the evidence support the claim about the case?",
            source=source,
            domain=domain,
            payload=msgspec.json.encode(group).decode(),
        )
    if not made:
        raise SourceError(_nothing_made(table))


def _numbered(table: FactsTable, design: GroupDesign) -> Iterator[tuple[int, EvidenceGroup]]:
    tables = tables_of(table, design.splits, seed=design.seed)
    for split, part in tables.items():
        share = design.splits[split]
        # Of strings: a generator so seeded gives the same in every process.
        plain = plain_groups(
            part,
            Random(f"{design.seed}/plain/{split}"),  # noqa: S311 - of a sample, not secrets
            split=split,
            count=round(design.plain * share),
            shown=design.shown,
            curated=design.curated,
        )
        yield from enumerate(plain)
        maker = ConditionalMaker(
            table=part,
            whole=table,
            split=split,
            splits=design.splits,
            seed=design.seed,
            origin=design.modifiers,
            modified_by=design.modified_by,
        )
        conditional = maker.groups(
            Random(f"{design.seed}/conditional/{split}"),  # noqa: S311 - the same
            count=round(design.conditional * share),
            shown=design.shown,
        )
        yield from enumerate(conditional)


def _as_spelt(modified_by: Mapping[str, str], table: FactsTable) -> Mapping[str, str]:
    """Return the declared findings and modifiers as the table spells them."""
    spelt = {fold(finding): finding for finding in table.holders}
    for name in (*modified_by, *modified_by.values()):
        if fold(name) not in spelt:
            msg = f"modified_by: no finding {name!r} in the facts; {suggest(name, table.holders)}"
            raise RecipeError(msg)
    return {
        spelt[fold(finding)]: spelt[fold(modifier)] for finding, modifier in modified_by.items()
    }


def _nothing_made(table: FactsTable) -> str:
    several = sum(_differs(tuple(states)) for states in table.holders.values())
    return (
        f"the facts give no group: {_count(len(table.cases), 'case')}, {several} of"
        f" {_count(len(table.holders), 'finding')} in several states (spellings of one state are"
        " one, as are cases with one text). A plain group takes two findings that cases of one"
        " split have in different states, and a reference of another name beside them, whose"
        " passage, where there are passages, says nothing else of the two; a conditional one two"
        " cases of a split that differ in a modifier, and another finding with several states"
    )


def _differs(states: tuple[str, ...]) -> bool:
    return any(not alike(states[0], other) for other in states[1:])


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
