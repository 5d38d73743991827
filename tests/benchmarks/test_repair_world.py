"""The repair world, and paper 12's bars in it: small, with fixed seeds."""

from random import Random
from typing import Any

import pytest

from benchmarks.papers_repair import SETTINGS, STYLES, WRITERS, diversity_gain, mend, right_share
from benchmarks.worlds.repair import (
    POLICY,
    PROBLEM,
    RepairWalk,
    Writer,
    distinct_4,
    exact_salvage,
)
from benchmarks.worlds.walk import first_bad, true_error
from stepsmith.transforms.format import FORMATS, Format
from stepsmith.transforms.format.preference import PreferenceRow
from stepsmith.transforms.search.repair import repair

N_PROBLEMS = 60


@pytest.mark.parametrize(
    ("margin", "late", "reference"), [(0, 0, 0.870), (1, 0, 0.856), (0, 1, 0.019)]
)
def test_the_world_is_the_one_of_the_published_figures(
    margin: int, late: int, reference: float
) -> None:
    assert exact_salvage(margin=margin, late=late) == pytest.approx(reference, abs=0.005)


@pytest.mark.parametrize(("margin", "late"), [(0, 0), (1, 0), (0, 1), (1, 1)])
def test_repairs_succeed_as_often_as_the_world_says(margin: int, late: int) -> None:
    name = f"{'late' if late else 'exact'}.margin_{margin}"
    rates = mend(SETTINGS[name], seed=1, n_problems=N_PROBLEMS).rates()
    assert rates["salvage"] == pytest.approx(exact_salvage(margin=margin, late=late), abs=0.04)


def test_every_kept_repair_reaches_the_answer_and_repair_beats_resampling_threefold() -> None:
    rates = mend(SETTINGS["exact.margin_1"], seed=2, n_problems=N_PROBLEMS).rates()
    assert rates["kept_pass_outcome"] == rates["clean"] == 1.0
    assert rates["kept_fraction"] > 0.20
    assert rates["salvage"] >= 3 * right_share(WRITERS[0], seed=2, n_problems=N_PROBLEMS)


def test_one_step_late_ruins_repair_and_a_margin_of_one_saves_it() -> None:
    ruined = mend(SETTINGS["late.margin_0"], seed=3, n_problems=N_PROBLEMS).rates()
    saved = mend(SETTINGS["late.margin_1"], seed=3, n_problems=N_PROBLEMS).rates()
    assert ruined["salvage"] < 0.05
    assert ruined["clean"] == 0.0  # what was kept reached the answer by luck, over a wrong step
    assert saved["salvage"] > 0.80
    assert saved["clean"] == 1.0


def test_rollouts_locate_without_a_tool_and_their_luck_is_what_the_margin_is_for() -> None:
    trusting = mend(SETTINGS["monte_carlo.margin_0"], seed=4, n_problems=N_PROBLEMS).rates()
    careful = mend(SETTINGS["monte_carlo.margin_1"], seed=4, n_problems=N_PROBLEMS).rates()
    assert careful["salvage"] > trusting["salvage"]
    assert 20 < careful["probes_per_wrong"] <= 8 * 4


def test_kept_prefixes_add_diversity_only_where_the_writers_differ() -> None:
    gains = {
        name: diversity_gain(writers, seed=5, n_problems=N_PROBLEMS)
        for name, writers in STYLES.items()
    }
    assert gains["terse_teacher"] > gains["own_styles"] > 1.03
    assert gains["one_style"] == pytest.approx(1.0, abs=0.03)


def test_distinct_4_counts_runs_of_four_words_over_all_texts() -> None:
    assert distinct_4(["a b c d e"]) == 1.0
    assert distinct_4(["a b c d", "a b c d"]) == 0.5
    assert distinct_4(["a b c", "a b c d"]) == 1.0


def test_a_writer_keeps_what_the_world_decided() -> None:
    writer = Writer(world=POLICY, style="p", n_phrasings=3)
    for seed in range(50):
        plain = POLICY.write([], Random(seed))
        styled = writer.write([], Random(seed))
        assert first_bad(styled) == first_bad(plain)
        assert styled[-1].split()[-1] == plain[-1].split()[-1]
        assert all(text.endswith("\n") for text in styled)


def test_pairs_of_a_repaired_world_export_as_rows_of_two_whole_solutions() -> None:
    policy, teacher = WRITERS
    walk = RepairWalk(writers={None: policy, "teacher": teacher}, seed=6)
    result = walk.run(repair(PROBLEM, Random(0), **SETTINGS["exact.margin_1"]))
    rows = {row.trajectory.id: row for row in result.rows}
    form: Format[Any, PreferenceRow] = FORMATS.get("preference").value
    assert result.pairs
    for pair in result.pairs:
        exported = form(pair)
        assert isinstance(exported, PreferenceRow)
        chosen, rejected = rows[str(pair.chosen_id)], rows[str(pair.rejected_id)]
        assert exported.prompt + exported.chosen == PROBLEM.prompt + chosen.trajectory.text
        assert exported.prompt + exported.rejected == PROBLEM.prompt + rejected.trajectory.text
        error = true_error(rejected.trajectory)
        assert error is not None
        assert pair.branch_step == max(0, error - 1)
