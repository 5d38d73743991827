"""Steps of another problem are negatives where they are confirmed to be wrong, and only there."""

import dataclasses
import json
from collections.abc import Mapping, Sequence
from random import Random
from typing import Any

import msgspec
import pytest

from stepsmith.schemas import Outcome, Problem, ProblemError, RecipeError, Verdict
from stepsmith.transforms.drive.play import play
from stepsmith.transforms.negatives.mismatch.partners import (
    MismatchPayload,
    Partner,
    Partners,
)
from stepsmith.transforms.search import SearchResult
from stepsmith.transforms.search.base import Ask, Check
from stepsmith.transforms.search.mismatch_negatives import (
    NO_REFERENCE,
    NOT_CONFIRMED,
    RIGHT,
    UNCHECKED,
    mismatch_negatives,
)
from stepsmith.transforms.text.answer import extract_answer
from tests.conformance.strategy_checks import Searched, check_probabilities, check_rows_are_whole
from tests.negatives.mismatch.made import MANY, reference

PROBLEM = Problem(
    id="p",
    prompt="Ann has 47 pears and gives 19 away. She eats half of the rest. How many are left?",
    answer="14",
)
OWN = ("47 - 19 = 28 pears.\n", "Half of them are 28 / 2 = 14.\n", "#### 14")


def problem_with(
    *partners: Partner, own: Sequence[str] = OWN, problem: Problem = PROBLEM
) -> Problem:
    payload = MismatchPayload(reference=tuple(own), partners=partners)
    encoded = msgspec.json.encode({"other": 1, "mismatch": payload}).decode()
    return dataclasses.replace(problem, payload=encoded)


def partner(distance: Any, *steps: str) -> Partner:
    return Partner(distance=distance, problem_id="other", steps=steps)


FAR = partner("other_domain", "Subtract 318: 4x = 72.\n", "Divide by 4: x = 518.\n", "#### 518")
NEAR = partner(
    "same_template", "53 - 21 = 32 pears.\n", "Half of them are 32 / 2 = 16.\n", "#### 16"
)


def search(problem: Problem, *, seed: int = 0, **options: Any) -> SearchResult:
    """Run the plan; an end is judged by its answer as text, and one without is undecided."""
    plan = mismatch_negatives(problem, Random(seed), **options)
    return play(plan, judge)


def judge(ask: Ask) -> Verdict:
    assert isinstance(ask, Check)
    steps = (*ask.claim.prior, ask.claim.step)
    found = extract_answer("".join(step.text for step in steps))
    outcome: Outcome = "undecided"
    if found is not None:
        outcome = "valid" if found.answer == ask.claim.problem.answer else "invalid"
    return Verdict(outcome=outcome, verifier="math.answer", evidence="no answer")


def by_name(result: SearchResult) -> Mapping[str, Any]:
    return {row.trajectory.id.partition("/")[2]: row for row in result.rows}


def test_a_partner_s_solution_stands_in_the_place_of_the_own_and_of_its_end() -> None:
    rows = by_name(search(problem_with(FAR), splices=2))
    assert {name: row.trajectory.text for name, row in rows.items()} == {
        "reference": "".join(OWN),
        "other_domain/00/00": "".join(FAR.steps),
        "other_domain/00/01": "".join((*OWN[:1], *FAR.steps[1:])),
        "other_domain/00/02": "".join((*OWN[:2], *FAR.steps[2:])),
    }
    assert {row.trajectory.origin for name, row in rows.items() if name != "reference"} == {
        "counterfactual"
    }
    assert [label.correct for label in rows["reference"].labels] == [True] * 3
    whole, first, last = list(rows.values())[1:]
    assert [label.correct for label in whole.labels] == [False, None, None]
    assert [label.correct for label in first.labels] == [True, False, None]
    assert [label.correct for label in last.labels] == [True, True, False]
    assert (whole.first_error, first.first_error, last.first_error) == (0, 1, 2)
    assert [row.labels[-1].value for row in (whole, first, last)] == [0.0] * 3
    assert all(row.keep and row.outcome.outcome == "invalid" for row in (whole, first, last))


def evidence_of(result: SearchResult, name: str) -> str:
    row = by_name(result)[name]
    [verdict] = row.labels[row.first_error].verdicts
    assert (verdict.outcome, verdict.verifier) == ("invalid", "mismatch")
    return verdict.evidence


def test_every_wrong_step_says_what_shows_it() -> None:
    result = search(problem_with(FAR, NEAR), splices=2)
    assert "foreign: 318 is not given" in evidence_of(result, "other_domain/00/00")
    assert "foreign: 518" in evidence_of(result, "other_domain/00/01")
    assert "other numbers: 47 - 19 = 28 pears." in evidence_of(result, "same_template/01/00")
    assert "other numbers: Half of them" in evidence_of(result, "same_template/01/01")
    assert "other numbers: #### 14" in evidence_of(result, "same_template/01/02")


@pytest.mark.parametrize("distance", ["other_domain", "same_template"])
def test_a_mismatch_that_turns_out_right_is_dropped_with_its_reason(distance: str) -> None:
    lucky = partner(distance, "50 - 22 = 28 pears.\n", "Half of them are 28 / 2 = 14.\n", "#### 14")
    result = search(problem_with(lucky))
    rows = [row for name, row in by_name(result).items() if name != "reference"]
    assert {(row.keep, row.drop_reason) for row in rows} == {(False, RIGHT)}
    assert all(label.correct is None for row in rows for label in row.labels)
    assert {row.first_error for row in rows} == {None}
    assert result.pairs == ()


def test_what_cannot_be_checked_is_dropped_too() -> None:
    silent = partner("other_domain", "Let us see: 318.\n", "It is clear: 2.\n")
    result = search(problem_with(silent))
    rows = [row for name, row in by_name(result).items() if name != "reference"]
    assert {(row.keep, row.drop_reason) for row in rows} == {(False, UNCHECKED)}
    assert result.pairs == ()


def test_a_step_that_may_be_right_blames_nobody() -> None:
    """It uses what the problem gives: perhaps another way, and no more than the end is wrong."""
    other = partner("same_domain", "Sum up.\n", "47 + 19 = 66\n", "#### 66")
    rows = by_name(search(problem_with(other), splices=2))
    whole, middle, last = (rows[f"same_domain/00/{place:02d}"] for place in (0, 1, 2))
    assert (whole.keep, whole.first_error) == (True, None)
    assert [label.correct for label in whole.labels] == [None] * 3
    assert (middle.keep, middle.drop_reason, middle.first_error) == (False, NOT_CONFIRMED, None)
    assert [label.correct for label in middle.labels] == [None] * 3
    # The last step states the refuted answer: after right steps it is the one that is wrong.
    assert (last.keep, last.first_error) == (True, 2)


def test_the_numbers_of_an_own_step_in_another_order_blame_nobody() -> None:
    turned = partner(
        "same_template", "28 - 19 = 47 pears.\n", "Half of them are 9 / 2 = 4.\n", "#### 4"
    )
    rows = by_name(search(problem_with(turned), splices=2))
    assert rows["same_template/00/00"].first_error is None
    assert rows["same_template/00/01"].first_error == 1


def test_solutions_and_steps_become_pairs_with_their_distance() -> None:
    pairs = search(problem_with(FAR, NEAR)).pairs
    assert {(pair.source, pair.kind) for pair in pairs} == {
        (f"mismatch/{distance}", kind)
        for distance in ("other_domain", "same_template")
        for kind in ("solution", "step")
    }
    assert len({pair.id for pair in pairs}) == len(pairs) == 8
    for pair in pairs:
        whole = pair.prefix + pair.chosen
        assert pair.prefix == "".join(OWN[: pair.branch_step])
        assert "".join(OWN).startswith(whole)
        assert (whole == "".join(OWN)) or pair.kind == "step"
        assert pair.chosen != pair.rejected
        assert (pair.chosen_id, pair.prompt) == ("p/reference", PROBLEM.prompt)


def test_a_reference_that_its_answer_does_not_confirm_is_not_kept() -> None:
    wrong = problem_with(FAR, problem=dataclasses.replace(PROBLEM, answer="15"))
    own = by_name(search(wrong))["reference"]
    assert (own.keep, own.drop_reason) == (False, "reference: not confirmed right")
    assert {label.correct for label in own.labels} == {None}


@pytest.mark.parametrize("answer", ["15", ""])
def test_nothing_is_held_against_a_reference_that_is_not_confirmed(answer: str) -> None:
    own = OWN if answer else OWN[:2]
    problem = problem_with(FAR, NEAR, own=own, problem=dataclasses.replace(PROBLEM, answer=answer))
    result = search(problem)
    assert len(result.rows) == 5
    assert {row.drop_reason for row in result.rows} == {NO_REFERENCE}
    assert {label.correct for row in result.rows for label in row.labels} == {None}
    assert {row.first_error for row in result.rows} == {None}
    assert result.pairs == ()


def test_the_number_of_a_line_is_no_number_of_the_problem() -> None:
    listed = partner("same_domain", "Step 3: Halve what is left.\n", "#### 9")
    own = ("Step 2: Halve what is left.\n", "#### 14")
    rows = by_name(search(problem_with(listed, own=own), splices=0))
    [row] = [one for name, one in rows.items() if name != "reference"]
    assert (row.keep, row.first_error) == (True, None)


def test_distances_are_chosen_and_misspelt_ones_refused() -> None:
    problem = problem_with(FAR, NEAR)
    only = search(problem, distances=("same_template",))
    assert {name.split("/")[0] for name in by_name(only)} == {"reference", "same_template"}
    with pytest.raises(RecipeError, match="no distance 'same_tempalte'; did you mean"):
        next(mismatch_negatives(problem, Random(0), distances=("same_tempalte",)))


@pytest.mark.parametrize("payload", ["{}", '{"mismatch": null}', '{"mismatch": {"reference": 3}}'])
def test_a_problem_without_partners_of_the_source_is_refused(payload: str) -> None:
    with pytest.raises(ProblemError, match="mismatch"):
        next(mismatch_negatives(dataclasses.replace(PROBLEM, payload=payload), Random(0)))


def test_on_made_problems_no_kept_mismatch_is_right_and_the_rules_of_rows_hold() -> None:
    references = [reference(each) for each in MANY]
    partners = Partners(references, seed=0)
    kept = 0
    for known in references:
        problem = problem_with(*partners.of(known, each=2), own=known.steps, problem=known.problem)
        result = search(problem)
        assert search(problem) == result
        searched = Searched(result=result, asked=[], drawn=[])
        check_probabilities(searched)
        check_rows_are_whole(searched)
        for row in result.rows[1:]:
            if row.keep:
                kept += 1
                assert row.trajectory.answer != problem.answer
            if row.first_error is not None:
                # No step of the problem's own solution is ever called wrong.
                assert row.trajectory.steps[row.first_error].text not in known.steps
    assert kept > 20


def test_the_payload_keeps_what_it_held() -> None:
    assert json.loads(problem_with(FAR).payload)["other"] == 1
