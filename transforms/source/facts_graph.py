"""Knowledge graphs as tables of facts, and these as groups of evidence."""

import dataclasses
from collections.abc import Iterator, Sequence
from typing import Literal

from stepsmith.schemas.facts import ModifierOrigin
from stepsmith.schemas.options import Natural
from stepsmith.schemas.records import ErrorRecord, Problem
from stepsmith.transforms.evidence.make import SPLITS, GroupDesign, make_problems
from stepsmith.transforms.files import Files
from stepsmith.transforms.source.base import Source, source


@source("facts_graph")
def facts_graph(  # noqa: PLR0913 - its parameters are a recipe's options
    *,
    graph: str,
    states: Literal["tails", "signs"] = "tails",
    relations: tuple[str, ...] = (),
    plain: Natural = 200,
    conditional: Natural = 200,
    shown: Natural = 3,
    modifiers: ModifierOrigin = "drawn",
    modified_by: dict[str, str] | None = None,
    splits: dict[str, float] | None = None,
    seed: int = 0,
    name: str = "",
    domain: str = "",
) -> Source:
    """Make evidence groups of a built graph: a case is a head, a finding a relation or a fact."""
    return GraphFactsSource(
        graph=graph,
        states=states,
        relations=relations,
        design=GroupDesign(
            plain=plain,
            conditional=conditional,
            shown=shown,
            modifiers=modifiers,
            modified_by=modified_by or {},
            splits=splits or SPLITS,
            seed=seed,
            curated=states == "signs",
        ),
        name=name,
        domain=domain,
    )


@dataclasses.dataclass(frozen=True, kw_only=True)
class GraphFactsSource:
    """One part, as of a table of facts; the graph is opened where it is read."""

    graph: str
    states: Literal["tails", "signs"]
    relations: tuple[str, ...]
    design: GroupDesign
    name: str = ""
    domain: str = ""

    def parts(self, files: Files) -> Sequence[str]:
        """Name the one part."""
        del files
        return ["groups"]

    def read(self, part: str, files: Files) -> Iterator[Problem | ErrorRecord]:
        """Make the groups; raises `GraphError` where the graph cannot be opened."""
        del part, files
        from stepsmith.transforms.evidence.graphs import facts_of
        from stepsmith.transforms.graph.store import Graph

        facts = facts_of(Graph.open(self.graph), states=self.states, relations=self.relations)
        source = self.name or "facts_graph"
        yield from make_problems(facts, self.design, source=source, domain=self.domain)
