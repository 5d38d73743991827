"""Marks: read with errors that help, and labels changed only as far as they say."""

import json
from pathlib import Path

import pytest

from stepsmith.pipelines.audit import Judged, Rate, score
from stepsmith.pipelines.audit.disagree import disagreements
from stepsmith.pipelines.audit.marks import Mark, Marks, corrected, count_marks, read_marks
from stepsmith.schemas import UserError
from tests.audit.judging import judged


def _marked(each: Judged, *marks: Mark) -> tuple[bool | None, ...]:
    """Mark the disagreements of a solution in their order; returns what is known then."""
    by_key = dict(zip((found.key for found in disagreements([each])), marks, strict=True))
    [then] = corrected([each], Marks(by_key=by_key))
    assert then.opinions == each.opinions
    return then.solution.known


@pytest.mark.parametrize(
    ("known", "outcomes", "mark", "then"),
    [
        # A false alarm: the tool says that a right step is wrong.
        ("+++", "?-?", "tool", (True, False, True)),
        ("+++", "?-?", "human", (True, True, True)),
        ("+++", "?-?", "unclear", (True, None, True)),
        # Missed: the tool refutes nothing.
        ("+-?", "???", "tool", (True, True, None)),
        ("+-?", "???", "human", (True, False, None)),
        ("+-?", "???", "unclear", (True, None, None)),
        # Too late: where the tool is right, the steps up to its own are.
        ("-???", "??-?", "tool", (True, True, False, None)),
        ("-???", "??-?", "human", (False, None, None, None)),
        ("-???", "??-?", "unclear", (None, None, None, None)),
    ],
)
def test_a_mark_changes_what_is_known_as_far_as_it_says(
    known: str, outcomes: str, mark: Mark, then: tuple[bool | None, ...]
) -> None:
    assert _marked(judged(known, outcomes), mark) == then


def test_each_place_of_a_solution_has_a_mark_of_its_own() -> None:
    each = judged("++-?", "-???")  # a false alarm, and the first error missed
    assert _marked(each, "tool", "human") == (False, True, False, None)
    assert _marked(each, "human", "unclear") == (True, True, None, None)


def test_marks_that_contradict_each_other_leave_the_step_open() -> None:
    assert _marked(judged("+", {"one": "-", "two": "-"}), "tool", "human", "human") == (None,)


def test_a_mark_settles_the_label_for_every_side() -> None:
    each = judged("++", {"one": "-?", "two": "-?"})
    first = disagreements([each])[0]
    then = score(corrected([each], Marks(by_key={first.key: "tool"})))
    assert then["one"].precision == then["two"].precision == Rate(1, 1)
    assert then["one"].localisation == then["fused"].localisation == Rate(1, 1)


def test_after_marks_right_counts_as_right_and_unclear_is_left_out() -> None:
    all_of_them = [judged("+++", "?-?", id=name) for name in "abcd"]
    keys = [found.key for found in disagreements(all_of_them)]
    marks = Marks(by_key=dict(zip(keys, ("tool", "human", "unclear"), strict=False)))
    assert score(all_of_them)["tool"].precision == Rate(0, 4)
    then = score(corrected(all_of_them, marks))["tool"]
    assert then.precision == Rate(1, 3)
    assert then.false_alarms == Rate(2, 10)
    assert then.right_passed == Rate(0, 2)
    assert then.recall == Rate(1, 1)


def test_solutions_without_marks_stay_the_very_same() -> None:
    each = judged("+", "-")
    assert corrected([each], Marks())[0] is each


def test_marks_are_counted_also_those_that_fit_nothing() -> None:
    found = disagreements([judged("++", "--")])
    marks = Marks(by_key={found[0].key: "unclear", "elsewhere": "tool"})
    assert count_marks(found, marks) == {
        "tool": 0,
        "human": 0,
        "unclear": 1,
        "unmarked": 1,
        "unused": 1,
    }


def test_a_file_of_marks_is_read_with_what_it_says_beside(tmp_path: Path) -> None:
    entries = [{"key": "a", "mark": "tool", "note": "77 is right"}, {"key": "b", "mark": "human"}]
    path = tmp_path / "marks.json"
    path.write_text(json.dumps({"marks": entries}))
    marks = read_marks(str(path))
    assert marks.by_key == {"a": "tool", "b": "human"}
    assert list(marks.entries) == entries


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("{", "holds no marks"),
        ("[]", "holds no marks"),
        ('{"marks": 1}', "holds no marks"),
        ('{"marks": [1]}', "holds no marks"),
        ('{"marks": [{"mark": "tool"}]}', "mark 1: it has no key"),
        ('{"marks": [{"key": "a", "mark": "tools"}]}', "mark 1: its mark is 'tools'; did you mean"),
        ('{"marks": [{"key": "a"}]}', "mark 1: its mark is None"),
    ],
)
def test_a_file_of_something_else_says_what_is_wrong(
    tmp_path: Path, content: str, message: str
) -> None:
    path = tmp_path / "marks.json"
    path.write_text(content)
    with pytest.raises(UserError, match=message):
        read_marks(str(path))


def test_a_file_of_marks_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"cannot read the marks in .*: No such file"):
        read_marks(str(tmp_path / "marks.json"))
