"""Descents as rows: the right way, the wrong ones with their labels, and pairs of the two."""

import dataclasses
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stepsmith.schemas import Claim, Problem, ProblemError, Verdict
from stepsmith.transforms.drive.play import play
from stepsmith.transforms.search import STRATEGIES, SearchResult
from stepsmith.transforms.search.base import Ask, Check
from stepsmith.transforms.search.hierarchy_descent import hierarchy_descent
from stepsmith.transforms.taxonomy.anchors import place
from stepsmith.transforms.taxonomy.moves import read_move
from stepsmith.transforms.taxonomy.show import Shown, make_problem
from stepsmith.transforms.taxonomy.tree import Taxonomy
from stepsmith.transforms.verify.taxonomy_descent import descent, placement
from tests.conformance.strategy_checks import (
    Searched,
    check_failures_are_no_labels,
    check_probabilities,
    check_rows_are_whole,
)
from tests.taxonomy.made import Edges, animals, trees

SHOWN = Shown(children=3, grandchildren=2)


def problem_of(taxonomy: Taxonomy, query: str) -> Problem:
    return make_problem(taxonomy, query, SHOWN, source="made", domain="taxonomy")


def search(problem: Problem, *, seed: int = 0, **options: Any) -> SearchResult:
    """Run the plan; every ask is for a verdict on an end, answered by the verifier of ends."""
    plan = hierarchy_descent(problem, Random(seed), **options)
    return play(plan, _answer)


def _answer(ask: Ask) -> Verdict:
    assert isinstance(ask, Check)
    assert ask.verifier is None
    return dataclasses.replace(placement(ask.claim), verifier="taxonomy.placement")


@pytest.fixture(scope="module")
def found() -> SearchResult:
    return search(problem_of(animals(), "barn owl"), seed=2, deviations=8)


def test_the_right_way_is_the_reference_and_the_others_branch_off_it(found: SearchResult) -> None:
    reference, *others = [row.trajectory for row in found.rows]
    assert reference.id == "made-barn owl/gold"
    assert (reference.origin, reference.answer, reference.finish_reason) == (
        "reference",
        "owl",
        "given",
    )
    assert [label.correct for label in found.rows[0].labels] == [True] * 4
    assert found.rows[0].outcome.outcome == "valid"
    assert len(others) == 8
    for row in found.rows[1:]:
        trajectory, error = row.trajectory, row.first_error
        assert error is not None
        assert (trajectory.origin, trajectory.parent_id) == ("counterfactual", reference.id)
        assert trajectory.branch_step == error
        assert trajectory.steps[:error] == reference.steps[:error]
        assert trajectory.steps[error].text != reference.steps[error].text
        labels = [label.correct for label in row.labels]
        assert labels[: error + 1] == [True] * error + [False]
        assert (row.outcome.outcome == "valid") is labels[-1]
        assert row.labels[-1].value == float(row.outcome.outcome == "valid")


def test_those_that_find_back_hold_an_error_and_reach_the_place(found: SearchResult) -> None:
    recovered = [row for row in found.rows[1:] if row.outcome.outcome == "valid"]
    assert recovered
    assert all(row.trajectory.answer == "owl" for row in recovered)
    assert all(any('Back to "' in step.text for step in row.trajectory.steps) for row in recovered)


def test_the_steps_are_lines_that_say_what_is_done(found: SearchResult) -> None:
    texts = [step.text for step in found.rows[0].trajectory.steps]
    assert [text.partition('": ')[0] for text in texts] == [
        'At "thing',
        'At "animal',
        'At "bird',
        'At "owl',
    ]
    assert texts[0].endswith('Forward to "animal".\n')
    assert texts[-1].endswith("Stop.")
    assert all("barn owl" in text for text in texts)


def test_every_error_and_the_right_step_in_its_place_are_a_pair(found: SearchResult) -> None:
    reference, *others = found.rows
    assert len(found.pairs) == len(others)
    for pair, row in zip(found.pairs, others, strict=True):
        assert pair.prefix + pair.chosen == "".join(
            step.text for step in reference.trajectory.steps[: pair.branch_step + 1]
        )
        assert row.trajectory.text.startswith(pair.prefix + pair.rejected)
        assert (pair.chosen_id, pair.rejected_id) == (reference.trajectory.id, row.trajectory.id)
        assert pair.source == f"hierarchy_descent/{row.trajectory.id.split('/')[1]}"
        assert (pair.kind, pair.preference) == ("step", 1.0)


@given(trees(max_parents=2), st.integers(0, 3))
def test_every_label_is_what_the_whole_taxonomy_and_the_verifiers_say(
    edges: Edges, seed: int
) -> None:
    taxonomy = Taxonomy.of(edges)
    for query in taxonomy.keys:
        if not taxonomy.parents(query):
            continue
        problem = problem_of(taxonomy, query)
        result = search(problem, seed=seed, deviations=6)
        searched = Searched(result=result, asked=[], drawn=[])
        for rule in (check_probabilities, check_rows_are_whole, check_failures_are_no_labels):
            rule(searched)
        truth = place(taxonomy, query)
        for row in result.rows:
            steps = row.trajectory.steps
            for at, (step, label) in enumerate(zip(steps, row.labels, strict=True)):
                verdict = descent(Claim(problem=problem, prior=steps[:at], step=step))
                assert (verdict.outcome == "valid") is label.correct
                assert label.correct is by_definition(truth, step.text)
            end = row.trajectory.answer
            assert (row.outcome.outcome == "valid") is (end in truth.parents)


def by_definition(truth: Any, text: str) -> bool:
    """Judge a step by the definition: names are keys here, and moves follow each other."""
    move = read_move(text)
    assert move is not None
    if move.act == "forward":
        return move.to in truth.parents | truth.above
    if move.act == "stop":
        return move.at in truth.parents
    return move.at not in truth.parents | truth.above


def test_the_same_seed_gives_the_same_and_another_another() -> None:
    problem = problem_of(animals(), "siamese")
    assert search(problem, seed=1) == search(problem, seed=1) != search(problem, seed=2)


def test_without_deviations_there_is_the_right_way_alone() -> None:
    result = search(problem_of(animals(), "siamese"), deviations=0)
    assert len(result.rows) == 1
    assert result.pairs == ()


def test_another_problem_is_refused_before_anything_is_asked() -> None:
    plan = hierarchy_descent(Problem(id="p", prompt="1 + 1 =", answer="2"), Random(0))
    with pytest.raises(ProblemError, match="no term of a taxonomy"):
        next(plan)


def test_a_verdict_that_is_missing_says_nothing_of_the_end() -> None:
    plan = hierarchy_descent(problem_of(animals(), "siamese"), Random(0), deviations=1)
    asks = next(plan)
    with pytest.raises(StopIteration) as end:
        plan.send([Verdict(outcome="undecided", evidence="deadline: 1 s")] * len(asks))
    assert [row.labels[-1].value for row in end.value.value.rows] == [None, None]


def test_it_is_registered_with_its_options() -> None:
    entry = STRATEGIES.get("hierarchy_descent")
    assert entry.summary.startswith("Write the way down a taxonomy")
