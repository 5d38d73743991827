"""Recipes: strict, located, overridable, and with an identity of their own."""

import dataclasses
import json
import pickle

import msgspec
import pytest

from stepsmith.schemas.errors import RecipeError
from stepsmith.schemas.recipe import Component, Recipe, read_recipe, read_sandbox
from stepsmith.schemas.sandbox import Limits, SandboxSettings

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
    assert (recipe.window, recipe.plan_deadline_s, recipe.policies) == (None, None, {})


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
        ("seed = 3", "policies = 3", r"r.toml:2: \[policies\] is a table, not 3"),
        ("[strategy]", "[policies.teacher]\n[strategy]", r"\[policies.teacher\] needs a kind"),
        ("seed = 3", 'plan_deadline_s = "1"', r"r.toml:2: Expected `float \| null`, got `str`"),
        ("seed = 3", "sandbox = 3", r"r.toml:2: \[sandbox\] is a table, not 3"),
        (
            "[label]",
            "[sandbox]\nslot = 2\n[label]",
            r"r.toml:20: .*'slot' in \[sandbox\]; .*'slots'",
        ),
        ("[label]", "[sandbox]\nlimits = 2\n[label]", r"r.toml:20: \[sandbox.limits\] is a table"),
        (
            "[label]",
            "[sandbox.limits]\ncpu = 2\n[label]",
            r"r.toml:20: unknown key 'cpu' in \[sandbox.limits\]; did you mean 'cpu_s'\?",
        ),
        ("[label]", "[sandbox.limits]\ncpu_s = 0\n[label]", r"r.toml:20: Expected `float` > 0.0"),
        (
            "[label]",
            '[sandbox]\nbackend = "firejail"\n[label]',
            r"r.toml:20: Invalid enum value 'firejail'",
        ),
        (
            "[label]",
            '[sandbox]\nbackend = "unsafe"\n[label]',
            r"r.toml:19: \[sandbox\]: an unsafe .* set allow_unsafe = true",
        ),
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


def test_further_policies_are_read_by_their_names() -> None:
    recipe = read_recipe(
        f'{GOOD}[policies.teacher]\nkind = "vllm"\nmodel = "m"\n',
        where="r.toml",
        overrides=["policies.judge.kind=simulated", "policies.teacher.engine.max_num_seqs=8"],
    )
    assert recipe.policies == {
        "teacher": Component(kind="vllm", options={"model": "m", "engine": {"max_num_seqs": 8}}),
        "judge": Component(kind="simulated"),
    }


@pytest.mark.parametrize("override", ["strategy.rollouts", "=3", "seed.x=1"])
def test_an_override_that_is_no_pair_is_refused(override: str) -> None:
    with pytest.raises(RecipeError, match="--set"):
        read_recipe(GOOD, where="r.toml", overrides=[override])


def test_the_digest_changes_with_the_rows_and_with_nothing_else() -> None:
    base = read_recipe(GOOD, where="r.toml").digest()
    teacher = f'{GOOD}[policies.teacher]\nkind = "vllm"\n'
    taught = read_recipe(teacher, where="r.toml").digest()
    assert read_recipe(f"{teacher}engine = {{ port = 1 }}", where="r").digest() == taught
    assert read_recipe(f'{teacher}model = "m"', where="r").digest() != taught
    assert taught != base
    same = [
        "shards=3",
        "window=4",
        "plan_deadline_s=60",
        "max_error_rate=0.5",
        'engine.engine_url="http://x"',
        "name=other",
        "sandbox.backend=docker",
        "sandbox.minimum=ns",
        "sandbox.level=ns",
        "sandbox.slots=2",
        "sandbox.docker_image=other",
        "sandbox.image=python",
        "sandbox.limits.cpu_s=5.0",
    ]
    for override in same:
        assert read_recipe(GOOD, where="elsewhere", overrides=[override]).digest() == base
    other = ["seed=4", "strategy.rollouts=4", "sampling.top_p=0.9", "verify.steps=[]"]
    other += ["sandbox.image=numeric", "sandbox.limits.cpu_s=2", "sandbox.limits.memory_bytes=9"]
    digests = {read_recipe(GOOD, where="r", overrides=[item]).digest() for item in other}
    assert len(digests | {base}) == len(other) + 1
    assert read_recipe(GOOD, where="r").digest(prompt="changed") != base


def spelled_out(recipe: Recipe) -> Recipe:
    """Return the same recipe with every default in its record, as `dataclasses.replace` does."""
    return dataclasses.replace(recipe, verify=dataclasses.replace(recipe.verify))


@pytest.mark.parametrize(
    "extra",
    [
        "",
        "sampling.temperature=1",
        "policies.teacher.kind=vllm",
        "verify.steps=[]",
        "sandbox.image=numeric",
        "strategy={kind='x', share=0.5, n=3, deep={share=2.0, list=[1.0, true]}}",
    ],
)
def test_equal_recipes_have_an_equal_digest_however_they_were_made(extra: str) -> None:
    overrides = [extra] if extra else []
    read = read_recipe(GOOD, where="r", overrides=overrides)
    usual = ["pilot=64", "steps.kind=line", "window=8", "sampling.top_p=1", "policies={}"]
    same = [
        spelled_out(read),
        read_recipe(
            GOOD, where="r", overrides=[*usual[: 4 if "policies" in extra else 5], *overrides]
        ),
        msgspec.convert(msgspec.to_builtins(read), Recipe),
        msgspec.json.decode(msgspec.json.encode(spelled_out(read)), type=Recipe),
        pickle.loads(pickle.dumps(read)),
        # As a run writes it down, for its labels to be made anew.
        msgspec.convert({**msgspec.to_builtins(read.content()), "name": read.name}, Recipe),
    ]
    for other in same:
        assert dataclasses.replace(other, window=None) == dataclasses.replace(read, window=None)
        assert other.content() == read.content()
        assert other.digest(prompt="p") == read.digest(prompt="p")


def test_numbers_that_are_equal_are_written_alike_and_truth_values_are_no_numbers() -> None:
    def options(**given: object) -> dict[str, object]:
        read = read_recipe(GOOD, where="r")
        strategy = Component(kind="x", options=given)
        content: dict[str, object] = dataclasses.replace(read, strategy=strategy).content()
        return json.loads(json.dumps(content["strategy"]))["options"]

    assert options(a=2.0, b=0.5, c=True, d=["1.0", 3.0], e={"f": -4.0}) == {
        "a": 2, "b": 0.5, "c": True, "d": ["1.0", 3], "e": {"f": -4},
    }  # fmt: skip
    assert repr(options(a=2.0)) == "{'a': 2}"
    assert repr(options(a=True)) == "{'a': True}"
    assert options(a=("x", "y")) == options(a=["x", "y"])


def test_the_digest_of_a_recipe_that_spells_out_no_default_is_the_one_it_always_had() -> None:
    assert read_recipe(GOOD, where="r").digest() == "3cf5a37e59fb6c79"


def test_of_the_sandbox_the_image_and_the_limits_decide_rows_and_only_where_they_are_unusual() -> (
    None
):
    usual = read_recipe(f"{GOOD}[sandbox]\nslots = 3\n", where="r")
    assert usual.sandbox == SandboxSettings(slots=3)
    assert "sandbox" not in usual.content()
    other = read_recipe(f"{GOOD}[sandbox]\nslots = 3\n[sandbox.limits]\ncpu_s = 2\n", where="r")
    limits = Limits(cpu_s=2.0)
    assert other.sandbox == SandboxSettings(slots=3, limits=limits)
    assert other.content()["sandbox"] == {"image": "python", "limits": dataclasses.asdict(limits)}


def test_settings_of_a_sandbox_are_read_from_pairs_too() -> None:
    given = SandboxSettings(slots=3, limits=Limits(cpu_s=2.0))
    read = read_sandbox(["minimum=ns", "limits.processes=2"], given=given)
    assert read == SandboxSettings(slots=3, minimum="ns", limits=Limits(cpu_s=2.0, processes=2))
    assert read_sandbox([]) == SandboxSettings()


@pytest.mark.parametrize(
    ("pair", "message"),
    [
        ("minimun=ns", r"--sandbox: unknown key 'minimun' in \[sandbox\]; did you mean 'minimum'"),
        ("limits.cpu=2", r"--sandbox: unknown key 'cpu' in \[sandbox.limits\]; did you .* 'cpu_s'"),
        ("limits.cpu_s=0", r"--sandbox: Expected `float` > 0.0"),
        ("backend=unsafe", r"--sandbox: \[sandbox\]: an unsafe sandbox has no walls"),
        ("minimum", r"--set 'sandbox.minimum': write key=value"),
    ],
)
def test_a_pair_that_is_no_setting_says_what_is_allowed(pair: str, message: str) -> None:
    with pytest.raises(RecipeError, match=message):
        read_sandbox([pair])


@pytest.mark.parametrize(
    ("override", "said"),
    [
        (
            "verify.steps=x",
            '--set \'verify.steps=x\': Expected `array`, got `str`; one is written as ["a", "b"]',
        ),
        ("seed=x", "--set 'seed=x': Expected `int`, got `str`"),
    ],
)
def test_a_wrong_override_is_not_blamed_on_the_file(override: str, said: str) -> None:
    with pytest.raises(RecipeError) as raised:
        read_recipe(GOOD, where="r.toml", overrides=["shards=2", override])
    assert str(raised.value) == said
