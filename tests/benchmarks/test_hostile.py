"""The hostile benchmark knows what is true and sees what is wrong; a small one runs here."""

import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from fractions import Fraction
from pathlib import Path
from random import Random

import pytest

from benchmarks.hostile import run_fuzzed
from benchmarks.hostiles import trial as hostile_trial
from benchmarks.hostiles.baseline import math_verify_alone
from benchmarks.hostiles.inputs import (
    ATTACKS,
    NOT_INVALID,
    NOT_VALID,
    WRAPPINGS,
    Trial,
    answer_claim,
    listed_trials,
    step_claim,
)
from benchmarks.hostiles.strings import (
    FALLBACK,
    LOOKALIKES,
    base,
    formula,
    fuzz_trials,
    mutate,
)
from benchmarks.hostiles.trial import (
    Memory,
    Tally,
    busy_threads,
    judge_in_beam,
    math_verifiers,
    warm_up,
)
from stepsmith.sandboxes import DeadlineError, WorkerPool, shared_pool
from stepsmith.schemas.records import Claim, Verdict
from stepsmith.transforms.verify import Tools, Worker, get_verifier, invalid, undecided, valid

ASCII = {
    twin: ord(plain) for plain, twin in zip(map(chr, LOOKALIKES), LOOKALIKES.values(), strict=True)
}


@pytest.fixture(scope="module")
def pool() -> Iterator[WorkerPool]:
    with WorkerPool(1) as pool:
        yield pool


def test_there_are_39_attacks() -> None:
    names = {attack.name for attack in ATTACKS}
    assert len(names) == len(ATTACKS) == 39 - len(WRAPPINGS)


EVALUATE = """
import os, sys
from benchmarks.hostiles.inputs import payloads
from pathlib import Path
for payload in payloads(Path(sys.argv[1])):
    try:
        eval(payload)
    except BaseException:
        pass
    if os.path.exists(sys.argv[1]):
        os.rmdir(sys.argv[1])
        print(payload)
"""


def test_a_payload_that_is_evaluated_leaves_its_canary(tmp_path: Path) -> None:
    command = [sys.executable, "-c", EVALUATE, str(tmp_path / "canary")]
    fired = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    assert len(fired.splitlines()) >= 6


def test_a_formula_has_the_value_that_it_is_said_to_have() -> None:
    chance = Random(1)
    for _ in range(300):
        text, value = formula(chance, chance.randint(0, 4))
        assert computed(text) == value, text


def computed(latex: str) -> object:
    """Compute a formula of the fuzzer by turning it into Python."""
    text = latex.translate(ASCII)
    text = re.sub(r"\\(?:left|right)", "", text)
    text = re.sub(r"\\(?:cdot|times)", "*", text).replace("^{2}", "**2")
    text = re.sub(r"\d+(?:\.\d+)?(?<!\*\*2)", r"Fraction('\g<0>')", text)
    text = re.sub(r"\\d?frac\{", "((", text).replace("}{", ")/(").replace("}", "))")
    return eval(text, {"Fraction": Fraction})  # noqa: S307 -- our own formulas


def test_the_same_seed_makes_the_same_strings_and_half_of_them_are_mutated() -> None:
    one, other = (
        list(fuzz_trials(Random(3), FALLBACK, ("math.answer", "math.arithmetic"), 400))
        for _ in range(2)
    )
    assert one == other
    assert len(one) == 800
    assert sum(trial.name.startswith("mutated") for trial in one) == 400
    assert len({trial.claim.step.text for trial in one}) > 700


def test_a_mutation_has_a_bounded_length() -> None:
    chance = Random(5)
    assert max(len(mutate(chance, base(chance, FALLBACK))) for _ in range(2_000)) <= 20_000


Check = Callable[[Claim, Tools], Verdict]


def judged(monkeypatch: pytest.MonkeyPatch, check: Check, worker: Worker | None = None) -> Tally:
    monkeypatch.setattr(hostile_trial, "get_verifier", lambda _: check)
    tally = Tally(most_s=0.2)
    for text, allowed in (("1 = 1", NOT_INVALID), ("1 = 2", NOT_VALID)):
        trial = Trial(name="fake", verifier="fake", claim=step_claim(text), allowed=allowed)
        tally.judge(trial, worker or shared_pool())
    return tally


@pytest.mark.parametrize(
    ("check", "wrong"),
    [
        (lambda claim, _: undecided(f"no idea: {claim.step.text}"), 0),
        (lambda claim, _: valid() if claim.step.text == "1 = 1" else invalid("false"), 0),
        (lambda *_: valid(), 1),
        (lambda *_: invalid("so it is"), 1),
    ],
)
def test_a_wrong_verdict_is_counted(
    monkeypatch: pytest.MonkeyPatch, check: Check, wrong: int
) -> None:
    tally = judged(monkeypatch, check)
    assert (tally.n, tally.n_wrong, tally.n_errors) == (2, wrong, 0)
    assert len(tally.wrong) == wrong


def test_what_a_verifier_raises_is_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    def check(claim: Claim, tools: Tools) -> Verdict:
        raise ValueError(claim.step.text)

    tally = judged(monkeypatch, check)
    assert tally.n_errors == 2
    assert tally.errors[0].startswith("ValueError: 1 = 1: fake")


def test_time_in_our_own_process_counts_against_the_deadline(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def check(claim: Claim, tools: Tools) -> Verdict:
        until = time.monotonic() + 0.35
        while time.monotonic() < until:
            pass
        return undecided("slow")

    tally = judged(monkeypatch, check)
    assert tally.n_over == 2
    assert tally.worst_over_s >= 0.15


def test_a_call_is_cut_to_the_deadline_of_the_run(
    monkeypatch: pytest.MonkeyPatch, pool: WorkerPool
) -> None:
    def check(claim: Claim, tools: Tools) -> Verdict:
        try:
            tools.worker.call("tests.workers.targets:hang", b"", deadline_s=60)
        except DeadlineError:
            return undecided("deadline")
        return valid()

    tally = judged(monkeypatch, check, pool)
    assert (tally.n_calls, tally.n_kills) == (2, 2)
    assert tally.reasons == {"fake/deadline": 2}


def test_the_memory_of_workers_is_seen(pool: WorkerPool) -> None:
    with Memory(Tally(most_s=1)) as memory:
        # It looks four times a second, or later; what is never seen never ends this.
        while memory.worker_bytes <= 10 * 2**20:
            pool.call("tests.workers.targets:sleep", b"0.3", deadline_s=30)
    assert memory.own_bytes >= memory.start_bytes > 0


def test_math_verify_alone_is_judged_by_the_same_rules() -> None:
    pairs = [("1", "1", NOT_INVALID), ("1", "2", NOT_VALID), (r"\frac13", "0.333333", NOT_VALID)]
    trials = [
        Trial(name="", verifier="", claim=answer_claim(gold, given), allowed=allowed)
        for gold, given, allowed in pairs
    ]
    found = math_verify_alone(trials)
    assert found.shares() == {"longer_than_5_s": 0, "killed": 0, "raised": 0, "wrong": 0.3333}


def test_a_part_of_the_list_is_judged_rightly_in_beams_threads(tmp_path: Path) -> None:
    trials = list(listed_trials(math_verifiers(), tmp_path / "canary"))[::41]
    tally = Tally(most_s=0.5)
    warm_up(math_verifiers(), shared_pool())
    with busy_threads(1):
        judge_in_beam(trials, tally, threads=2)
    assert (tally.n, tally.on_main_thread) == (len(trials), 0)
    assert (tally.wrong, tally.errors) == ([], [])
    assert list(tmp_path.iterdir()) == []


def test_a_few_fuzzed_strings_are_judged_rightly() -> None:
    tally, _ = run_fuzzed(math_verifiers(), 120)
    assert tally.n == 120 * len(math_verifiers())
    assert (tally.wrong, tally.errors) == ([], [])


def test_the_verifiers_of_mathematics_are_found() -> None:
    assert {"math.answer", "math.arithmetic"} <= set(math_verifiers())
    assert all(get_verifier(name).cases for name in math_verifiers())
