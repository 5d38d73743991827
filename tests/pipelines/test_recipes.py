"""Every recipe that ships runs to its end and makes what it says; the policy is simulated here."""

from importlib import resources
from pathlib import Path

import pytest

from stepsmith.pipelines import recipes
from stepsmith.pipelines.run import RunOptions, make_job, run

SHIPPED = sorted(
    item.name.removesuffix(".toml")
    for item in resources.files(recipes).iterdir()
    if item.name.endswith(".toml")
)
NEED_FILES = {
    "code_mutation",
    "evidence_pools",
    "graph_counterfactuals",
    "gsm8k",
    "hierarchy_descent",
    "humaneval",
    "kg_path",
    "mbpp",
    "mismatch_negatives",
    "tool_use",
}
SELF_CONTAINED = [name for name in SHIPPED if name not in NEED_FILES]
OVERRIDES = (
    'policy={kind="simulated", error_rate=0.2, recovery_rate=0.02}',
    "engine={}",
    "source.size=8",
    "source.arguments={min_terms=5, max_terms=5, min_digits=1, max_digits=1}",
    "shards=2",
)


# What each makes beside labelled solutions.
TREES = {"bisect", "omega_bisect", "mcts_q", "outcome_value"}
PAIRS = {"bisect", "omega_bisect", "mcts_q", "repair_first_error"}


@pytest.mark.slow
@pytest.mark.parametrize("name", SELF_CONTAINED)
def test_a_shipped_recipe_makes_labels_of_both_kinds_and_its_tables(
    name: str, tmp_path: Path
) -> None:
    job = make_job(name, output=str(tmp_path / "out"), overrides=OVERRIDES)
    manifest = run(job, RunOptions(quiet=True))
    assert manifest is not None
    counts = manifest.counts
    assert (counts.failed, counts.skipped) == (0, 0)
    assert counts.correct["right"] > counts.correct["wrong"] > 0
    assert counts.first_errors > 0
    assert (counts.nodes > 0) is (name in TREES)
    assert (counts.pairs > 0) is (name in PAIRS)


@pytest.mark.parametrize("name", SHIPPED)
def test_a_recipe_s_name_is_its_file_s(name: str) -> None:
    text = (resources.files(recipes) / f"{name}.toml").read_text()
    assert f'\nname = "{name}"\n' in text
    assert text.startswith("# ")
