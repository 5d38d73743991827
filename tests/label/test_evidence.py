"""Evidence from rows: every completion and every verdict counts once, whatever the strategy."""

import dataclasses
import itertools
from collections.abc import Callable
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.worlds.walk import PROBLEM, ChainWorld, Walk
from stepsmith.schemas import LabelledTrajectory, Outcome, Sampling
from stepsmith.schemas.records import FinishReason
from stepsmith.transforms.label.evidence import Evidence, read_evidence
from stepsmith.transforms.search import Plan, Sample, SearchResult
from stepsmith.transforms.search.bisect import bisect
from stepsmith.transforms.search.mcts import mcts
from stepsmith.transforms.search.monte_carlo import monte_carlo
from stepsmith.transforms.search.omega import omega
from stepsmith.transforms.search.outcome_value import outcome_value
from stepsmith.transforms.search.repair import repair
from tests.label.rows import Said, row
from tests.search.scripts import lines, search
from tests.strategies import labelled_trajectories


def evidence(*rows: LabelledTrajectory) -> tuple[Evidence, ...]:
    return read_evidence(rows)[0]


def n_judged(solutions: tuple[Evidence, ...]) -> int:
    return sum(sum(solution.judged) for solution in solutions)


def test_the_counts_of_each_inner_prefix_are_read_and_undecided_ones_left_out() -> None:
    [solution] = evidence(row("a", "abcd", counts={1: (4, 3), 2: (2, 0, 5)}))
    assert solution == Evidence(
        n_steps=4, outcome="invalid", judged=(0, 4, 2, 0), correct=(0, 3, 0, 0)
    )


def test_a_prefix_whose_completions_are_all_undecided_is_no_evidence() -> None:
    [solution] = evidence(row("a", "abc", counts={1: (0, 0, 6)}))
    assert solution.judged == (0, 0, 0)


@pytest.mark.parametrize(
    ("outcome", "left"), [("valid", (3, 1)), ("invalid", (3, 2)), ("undecided", (4, 2))]
)
def test_a_completion_that_is_a_row_is_taken_out_of_the_counts(
    outcome: Outcome, left: tuple[int, int]
) -> None:
    parent = row("a", "abcd", counts={2: (4, 2)})
    child = row("b", "abxy", outcome, parent="a", branch=2)
    first, second = evidence(parent, child)
    assert (first.judged[2], first.correct[2]) == left
    assert (second.parent, second.branch, second.judged) == (0, 2, (0, 0, 0, 0))


def test_it_is_taken_out_even_where_its_parent_is_no_row_but_the_prefix_is_known() -> None:
    known = row("a", "abcd", counts={2: (4, 2)})
    child = row("b", "abxy", "valid", parent="gone", branch=2)
    first, second = evidence(known, child)
    assert (first.judged[2], first.correct[2], second.parent) == (3, 1, 0)


def test_a_chain_of_branches_leaves_each_prefix_to_the_first_that_has_it() -> None:
    rows = (
        row("a", "abcd", counts={1: (2, 1), 2: (3, 1)}),
        row("b", "abxy", parent="a", branch=2, counts={3: (5, 0)}),
        row("c", "abxz", parent="b", branch=3),
        row("d", "aq", parent="b", branch=1),
    )
    first, second, third, fourth = evidence(*rows)
    assert [(one.parent, one.branch) for one in (first, second, third, fourth)] == [
        (None, 0),
        (0, 2),
        (1, 3),
        (0, 1),
    ]
    assert (first.judged, second.judged) == ((0, 1, 2, 0), (0, 0, 0, 4))


@pytest.mark.parametrize("finish", ["length", "empty"])
def test_a_reply_that_was_cut_owns_no_prefix_of_a_solution(finish: FinishReason) -> None:
    cut = row("a", "abxyz", "undecided", finish=finish)
    first, second = evidence(cut, row("b", "abcd", counts={1: (4, 2)}, parent="c", branch=1))
    assert (first.n_steps, first.parent, first.judged) == (4, None, (0, 3, 0, 0))
    assert (second.n_steps, second.parent, second.branch) == (5, 0, 2)


@pytest.mark.parametrize("finish", ["length", "empty"])
def test_a_verdict_on_a_reply_that_was_cut_is_no_evidence(finish: FinishReason) -> None:
    said: Said = {0: [("tool", "valid")], 1: [("tool", "invalid")]}
    [cut] = evidence(row("a", "ab", "undecided", finish=finish, verdicts=said))
    assert cut.verdicts == ()
    [whole] = evidence(row("a", "ab", "undecided", verdicts=said))
    assert len(whole.verdicts) == 2


def test_a_row_that_names_a_parent_it_shares_nothing_with_stands_alone() -> None:
    first, second = evidence(row("a", "abcd"), row("b", "xycd", parent="a", branch=2))
    assert (first.parent, second.parent) == (None, None)


@pytest.mark.parametrize("branch", [None, 0, 4, 99])
def test_a_branch_that_lies_outside_the_solution_takes_nothing_out(branch: int | None) -> None:
    parent = row("a", "abcd", counts={2: (4, 2)})
    child = row("b", "abxy", "valid", parent="a", branch=branch)
    first, _ = evidence(parent, child)
    assert (first.judged[2], first.correct[2]) == (4, 2)


def test_parents_in_a_circle_are_read_all_the_same() -> None:
    rows = (row("a", "abc", parent="b", branch=1), row("b", "abd", parent="a", branch=1))
    first, second = evidence(*rows)
    assert (first.parent, second.parent, second.branch) == (None, 0, 2)


def test_a_row_that_is_its_own_parent_is_read() -> None:
    [solution] = evidence(row("a", "abc", parent="a", branch=1, counts={1: (1, 0)}))
    assert (solution.parent, solution.judged) == (None, (0, 0, 0))


def test_equal_counts_of_one_text_are_the_same_completions_and_count_once() -> None:
    counts = {1: (8, 6), 2: (8, 3)}
    first, second = evidence(
        row("a", "abc", counts=counts), row("b", "abde", counts={**counts, 3: (1, 1)})
    )
    assert (first.judged, first.correct) == ((0, 8, 8), (0, 6, 3))
    assert (second.parent, second.branch, second.judged) == (0, 2, (0, 0, 0, 1))


def test_different_counts_of_one_text_are_different_completions() -> None:
    first, second = evidence(
        row("a", "abc", counts={1: (8, 6)}), row("b", "axc", counts={1: (8, 5)})
    )
    assert (first.judged, first.correct) == ((0, 16, 0), (0, 11, 0))
    assert second.judged == (0, 0, 0)


def test_counts_of_a_shared_prefix_that_only_a_later_row_carries_are_kept() -> None:
    first, second = evidence(row("a", "abc"), row("b", "abd", counts={2: (4, 0)}))
    assert (first.judged, second.judged) == ((0, 0, 4), (0, 0, 0))


def test_a_verdict_on_a_shared_step_is_heard_once() -> None:
    verdicts: Said = {0: [("tool", "valid")], 2: [("tool", "invalid")]}
    first, second = evidence(
        row("a", "abc", verdicts=verdicts),
        row("b", "abd", verdicts={**verdicts, 1: [("judge", "valid"), ("judge", "valid")]}),
    )
    assert first.verdicts == (
        ("tool", 0, "valid"),
        ("judge", 1, "valid"),
        ("judge", 1, "valid"),
        ("tool", 2, "invalid"),
    )
    assert second.verdicts == (("tool", 2, "invalid"),)


def test_an_equal_solution_is_one_more_draw_of_the_problem_and_no_other_solution() -> None:
    rows = (row("a", "abc"), row("b", "abd", "valid"), row("c", "abc"), row("d", "abd", "valid"))
    assert read_evidence(rows)[1] == ((0, 2), (1, 3))
    first, second = evidence(*rows)
    assert (first.judged, first.correct) == ((2, 0, 0), (1, 0, 0))
    assert (second.parent, second.branch, second.judged) == (0, 2, (0, 0, 0))


def test_a_completion_that_is_drawn_again_stays_in_the_counts_of_its_prefix() -> None:
    rows = (
        row("a", "abcd", counts={2: (4, 1)}),
        row("b", "abxy", parent="a", branch=2),
        row("c", "abxy", parent="a", branch=2),
    )
    first, second = evidence(*rows)
    assert (first.judged, first.correct) == ((0, 0, 3, 0), (0, 0, 1, 0))
    assert second.branch == 2


def test_an_equal_solution_that_was_not_judged_counts_for_nothing() -> None:
    rows = (
        row("a", "ab", "undecided", finish="length"),
        row("b", "ab"),
        row("c", "ab", "undecided"),
    )
    [only] = evidence(*rows)
    assert (only.outcome, only.judged) == ("invalid", (0, 0))


@pytest.mark.parametrize("duplicates", [False, True])
def test_pooled_solutions_that_were_drawn_again_are_draws_of_the_problem(
    duplicates: bool,
) -> None:
    result, drawn = scripted(outcome_value(PROBLEM, Random(1), solutions=30, duplicates=duplicates))
    solutions = evidence(*result.rows)
    assert sum(solutions[0].judged[:1]) == drawn - len(solutions) > 0
    assert n_judged(solutions) == drawn - len(solutions)


def test_a_repair_is_in_no_count_and_none_is_taken_out_for_it() -> None:
    wrong = row("a", "abcd", counts={1: (8, 5)})
    mended = row("b", "axyz", "valid", parent="a", branch=1, origin="repair")
    first, second = evidence(wrong, mended)
    assert (first.judged[1], first.correct[1], second.parent) == (8, 5, 0)


def test_of_solutions_through_a_prefix_those_through_a_longer_one_are_counted_there() -> None:
    # Ten solutions begin with a: four of them go on with b, of which two are rows.
    counts = {1: (10, 5), 2: (4, 1)}
    rows = (
        row("x", "abc", "valid", counts=counts, origin="tree"),
        row("y", "abd", "invalid", counts=counts, origin="tree"),
    )
    first, second = evidence(*rows)
    assert (first.judged, first.correct) == ((0, 6, 2), (0, 4, 0))
    assert (second.parent, second.branch) == (0, 2)


def test_an_end_of_a_tree_that_was_drawn_again_is_one_more_draw_of_the_prefix_before_it() -> None:
    # Of five draws of ab three wrote the row's own end: two of them are no rows.
    once, *_ = evidence(row("x", "abc", "invalid", counts={1: (9, 4), 2: (5, 2)}, origin="tree"))
    assert (once.judged, once.correct) == ((0, 4, 4), (0, 2, 2))
    alone, *_ = evidence(row("x", "abc", "invalid", counts={1: (3, 0), 2: (3, 0)}, origin="tree"))
    assert (alone.judged, alone.correct) == ((0, 0, 2), (0, 0, 0))


@pytest.mark.parametrize("seed", range(4))
def test_a_tree_whose_ends_were_drawn_again_and_again_is_all_that_was_drawn(seed: int) -> None:
    result, drawn = scripted(mcts(PROBLEM, Random(seed), simulations=30, children=6))
    first = [node for node in result.nodes if node.end == 1 and node.outcome is None]
    ends = [node for node in result.nodes if node.outcome is not None]
    assert sum(node.n_rollouts or 0 for node in ends) > len(ends)
    solutions = evidence(*result.rows)
    assert sum(node.n_rollouts or 0 for node in first) == drawn
    assert n_judged(solutions) + len(solutions) == drawn


def test_rows_without_steps_have_no_place() -> None:
    solutions, places = read_evidence([row("a", ""), row("b", "ab"), row("c", "")])
    assert (len(solutions), places) == (1, ((1,),))
    assert read_evidence([]) == ((), ())


@given(st.lists(labelled_trajectories(), max_size=4))
def test_any_rows_are_read_the_same_way_twice_with_sound_counts(
    rows: list[LabelledTrajectory],
) -> None:
    solutions, places = read_evidence(rows)
    assert (solutions, places) == read_evidence(rows)
    assert sorted(itertools.chain(*places)) == [
        at for at, one in enumerate(rows) if one.trajectory.steps
    ]
    for place, solution in enumerate(solutions):
        assert solution.n_steps == len(rows[places[place][0]].trajectory.steps)
        assert len(solution.judged) == len(solution.correct) == solution.n_steps
        assert all(0 <= k <= n for n, k in zip(solution.judged, solution.correct, strict=True))
        assert solution.parent is None or solution.parent < place
        assert solution.branch < solution.n_steps
        assert not any(solution.judged[place == 0 : solution.branch + 1])
        assert all(solution.branch <= step < solution.n_steps for _, step, _ in solution.verdicts)


ROWS = (
    row("a", "abcd", counts={1: (4, 4), 2: (4, 2)}),
    row("b", "abxy", "valid", parent="a", branch=2, counts={3: (2, 2)}),
    row("c", "abxz", parent="b", branch=3),
    row("d", "abcd", counts={1: (4, 4)}, verdicts={1: [("tool", "valid")]}),
)


@pytest.mark.parametrize("order", list(itertools.permutations(range(len(ROWS)))))
def test_the_order_of_the_rows_makes_no_difference(order: tuple[int, ...]) -> None:
    solutions, places = read_evidence([ROWS[at] for at in order])
    expected, expected_places = read_evidence(ROWS)
    assert solutions == expected
    assert tuple(tuple(order[place] for place in same) for same in places) == expected_places


WORLD = ChainWorld(n_steps=7, success=0.85, recovery=0.05)

EXACT: dict[str, Callable[[Random], Plan]] = {
    "bisect": lambda rng: bisect(PROBLEM, rng, budget=12),
    "bisect reusing": lambda rng: bisect(PROBLEM, rng, searches=9, slack=0.6),
    "monte_carlo": lambda rng: monte_carlo(PROBLEM, rng),
    "omega": lambda rng: omega(PROBLEM, rng, searches=12),
    "outcome_value": lambda rng: outcome_value(PROBLEM, rng),
    "repair": lambda rng: repair(PROBLEM, rng),
}


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("name", EXACT)
def test_what_is_judged_and_the_rows_are_all_that_was_drawn(name: str, seed: int) -> None:
    walk = Walk(world=WORLD, seed=seed)
    rows = walk.run(EXACT[name](Random(seed))).rows
    assert n_judged(evidence(*rows)) + len(rows) == walk.n_samples


@pytest.mark.parametrize("seed", range(4))
def test_every_solution_through_a_first_step_of_a_tree_is_counted_once(seed: int) -> None:
    plan = mcts(PROBLEM, Random(seed), simulations=20, children=4)
    world = ChainWorld(n_steps=4, success=0.85, recovery=0.05)
    rows = Walk(world=world, seed=seed).run(plan).rows
    through = {one.trajectory.steps[0].text: one.labels[0].n_rollouts or 0 for one in rows}
    assert all(one.outcome.outcome != "undecided" for one in rows)
    assert n_judged(evidence(*rows)) + len(rows) == sum(through.values())


def scripted(plan: Plan) -> tuple[SearchResult, int]:
    """Answer with few different texts, many of which are drawn again and again."""
    drawn = 0

    def answer(ask: Sample, index: int) -> str:
        nonlocal drawn
        drawn += 1
        written = Random(f"{ask.path} {index}").choice(["a", "b"])
        steps = [Random(f"{ask.path} {index} {at}").choice("xy") for at in range(2)]
        left = [written, *steps][len(ask.prefix) :]
        ending = Random(f"{ask.path} {index} end").choice([" right", " wrong"])
        return "\n".join([*left, ending])

    return search(plan, answer, pieces=lines), drawn


@pytest.mark.parametrize("seed", range(4))
def test_equal_solutions_are_counted_as_often_as_they_were_drawn(seed: int) -> None:
    problem = PROBLEM
    result, drawn = scripted(outcome_value(problem, Random(seed), solutions=30))
    assert len(result.rows) < drawn == n_judged(evidence(*result.rows)) + len(result.rows)


def test_a_search_that_repeats_a_prefix_in_several_rows_counts_it_once() -> None:
    result, drawn = scripted(omega(PROBLEM, Random(0), rollouts=6, searches=5))
    texts = [step.text for one in result.rows for step in one.trajectory.steps[:1]]
    assert len(set(texts)) < len(texts)
    solutions = evidence(*result.rows)
    assert n_judged(solutions) + len(solutions) <= drawn


def test_without_chance_equal_draws_are_one() -> None:
    [made] = [row("a", "abcd", counts={1: (8, 8), 2: (7, 0, 1)})]
    greedy = dataclasses.replace(made.trajectory, sampling=Sampling(temperature=0.0))
    again = dataclasses.replace(greedy, id="b")
    rows = [dataclasses.replace(made, trajectory=each) for each in (greedy, again)]
    [one] = evidence(*rows)
    assert (one.judged, one.correct) == ((0, 1, 1, 0), (0, 1, 0, 0))
    # An engine may still write several texts: they are told apart as far as they are counted.
    labels = (dataclasses.replace(made.labels[0], n_correct=4, n_distinct=2), *made.labels[1:])
    [one] = evidence(dataclasses.replace(rows[0], labels=labels))
    assert (one.judged[1], one.correct[1]) == (2, 1)
