"""Questions over a small graph, with everything that a rule of `graph.path` speaks of."""

import dataclasses

from stepsmith.schemas.records import Problem
from stepsmith.transforms.graph.payload import GraphPayload, Option
from stepsmith.transforms.graph.relations import Relation
from stepsmith.transforms.graph.triples import Fact
from stepsmith.transforms.verify.graph.question import Question, make_question

BORN = Fact("ada", "place_of_birth", "london")
CAPITAL = Fact("london", "capital_of", "uk")
BORDERS = Fact("uk", "borders", "ireland")
LIVED = Fact("ada", "residence", "london")
TOWNS = tuple(Fact(f"town{number}", "capital_of", f"land{number}") for number in range(12))
FACTS = (
    BORN,
    CAPITAL,
    BORDERS,
    LIVED,
    *TOWNS,
    Fact("ada", "profession", "mathematician"),
    Fact("paris_fr", "capital_of", "france"),
    Fact("paris_tx", "located_in", "texas"),
    Fact("france", "has_city", "paris_fr"),
)
NAMES = {
    "ada": ("Ada Lovelace", "Ada"),
    "uk": ("United Kingdom", "UK"),
    "paris_fr": ("Paris",),
    "paris_tx": ("Paris",),
}
RELATIONS = (
    Relation(key="place_of_birth", functional=True, inverse="birthplace_of"),
    Relation(key="borders", symmetric=True),
    Relation(key="located_in", inverse="has_city"),
)
PAYLOAD = GraphPayload(
    facts=FACTS,
    negatives=(Fact("london", "located_in", "texas"),),
    names=NAMES,
    relations=RELATIONS,
    starts=("ada",),
    relation_path=("place_of_birth", "capital_of", "borders"),
    answers=("ireland",),
    paths=((BORN, CAPITAL, BORDERS), (LIVED, CAPITAL, BORDERS)),
    options=(
        Option(letter="A", key="france"),
        Option(letter="B", key="ireland"),
        Option(letter="C", key="uk"),
    ),
)


def question(**changes: object) -> Question:
    return make_question(dataclasses.replace(PAYLOAD, **changes))  # type: ignore[arg-type]  # by name


def problem(answer: str | None = None, **changes: object) -> Problem:
    payload = dataclasses.replace(PAYLOAD, **changes)  # type: ignore[arg-type]  # by name
    return Problem(id="p", prompt="Where?", answer=answer, payload=payload.encode())
