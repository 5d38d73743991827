"""The JSON and the table of an audit, whole: goldens of a small one."""

import dataclasses
import json
from pathlib import Path
from typing import Any

import pytest

from stepsmith.pipelines.audit.disagree import disagreements
from stepsmith.pipelines.audit.document import About, Document, Joined, document
from stepsmith.pipelines.audit.marks import Marks
from stepsmith.pipelines.audit.opinion import Opinion
from stepsmith.pipelines.audit.table import as_text
from stepsmith.schemas import ErrorRecord, Verdict
from tests.audit.judging import judged

GOLDEN = Path(__file__).with_name("golden.json")

JUDGED = [
    judged("+-?", {"one": "+-?", "two": "???"}, id="a", labels={"labels.correct": "+-?"}),
    judged("+-?", {"one": "??-", "two": "???"}, id="b", labels={"labels.correct": "???"}),
    judged("+++", {"one": "+-?", "two": "???"}, id="c", labels={"labels.correct": "+++"}),
    judged("+++", {"one": "+++", "two": "???"}, id="d", labels={"labels.correct": "+++"}),
]

ERROR = ErrorRecord(
    stage="source", kind="WrongValue", message="no", location="h.jsonl", line=3, field="label"
)

ABOUT = About(
    dataset="out/run",
    against="h.jsonl (format processbench)",
    half="tune",
    joined=Joined(
        candidates=5, joined=4, unjoined={"nobody labelled the problem": 1}, unused_labels=2
    ),
    errors=[ERROR],
)


@pytest.fixture(scope="module")
def marked() -> Document:
    found = disagreements(JUDGED)
    entry = {"key": found[1].key, "mark": "tool", "note": "it is wrong"}
    return document(JUDGED, ABOUT, Marks(by_key={found[1].key: "tool"}, entries=(entry,)))


def test_the_json_is_the_golden_one(marked: Document) -> None:
    content = json.loads(marked.to_json())
    assert content == json.loads(GOLDEN.read_text())


def test_the_json_holds_a_solution_once_and_only_those_that_are_disputed(marked: Document) -> None:
    assert [solution.id for solution in marked.solutions] == ["a", "b", "c"]
    for found in marked.disagreements:
        assert found.step < len(marked.solutions[found.solution].steps)


def test_the_same_audit_gives_the_same_bytes() -> None:
    assert document(JUDGED, ABOUT).to_json() == document(JUDGED, ABOUT).to_json()


def test_without_marks_there_is_nothing_after_them() -> None:
    content: dict[str, Any] = json.loads(document(JUDGED, ABOUT).to_json())
    assert content["after_marks"] is None
    assert content["marks"] is None


TABLE = """\
out/run against h.jsonl (format processbench), the tune half of the problems
  4 solutions: 2 with a first error, 2 right throughout
  12 steps: 8 right, 2 wrong, 2 not judged by people
  4 of 5 solutions of the data set are labelled
    1 left out: nobody labelled the problem
    2 labelled solutions are not in the data set
"""


def test_the_table_begins_with_what_was_audited(marked: Document) -> None:
    assert as_text(marked).startswith(TABLE)


def test_the_table_has_a_block_for_each_side_with_its_version(marked: Document) -> None:
    heads = [
        line.split("  ")[0] for line in as_text(marked).splitlines() if "95 % interval" in line
    ]
    assert heads == ["one, version 1", "two, version 1", "fused", "labels.correct"]


def test_the_table_shows_shares_intervals_and_counts_before_and_after_marks(
    marked: Document,
) -> None:
    lines = as_text(marked).splitlines()
    [first] = [line for line in lines if "(precision)" in line][:1]
    assert " ".join(first.split()) == (
        "refuted steps that are wrong (precision) "
        "50.0 % 9.5 to 90.5 % 1 of 2 100.0 % 34.2 to 100.0 % 2 of 2"
    )
    [alarms] = [line for line in lines if "per 1,000" in line][:1]
    assert alarms.split()[6:11] == ["125.00", "22.42", "to", "470.89", "1"]


def test_the_table_ends_with_disagreements_marks_and_bad_rows(marked: Document) -> None:
    assert as_text(marked).split("\n\n")[-1] == (
        "7 disagreements: 2 false alarm, 2 wrong place, 3 missed\n"
        "marks: 1 tool, 0 human, 0 unclear, 6 unmarked, 0 unused\n"
        "1 rows could not be read:\n"
        "  h.jsonl, row 3, field label: no"
    )


def test_a_share_of_nothing_is_a_dash() -> None:
    text = as_text(document([judged("???", "???")], ABOUT))
    [precision] = [line for line in text.splitlines() if "(precision)" in line]
    assert precision.split()[-4:] == ["-", "0", "of", "0"]


def test_many_errors_and_reasons_are_summed_up() -> None:
    each = judged("?" * 10, "?" * 10)
    verdicts = tuple(
        Verdict(outcome="undecided", evidence=f"reason {index}") for index in range(10)
    )
    opinion = Opinion(verdicts=verdicts, checked=(False,) * 10)
    about = dataclasses.replace(ABOUT, errors=[ERROR] * 12, joined=None, half=None)
    text = as_text(document([dataclasses.replace(each, opinions={"tool": opinion})], about))
    assert "    10.0 %  of the steps undecided: reason 7\n            and 2 more reasons\n" in text
    assert text.count("field label: no") == 10
    assert text.endswith("\n  and 2 more")


def test_refutations_that_nobody_judged_are_said() -> None:
    text = as_text(document([judged("???", "--?")], ABOUT))
    assert "2 refuted steps were not judged by people and count nowhere" in text


def test_the_table_obeys_no_control_character() -> None:
    about = About(dataset="\x1b[31mred", against="b")
    assert "\x1b" not in as_text(document([], about))
