"""The simulated policy: its frequencies are its rates, and its replies depend on nothing else."""

import dataclasses
import math
from collections.abc import Awaitable, Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stepsmith.schemas import Problem, RecipeError, RejectedRequestError, Sampling, Step
from stepsmith.transforms.policy import POLICIES, Reply, Request
from stepsmith.transforms.policy.simulated import (
    SimulatedPolicy,
    SimulatedRates,
    exact_value,
    simulated,
)

PROBLEM = Problem(
    id="p", prompt="State the final answer to the following arithmetic problem: 4 + 3 - 2 + 10 ="
)
RIGHT = "4 + 3 = 7\n7 - 2 = 5\n5 + 10 = 15\nThe answer is 15."
CERTAIN = SimulatedRates(error_rate=0.0)
N_SAMPLES = 4000


def ask(*steps: str, seed: int = 0, sampling: Sampling | None = None) -> Request:
    return Request(
        problem=PROBLEM,
        prefix=tuple(Step(text=text) for text in steps),
        sampling=sampling or Sampling(),
        seed=seed,
    )


async def draw(rates: SimulatedRates, *steps: str) -> list[Reply]:
    policy = SimulatedPolicy(rates)
    return [await one(policy, ask(*steps, seed=seed)) for seed in range(N_SAMPLES)]


async def one(policy: SimulatedPolicy, request: Request) -> Reply:
    [reply] = await policy.sample(request)
    return reply


def assert_share(n_hits: int, chance: float, n_draws: int = N_SAMPLES) -> None:
    """Five standard deviations; and the seeds are fixed, so that it holds always or never."""
    spread = 5 * math.sqrt(max(chance * (1 - chance), 1e-12) / n_draws)
    assert abs(n_hits / n_draws - chance) <= spread


async def test_a_policy_that_never_errs_writes_the_right_solution() -> None:
    reply = await one(SimulatedPolicy(CERTAIN), ask())
    assert reply == Reply(text=RIGHT, finish_reason="stop", n_prompt_tokens=17, n_tokens=19)


@pytest.mark.parametrize(
    ("prefix", "n_steps_left", "intact"),
    [
        ((), 3, True),
        (("4 + 3 = 7\n",), 2, True),
        (("4 + 3 = 8\n",), 2, False),
        (("4 + 3 = 8\n", "7 - 2 = 5\n"), 1, True),
        (("4 + 3 = 8\n", "8 - 2 = 6"), 1, False),
        (("4 + 3 = 8\n", "8 - 2 = 6\n", "6 + 10 = 16\n"), 0, False),
    ],
)
async def test_the_share_of_right_answers_is_the_exact_value(
    prefix: tuple[str, ...], n_steps_left: int, *, intact: bool
) -> None:
    chance = {"error_rate": 0.2, "recovery_rate": 0.1}
    replies = await draw(SimulatedRates(**chance), *prefix)
    n_right = sum(reply.text.endswith("The answer is 15.") for reply in replies)
    assert_share(n_right, exact_value(n_steps_left, intact=intact, **chance))


async def test_each_way_to_fail_has_its_rate_and_moves_no_other() -> None:
    rates = SimulatedRates(
        error_rate=0.2,
        recovery_rate=0.1,
        format_failure_rate=0.1,
        truncation_rate=0.2,
        empty_rate=0.05,
    )
    replies = await draw(rates)
    full = [reply for reply in replies if reply.text]
    complete = [reply for reply in full if reply.finish_reason == "stop"]
    answered = [reply for reply in complete if "answer" in reply.text]
    n_right = sum(reply.text.endswith("is 15.") for reply in answered)
    assert_share(len(replies) - len(full), 0.05)
    assert_share(len(full) - len(complete), 0.2, len(full))
    assert_share(len(complete) - len(answered), 0.1, len(complete))
    value = exact_value(3, intact=True, error_rate=0.2, recovery_rate=0.1)
    assert_share(n_right, value, len(answered))


async def test_a_reply_without_an_answer_ends_after_its_last_line() -> None:
    policy = SimulatedPolicy(SimulatedRates(error_rate=0.0, format_failure_rate=1.0))
    assert (await one(policy, ask())).text == "4 + 3 = 7\n7 - 2 = 5\n5 + 10 = 15"
    done = await one(policy, ask("4 + 3 = 7\n7 - 2 = 5\n5 + 10 = 15\n"))
    assert (done.text, done.finish_reason) == ("", "stop")


async def test_an_empty_reply_stops_with_no_token() -> None:
    reply = await one(SimulatedPolicy(SimulatedRates(empty_rate=1.0)), ask())
    assert (reply.text, reply.finish_reason, reply.n_tokens) == ("", "stop", 0)


async def test_a_truncated_reply_is_a_true_part_of_the_whole() -> None:
    policy = SimulatedPolicy(SimulatedRates(error_rate=0.0, truncation_rate=1.0))
    replies = [await one(policy, ask(seed=seed)) for seed in range(200)]
    assert {reply.finish_reason for reply in replies} == {"length"}
    assert {reply.n_tokens for reply in replies} == set(range(1, 19))
    assert all(RIGHT.startswith(reply.text) for reply in replies)


@pytest.mark.parametrize(
    ("max_tokens", "text", "finish_reason"),
    [
        (5, "4 + 3 = 7", "length"),
        (6, "4 + 3 = 7\n7", "length"),
        (18, RIGHT.removesuffix(" 15."), "length"),
        (19, RIGHT, "stop"),
    ],
)
async def test_no_reply_is_longer_than_allowed(
    max_tokens: int, text: str, finish_reason: str
) -> None:
    request = ask(sampling=Sampling(max_tokens=max_tokens))
    reply = await one(SimulatedPolicy(CERTAIN), request)
    assert (reply.text, reply.finish_reason) == (text, finish_reason)
    assert reply.n_tokens == min(max_tokens, 19)


@pytest.mark.parametrize(
    ("stop", "text"),
    [
        (("\n",), "4 + 3 = 7"),
        (("\n\n", "The"), "4 + 3 = 7\n7 - 2 = 5\n5 + 10 = 15\n"),
        (("never",), RIGHT),
        (("4",), ""),
    ],
)
async def test_a_stop_string_ends_the_reply_and_is_no_part_of_it(
    stop: tuple[str, ...], text: str
) -> None:
    reply = await one(SimulatedPolicy(CERTAIN), ask(sampling=Sampling(stop=stop)))
    assert (reply.text, reply.finish_reason) == (text, "stop")


@given(st.integers(0, 2**31 - 1), st.integers(0, 4))
async def test_a_reply_is_a_function_of_problem_prefix_and_seed_alone(
    seed: int, n_lines: int
) -> None:
    rates = SimulatedRates(error_rate=0.4, recovery_rate=0.4, truncation_rate=0.3)
    lines = RIGHT.splitlines(keepends=True)[:n_lines]
    first, second = SimulatedPolicy(rates), SimulatedPolicy(rates)
    await one(second, ask(seed=seed + 1))
    joined = await one(second, ask("".join(lines), seed=seed))
    assert await one(first, ask(*lines, seed=seed)) == joined


async def test_the_seeds_draw_every_solution_that_there_is() -> None:
    replies = await draw(SimulatedRates(error_rate=0.5, recovery_rate=0.5))
    # Intact goes on in 7 ways and broken in 2: 1 + 6, then 7 + 12, then 7 * 7 + 12 * 2.
    assert len({reply.text for reply in replies}) == 73


async def test_the_replies_of_a_seed_stay_the_same_in_every_release() -> None:
    policy = SimulatedPolicy(SimulatedRates(error_rate=0.5, recovery_rate=0.5))
    assert [(await one(policy, ask(seed=seed))).text for seed in range(3)] == [
        "4 + 3 = 4\n7 - 2 = 5\n5 + 10 = 17\nThe answer is 17.",
        "4 + 3 = 7\n7 - 2 = 5\n5 + 10 = 15\nThe answer is 15.",
        "4 + 3 = 7\n7 - 2 = 5\n5 + 10 = 15\nThe answer is 15.",
    ]


async def test_a_score_is_exact() -> None:
    policy = SimulatedPolicy(SimulatedRates(error_rate=0.3, recovery_rate=0.2))
    assert await policy.score(ask("4 + 3 = 9\n"), "7 - 2 = 5\n") == (math.log(0.2), 0, 0, 0, 0)


async def test_a_problem_without_a_sum_is_rejected() -> None:
    request = Request(
        problem=Problem(id="p", prompt="Why?"), prefix=(), sampling=Sampling(), seed=1
    )
    policy = SimulatedPolicy(CERTAIN)
    with pytest.raises(RejectedRequestError, match=r"no sum like '4 \+ 3 - 2' in 'Why\?'"):
        await one(policy, request)
    with pytest.raises(RejectedRequestError):
        await policy.score(request, "because")


@pytest.mark.parametrize("rate", [-0.1, 1.1, math.nan])
def test_what_is_no_probability_is_refused(rate: float) -> None:
    with pytest.raises(RecipeError, match="recovery_rate was given"):
        SimulatedRates(recovery_rate=rate)


def remember(naps: list[float]) -> Callable[[float], Awaitable[None]]:
    async def nap(delay_s: float) -> None:
        naps.append(delay_s)

    return nap


async def test_the_latency_has_its_mean_and_belongs_to_the_seed() -> None:
    naps: list[float] = []
    policy = SimulatedPolicy(CERTAIN, latency_s=0.5, sleep=remember(naps))
    for seed in [*range(2000), 0]:
        await one(policy, ask(seed=seed))
    assert naps[0] == naps[-1]
    assert sum(naps) / len(naps) == pytest.approx(0.5, rel=0.1)


async def test_no_latency_never_sleeps_and_the_text_does_not_depend_on_it() -> None:
    naps: list[float] = []
    at_once = SimulatedPolicy(SimulatedRates(error_rate=0.5), sleep=remember(naps))
    slow = SimulatedPolicy(SimulatedRates(error_rate=0.5), latency_s=9.0, sleep=remember(naps))
    first = [await one(at_once, ask(seed=seed)) for seed in range(20)]
    assert naps == []
    assert first == [await one(slow, ask(seed=seed)) for seed in range(20)]
    assert len(naps) == 20


async def test_the_meter_counts_as_a_real_engines_does() -> None:
    policy = SimulatedPolicy(CERTAIN)
    await one(policy, ask())
    await one(policy, ask("4 + 3 = 7\n"))
    usage = policy.meter.usage()
    assert (usage.n_requests, usage.n_samples, usage.n_tokens) == (2, 2, 33)


@given(st.integers(0, 2**30), st.integers(1, 6))
async def test_a_group_is_its_members_and_takes_as_long_as_the_longest(seed: int, n: int) -> None:
    naps: list[float] = []
    policy = SimulatedPolicy(SimulatedRates(error_rate=0.5), latency_s=1.0, sleep=remember(naps))
    alone = [await one(policy, ask(seed=seed + index)) for index in range(n)]
    assert await policy.sample(dataclasses.replace(ask(seed=seed), n=n)) == tuple(alone)
    assert naps[-1] == max(naps[:-1])
    usage = policy.meter.usage()
    assert (usage.n_requests, usage.n_samples) == (n + 1, 2 * n)
    assert usage.n_tokens == 2 * sum(reply.n_tokens or 0 for reply in alone)


async def test_it_opens_by_name_with_its_rates_as_options() -> None:
    opened = POLICIES.get("simulated").value(error_rate=0.0)
    async with opened as policy:
        assert policy.name == "simulated"
        assert (await one(policy, ask())).text == RIGHT
    async with simulated(recovery_rate=0.25, latency_s=0.0) as typed:
        assert typed.rates == SimulatedRates(recovery_rate=0.25)
