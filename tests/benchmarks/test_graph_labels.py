"""The benchmark's corruptions are what they say, and its measures count right."""

from random import Random

import pytest

from benchmarks.chains.paths import (
    SPOILED,
    missing_hop,
    negated,
    out_of_order,
    question_of,
    sample_paths,
    spoiled,
    stated,
)
from benchmarks.chains.texts import HELD_OUT, WRITERS, Statement, names_only
from benchmarks.graph_labels import PLANTED, gold_wins
from stepsmith.transforms.graph.phrasing import Phrase, forms_of
from stepsmith.transforms.graph.store import Graph
from stepsmith.transforms.graph.triples import Fact
from stepsmith.transforms.verify.graph.chain import judge_chain
from stepsmith.transforms.verify.graph.measures import measure_chain

RELATIONS = ("treats", "part_of", "profession", "located_in")
GRAPH = Graph.of(
    Fact(f"Name{one}", RELATIONS[(one * step) % 4], f"Name{(one * step + step) % 40}")
    for one in range(40)
    for step in (1, 3, 7)
)
PATHS = sample_paths(GRAPH, 20, Random(1))


def test_paths_are_three_hops_of_facts_that_meet() -> None:
    assert len(set(PATHS)) == 20
    for path in PATHS:
        assert [one.tail for one in path[:-1]] == [one.head for one in path[1:]]
        assert all(GRAPH.exists(*edge) for edge in path)
        assert len({path[0].head, *(edge.tail for edge in path)}) == 4


def test_a_question_lists_its_own_path_first_and_every_answer() -> None:
    question = question_of(GRAPH, PATHS[0], closed=True)
    assert question.paths[0] == PATHS[0]
    assert PATHS[0][-1].tail in question.answers
    assert question.world == "closed"


@pytest.mark.parametrize("writer", WRITERS)
def test_each_corruption_is_found_where_it_was_planted(writer: str) -> None:
    for number, path in enumerate(PATHS):
        question = question_of(GRAPH, path, closed=True)
        rng = Random(number)
        for _, (statements, expected) in spoiled(GRAPH, path, rng):
            steps = [WRITERS[writer](GRAPH, each, rng) for each in statements]
            assert measure_chain(question, judge_chain(question, steps)).first_wrong == expected


@pytest.mark.parametrize("writer", WRITERS)
def test_a_path_is_accepted_however_it_is_written(writer: str) -> None:
    rng = Random(0)
    for path in PATHS:
        question = question_of(GRAPH, path, closed=False)
        steps = [WRITERS[writer](GRAPH, each, rng) for each in stated(path)]
        measures = measure_chain(question, judge_chain(question, steps))
        assert measures.classes == ("supported",) * 3
        assert measures.ends


def test_corruptions_of_the_list_are_what_they_say() -> None:
    [path, *_] = PATHS
    assert missing_hop(GRAPH, path, Random(0)) == (stated([path[0], path[2]]), 1)
    swapped = out_of_order(GRAPH, path, Random(0))
    assert swapped is not None
    statements, at = swapped
    assert [one.edge for one in statements[at : at + 2]] == [path[at + 1], path[at]]
    denied = negated(GRAPH, path, Random(0))
    assert denied is not None
    assert denied[0][denied[1]] == Statement(path[denied[1]], denied=True)
    assert set(PLANTED) <= set(SPOILED)


def test_a_list_of_names_says_nothing() -> None:
    question = question_of(GRAPH, PATHS[0], closed=True)
    measures = measure_chain(question, judge_chain(question, [names_only(GRAPH, PATHS[0])]))
    assert (measures.classes, measures.ends) == (("no fact",), False)


def test_the_held_out_forms_are_none_of_the_wording() -> None:
    for kind, forms in HELD_OUT.items():
        assert len(forms) >= 5
        phrase = Phrase(text="likes" if kind == "predicate" else "friend", kind=kind)  # type: ignore[arg-type]  # a key of the table
        for denied in (False, True):
            own = {form.write("A", "B").rstrip(".") for form in forms_of(phrase, negated=denied)}
            opposite = "does not like"
            mine = {
                form[denied].format(h="A", r=phrase.text, t="B", n=opposite).rstrip(".")
                for form in forms
            }
            assert not own & mine


def test_gold_wins_counts_ties_half() -> None:
    assert gold_wins([1.0, 1.0], [1.0, 0.0]) == 0.75
    assert gold_wins([0.0], [1.0]) == 0.0
