"""A small graph to link against, and links written so that they can be compared."""

from stepsmith.transforms.graph.relations import Relation
from stepsmith.transforms.graph.store import Graph
from stepsmith.transforms.graph.triples import Fact
from stepsmith.transforms.linking import Assertion, Links

FACTS = (
    Fact("aspirin", "treats", "pain"),
    Fact("pain", "symptom_of", "flu"),
    Fact("ada", "place_of_birth", "london"),
    Fact("london", "capital_of", "uk"),
    Fact("dog", "isa", "canine"),
    Fact("no_country", "/film/film/genre", "Western"),
    Fact("no_country", "/film/film/directed_by", "coen"),
    Fact("paris_fr", "capital_of", "france"),
    Fact("paris_tx", "located_in", "texas"),
)
NAMES = {
    "ada": ("Ada Lovelace", "Ada"),
    "uk": ("United Kingdom", "UK"),
    "no_country": ("No Country for Old Men",),
    "coen": ("Joel Coen",),
    "paris_fr": ("Paris",),
    "paris_tx": ("Paris",),
}
RELATIONS = (
    Relation(key="treats", text="treats", inverse_phrases=("is relieved by",)),
    Relation(key="/film/film/genre", text="genre"),
)


def graph() -> Graph:
    return Graph.of(FACTS, names=NAMES, relations=RELATIONS)


def shown(graph: Graph, links: Links) -> list[str]:
    """Write each assertion as `head | relation | tail`, a denial with `not` before it."""
    return [_shown(graph, each) for each in links.assertions]


def _shown(graph: Graph, assertion: Assertion) -> str:
    edges = [" | ".join(graph.fact(each.edge)) for each in assertion.candidates]
    return ("not " if assertion.negated else "") + " or ".join(edges)
