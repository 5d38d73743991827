"""The oracle knows the first wrong line of a sum, and the strategies are measured against it."""

import asyncio
from pathlib import Path
from random import Random

import pytest

from benchmarks.llm_labels import make, measure_with
from benchmarks.sums.named import (
    Arm,
    Found,
    Named,
    exact,
    f1,
    mean_confidence,
    precision,
    recall,
    where_searched,
)
from benchmarks.sums.oracle import UndecidableError, first_wrong_line
from stepsmith.transforms.policy.chain import Chain, write
from stepsmith.transforms.policy.simulated import SimulatedPolicy, SimulatedRates

PROMPT = "State the final answer to the following arithmetic problem: 4 + 3 - 2 ="


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("4 + 3 = 7\n7 - 2 = 5\nThe answer is 5.", None),
        ("\n4+3=7\n\n7 - 2 = 5.\nThe answer is 5", None),
        ("4 + 3 = 8\n8 - 2 = 6\nThe answer is 6.", 0),
        ("4 + 3 = 8\nso what\nThe answer", 0),  # what follows the error does not matter
        ("4 + 3 = 7\n7 - 2 = 6\nThe answer is 5.", 1),
        ("4 + 3 = 7\n8 - 2 = 6\nThe answer is 6.", 1),  # true, about another total
        ("4 + 3 = 7\n7 + 2 = 9\nThe answer is 9.", 1),  # true, another operation
        ("3 + 4 = 7\n7 - 2 = 5\nThe answer is 5.", 0),  # a sum starts at its first term
        ("4 + 3 = 7\n7 - 2 = 5\nThe answer is 6.", 2),
        ("4 + 3 = 7\nThe answer is 7.", 1),  # too early
        ("4 + 3 = 7\n7 - 2 = 5\n5 + 1 = 6\nThe answer is 6.", 2),  # no such term
        ("\n\n4 + 3 = 8", 2),  # indices count blank lines: they are steps
    ],
)
def test_the_oracle_names_the_first_wrong_line(text: str, wrong: int | None) -> None:
    assert first_wrong_line(PROMPT, text.splitlines(keepends=True)) == wrong


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("We add.\n4 + 3 = 8", "a line of no known form"),
        ("4 + 3 - 2 = 5\nThe answer is 5.", "a line of no known form"),
        ("4 + 1 = 5\nThe answer is 5.", "skips operations"),
        ("4 + 3 = 7\nThe answer is 5.", "skips operations"),
        ("4 + 3 = 7\n7 - 2 = 5", "states no answer"),
        ("4 + 3 = 7\n7 - 2 = 5\nThe answer is 5.\n1 + 1 = 3", "goes on after the answer"),
        ("", "states no answer"),
    ],
)
def test_the_oracle_declines_where_it_cannot_tell(text: str, reason: str) -> None:
    with pytest.raises(UndecidableError, match=f"^{reason}$"):
        first_wrong_line(PROMPT, text.splitlines())


def test_the_oracle_wants_a_sum() -> None:
    with pytest.raises(ValueError, match="no sum in the problem"):
        first_wrong_line("What is the capital?", ["4 + 3 = 7"])


@pytest.mark.parametrize("seed", range(50))
def test_the_oracle_finds_no_error_in_a_chain_that_makes_none(seed: int) -> None:
    chain = Chain(start=4, terms=(("+", 3), ("-", 2)), error_rate=0.5, recovery_rate=0.2)
    lines = "".join(write(chain, "", Random(seed))).splitlines()
    results = [int(line.split(" = ")[1]) for line in lines if " = " in line]
    wrong = [index for index, result in enumerate(results) if result != (7, 5)[index]]
    # A broken chain that recovers has an error behind it all the same.
    assert first_wrong_line(PROMPT, lines) == (wrong[0] if wrong else None)


def test_scores_are_those_of_the_definition() -> None:
    said = [
        Named(named=1, likeliest=1, true=1),
        Named(named=0, likeliest=0, true=1),
        Named(named=None, likeliest=2, true=2),
        Named(named=None, likeliest=0, true=2),
    ]
    found = [Found(named=said[:1]), Found(named=said[1:])]
    assert precision(found) == 1 / 2
    assert recall(found) == 1 / 4
    assert f1(found) == pytest.approx(1 / 3)
    assert exact(found) == 1 / 2


def test_arms_are_compared_on_the_problems_that_all_of_them_searched() -> None:
    right = Named(named=0, likeliest=0, true=0, confidence=0.75)
    wrong = Named(named=0, likeliest=0, true=1, confidence=0.25)
    whole = Arm(name="whole", found=[Found(named=[right]), Found(named=[wrong])])
    part = Arm(name="part", found=[Found(named=[right]), Found(named=[])])
    assert where_searched(whole, [whole, part]) == (1.0, 1)
    assert mean_confidence(whole) == 0.5
    assert whole.states_odds


def test_every_strategy_finds_the_errors_of_a_chain_that_never_recovers(tmp_path: Path) -> None:
    job = make(str(tmp_path), n_problems=12, overrides=())
    policy = SimulatedPolicy(SimulatedRates(error_rate=0.3))
    findings = asyncio.run(measure_with(policy, job))
    values = {claim.name.removeprefix("llm_labels."): claim.value for claim in findings.claims}
    # A line that carries a wrong total on is true: the first refuted line is the first error.
    assert values["arithmetic_alone.f1"] == 1.0
    assert values["arithmetic_alone.samples"] == 0.0
    assert values["bisect_with_tools.exact"] == 1.0
    for strategy in ("monte_carlo_4", "omega_mc_gt_0_4", "bisect"):
        assert values[f"{strategy}.exact"] > values["first_line.exact"]
        assert 0 < values[f"{strategy}.samples"] <= 8
    assert findings.details["left_out_by_the_oracle"] == {}
    assert findings.details["completions_right"]["broken"][0] == 0.0
