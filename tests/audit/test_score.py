"""The counts of an audit, on solutions small enough to count by hand."""

import pytest

from stepsmith.pipelines.audit import Rate, score
from stepsmith.pipelines.audit.score import FUSED, fuse
from tests.audit.judging import judged


def test_the_counts_of_an_audit_are_those_made_by_hand() -> None:
    report = score(
        [
            judged("++-??", "?+-?-"),  # found and located; a flag behind it is not scored
            judged("++-??", "-+-??"),  # found, but a right step before it was refuted
            judged("+-?", "??-"),  # only a step after it: neither found nor a false alarm
            judged("+++", "+??"),  # right and passed
            judged("+++", "?-?"),  # right and refuted
            judged("???", "-??"),  # wrong nobody knows where
        ]
    )
    assert (report.n_solutions, report.n_with_first_error, report.n_right) == (6, 3, 2)
    assert (report.n_steps, report.n_right_steps, report.n_wrong_steps) == (22, 11, 3)
    tool = report["tool"]
    assert tool.precision == Rate(2, 4)
    assert tool.recall == Rate(2, 3)
    assert tool.localisation == Rate(1, 3)
    assert tool.right_passed == Rate(1, 2)
    assert tool.false_alarms == Rate(2, 11)
    assert tool.unscored_flags == 3
    assert tool.confirmed == Rate(3, 22)
    assert tool.abstained == {"no equation": Rate(12, 22)}
    assert tool.checked == Rate(10, 22)
    assert tool.f1 == pytest.approx(2 * (1 / 3) * (1 / 2) / (1 / 3 + 1 / 2))


def test_f1_needs_wrong_and_right_solutions() -> None:
    assert score([judged("+-", "+-")])["tool"].f1 is None
    assert score([judged("++", "++")])["tool"].f1 is None
    assert score([judged("++", "-?"), judged("-+", "??")])["tool"].f1 == 0.0


def test_the_interval_of_f1_holds_it() -> None:
    tool = score([judged("++", "++"), judged("+-", "+-"), judged("+-", "++")])["tool"]
    low, high = tool.f1_interval
    assert tool.f1 is not None
    assert 0 < low < tool.f1 < high < 1


def test_a_wrong_step_that_is_not_the_first_error_counts_for_precision_alone() -> None:
    tool = score([judged("+?-", "??-")])["tool"]
    assert tool.precision == Rate(1, 1)
    assert tool.recall == tool.localisation == Rate(0, 0)


def test_any_refutation_refutes_and_any_confirmation_confirms() -> None:
    fused = fuse(judged("????", {"one": "?+-?", "two": "-??+"}))
    assert [verdict.outcome for verdict in fused.verdicts] == [
        "invalid",
        "valid",
        "invalid",
        "valid",
    ]
    assert fused.verdicts[0].verifier == "two"
    assert fused.checked == (True, True, True, True)


def test_a_refutation_beats_a_confirmation() -> None:
    [verdict] = fuse(judged("+", {"one": "+", "two": "-"})).verdicts
    assert (verdict.outcome, verdict.verifier) == ("invalid", "two")


def test_fused_finds_what_either_verifier_finds() -> None:
    report = score(
        [judged("+-", {"one": "?-", "two": "??"}), judged("+-", {"one": "??", "two": "?-"})]
    )
    assert report["one"].recall == report["two"].recall == Rate(1, 2)
    assert report[FUSED].recall == Rate(2, 2)
    assert [row.name for row in report.rows] == ["one", "two", FUSED]


def test_one_verifier_alone_needs_no_row_for_all_together() -> None:
    report = score([judged("+-", "+-", labels={"labels.correct": "+?"})])
    assert [row.name for row in report.rows] == ["tool", "labels.correct"]
    assert report[FUSED].recall == report["tool"].recall == Rate(1, 1)
    assert report["labels.correct"].recall == Rate(0, 1)


def test_a_row_that_is_not_there_is_an_error() -> None:
    with pytest.raises(KeyError):
        score([])["tool"]


def test_nothing_judged_gives_no_values_and_no_error() -> None:
    report = score([])
    assert report.n_steps == 0
    assert report[FUSED].precision.value is None
    assert report[FUSED].f1 is None
