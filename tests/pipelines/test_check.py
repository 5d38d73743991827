"""What is wrong for every problem is found before the first one, and nothing is spent on it."""

import json
from pathlib import Path

import pytest

from stepsmith.pipelines.run import RunOptions, make_job, run
from stepsmith.schemas.errors import UserError
from tests.pipelines.runs import write_recipe

ALLOWED = r"\[strategy\] kind='{}': option '{}' was given {}: .*; allowed: {}"


@pytest.mark.parametrize(
    ("strategy", "message"),
    [
        ({"kind": "sample", "solutions": 0}, ALLOWED.format("sample", "solutions", 0, ">= 1")),
        ({"kind": "monte_carlo", "rollouts": 0}, "option 'rollouts' was given 0"),
        ({"kind": "outcome_value", "solutions": 0}, "option 'solutions' was given 0"),
        ({"kind": "bisect", "solutions": 0}, "option 'solutions' was given 0"),
        ({"kind": "bisect", "batch": 0}, ALLOWED.format("bisect", "batch", 0, ">= 1")),
        ({"kind": "bisect", "budget": -1}, ALLOWED.format("bisect", "budget", -1, ">= 0")),
        ({"kind": "bisect", "confidence": 0.4}, "option 'confidence' .* allowed: >= 0.5, <= 1"),
        ({"kind": "bisect", "confidence": 1.5}, "option 'confidence' .* allowed: >= 0.5, <= 1"),
        ({"kind": "bisect", "slack": -0.1}, "option 'slack' .* allowed: >= 0, <= 1"),
        ({"kind": "bisect", "verifiers": ["math.arithmatic"]}, "did you mean 'math.arithmetic'"),
        ({"kind": "omega", "rollouts": 0}, "option 'rollouts' was given 0"),
        ({"kind": "omega", "parallel": 0}, "option 'parallel' was given 0"),
        ({"kind": "omega", "filter_batch": 0}, "option 'filter_batch' was given 0"),
        ({"kind": "omega", "alpha": 0.0}, "option 'alpha' .* allowed: > 0, <= 1"),
        ({"kind": "omega", "beta": 1.5}, "option 'beta' .* allowed: > 0, <= 1"),
        ({"kind": "omega", "length": 0.0}, "option 'length' .* allowed: > 0"),
        ({"kind": "omega", "c_puct": -1.0}, "option 'c_puct' .* allowed: >= 0"),
        (
            {"kind": "omega", "rule": "relative", "threshold": 0.0},
            r"threshold was given 0.0; for relative it must be in \(0, 1\]",
        ),
        ({"kind": "mcts", "simulations": 0}, "option 'simulations' was given 0"),
        ({"kind": "mcts", "children": 0}, "option 'children' was given 0"),
        ({"kind": "mcts", "depth": 0}, "option 'depth' was given 0"),
        ({"kind": "mcts", "parallel": 0}, "option 'parallel' was given 0"),
        ({"kind": "mcts", "answer_text": "It is 9."}, "option 'answer_text' was given 'It is 9.'"),
        ({"kind": "repair", "margin": -1}, ALLOWED.format("repair", "margin", -1, ">= 0")),
        ({"kind": "repair", "locate": "tools", "verifiers": []}, "'tools' needs verifiers to ask"),
        ({"kind": "repair", "verifiers": ["sums"]}, "no verifier 'sums'"),
        ({"kind": "repair", "teacher": "big"}, "no policy 'big' in this recipe"),
    ],
)
def test_a_strategys_options_are_refused_before_anything_is_written(
    strategy: dict[str, object], message: str, tmp_path: Path
) -> None:
    fields = ", ".join(f"{name} = {toml(value)}" for name, value in strategy.items())
    refused(tmp_path, f"strategy={{{fields}}}", message)


@pytest.mark.parametrize(
    ("label", "message"),
    [
        ('{kind="first_error", threshold=1.0}', "option 'threshold' .* allowed: >= 0, < 1"),
        ('{kind="first_error", threshold=-0.5}', "option 'threshold' .* allowed: >= 0, < 1"),
        ('{kind="posterior", confidence=0.4}', r"option 'confidence' .* allowed: >= 0.5, <= 1"),
        ('{kind="posterior", confidence=1.1}', r"\[label\] kind='posterior': option 'confidence'"),
    ],
)
def test_a_labelers_options_are_refused_before_anything_is_written(
    label: str, message: str, tmp_path: Path
) -> None:
    refused(tmp_path, f"label={label}", message)


def test_an_image_that_is_not_there_is_refused_before_anything_is_written(tmp_path: Path) -> None:
    refused(tmp_path, "sandbox.image=numerics", r"no image 'numerics' .* did you mean 'numeric'")


@pytest.mark.parametrize(
    "strategy",
    [
        '{kind="mcts", value="model"}',
        '{kind="repair", locate="tools"}',
        '{kind="omega", filter_rollouts=32}',
        '{kind="bisect", verifiers=["math.arithmetic"], budget=0, confidence=1.0}',
    ],
)
def test_options_that_work_for_some_problem_pass(strategy: str, tmp_path: Path) -> None:
    recipe = write_recipe(tmp_path)
    job = make_job(str(recipe), output=str(tmp_path / "out"), overrides=[f"strategy={strategy}"])
    job.check()
    assert not (tmp_path / "out").exists()


def refused(folder: Path, override: str, message: str) -> None:
    recipe = write_recipe(folder)
    with pytest.raises(UserError, match=message):
        run(
            make_job(str(recipe), output=str(folder / "out"), overrides=[override]),
            RunOptions(quiet=True),
        )
    assert not (folder / "out").exists()


def toml(value: object) -> str:
    return json.dumps(value)
