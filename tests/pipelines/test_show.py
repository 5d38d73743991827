"""Showing trajectories: what is said, in which colour, and that no text controls the terminal."""

import dataclasses
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stepsmith.pipelines.show import pick_telling, render, show
from stepsmith.pipelines.terminal import cells, harmless, wrap
from stepsmith.schemas import LabelledTrajectory, UnknownNameError, UserError, Verdict
from tests.format.solutions import solution
from tests.pipelines.finished_run import finished_run
from tests.strategies import labelled_trajectories

REFUTED = Verdict(outcome="invalid", verifier="math.arithmetic", evidence="5 * 2 = 11: it is 10")
COLOR = re.compile(r"\x1b\[[0-9;]*m")


def judged() -> LabelledTrajectory:
    """Make a row with every kind of label: right, refuted and unknown."""
    row = solution((True, False, None))
    confirmed = Verdict(outcome="valid", verifier="math.arithmetic", evidence="1 equation holds")
    counts = {"value": 0.75, "n_rollouts": 5, "n_correct": 3, "n_undecided": 1}
    labels = (
        dataclasses.replace(row.labels[0], **counts, verdicts=(confirmed,)),
        dataclasses.replace(row.labels[1], value=0.0, verdicts=(REFUTED,)),
        row.labels[2],
    )
    return dataclasses.replace(row, labels=labels)


EXPECTED = """\
p/solve#0
from      rollout by small
problem   Add 2 and 3, then double.
gold      10
predicted 11
outcome   invalid by math.answer: 11 is not 10

1  right     3/4  2 + 3 = 5
                  confirmed by math.arithmetic
                  1 of 5 completions are undecided
2  wrong    0.00  5 * 2 = 11
                  ^ first error
                  refuted by math.arithmetic: 5 * 2 = 11: it is 10
3  unknown     -  The answer is 11."""


def test_a_row_is_shown_with_its_labels_and_what_refutes_it() -> None:
    assert render(judged(), width=80, color=False) == EXPECTED


def test_steps_are_green_red_or_yellow() -> None:
    lines = render(judged(), width=80, color=True).splitlines()
    assert "\x1b[32m1  right     3/4  2 + 3 = 5\x1b[0m" in lines
    assert "\x1b[31m2  wrong    0.00  5 * 2 = 11\x1b[0m" in lines
    assert "\x1b[33m3  unknown     -  The answer is 11.\x1b[0m" in lines


@given(row=labelled_trajectories(), width=st.integers(20, 100))
def test_colour_adds_nothing_but_colour(row: LabelledTrajectory, width: int) -> None:
    plain = render(row, width=width, color=False)
    assert COLOR.sub("", render(row, width=width, color=True)) == plain
    assert "\x1b" not in plain


@given(row=labelled_trajectories(), width=st.integers(20, 100))
def test_no_line_is_wider_than_the_terminal(row: LabelledTrajectory, width: int) -> None:
    for line in render(row, width=width, color=False).split("\n"):
        assert cells(line) <= width


def test_a_narrow_terminal_breaks_the_mark_of_the_first_error() -> None:
    row = dataclasses.replace(judged(), first_error_prob=0.5)
    lines = render(row, width=20, color=False).splitlines()
    mark = lines.index("    ^ first error,")
    assert lines[mark + 1] == "    50% sure"


def test_a_narrow_terminal_gets_the_text_below_the_labels() -> None:
    lines = render(judged(), width=24, color=False).splitlines()
    assert lines[lines.index("2  wrong    0.00") + 1] == "    5 * 2 = 11"


@pytest.mark.parametrize("color", [True, False])
def test_why_a_row_was_dropped_is_shown(color: bool) -> None:
    row = solution((None, None, None), drop_reason="truncated")
    trajectory = dataclasses.replace(row.trajectory, finish_reason="length", answer=None)
    text = render(dataclasses.replace(row, trajectory=trajectory), width=80, color=color)
    lines = COLOR.sub("", text).splitlines()
    assert "reply     length" in lines
    assert "dropped   truncated" in lines
    assert "predicted (none)" in lines


HOSTILE = "\x1b]0;owned\x07\x1b[2J\x9b31m\x00\x7f\r\u202eevil\u2066\u200b\u2028"


def test_how_sure_the_labels_are_is_shown_with_the_error_and_without_one() -> None:
    located = dataclasses.replace(judged(), first_error_prob=0.934)
    assert "^ first error, 93% sure" in render(located, width=80, color=False)
    right = dataclasses.replace(judged(), first_error=None, first_error_prob=0.98)
    assert "errors    no wrong step, 98% sure\n" in render(right, width=80, color=False)


def test_what_a_model_wrote_does_not_control_the_terminal() -> None:
    verdict = dataclasses.replace(REFUTED, evidence=HOSTILE, verifier=HOSTILE)
    row = solution((True, False), texts=(HOSTILE, HOSTILE), id=f"{HOSTILE}/s#0")
    row = dataclasses.replace(
        row,
        problem=dataclasses.replace(row.problem, prompt=HOSTILE, answer=HOSTILE, source=HOSTILE),
        trajectory=dataclasses.replace(row.trajectory, answer=HOSTILE, policy=HOSTILE),
        outcome=verdict,
        labels=tuple(dataclasses.replace(label, verdicts=(verdict,)) for label in row.labels),
        keep=False,
        drop_reason=HOSTILE,
    )
    shown = COLOR.sub("", render(row, width=120, color=True))
    assert all(character.isprintable() for character in shown.replace("\n", ""))
    assert r"\x1b]0;owned\x07" in shown


@given(text=st.text())
def test_harmless_text_stays_as_it_is_and_other_text_becomes_harmless(text: str) -> None:
    made = harmless(text)
    assert harmless(made) == made
    if text.isprintable():
        assert made == text


@given(text=st.text(st.sampled_from("ab \n界é")), width=st.integers(2, 12))
def test_wrapping_loses_nothing_but_spaces_at_breaks(text: str, width: int) -> None:
    lines = wrap(text, width)
    assert "".join(lines).replace(" ", "") == text.replace(" ", "").replace("\n", "")
    assert all(cells(line) <= width for line in lines)
    if cells(text) <= width and "\n" not in text:
        assert lines == [text]


def test_wide_characters_take_two_cells_and_combining_ones_none() -> None:
    assert cells("a界e\u0301") == 4
    assert wrap("界界界", 4) == ["界界", "界"]


def test_indentation_is_kept() -> None:
    assert wrap("    x = one + two", 12) == ["    x = one", "+ two"]


@pytest.fixture
def run(tmp_path: Path) -> str:
    rows = [solution((True, True, True), id=f"gsm8k/7/solve#{n}", outcome="valid") for n in (0, 1)]
    rows.append(solution((True, False, None), id="gsm8k/8/solve#0"))
    return finished_run(tmp_path / "run", rows)


def shown_ids(text: str) -> list[str]:
    return re.findall(r"(?m)^gsm8k/\d+/solve#\d+$", text)


def test_a_trajectory_is_found_by_its_id(run: str) -> None:
    text = show(run, "gsm8k/7/solve#1", limit=3, color=False, width=80)
    assert shown_ids(text) == ["gsm8k/7/solve#1"]


def test_a_problem_shows_all_its_trajectories(run: str) -> None:
    text = show(run, "gsm8k/7", limit=1, color=False, width=80)
    assert shown_ids(text) == ["gsm8k/7/solve#0", "gsm8k/7/solve#1"]


def test_without_an_id_the_telling_rows_come_first(run: str) -> None:
    text = show(run, None, limit=2, color=False, width=80)
    assert shown_ids(text) == ["gsm8k/7/solve#0", "gsm8k/8/solve#0"]


def test_an_unknown_id_names_the_nearest(run: str) -> None:
    with pytest.raises(UnknownNameError, match=r"did you mean 'gsm8k/7/solve#\d' or "):
        show(run, "gsm8k/7/solve#9", limit=3, color=False)
    with pytest.raises(UnknownNameError, match=r"no trajectory and no problem 'zzz' .*; ids: 'gsm"):
        show(run, "zzz", limit=3, color=False)


def test_showing_nothing_is_refused_and_an_empty_run_says_so(run: str, tmp_path: Path) -> None:
    with pytest.raises(UserError, match="-n 0"):
        show(run, None, limit=0, color=False)
    empty = finished_run(tmp_path / "empty", [])
    assert "holds no rows" in show(empty, None, limit=3, color=False)
    assert "holds no rows" in show(empty, "p", limit=3, color=False)


def test_telling_rows_are_one_right_one_wrong_one_undecided() -> None:
    plain = [solution((True, True, None), id=f"p/solve#{n}") for n in range(3)]
    right = solution((True, True, True), id="p/solve#3", outcome="valid")
    wrong = solution((True, False, None), id="p/solve#4")
    cut = solution((None, None, None), id="p/solve#5", outcome="undecided")
    rows = [*plain, cut, wrong, right]
    assert pick_telling(rows, limit=3) == [right, wrong, cut]
    assert pick_telling(rows, limit=2) == [right, wrong]
    assert pick_telling(rows, limit=5) == [right, wrong, cut, plain[0], plain[1]]
    assert pick_telling(plain, limit=2) == plain[:2]


def test_picking_reads_no_further_than_it_must() -> None:
    rows = iter(
        [
            solution((True, True, True), outcome="valid"),
            solution((True, False, None)),
            solution((None, None, None), outcome="undecided"),
            solution((True, True, True), id="p/solve#9"),
        ]
    )
    assert len(pick_telling(rows, limit=3)) == 3
    assert next(rows).trajectory.id == "p/solve#9"
