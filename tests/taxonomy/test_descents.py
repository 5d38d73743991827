"""Descents go down rightly, or go wrong once and where they say."""

from collections import Counter
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from stepsmith.schemas import Step
from stepsmith.transforms.taxonomy.descents import DEVIATIONS, Descent, draw_deviations, gold
from stepsmith.transforms.taxonomy.moves import Move, judge, write_move
from stepsmith.transforms.taxonomy.payload import View, read_hierarchy
from stepsmith.transforms.taxonomy.show import Shown, make_problem
from stepsmith.transforms.taxonomy.tree import Taxonomy
from tests.taxonomy.made import Edges, animals, graphs


def view_of(taxonomy: Taxonomy, query: str) -> View:
    shown = Shown(children=4, grandchildren=3)
    return read_hierarchy(make_problem(taxonomy, query, shown, source="made", domain=""))


def written(descent: Descent) -> str:
    signs = {"forward": ">", "back": "<", "stop": "."}
    return " ".join(f"{move.at}{signs[move.act]}{move.to or ''}" for move in descent.moves)


def outcomes(view: View, descent: Descent) -> list[str]:
    steps = [Step(text=write_move(move, "q")) for move in descent.moves]
    return [judge(view, move, steps[:at]).outcome for at, move in enumerate(descent.moves)]


def test_the_gold_descent_is_the_shortest_way_to_the_parent() -> None:
    assert written(gold(view_of(animals(), "barn owl"))) == "thing>animal animal>bird bird>owl owl."


def test_there_is_every_way_to_go_wrong_once() -> None:
    edges = [("a", "r"), ("b", "r"), ("c", "b"), ("p", "a"), ("d", "p"), ("q", "p")]
    view = view_of(Taxonomy.of(edges), "q")
    lost = draw_deviations(view, Random(0), count=99, recovered=0.0)
    assert Counter((one.kind, written(one)) for one in lost) == Counter(
        [
            ("early_stop", "r."),
            ("early_stop", "r>a a."),
            ("sibling", "r>b b."),
            ("deeper_sibling", "r>b b>c c."),
            ("overshoot", "r>a a>p p>d d."),
            ("turn_back", "r>a a<r r>b b."),
            ("turn_back", "r>a a>p p<a a."),
        ]
    )
    back = draw_deviations(view, Random(0), count=99, recovered=1.0)
    assert {written(one) for one in back if one.recovered} == {
        "r>b b<r r>a a>p p.",
        "r>b b>c c<b b<r r>a a>p p.",
        "r>a a>p p>d d<p p.",
        "r>a a<r r>a a>p p.",
        "r>a a>p p<a a>p p.",
    }


@given(graphs, st.integers(0, 9), st.sampled_from((0.0, 0.5, 1.0)))
def test_a_deviation_first_errs_where_it_says_and_ends_as_it_says(
    edges: Edges, seed: int, recovered: float
) -> None:
    taxonomy = Taxonomy.of(edges)
    for query in taxonomy.keys:
        if not taxonomy.parents(query):
            continue
        view = view_of(taxonomy, query)
        assert set(outcomes(view, gold(view))) == {"valid"}
        for descent in draw_deviations(view, Random(seed), count=50, recovered=recovered):
            found = outcomes(view, descent)
            assert found.index("invalid") == descent.error
            assert "undecided" not in found
            assert (found[-1] == "valid") is descent.recovered
            assert descent.moves[: descent.error] == gold(view).moves[: descent.error]
            assert descent.moves[-1].act == "stop"


def test_a_few_are_spread_over_the_kinds_and_none_comes_twice() -> None:
    view = view_of(animals(), "barn owl")
    for seed in range(20):
        few = draw_deviations(view, Random(seed), count=5, recovered=0.5)
        assert {one.kind for one in few} == set(DEVIATIONS) - {"overshoot"}
    every = draw_deviations(view, Random(0), count=999, recovered=0.0)
    assert len({one.moves for one in every}) == len(every)
    assert draw_deviations(view, Random(0), count=0, recovered=0.5) == []
    assert draw_deviations(view, Random(3), count=5, recovered=0.5) == draw_deviations(
        view, Random(3), count=5, recovered=0.5
    )


def test_the_share_that_finds_back_is_the_one_asked_for() -> None:
    view = view_of(animals(), "siamese")
    drawn = [
        one
        for seed in range(60)
        for one in draw_deviations(view, Random(seed), count=8, recovered=0.25)
        if one.kind != "early_stop"
    ]
    share = sum(one.recovered for one in drawn) / len(drawn)
    assert 0.18 < share < 0.32


def test_a_way_of_one_node_has_only_what_is_beyond_it() -> None:
    view = view_of(Taxonomy.of([("q", "r"), ("s", "r")]), "q")
    assert gold(view).moves == (Move(at="r", act="stop"),)
    [only] = draw_deviations(view, Random(0), count=9, recovered=0.0)
    assert (only.kind, written(only)) == ("overshoot", "r>s s.")
