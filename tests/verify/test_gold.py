"""A problem whose own answer cannot be verified fails before anything is sampled for it."""

import asyncio
import concurrent.futures
import dataclasses
import json
from pathlib import Path

import pytest

from stepsmith.pipelines.run import RunOptions, make_job, run
from stepsmith.sandboxes import shared_pool
from stepsmith.schemas import Problem, Verdict
from stepsmith.schemas.arrow import ERRORS, ROLLOUTS
from stepsmith.transforms.beam.files import files_of
from stepsmith.transforms.sink.shards import read_shard
from stepsmith.transforms.source.reasoning_gym import reasoning_gym
from stepsmith.transforms.verify import Tools, Verifier, get_verifier, invalid, undecided, valid
from stepsmith.transforms.verify.base import CheckGold
from stepsmith.transforms.verify.run import GoldError, Verification
from tests.pipelines.runs import write_recipe
from tests.verify.test_run import NoWorker

PROBLEM = Problem(id="p", prompt="1 + 2 =", answer="3")
TOOLS = Tools(shared_pool())


def check(
    monkeypatch: pytest.MonkeyPatch,
    gold: CheckGold | None,
    problem: Problem = PROBLEM,
) -> None:
    entry = Verifier(
        name="end",
        version="1",
        cases=(),
        check=lambda claim, tools: undecided("not asked"),
        gold=gold,
    )
    monkeypatch.setattr("stepsmith.transforms.verify.run.get_verifier", lambda name: entry)
    with concurrent.futures.ThreadPoolExecutor(1) as threads:
        verification = Verification(
            outcome="end", steps=(), tools=Tools(shared_pool()), threads=threads
        )
        asyncio.run(verification.check_problem(problem))


def test_an_answer_that_verifies_passes(monkeypatch: pytest.MonkeyPatch) -> None:
    check(monkeypatch, lambda problem, tools: valid())


@pytest.mark.parametrize("verdict", [undecided("unreadable: '3'"), invalid("3 is not 3")])
def test_one_that_does_not_is_the_problems_error(
    monkeypatch: pytest.MonkeyPatch, verdict: Verdict
) -> None:
    with pytest.raises(GoldError, match=r"'3' does not verify against itself by end: .*3"):
        check(monkeypatch, lambda problem, tools: verdict)


@pytest.mark.parametrize(
    "reason", ["deadline: took longer than 5 s", "error: it died", "sandbox_error: no slot"]
)
def test_a_broken_worker_says_nothing_of_the_problem(
    monkeypatch: pytest.MonkeyPatch, reason: str
) -> None:
    check(monkeypatch, lambda problem, tools: undecided(reason))


def test_a_problem_without_an_answer_is_asked_about_too_for_it_may_have_a_reference(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with pytest.raises(GoldError, match=r"^the problem does not verify .* by end: it fails$"):
        check(monkeypatch, lambda problem, tools: invalid("it fails"), Problem(id="p", prompt="f"))


@pytest.mark.parametrize("answer", [None, "", "  "])
@pytest.mark.parametrize("name", ["math.answer", "reasoning_gym.answer"])
def test_verifiers_of_answers_let_problems_without_one_pass(name: str, answer: str | None) -> None:
    gold = get_verifier(name).gold
    assert gold is not None
    problem = dataclasses.replace(PROBLEM, answer=answer)
    assert gold(problem, Tools(NoWorker())).outcome == "valid"


def test_verifiers_without_the_question_pass_all(monkeypatch: pytest.MonkeyPatch) -> None:
    check(monkeypatch, None)


def test_a_generators_own_answer_scores_one_and_another_does_not() -> None:
    gold = get_verifier("reasoning_gym.answer").gold
    assert gold is not None
    source, files = reasoning_gym(generator="chain_sum", size=1, seed=1), files_of("out")
    [problem] = [each for part in source.parts(files) for each in source.read(part, files)]
    assert isinstance(problem, Problem)
    assert gold(problem, TOOLS).outcome == "valid"
    assert gold(dataclasses.replace(problem, answer="x"), TOOLS).outcome == "invalid"
    assert gold(PROBLEM, TOOLS).evidence.startswith("no scorer: ")


def test_a_run_pays_nothing_for_it_writes_it_down_and_goes_on(tmp_path: Path) -> None:
    recipe = write_recipe(tmp_path, problems=6)
    lines = (tmp_path / "problems.jsonl").read_text().splitlines()
    broken = {**json.loads(lines[2]), "answer": r"\frac{1}{"}
    lines[2] = json.dumps(broken)
    (tmp_path / "problems.jsonl").write_text("\n".join(lines))
    job = make_job(
        str(recipe), output=str(tmp_path / "out"), overrides=["shards=1", "max_error_rate=0.5"]
    )
    run(job, RunOptions(quiet=True))
    files = files_of(job.root)
    [error] = read_shard(files, job.layout.shard("errors", 0, split="search"), ERRORS)
    assert error.kind == "GoldError"
    assert r"\frac{1}{" in error.message
    rollouts = read_shard(files, job.layout.shard("rollouts", 0), ROLLOUTS)
    assert error.problem_id not in {rollout.problem_id for rollout in rollouts}
    assert len({rollout.problem_id for rollout in rollouts}) == 5
