"""The labeler of descents: one decision from all scores, right where each alone is wrong."""

import dataclasses
from random import Random

import pytest

from stepsmith.schemas import LabelledTrajectory, Problem, Step, StepLabel, Trajectory, Verdict
from stepsmith.transforms.label.fitting_score import fitting_score
from stepsmith.transforms.taxonomy.moves import Move, write_move
from stepsmith.transforms.taxonomy.show import Shown, make_problem
from tests.taxonomy.made import animals

PROBLEM = make_problem(
    animals(), "cat", Shown(children=9, grandchildren=9), source="made", domain=""
)
UNDECIDED = Verdict(outcome="undecided", evidence="")
RIGHT = [
    Move(at="thing", act="forward", to="animal"),
    Move(at="animal", act="forward", to="mammal"),
]
STOP = Move(at="mammal", act="stop")
EARLY = [RIGHT[0], Move(at="animal", act="stop")]
ASTRAY = [Move(at="thing", act="forward", to="plant"), Move(at="plant", act="back", to="thing")]


def row(
    name: str, moves: list[Move], scores: list[float], problem: Problem = PROBLEM
) -> LabelledTrajectory:
    """Make a row with the scores as a judge's, beside what a tool says that has none."""
    return LabelledTrajectory(
        problem=problem,
        trajectory=Trajectory(
            id=name,
            problem_id=problem.id,
            steps=tuple(Step(text=f"{write_move(move, 'cat')}\n") for move in moves),
            finish_reason="given",
        ),
        outcome=UNDECIDED,
        labels=tuple(
            StepLabel(
                verdicts=(
                    dataclasses.replace(UNDECIDED, verifier="tool"),
                    dataclasses.replace(UNDECIDED, verifier="judge", score=score),
                )
            )
            for score in scores
        ),
    )


def correct(rows: tuple[LabelledTrajectory, ...]) -> list[list[bool | None]]:
    return [[label.correct for label in each.labels] for each in rows]


ROWS = [
    row("gold", [*RIGHT, STOP], [0.9, 0.9, 0.6]),
    row("early", EARLY, [0.9, 0.65]),  # a judge by itself would let it pass
    row("astray", [*ASTRAY, *RIGHT, STOP], [0.3, 0.4, 0.9, 0.9, 0.6]),
]


def test_a_score_that_its_neighbours_contradict_is_outvoted() -> None:
    done = fitting_score(ROWS)
    assert correct(done) == [[True, True, True], [True, False], [False, True, True, True, True]]
    assert [each.first_error for each in done] == [None, 1, 0]
    early = done[1].labels[1]
    assert early.source == "fitting_score"
    assert early.correct_prob is not None
    assert early.correct_prob < 0.5
    assert [each.keep for each in done] == [True, True, True]


def test_what_is_not_sure_enough_is_left_open() -> None:
    done = fitting_score(ROWS, confidence=0.99)
    labels = [label for each in done for label in each.labels]
    assert {label.correct for label in labels} == {None}
    assert {label.source for label in labels} == {None}
    assert all(label.correct_prob is not None for label in labels)
    assert [each.first_error for each in done] == [None, None, None]


def test_nothing_is_lost_but_the_labels_are_new() -> None:
    for before, after in zip(ROWS, fitting_score(ROWS), strict=True):
        assert after.trajectory == before.trajectory
        assert [label.verdicts for label in after.labels] == [
            label.verdicts for label in before.labels
        ]


def test_the_scores_of_another_verifier_are_taken_on_request() -> None:
    other = dataclasses.replace(UNDECIDED, verifier="other", score=0.01)
    rows = [
        dataclasses.replace(
            ROWS[0],
            labels=tuple(
                dataclasses.replace(label, verdicts=(*label.verdicts, other))
                for label in ROWS[0].labels
            ),
        )
    ]
    assert correct(fitting_score(rows)) == [[True, True, True]]
    assert correct(fitting_score(rows, verifier="judge")) == [[True, True, True]]
    assert correct(fitting_score(rows, verifier="other")) == [[False, False, False]]
    assert correct(fitting_score(rows, verifier="nobody")) == [[None, None, None]]


@pytest.mark.parametrize("decided", [True, False])
def test_without_scores_probabilities_count_and_then_what_is_decided(*, decided: bool) -> None:
    known = [True, True, True]
    labels = tuple(
        StepLabel(verdicts=(Verdict(outcome="valid", verifier="tool"),))
        if decided
        else StepLabel(correct_prob=0.9)
        for _ in known
    )
    [done] = fitting_score([dataclasses.replace(ROWS[0], labels=labels)])
    assert [label.correct for label in done.labels] == known


def test_no_score_no_move_or_no_taxonomy_says_nothing() -> None:
    [bare] = fitting_score([dataclasses.replace(ROWS[0], labels=(StepLabel(correct=True),) * 3)])
    assert [label.correct for label in bare.labels] == [None] * 3
    [lost] = fitting_score([row("x", [*RIGHT, STOP], [0.9] * 3, Problem(id="p", prompt="?"))])
    assert [label.correct for label in lost.labels] == [None] * 3
    steps = (Step(text="Cats are animals.\n"), *ROWS[0].trajectory.steps)
    thought = dataclasses.replace(
        ROWS[0],
        trajectory=dataclasses.replace(ROWS[0].trajectory, steps=steps),
        labels=(ROWS[0].labels[0], *ROWS[0].labels),
    )
    assert correct(fitting_score([thought])) == [[None, True, True, True]]
    assert fitting_score([]) == ()


def test_a_reply_that_was_cut_is_not_kept() -> None:
    cut = dataclasses.replace(ROWS[0].trajectory, finish_reason="length")
    [done] = fitting_score([dataclasses.replace(ROWS[0], trajectory=cut)])
    assert (done.keep, done.drop_reason) == (False, "truncated")
    assert done.labels[-1].correct is None


def test_noisy_scores_make_better_labels_together_than_each_alone() -> None:
    """400 scores, each off by chance: the share of right labels, alone and smoothed."""
    moves = {"gold": [*RIGHT, STOP], "early": EARLY, "astray": [*ASTRAY, *RIGHT, STOP]}
    truth = {"gold": [1, 1, 1], "early": [1, 0], "astray": [0, 1, 1, 1, 1]}
    alone = together = count = 0
    for seed in range(40):
        rng = Random(seed)
        rows = [
            row(name, way, [_noisy(rng, right=bool(right)) for right in truth[name]])
            for name, way in moves.items()
        ]
        for before, after in zip(rows, fitting_score(rows), strict=True):
            for score, label, right in zip(
                (each.verdicts[1].score or 0 for each in before.labels),
                after.labels,
                truth[before.trajectory.id],
                strict=True,
            ):
                count += 1
                alone += (score > 0.5) == right
                together += label.correct == bool(right)
    assert count == 400
    assert together > alone + 20


def _noisy(rng: Random, *, right: bool) -> float:
    return min(max((0.65 if right else 0.35) + rng.gauss(0, 0.25), 0.01), 0.99)
