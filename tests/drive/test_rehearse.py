"""Rehearsals drive the strategy itself, so that what they count is what it asks for."""

from random import Random

import pytest

from stepsmith.schemas import Claim, Problem, Step
from stepsmith.transforms.drive.rehearse import Cost, Rates, rehearse
from stepsmith.transforms.search import (
    Check,
    Plan,
    Sample,
    Score,
    SearchResult,
    check_each,
    draw,
    score,
)
from stepsmith.transforms.search.monte_carlo import monte_carlo


def test_a_strategy_of_fixed_size_costs_what_it_says() -> None:
    def strategy(problem: Problem, rng: Random) -> Plan:
        return monte_carlo(problem, rng, solutions=2, rollouts=3)

    rates = Rates(steps=4, tokens_per_step=10, question_tokens=50)
    costs = list(rehearse(strategy, rates, n_problems=5))
    prompts = 2 * 50 + 2 * 3 * (3 * 50 + 10 + 20 + 30)
    tokens = 2 * 40 + 2 * 3 * (30 + 20 + 10)
    assert costs == [Cost(samples=20, prompt_tokens=prompts, tokens=tokens, rows=2)] * 5


def test_actions_end_a_reply_behind_their_code_and_are_no_steps_of_the_world() -> None:
    prefixes: list[tuple[Step, ...]] = []

    def acting(problem: Problem, rng: Random) -> Plan:
        steps: tuple[Step, ...] = ()
        while True:
            [reply] = yield from draw(Sample(path=str(len(prefixes)), prefix=steps))
            *words, last = reply.steps[len(steps) :]
            prefixes.append(reply.steps)
            if "```python" not in last.text:
                return SearchResult(rows=())
            code, output = Step(text=last.text, kind="code"), Step(text="3\n", kind="observation")
            steps = (*steps, *words, code, output)

    [cost] = rehearse(acting, Rates(steps=3, actions=2, step_success=1), n_problems=1)
    assert cost.samples == 3
    solution = [step.text for step in prefixes[-1] if step.kind not in ("code", "observation")]
    assert [text.split()[0] for text in solution] == ["0", "1", "2"]
    assert solution[-1].endswith(" right\n")


def test_problems_differ_and_the_same_rehearsal_does_not() -> None:
    def until_right(problem: Problem, rng: Random) -> Plan:
        for index in range(50):
            [attempt] = yield from draw(Sample(path=str(index)))
            claim = Claim(problem=problem, prior=attempt.steps[:-1], step=attempt.steps[-1])
            [verdict] = yield from check_each([Check(claim=claim)])
            if verdict.outcome == "valid":
                break
        return SearchResult(rows=())

    rates = Rates(steps=5, step_success=0.8)
    costs = list(rehearse(until_right, rates, n_problems=2_000, seed=1))
    mean = sum(cost.samples for cost in costs) / len(costs)
    assert mean == pytest.approx(1 / 0.8**5, rel=0.1)
    assert list(rehearse(until_right, rates, n_problems=2_000, seed=1)) == costs


def test_step_verifiers_refute_what_is_wrong_and_scores_are_log_probabilities() -> None:
    seen: list[object] = []

    def curious(problem: Problem, rng: Random) -> Plan:
        texts = ("0 x\n", "1 y broken\n")
        claims = [Claim(problem=problem, step=Step(text=text)) for text in texts]
        verdicts = yield from check_each(
            [Check(claim=claim, verifier="math.arithmetic") for claim in claims]
        )
        seen.extend(verdict.outcome for verdict in verdicts)
        logprobs = yield from score(Score(path="s", text="The answer is 3."))
        seen.append(len(logprobs))
        assert all(logprob < 0 for logprob in logprobs)
        return SearchResult(rows=())

    [cost] = rehearse(curious, Rates(question_tokens=7), n_problems=1)
    assert seen == ["undecided", "invalid", 4]
    assert cost == Cost(prompt_tokens=7)
