"""What a problem shows of a taxonomy: the ways to the place, and where one may go astray."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stepsmith.schemas import Problem, ProblemError
from stepsmith.transforms.taxonomy.anchors import place
from stepsmith.transforms.taxonomy.payload import read_hierarchy
from stepsmith.transforms.taxonomy.show import Shown, make_problem
from stepsmith.transforms.taxonomy.tree import Taxonomy
from tests.taxonomy.made import Edges, animals, graphs

PROMPT = """\
Place the term "robin" in this taxonomy, of which a part is shown:

thing
  animal
    bird
      owl
        barn owl
      penguin
    fish
      penguin
      salmon
      trout
    mammal
      cat
      dog
  plant
    oak
    rose

Start at "thing" and write one line for each node that you visit, in this form:
At "NODE": why. Forward to "CHILD". (if the term belongs further down)
At "NODE": why. Back to "NODE". (if the term does not belong below this node)
At "NODE": why. Stop. (if this is the node directly above the term)
"""


def problem_of(taxonomy: Taxonomy, query: str, **options: int) -> Problem:
    return make_problem(taxonomy, query, Shown(**options), source="made", domain="x")


def test_the_prompt_shows_the_way_and_what_lies_beside_it() -> None:
    problem = problem_of(animals(), "robin", seed=3)
    assert problem.prompt == PROMPT
    assert (problem.id, problem.group_id) == ("made-robin", "made-bird")
    assert (problem.source, problem.domain, problem.answer) == ("made", "x", "bird")


def test_a_node_with_two_parents_is_drawn_out_once() -> None:
    edges = [("a", "r"), ("b", "r"), ("c", "a"), ("c", "b"), ("d", "c"), ("q", "a"), ("q", "b")]
    problem = problem_of(Taxonomy.of(edges), "q")
    assert "\nr\n  a\n    c\n      d\n  b\n    c (see above)\n" in problem.prompt


def test_equal_names_are_told_apart_by_their_keys() -> None:
    edges = [("1", "0"), ("2", "0"), ("5", "0"), ("3", "1"), ("4", "1")]
    names = {"0": "the  root", "1": "way", "2": "bank", "5": "Bank", "3": 'a "term"', "4": "x"}
    payload = read_hierarchy(problem_of(Taxonomy.of(edges, names=names), "3")).payload
    shown = {node.key: node.name for node in payload.nodes}
    assert shown == {"0": "the root", "1": "way", "2": "bank [2]", "5": "Bank [5]", "4": "x"}
    assert payload.term == "a 'term'"


@given(graphs, st.integers(0, 3), st.integers(0, 2))
def test_what_is_shown_has_the_labels_of_the_whole_and_its_edges(
    edges: Edges, children: int, grandchildren: int
) -> None:
    taxonomy = Taxonomy.of(edges)
    for query in taxonomy.keys:
        if not taxonomy.parents(query):
            continue
        problem = problem_of(taxonomy, query, children=children, grandchildren=grandchildren)
        assert problem == problem_of(
            taxonomy, query, children=children, grandchildren=grandchildren
        )
        view = read_hierarchy(problem)
        placement = place(taxonomy, query)
        assert not placement.removed & view.nodes.keys()
        assert view.root.key == taxonomy.root
        assert view.payload.chain == taxonomy.chain(view.payload.parents[0])
        assert len({node.name for node in view.nodes.values()}) == len(view.nodes)
        for node in view.nodes.values():
            assert node.path is placement.on_path(node.key)
            assert node.stop == placement.stop(node.key)
            assert node.leads_on is placement.leads_on(node.key)
            assert set(node.children) == {*taxonomy.children(node.key)} & view.nodes.keys()
            assert view.find(f"  {node.name.upper()} ") == node
        assert {node.key for node in view.nodes.values() if node.stop == "current"} >= {
            view.payload.parents[0]
        }


def test_another_seed_shows_other_nodes_beside_the_same_way() -> None:
    edges = [(f"n{at}", "root") for at in range(50)] + [("q", "n7")]
    shown = [
        read_hierarchy(problem_of(Taxonomy.of(edges), "q", seed=seed)).nodes.keys()
        for seed in (1, 1, 2)
    ]
    assert shown[0] == shown[1] != shown[2]
    assert all(len(keys) == 5 and {"root", "n7"} <= keys for keys in shown)


@pytest.mark.parametrize(
    "payload",
    [
        "{}",
        '{"query": "q", "term": "q", "parents": ["p"], "chain": [], "nodes": []}',
        '{"query": "q", "term": "q", "parents": ["p"], "chain": ["p"], "nodes": []}',
        (
            '{"query": "q", "term": "q", "parents": ["p"], "chain": ["p"], "nodes": '
            '[{"key": "p", "name": "p", "children": ["x"], "path": true, "stop": "current", '
            '"leads_on": true}]}'
        ),
    ],
)
def test_a_problem_without_a_taxonomy_is_refused(payload: str) -> None:
    with pytest.raises(ProblemError):
        read_hierarchy(Problem(id="p", prompt="", payload=payload))
