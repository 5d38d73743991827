"""The search tree: PUCT to the digit, a virtual loss that leaves no trace, equal steps merged."""

import math
from random import Random

import pytest

from stepsmith.schemas import Outcome, Step, Trajectory
from stepsmith.schemas.records import FinishReason
from stepsmith.transforms.search.mcts_tree.branches import (
    Branch,
    count,
    grow,
    main_line,
    puct,
    select,
    visit,
)

STEP = Step(text="a\n", token_start=0, token_end=4, logprob=-2.0)


def reply(*texts: str, finish: FinishReason = "stop", first: Step | None = None) -> Trajectory:
    steps = tuple(Step(text=text) for text in texts)
    return Trajectory(
        id="p/" + "".join(texts),
        problem_id="p",
        steps=steps if first is None else (first, *steps),
        finish_reason=finish,
    )


def family(*priors: float) -> tuple[Branch, list[Branch]]:
    root = Branch(tag="0")
    root.children = [
        Branch(tag=f"0.{index}", depth=1, parent=root, prior=prior)
        for index, prior in enumerate(priors)
    ]
    return root, root.children


def test_puct_is_q_plus_the_prior_over_the_visits() -> None:
    root, [child] = family(0.4)
    for value in (1.0, 1.0, -1.0, 1.0):
        visit(child, value)
    visit(root, 0.0)
    assert (child.q, child.visits, root.visits) == (0.5, 4, 5)
    assert puct(child, 9, 1.5) == 0.5 + 1.5 * 0.4 * math.sqrt(9) / (1 + 4)


def test_an_unvisited_branch_has_q_0_and_no_value() -> None:
    _, [child] = family(0.4)
    assert (child.q, child.value) == (0.0, None)
    assert puct(child, 4, 1.5) == 1.5 * 0.4 * 2


def test_a_value_is_the_exact_share_of_right_rollouts() -> None:
    _, [child] = family(1.0)
    outcomes: tuple[Outcome, ...] = ("valid", "invalid", "invalid", "undecided")
    for outcome in outcomes:
        count(child, outcome)
        if outcome != "undecided":
            visit(child, 1.0 if outcome == "valid" else -1.0)
    assert child.value == 1 / 3
    assert (child.n_rollouts, child.n_correct, child.n_undecided) == (4, 1, 1)


def test_the_likelier_step_is_visited_first_and_the_better_one_again() -> None:
    root, [likely, other] = family(0.9, 0.1)
    visit(root, 0.0)
    assert select(root, 1, c_puct=1.5, rng=Random(0)) == [likely]
    visit(likely, -1.0)
    assert select(root, 1, c_puct=1.5, rng=Random(0)) == [other]


def test_ties_are_drawn_and_each_choice_comes_up() -> None:
    root, children = family(0.5, 0.5, 0.5)
    visit(root, 0.0)
    rng = Random(0)
    assert {select(root, 1, c_puct=1.5, rng=rng)[0].tag for _ in range(40)} == {
        child.tag for child in children
    }


def test_a_round_of_leaves_is_spread_and_leaves_no_trace() -> None:
    root, children = family(0.5, 0.5, 0.5)
    visit(root, 0.0)
    leaves = select(root, 9, c_puct=1.5, rng=Random(0))
    assert sorted(leaf.tag for leaf in leaves) == [child.tag for child in children]
    assert [branch.n_waiting for branch in root.walk()] == [0] * 4
    assert [branch.visits for branch in root.walk()] == [1, 0, 0, 0]


def test_a_virtual_loss_sends_the_second_leaf_to_another_branch() -> None:
    root, [best, other] = family(0.5, 0.5)
    visit(best, 1.0)
    visit(other, 0.5)
    for branch in (best, other):
        branch.children = [
            Branch(tag=f"{branch.tag}.{index}", depth=2, parent=branch, prior=0.5)
            for index in range(2)
        ]
    first, second = select(root, 2, c_puct=0.1, rng=Random(0))
    assert (first.parent, second.parent) == (best, other)


def test_what_has_ended_is_never_selected_and_closes_its_parent() -> None:
    root = Branch(tag="0")
    [(ended, _), (going, _)] = grow(root, [reply("a"), reply("b\n", "c")], depth=8)
    assert select(root, 2, c_puct=1.5, rng=Random(0)) == [going]
    assert not root.spent
    grow(going, [reply("b\n", "d"), reply("b\n", "e")], depth=8)
    assert going.spent
    assert root.spent
    assert select(root, 1, c_puct=1.5, rng=Random(0)) == []
    assert ended.ending == "finished"


def test_equal_first_steps_are_one_child_with_their_share_of_the_draws() -> None:
    root = Branch(tag="0")
    replies = [reply("a\n", "b"), reply("c\n", "d"), reply("a\n", "e"), reply("a\n")]
    grown = grow(root, replies, depth=8)
    assert [(child.tag, child.ending, len(same)) for child, same in grown] == [
        ("0.0", "open", 2),
        ("0.1", "open", 1),
        ("0.2", "finished", 1),
    ]
    assert [child.share for child, _ in grown] == [0.5, 0.25, 0.25]
    assert [child.prior for child, _ in grown] == [None, None, None]


def test_a_prior_is_the_geometric_mean_of_the_tokens_probabilities() -> None:
    root = Branch(tag="0")
    replies = [reply("b", first=STEP), reply("c", first=STEP)]
    [(child, _)] = grow(root, replies, depth=8)
    assert child.prior == math.exp(-0.5)


@pytest.mark.parametrize(
    ("drawn", "ending"),
    [
        (reply("p\n", "a\n", "b"), "open"),
        (reply("p\n", "a"), "finished"),
        (reply("p\n", "a", finish="length"), "cut"),
        (reply("p\n", "a\n", "b", finish="length"), "open"),
        (reply("p\n", finish="empty"), "blank"),
        (reply("p\n", " ", finish="empty"), "blank"),
    ],
)
def test_a_branch_ends_with_the_solution_or_with_a_reply_that_failed(
    drawn: Trajectory, ending: str
) -> None:
    root = Branch(tag="0")
    [(leaf, _)] = grow(root, [reply("p\n", "x")], depth=8)
    [(child, _)] = grow(leaf, [drawn], depth=8)
    assert child.ending == ending
    assert child.prefix == drawn.steps[:2]


def test_a_branch_past_the_depth_goes_no_further_but_may_end_there() -> None:
    root = Branch(tag="0")
    [(leaf, _)] = grow(root, [reply("p\n", "x\n", "y")], depth=1)
    assert leaf.ending == "open"
    [(deep, _), (ended, _)] = grow(leaf, [reply("p\n", "x\n", "y"), reply("p\n", "z")], depth=1)
    assert (deep.ending, ended.ending) == ("too deep", "finished")


def test_the_main_line_follows_visits_and_ends_where_they_do() -> None:
    root, [left, right] = family(0.5, 0.5)
    assert main_line(root) == [root, left]
    visit(right, -1.0)
    right.children = [Branch(tag="0.1.0", depth=2, parent=right)]
    assert main_line(root) == [root, right]
