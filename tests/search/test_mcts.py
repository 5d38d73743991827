"""AlphaMath's search by hand: what is asked, what is backed up, and what is said of every path."""

import dataclasses
import math
import re
import statistics
from collections.abc import Callable
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.worlds.tree import TreeWorld, rank_correlation, rate_nodes, sibling_scores
from benchmarks.worlds.walk import PROBLEM as WORLD_PROBLEM
from benchmarks.worlds.walk import Walk
from stepsmith.schemas import Node
from stepsmith.schemas.errors import ProblemError
from stepsmith.transforms.search import Plan, Sample, Score, SearchResult
from stepsmith.transforms.search.mcts import Value, mcts
from tests.search.golden import check_golden
from tests.search.scripts import PROBLEM, Answer, Pieces, lines, reply, search


def plan(problem: Any = PROBLEM, **options: Any) -> Plan:
    given: dict[str, Any] = {"simulations": 1, "children": 2, **options}
    return mcts(problem, Random(0), **given)


def run(answer: Answer, **options: Any) -> SearchResult:
    return search(plan(**options), answer, pieces=lines)


def replies(*texts: str) -> Answer:
    return lambda ask, index: texts[index]


def by_text(result: SearchResult) -> dict[str, Node]:
    return {node.text: node for node in result.nodes}


def test_a_rollout_values_the_step_that_it_began_with() -> None:
    result = run(replies("a\nb\nright", "c\nwrong"))
    nodes = by_text(result)
    assert [(nodes[text].value, nodes[text].visits) for text in ("", "a\n", "c\n")] == [
        (0.0, 2),
        (1.0, 1),
        (-1.0, 1),
    ]
    assert "b\n" not in nodes


def test_a_rollout_costs_no_sample_of_its_own() -> None:
    walk = Walk(world=TreeWorld(depth=4, success=0.6), seed=0)
    walk.run(mcts(WORLD_PROBLEM, Random(0), simulations=7, children=3))
    assert walk.n_samples == 7 * 3


def test_without_a_value_only_ends_are_worth_something() -> None:
    result = run(replies("a\nb\nright", "wrong"), value="none")
    nodes = by_text(result)
    assert (nodes["wrong"].value, nodes["wrong"].outcome) == (-1.0, "invalid")
    assert (nodes["a\n"].value, nodes["a\n"].visits) == (None, 0)
    # The expansion of the root is a visit with nothing, the end under it one with -1.
    assert (nodes[""].value, nodes[""].visits) == (-0.5, 2)


def ended(ask: Sample, index: int) -> str:
    return ("ok\nright", "bad\nwrong")[index] if not ask.prefix else ("right", "wrong")[index]


@pytest.mark.parametrize("value", ["none", "rollout"])
def test_every_path_that_ended_is_a_row_whose_last_step_is_worth_its_outcome(value: Value) -> None:
    result = run(ended, value=value, simulations=9)
    assert [(row.trajectory.text, row.labels[-1].value) for row in result.rows] == [
        ("ok\nright", 1.0),
        ("ok\nwrong", 0.0),
        ("bad\nright", 1.0),
        ("bad\nwrong", 0.0),
    ]
    assert all(row.keep and row.trajectory.origin == "tree" for row in result.rows)
    assert [row.outcome.outcome for row in result.rows] == ["valid", "invalid"] * 2


def test_a_step_has_the_share_of_right_ends_below_it_and_what_it_adds_to_its_parent() -> None:
    [row, *_] = run(ended, simulations=2).rows
    # "ok": its own rollout was right, then one of the two ends drawn below it.
    [first, last] = row.labels
    assert (first.n_correct, first.n_rollouts, first.value) == (2, 3, 2 / 3)
    root_q = -1 / 2 + 1 / 2  # two right and two wrong in all
    assert first.advantage == pytest.approx(1 / 3 - root_q)
    assert last.advantage == pytest.approx(1 - 1 / 3)
    assert (last.value, last.n_rollouts) == (1.0, None)


def test_the_search_ends_when_all_of_the_tree_has_ended() -> None:
    asked: list[str] = []

    def answer(ask: Sample, index: int) -> str:
        asked.append(ask.path)
        return ended(ask, index)

    run(answer, simulations=40)
    assert sorted(set(asked)) == ["expand/0", "expand/0.0", "expand/0.1"]


@pytest.mark.parametrize(
    ("text", "reason"), [("cut...", "truncated"), ("", "empty"), ("  ", "empty")]
)
def test_a_blank_or_cut_reply_is_recorded_and_worth_nothing(text: str, reason: str) -> None:
    result = run(replies("right", text))
    [_, row] = result.rows
    assert (row.keep, row.drop_reason, row.outcome.outcome) == (False, reason, "undecided")
    assert [label.value for label in row.labels] == [None] * len(row.trajectory.steps)
    [root, _, failed] = result.nodes
    assert (root.value, root.visits, root.n_undecided) == (1.0, 1, 1)
    assert (failed.value, failed.visits, failed.outcome) == (None, 0, "undecided")


def test_a_rollout_that_was_cut_says_nothing_of_a_step_that_was_not() -> None:
    nodes = by_text(run(replies("a\ncut...", "right")))
    assert (nodes["a\n"].value, nodes["a\n"].visits, nodes["a\n"].n_undecided) == (None, 0, 1)
    assert nodes["a\n"].outcome is None


def test_a_solution_without_an_answer_is_worth_minus_one_and_said_to_have_none() -> None:
    result = run(replies("right", "no end"))
    [_, row] = result.rows
    assert (row.keep, row.drop_reason, row.labels[-1].value) == (False, "no answer", 0.0)
    assert by_text(result)["no end"].value == -1.0


def test_what_has_no_answer_is_undecided_in_every_count_whatever_it_is_worth() -> None:
    result = run(replies("a\nright", "a\nno end"))
    node = by_text(result)["a\n"]
    assert (node.value, node.visits) == (0.0, 2)
    assert (node.n_rollouts, node.n_correct, node.n_undecided) == (2, 1, 1)


def test_a_solution_without_an_answer_is_worth_nothing_where_it_is_not_taken_for_wrong() -> None:
    result = run(replies("right", "no end"), unanswered="undecided")
    [_, row] = result.rows
    assert (row.keep, row.drop_reason, row.labels[-1].value) == (False, "no answer", None)
    assert (by_text(result)["no end"].value, by_text(result)[""].visits) == (None, 1)


def test_a_path_past_the_depth_is_worth_nothing_where_it_is_not_taken_for_wrong() -> None:
    result = run(lambda ask, index: "a\nb\nright", depth=1, simulations=2, unanswered="undecided")
    [row] = result.rows
    assert (row.drop_reason, row.labels[-1].value) == ("too deep", None)
    assert all(node.n_undecided == node.n_rollouts for node in result.nodes if node.start == 1)


def test_an_end_that_cannot_be_judged_is_worth_nothing_where_no_answer_is_expected() -> None:
    result = run(replies("right", "no end"), problem=dataclasses.replace(PROBLEM, answer=None))
    [_, row] = result.rows
    assert (row.drop_reason, row.labels[-1].value) == ("outcome undecided", None)


def test_a_path_past_the_depth_is_worth_minus_one_and_said_to_be_too_deep() -> None:
    def answer(ask: Sample, index: int) -> str:
        return "a\nb\nright"

    result = run(answer, depth=1, simulations=2)
    [row] = result.rows
    assert (row.keep, row.drop_reason, row.outcome.outcome) == (False, "too deep", "undecided")
    assert [step.text for step in row.trajectory.steps] == ["a\n", "a\n"]
    assert row.labels[-1].value == 0.0
    assert row.trajectory.finish_reason == "length"


def test_a_tree_in_which_nothing_ended_says_so_in_one_row() -> None:
    def answer(ask: Sample, index: int) -> str:
        return f"{index}{len(ask.prefix)}\nb\nc\nd\nright"

    result = run(answer, value="none", simulations=3)
    [row] = result.rows
    assert (row.keep, row.drop_reason) == (False, "no terminal reached")
    assert row.outcome.outcome == "undecided"
    assert len(row.labels) == len(row.trajectory.steps) == 1


def test_equal_steps_are_one_node_that_was_drawn_often() -> None:
    def answer(ask: Sample, index: int) -> str:
        return "a\nright" if index < 3 else "a\nwrong"

    [root, node] = run(answer, children=4).nodes
    assert (node.visits, node.value, node.n_correct, node.n_rollouts) == (4, 0.5, 3, 4)
    assert (root.visits, root.value) == (4, 0.5)


def test_siblings_far_enough_apart_make_a_pair_of_steps() -> None:
    result = run(ended, simulations=9, pairs=9)
    assert [
        (pair.prefix, pair.chosen, pair.rejected, pair.preference) for pair in result.pairs
    ] == [
        ("", "ok\n", "bad\n", 0.5 + (1 / 3 + 1 / 3) / 4),
        ("ok\n", "right", "wrong", 1.0),
        ("bad\n", "right", "wrong", 1.0),
    ]
    assert len(run(ended, simulations=9, pair_margin=0.7).pairs) == 2
    rows = {row.trajectory.id: row for row in result.rows}
    for pair in result.pairs:
        assert rows[pair.chosen_id or ""].trajectory.text.startswith(pair.prefix + pair.chosen)
    assert run(ended, simulations=9, pairs=0).pairs == ()


def test_a_text_that_ends_one_solution_and_goes_on_in_another_is_no_pair_with_itself() -> None:
    result = run(replies("a wrong\n", "a wrong\nright"), pairs=9, pair_visits=1)
    assert sorted(node.value or 0.0 for node in result.nodes if node.text) == [-1.0, 1.0]
    assert result.pairs == ()


def test_a_step_that_nothing_is_known_of_makes_no_pair() -> None:
    answer = replies("a\nb\nright", "c wrong")
    for visits in (0, 1):
        assert run(answer, value="none", pairs=9, pair_visits=visits, pair_margin=0.0).pairs == ()


def test_a_step_of_one_rollout_makes_no_pair_unless_asked() -> None:
    answer = replies("a\nright", "b\nwrong")
    assert run(answer).pairs == ()
    [pair] = run(answer, pair_visits=1).pairs
    assert (pair.chosen, pair.rejected, pair.preference) == ("a\n", "b\n", 1.0)


def answer_scores(
    plan: Plan,
    answer: Answer,
    logprobs: Callable[[Score], tuple[float, ...]],
    pieces: Pieces = lines,
) -> tuple[SearchResult, list[Score]]:
    """Drive a plan that also asks for scores; return its result and the scores it asked for."""
    asked: list[Score] = []
    answers: Any = None
    while True:
        try:
            asks = next(plan) if answers is None else plan.send(answers)
        except StopIteration as end:
            return end.value, asked
        asked += [ask for ask in asks if isinstance(ask, Score)]
        answers = [
            logprobs(ask) if isinstance(ask, Score) else reply(ask, answer, pieces) for ask in asks
        ]


def test_a_model_values_a_leaf_by_the_probability_of_the_answer_stated_next() -> None:
    def answer(ask: Sample, index: int) -> str:
        return f"{index}\nx\ny"

    result, asked = answer_scores(
        plan(value="model", simulations=2), answer, lambda ask: (math.log(0.5), math.log(0.8))
    )
    assert [(ask.path, "".join(step.text for step in ask.prefix), ask.text) for ask in asked] == [
        ("value/0", "The answer is", " 9."),
        (asked[1].path, asked[1].prefix[0].text + "The answer is", " 9."),
    ]
    root = result.nodes[0]
    assert root.visits == 2
    assert root.value == pytest.approx(2 * 0.4 - 1)


def test_the_model_is_asked_together_with_the_next_steps() -> None:
    asks = next(plan(value="model"))
    assert [type(ask) for ask in asks] == [Sample, Score]


def test_a_statement_goes_on_a_line_of_its_own() -> None:
    def answer(ask: Sample, index: int) -> str:
        return "a b c"

    _, asked = answer_scores(
        plan(value="model", simulations=2), answer, lambda ask: (-1.0,), pieces=words
    )
    assert [step.text for step in asked[1].prefix] == ["a ", "\nThe answer is"]


def words(text: str) -> tuple[str, ...]:
    return tuple(re.findall(r"\S+\s*", text))


def test_a_model_needs_an_answer() -> None:
    with pytest.raises(ProblemError, match="needs the problem's answer"):
        next(plan(dataclasses.replace(PROBLEM, answer=None), value="model"))


def test_a_round_of_several_leaves_is_asked_at_once() -> None:
    widths: list[int] = []

    def answer(ask: Sample, index: int) -> str:
        return f"{index}\nb\nc\nright"

    running = plan(children=3, simulations=7, parallel=3)
    answers: Any = None
    for _ in range(8):
        try:
            asks = next(running) if answers is None else running.send(answers)
        except StopIteration:
            break
        widths += [len(asks)] if isinstance(asks[0], Sample) else []
        answers = [reply(ask, answer, lines) for ask in asks]
    assert widths == [1, 3, 3]


def broken_replies(seed: int) -> Answer:
    """Write anything that a policy may: steps that recur, ends of all kinds, cuts and blanks."""

    def answer(ask: Sample, index: int) -> str:
        rng = Random(f"{seed}/{ask.path}/{index}")
        steps = [rng.choice("abc") + "\n" for _ in range(rng.randrange(3))]
        return "".join(steps) + rng.choice(["right", "wrong", "no end", "cut...", "", " "])

    return answer


@given(
    seed=st.integers(0, 10_000),
    value=st.sampled_from(["none", "rollout"]),
    parallel=st.integers(1, 4),
    depth=st.integers(1, 5),
)
def test_whatever_the_policy_writes_the_rows_and_the_tree_hold_together(
    seed: int, value: Value, parallel: int, depth: int
) -> None:
    options: dict[str, Any] = {
        "value": value, "parallel": parallel, "depth": depth, "simulations": 12, "children": 4,
        "pair_visits": 1, "pairs": 3,
    }  # fmt: skip
    result = run(broken_replies(seed), **options)
    assert run(broken_replies(seed), **options) == result
    nodes = {node.id: node for node in result.nodes}
    below: dict[str, int] = {}
    for node in result.nodes:
        assert node.value is None or -1.0 <= node.value <= 1.0
        assert (node.value is None) is (node.visits == 0)
        if node.parent_id is not None:
            below[node.parent_id] = below.get(node.parent_id, 0) + node.visits
    # A node's visits are those below it, and its own: an expansion, or the rollouts that made it.
    for parent, visits in below.items():
        own = nodes[parent].visits - visits
        assert own == 1 if value == "none" else own >= 0
    for row in result.rows:
        assert len(row.labels) == len(row.trajectory.steps)
        assert all(label.value is None or 0.0 <= label.value <= 1.0 for label in row.labels)
        assert row.keep is (row.outcome.outcome != "undecided")
        if row.keep:
            assert row.labels[-1].value == float(row.outcome.outcome == "valid")
    rows = {row.trajectory.id: row.trajectory for row in result.rows}
    assert len(rows) == len(result.rows) > 0
    for node in result.nodes:
        shown = rows.get(node.trajectory_id or "")
        if shown is not None:
            assert "".join(step.text for step in shown.steps[node.start : node.end]) == node.text
    for pair in result.pairs:
        assert 0.5 < pair.preference <= 1.0


@pytest.mark.parametrize(
    ("value", "correlation", "siblings"), [("none", 0.6, 0.75), ("rollout", 0.8, 0.85)]
)
def test_q_ranks_prefixes_as_their_exact_values_do(
    value: Value, correlation: float, siblings: float
) -> None:
    world = TreeWorld(depth=4, success=0.6)
    rated = [
        rate_nodes(world, Walk(world=world, seed=seed).run(searched).nodes)
        for seed in range(12)
        for searched in [mcts(WORLD_PROBLEM, Random(seed), value=value)]
    ]
    assert statistics.mean(rank_correlation(tree) or 0.0 for tree in rated) >= correlation
    assert statistics.mean(score for tree in rated for score in sibling_scores(tree)) >= siblings


def test_breadth_first_at_depth_6_reaches_no_end_and_says_so() -> None:
    world = TreeWorld(depth=6, success=0.6)
    for seed in range(5):
        [row] = (
            Walk(world=world, seed=seed).run(mcts(WORLD_PROBLEM, Random(seed), value="none")).rows
        )
        assert (row.keep, row.drop_reason) == (False, "no terminal reached")


def test_the_tree_of_a_small_search_stays_as_it_is() -> None:
    world = TreeWorld(depth=3, success=0.6, variants=2)
    walk = Walk(world=world, seed=1)
    check_golden("mcts", walk.run(mcts(WORLD_PROBLEM, Random(1), simulations=6, children=3)))
