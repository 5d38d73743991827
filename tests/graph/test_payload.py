"""A payload opens the graph that its question was made from, and no other."""

import dataclasses
from pathlib import Path

import pytest

from stepsmith.schemas import Problem
from stepsmith.transforms.graph.errors import GraphError
from stepsmith.transforms.graph.payload import (
    GraphPayload,
    Option,
    open_graph,
    read_graph_payload,
)
from stepsmith.transforms.graph.relations import Relation
from stepsmith.transforms.graph.triples import Fact
from tests.graph.made import made_folder, made_graph

FACTS = (Fact("ada", "born_in", "london"), Fact("london", "part_of", "england"))
PAYLOAD = GraphPayload(
    facts=FACTS,
    negatives=(Fact("ada", "born_in", "paris"),),
    names={"ada": ("Ada Lovelace", "Ada")},
    relations=(Relation(key="born_in", text="was born in", functional=True),),
    world="closed",
    starts=("ada",),
    relation_path=("born_in", "part_of"),
    answers=("england",),
    paths=(FACTS,),
    max_hops=2,
    options=(Option(letter="A", key="england"), Option(letter="B", key="paris")),
)


def test_a_payload_comes_back_from_its_problem_as_it_was() -> None:
    problem = Problem(id="p", prompt="?", payload=PAYLOAD.encode())
    assert read_graph_payload(problem) == PAYLOAD
    assert PAYLOAD.encode() == dataclasses.replace(PAYLOAD).encode()


def test_a_payload_that_is_none_of_a_graph_s_is_refused() -> None:
    problem = Problem(id="p", prompt="?", payload='{"facts": 3}')
    with pytest.raises(GraphError, match=r"problem 'p' is no question over a graph: Expected"):
        read_graph_payload(problem)


def test_facts_that_a_row_brings_are_its_graph() -> None:
    graph = open_graph(PAYLOAD)
    assert graph.n_facts == 2
    ada = graph.node("ada")
    assert ada is not None
    assert graph.name(ada) == "Ada Lovelace"
    false = graph.edge(Fact("ada", "born_in", "paris"))
    born = graph.relation("born_in")
    assert false is None or graph.is_negative(*false)
    assert born is not None
    assert graph.relation_info(born).functional


def test_the_same_facts_are_one_graph_whatever_is_asked_of_it() -> None:
    other = dataclasses.replace(PAYLOAD, starts=("london",), answers=())
    assert open_graph(PAYLOAD) is open_graph(other)


def test_facts_with_another_digest_than_the_question_s_are_refused() -> None:
    digest = open_graph(PAYLOAD).digest
    assert open_graph(dataclasses.replace(PAYLOAD, digest=digest)).digest == digest
    with pytest.raises(GraphError, match="the facts of the payload holds another graph"):
        open_graph(dataclasses.replace(PAYLOAD, digest="0" * len(digest)))


def test_a_folder_is_opened_once_a_process(tmp_path: Path) -> None:
    folder = made_folder(tmp_path / "made")
    graph = open_graph(GraphPayload(graph=folder))
    assert graph.digest == made_graph().digest
    assert open_graph(GraphPayload(graph=folder)) is graph
    assert open_graph(GraphPayload(graph=folder, digest=graph.digest)).n_facts == 300


def test_a_store_with_another_digest_is_refused_and_both_are_named(tmp_path: Path) -> None:
    folder = made_folder(tmp_path / "made")
    with pytest.raises(GraphError) as caught:
        open_graph(GraphPayload(graph=folder, digest="feed"))
    assert folder in str(caught.value)
    assert f"its digest is {made_graph().digest}, not feed" in str(caught.value)


def test_a_folder_that_is_not_there_is_refused_with_the_nearest(tmp_path: Path) -> None:
    folder = made_folder(tmp_path / "made")
    with pytest.raises(GraphError, match="did you mean") as caught:
        open_graph(GraphPayload(graph=str(tmp_path / "mode")))
    assert folder in str(caught.value)


def test_a_payload_without_a_graph_and_without_facts_is_refused() -> None:
    with pytest.raises(GraphError, match="one of `graph` and `facts` is needed"):
        open_graph(GraphPayload())
