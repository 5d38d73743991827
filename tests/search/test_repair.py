"""Repair: cut before the first error, keep what reaches the answer, record what does not."""

from collections import Counter
from random import Random
from typing import Any

import pytest

from stepsmith.schemas import LabelledTrajectory, StepLabel, Verdict
from stepsmith.schemas.errors import RecipeError
from stepsmith.transforms.label.posterior import FIT
from stepsmith.transforms.search import Check, Plan, Sample, SearchResult, search_fit_of
from stepsmith.transforms.search.repair import repair
from tests.search.golden import check_golden
from tests.search.scripts import PROBLEM, lines, reply, search

WRONG = "a\nb\nc\nd\ne wrong"
"""Its third step is the first error: what follows `a` and `b` alone can be saved."""


def plan(**options: Any) -> Plan:
    given: dict[str, Any] = {"solutions": 1, "repairs": 2, "locate": "monte_carlo", "rollouts": 3}
    given |= options
    return repair(PROBLEM, Random(0), **given)


def believing(**options: Any) -> Plan:
    return plan(**{"locate": "posterior", "verifiers": ()} | options)


def policy(ask: Sample, index: int) -> str:
    """Write the wrong solution; every other continuation is right, unless `c` was kept."""
    if ask.path == "solve":
        return WRONG
    if any(step.text.startswith("c") for step in ask.prefix):
        return "X wrong"
    return "X wrong" if ask.path.endswith("repair") and index % 2 == 0 else "X\nY right"


def repaired(result: SearchResult) -> list[LabelledTrajectory]:
    return [row for row in result.rows if row.trajectory.origin == "repair"]


def texts(row: LabelledTrajectory) -> list[str]:
    return [step.text for step in row.trajectory.steps]


def test_a_wrong_solution_is_cut_one_step_before_its_first_error_and_continued() -> None:
    result = search(plan(), policy, pieces=lines)
    failed, saved = repaired(result)
    assert texts(saved) == ["a\n", "X\n", "Y right"]
    assert (saved.trajectory.parent_id, saved.trajectory.branch_step) == ("p/solve#0", 1)
    assert (saved.outcome.outcome, saved.keep, saved.drop_reason) == ("valid", True, None)
    assert texts(failed) == ["a\n", "X wrong"]
    assert (failed.outcome.outcome, failed.keep) == ("invalid", False)
    assert failed.drop_reason == "not repaired"


def test_the_pair_shares_the_steps_up_to_the_cut_and_joins_to_both_texts() -> None:
    result = search(plan(), policy, pieces=lines)
    [pair] = result.pairs
    by_id = {row.trajectory.id: row for row in result.rows}
    assert (pair.prefix, pair.chosen, pair.rejected) == ("a\n", "X\nY right", "b\nc\nd\ne wrong")
    assert by_id[str(pair.chosen_id)].trajectory.text == pair.prefix + pair.chosen
    assert by_id[str(pair.rejected_id)].trajectory.text == pair.prefix + pair.rejected
    assert (pair.preference, pair.kind, pair.branch_step) == (1.0, "solution", 1)
    assert (pair.id, pair.source, pair.prompt) == (pair.chosen_id, "repair", PROBLEM.prompt)


def test_the_first_repair_that_is_right_makes_the_pair_or_each_different_one_does() -> None:
    ends = ["X wrong", "X right", "Y right", "X right"]

    def answer(ask: Sample, index: int) -> str:
        return ends[index] if ask.path.endswith("repair") else policy(ask, index)

    [first] = search(plan(repairs=4), answer, pieces=lines).pairs
    assert first.chosen_id == "p/solve/0/repair#1"
    every = search(plan(repairs=4, pairs="all"), answer, pieces=lines)
    assert [pair.chosen for pair in every.pairs] == ["X right", "Y right"]
    assert [row.keep for row in repaired(every)] == [False, True, True, True]


@pytest.mark.parametrize(("margin", "cut"), [(0, 2), (1, 1), (2, 0), (9, 0)])
def test_the_margin_gives_up_steps_before_the_error_but_no_more_than_there_are(
    margin: int, cut: int
) -> None:
    result = search(plan(margin=margin), policy, pieces=lines)
    assert {row.trajectory.branch_step for row in repaired(result)} == {cut}
    assert [pair.prefix for pair in result.pairs] == ["".join(lines(WRONG)[:cut])]


def test_a_repair_of_a_dirty_prefix_is_recorded_and_makes_no_pair() -> None:
    def late(ask: Sample, index: int) -> str:
        # Luck: the completions of a b c reach the answer, so that the error seems to be d.
        lucky = ask.path in {"solve/0/3", "solve/0/2"}
        return "X right" if lucky else policy(ask, index)

    result = search(plan(margin=0), late, pieces=lines)
    assert {row.trajectory.branch_step for row in repaired(result)} == {3}
    assert [row.drop_reason for row in repaired(result)] == ["not repaired"] * 2
    assert result.pairs == ()


def test_golden() -> None:
    """A wrong solution with a repair that fails, one that is cut and two that succeed; a right."""
    written = [WRONG, "a\nb right"]

    def answer(ask: Sample, index: int) -> str:
        if ask.path == "solve":
            return written[index]
        is_cut = ask.path.endswith("repair") and index == 2
        return "X..." if is_cut else policy(ask, index)

    options = {"solutions": 2, "repairs": 4, "pairs": "all"}
    check_golden("repair", search(plan(**options), answer, pieces=lines))


def test_right_and_undecided_solutions_are_rows_as_they_are() -> None:
    written = ["a\nb right", "a\nb...", "", "a\nno answer"]
    asked: list[str] = []

    def answer(ask: Sample, index: int) -> str:
        asked.append(ask.path)
        return written[index]

    result = search(plan(solutions=4), answer, pieces=lines)
    assert set(asked) == {"solve"}
    assert [row.outcome.outcome for row in result.rows] == ["valid", *["undecided"] * 3]
    assert result.rows[0].labels == (StepLabel(), StepLabel(value=1.0))
    assert all(row.keep and row.first_error is None for row in result.rows)
    assert [len(row.labels) for row in result.rows] == [2, 2, 0, 2]


def test_a_repair_that_was_cut_is_not_kept_and_leaves_the_reason_to_the_labeler() -> None:
    def answer(ask: Sample, index: int) -> str:
        return "X..." if ask.path.endswith("repair") else policy(ask, index)

    for row in repaired(search(plan(), answer, pieces=lines)):
        assert (row.outcome.outcome, row.keep, row.drop_reason) == ("undecided", False, None)


def test_the_bisection_asks_few_prefixes_and_leaves_what_it_saw_in_the_labels() -> None:
    asked: Counter[str] = Counter()

    def answer(ask: Sample, index: int) -> str:
        asked[ask.path] += 1
        return policy(ask, index)

    [row, *_] = search(plan(), answer, pieces=lines).rows
    assert asked == {"solve": 1, "solve/0/2": 3, "solve/0/3": 3, "solve/0/repair": 2}
    assert [label.value for label in row.labels] == [None, 1.0, 0.0, None, 0.0]
    assert row.labels[1].n_rollouts == 3
    assert row.first_error == 2


def test_a_prefix_whose_completions_are_all_undecided_is_cut_off_and_not_called_wrong() -> None:
    def answer(ask: Sample, index: int) -> str:
        return "X..." if ask.path == "solve/0/2" else policy(ask, index)

    result = search(plan(margin=0), answer, pieces=lines)
    [row, *_] = result.rows
    assert {one.trajectory.branch_step for one in repaired(result)} == {1}
    assert (row.first_error, row.labels[1].value) == (None, None)


def test_an_error_behind_an_undecided_prefix_is_named_where_it_was_judged() -> None:
    def answer(ask: Sample, index: int) -> str:
        lost = {"solve/0/2": "X...", "solve/0/1": "wrong"}
        return lost.get(ask.path) or policy(ask, index)

    [row, *_] = search(plan(), answer, pieces=lines).rows
    assert row.first_error == 0


def test_a_solution_of_one_step_is_written_anew_without_a_probe() -> None:
    def answer(ask: Sample, index: int) -> str:
        return "wrong" if ask.path == "solve" else "right"

    result = search(plan(), answer, pieces=lines)
    assert [row.trajectory.branch_step for row in repaired(result)] == [0, 0]
    assert [(pair.prefix, pair.rejected) for pair in result.pairs] == [("", "wrong")]


def test_solutions_are_located_side_by_side_and_mended_each_from_its_own_prefix() -> None:
    written = ["a\nb right", "a\nb\nc wrong", "b\nc wrong"]

    def answer(ask: Sample, index: int) -> str:
        if ask.path == "solve":
            return written[index]
        broken = any(step.text.startswith("c") for step in ask.prefix)
        return "wrong" if broken else "X right"

    result = search(plan(solutions=3, margin=0), answer, pieces=lines)
    assert [pair.rejected_id for pair in result.pairs] == ["p/solve#1", "p/solve#2"]
    assert [pair.prefix for pair in result.pairs] == ["a\nb\n", "b\n"]


def test_prefixes_that_two_solutions_share_are_asked_about_once() -> None:
    asked: list[str] = []

    def answer(ask: Sample, index: int) -> str:
        asked.append(ask.path)
        return policy(ask, index)

    rows = search(plan(solutions=2), answer, pieces=lines).rows
    assert {path for path in asked if path.startswith("solve/1/")} == {"solve/1/repair"}
    assert rows[0].labels == rows[1].labels
    assert [row.first_error for row in rows[:2]] == [2, 2]


def test_the_posterior_cuts_at_the_error_it_is_sure_of_and_leaves_what_it_saw() -> None:
    asked: Counter[str] = Counter()

    def answer(ask: Sample, index: int) -> str:
        asked[ask.path] += 1
        return policy(ask, index)

    result = search(believing(budget=40), answer, pieces=lines)
    [row, *_] = result.rows
    assert row.first_error == 2
    assert row.first_error_prob is not None
    assert row.first_error_prob >= 0.8
    assert {repair.trajectory.branch_step for repair in repaired(result)} == {1}
    probes = {path: n for path, n in asked.items() if path.startswith("bisect/")}
    assert sum(label.n_rollouts or 0 for label in row.labels) == sum(probes.values())
    assert sum(probes.values()) <= 40
    assert [label.value for label in row.labels][-1] == 0.0
    assert all(label.correct_prob is not None for label in row.labels)


def test_without_a_sample_to_spend_the_posterior_keeps_what_it_trusts_and_blames_no_step() -> None:
    asked: list[str] = []

    def answer(ask: Sample, index: int) -> str:
        asked.append(ask.path)
        return policy(ask, index)

    [row, *repairs] = search(believing(budget=0, confidence=0.5), answer, pieces=lines).rows
    assert set(asked) == {"solve", "solve/0/repair"}
    assert row.first_error is None
    right = [label.correct_prob or 0.0 for label in row.labels]
    unsure = next(at for at, probability in enumerate(right) if probability < 0.5)
    assert {one.trajectory.branch_step for one in repairs} == {unsure - 1}


def test_the_posterior_spends_nothing_on_solutions_that_end_right() -> None:
    written = ["a\nb\nc right", WRONG]

    def answer(ask: Sample, index: int) -> str:
        return written[index] if ask.path == "solve" else policy(ask, index)

    result = search(believing(solutions=2), answer, pieces=lines)
    right, wrong, *repairs = result.rows
    assert [label.n_rollouts for label in right.labels] == [None] * 3
    assert (right.outcome.outcome, wrong.outcome.outcome) == ("valid", "invalid")
    assert {repair.trajectory.parent_id for repair in repairs} == {"p/solve#1"}


def test_a_tools_word_saves_the_posterior_samples() -> None:
    def n_probes(*verifiers: str) -> int:
        asked = asks_of(believing(verifiers=verifiers, confidence=0.9, budget=40))
        return sum(
            ask.n for ask in asked if isinstance(ask, Sample) and ask.path.startswith("bisect")
        )

    assert n_probes("second") < n_probes()
    [row, *_] = asks_of(believing(verifiers=("second",)))[-1].rows
    assert row.first_error == 2
    assert [verdict.outcome for verdict in row.labels[2].verdicts] == ["invalid"]


def test_cut_and_blank_solutions_are_rows_without_a_probe_or_a_repair() -> None:
    written = ["a\nb...", "", WRONG]

    def answer(ask: Sample, index: int) -> str:
        return written[index] if ask.path == "solve" else policy(ask, index)

    rows = search(believing(solutions=3), answer, pieces=lines).rows
    assert [row.outcome.outcome for row in rows[:3]] == ["undecided", "undecided", "invalid"]
    assert [len(row.labels) for row in rows[:2]] == [2, 0]
    assert {row.trajectory.parent_id for row in rows[3:]} == {"p/solve#2"}


def test_the_prior_is_fitted_to_what_the_policy_wrote_and_not_to_repairs() -> None:
    fit = search_fit_of("repair")
    assert fit is not None
    result = search(believing(), policy, pieces=lines)
    own = tuple(row for row in result.rows if row.trajectory.origin != "repair")
    assert fit.extract(result.rows) == FIT.extract(own)


def asks_of(found: Plan) -> list[Any]:
    """Answer tools by rule (`c` is refuted by one of them) and samples by the policy above."""
    asked: list[Any] = []
    answers: list[Any] | None = None
    try:
        while True:
            asks = next(found) if answers is None else found.send(answers)
            asked += [ask for ask in asks if isinstance(ask, Sample | Check)]
            answers = [
                Verdict(
                    outcome="invalid"
                    if ask.verifier == "second" and ask.claim.step.text.startswith("c")
                    else "undecided",
                    verifier=ask.verifier,
                )
                if isinstance(ask, Check) and ask.verifier is not None
                else reply(ask, policy, lines)
                for ask in asks
            ]
    except StopIteration as end:
        asked.append(end.value)
    return asked


def test_tools_locate_the_error_without_a_rollout() -> None:
    *asked, result = asks_of(plan(locate="tools", verifiers=("first", "second")))
    assert isinstance(result, SearchResult)
    samples = [ask for ask in asked if isinstance(ask, Sample)]
    checks = [ask for ask in asked if isinstance(ask, Check) and ask.verifier is not None]
    assert [(ask.path, len(ask.prefix)) for ask in samples] == [("solve", 0), ("solve/0/repair", 1)]
    assert len(checks) == 2 * 5
    assert [len(check.claim.prior) for check in checks[::2]] == [0, 1, 2, 3, 4]
    [row, *_] = result.rows
    assert row.first_error == 2
    assert [verdict.outcome for verdict in row.labels[2].verdicts] == ["undecided", "invalid"]
    assert row.labels[4].value == 0.0
    assert row.labels[4].verdicts


def test_a_solution_that_no_tool_refutes_is_left_alone() -> None:
    *_, result = asks_of(plan(locate="tools", verifiers=("first",)))
    assert isinstance(result, SearchResult)
    [row] = result.rows
    assert (row.first_error, result.pairs) == (None, ())


def test_the_teacher_is_asked_for_the_repairs_alone() -> None:
    asked = [ask for ask in asks_of(plan(teacher="big")) if isinstance(ask, Sample)]
    assert {ask.path: ask.policy for ask in asked if ask.policy} == {"solve/0/repair": "big"}
    assert all(ask.parent == "p/solve#0" for ask in asked[1:])


def test_tools_that_are_not_named_are_missed_before_anything_is_asked() -> None:
    with pytest.raises(RecipeError, match="'tools' needs verifiers to ask"):
        next(plan(locate="tools", verifiers=()))
