"""Recipes: strict, located, overridable, and with an identity of their own."""

import pytest

from stepsmith.schemas.errors import RecipeError
from stepsmith.schemas.recipe import Component, read_recipe

GOOD = """\
name = "arithmetic"
seed = 3

[source]
kind = "jsonl"
path = "problems.jsonl"

[policy]
kind = "simulated"

[strategy]
kind = "monte_carlo"
rollouts = 8

[verify]
outcome = "math.answer"
steps = ["math.arithmetic"]

[label]
kind = "first_error"
"""


def test_a_recipe_is_read_whole() -> None:
    recipe = read_recipe(GOOD, where="r.toml")
    assert recipe.strategy == Component(kind="monte_carlo", options={"rollouts": 8})
    assert recipe.verify.steps == ("math.arithmetic",)
    assert recipe.seed == 3
    assert recipe.max_error_rate == 0.0


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("seed = 3", "sead = 3", r"r.toml:2: unknown key 'sead'; did you mean 'seed'"),
        (
            "outcome =",
            "outcom =",
            r"r.toml:16: unknown key 'outcom' in \[verify\]; did you mean 'outcome'\?",
        ),
        ("[strategy]", "[stratgy]", r"r.toml:11: unknown key 'stratgy'; did you mean 'strategy'"),
        ('kind = "simulated"\n', "", r"r.toml:8: \[policy\] needs a kind"),
        ("seed = 3", 'seed = "three"', r"r.toml:2: Expected `int`, got `str` - at `\$.seed`"),
        ("seed = 3", "seed = ", r"r.toml: not TOML: .*line 2"),
        ("[label]\nkind", "# [label]\n# kind", r"missing 'label'"),
        ('[label]\nkind = "first_error"\n', "[[label]]\n", r"\[label\] is a table"),
    ],
)
def test_a_bad_recipe_says_where_and_what_is_allowed(old: str, new: str, message: str) -> None:
    with pytest.raises(RecipeError, match=message):
        read_recipe(GOOD.replace(old, new), where="r.toml")


def test_overrides_win_and_are_values_or_bare_words() -> None:
    recipe = read_recipe(
        GOOD,
        where="r.toml",
        overrides=["strategy.rollouts=2", "policy.prompt=gsm8k", "sampling.temperature=0.2"],
    )
    assert recipe.strategy.options == {"rollouts": 2}
    assert recipe.policy.options == {"prompt": "gsm8k"}
    assert recipe.sampling.temperature == 0.2


@pytest.mark.parametrize("override", ["strategy.rollouts", "=3", "seed.x=1"])
def test_an_override_that_is_no_pair_is_refused(override: str) -> None:
    with pytest.raises(RecipeError, match="--set"):
        read_recipe(GOOD, where="r.toml", overrides=[override])


def test_the_digest_changes_with_the_rows_and_with_nothing_else() -> None:
    base = read_recipe(GOOD, where="r.toml").digest()
    same = [
        "shards=3",
        "window=4",
        "max_error_rate=0.5",
        'engine.engine_url="http://x"',
        "name=other",
    ]
    for override in same:
        assert read_recipe(GOOD, where="elsewhere", overrides=[override]).digest() == base
    other = ["seed=4", "strategy.rollouts=4", "sampling.top_p=0.9", "verify.steps=[]"]
    digests = {read_recipe(GOOD, where="r", overrides=[item]).digest() for item in other}
    assert len(digests | {base}) == len(other) + 1
    assert read_recipe(GOOD, where="r").digest(prompt="changed") != base
