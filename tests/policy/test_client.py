"""The client against a real server that fails in every way a server can."""

import asyncio
import socket
from collections.abc import Awaitable, Callable
from random import Random

import pytest
from aiohttp import web

from stepsmith.schemas import EngineError, RecipeError, RejectedRequestError, Sampling
from stepsmith.schemas.errors import StepsmithError
from stepsmith.transforms.policy import Reply
from stepsmith.transforms.policy.client import CompletionsClient
from tests.policy.completions_server import (
    Answer,
    blurts,
    breaks_off,
    completion,
    drips,
    hangs_up,
    says,
    serving,
    stays_silent,
)

SAMPLING = Sampling(temperature=0.7, top_p=0.9, max_tokens=64, stop=("\n\n",))
GOOD = says(completion(" 7\n"))
BUSY = says({"error": {"message": "slow down"}}, status=429)
BROKEN = says({"error": {"message": "engine dead"}}, status=500)
REPLY = Reply(text=" 7\n", finish_reason="stop", n_prompt_tokens=11, n_tokens=3)
TIME_OUT_S = 1.0
"""Waited for in full where no answer comes; one that comes takes a hundredth of it."""


class Naps:
    """A sleep that only remembers; a whole test takes no time."""

    def __init__(self) -> None:
        self.taken: list[float] = []

    async def __call__(self, delay_s: float) -> None:
        self.taken.append(delay_s)


def client_of(  # noqa: PLR0913 -- the client's own options
    url: str,
    *,
    naps: Naps | None = None,
    max_attempts: int = 3,
    max_in_flight: int = 8,
    request_timeout_s: float = 60.0,
    api_key: str | None = None,
    add_special_tokens: bool | None = None,
    return_token_ids: bool = False,
    on_unreachable: Callable[[], Awaitable[None]] | None = None,
) -> CompletionsClient:
    return CompletionsClient(
        url,
        "tiny",
        rng=Random(0),
        api_key=api_key,
        max_in_flight=max_in_flight,
        max_attempts=max_attempts,
        request_timeout_s=request_timeout_s,
        add_special_tokens=add_special_tokens,
        return_token_ids=return_token_ids,
        on_unreachable=on_unreachable,
        sleep=naps or Naps(),
    )


async def ask(client: CompletionsClient, *, seed: int | None = 5, n: int = 1) -> tuple[Reply, ...]:
    async with client:
        return await client.complete("4 + 3 =", SAMPLING, seed=seed, n=n)


async def test_a_request_carries_the_raw_prompt_and_the_whole_sampling() -> None:
    async with serving(GOOD) as server:
        assert await ask(client_of(server.url)) == (REPLY,)
    assert server.bodies == [
        {
            "model": "tiny",
            "prompt": "4 + 3 =",
            "temperature": 0.7,
            "top_p": 0.9,
            "max_tokens": 64,
            "n": 1,
            "stop": ["\n\n"],
            "seed": 5,
        }
    ]
    assert "Authorization" not in server.headers[0]


async def test_what_is_not_set_is_not_sent() -> None:
    async with serving(GOOD) as server, client_of(server.url) as client:
        await client.complete("4 + 3 =", Sampling(), seed=None)
    assert server.bodies[0].keys() == {
        "model",
        "prompt",
        "temperature",
        "top_p",
        "max_tokens",
        "n",
    }


async def test_the_key_and_the_choice_of_special_tokens_are_sent() -> None:
    async with serving(GOOD) as server:
        await ask(client_of(server.url, api_key="secret", add_special_tokens=False))
    assert server.headers[0]["Authorization"] == "Bearer secret"
    assert server.bodies[0]["add_special_tokens"] is False


@pytest.mark.parametrize("path", ["", "/", "/v1", "/v1/"])
async def test_the_url_may_be_the_root_or_its_v1(path: str) -> None:
    async with serving(GOOD) as server:
        assert await ask(client_of(server.url + path)) == (REPLY,)


def test_a_url_without_a_scheme_is_refused() -> None:
    with pytest.raises(RecipeError, match=r"'localhost:8000'; it must start with 'http://'"):
        client_of("localhost:8000")


async def test_a_client_must_be_opened() -> None:
    with pytest.raises(RuntimeError, match="async with"):
        await client_of("http://127.0.0.1:1").complete("p", SAMPLING, seed=1)


@pytest.mark.parametrize("finish_reason", ["stop", "length"])
async def test_the_finish_reason_is_kept(finish_reason: str) -> None:
    async with serving(says(completion("a", finish_reason=finish_reason))) as server:
        [reply] = await ask(client_of(server.url))
    assert reply.finish_reason == finish_reason


async def test_several_choices_come_in_the_servers_order_without_their_own_token_counts() -> None:
    body = completion("first", "second")
    body["choices"] = [
        {"index": 1, "text": "second", "finish_reason": "stop"},
        {"index": 0, "text": "first", "finish_reason": "stop"},
    ]
    async with serving(says(body)) as server:
        replies = await ask(client_of(server.url), n=2)
    assert [reply.text for reply in replies] == ["first", "second"]
    assert [reply.n_tokens for reply in replies] == [None, None]


async def test_the_tokens_of_a_group_are_counted_where_the_server_names_them() -> None:
    body = completion("first", "second")
    body["choices"] = [
        {"index": 0, "text": "first", "finish_reason": "stop", "token_ids": [1, 2]},
        {"index": 1, "text": "second", "finish_reason": "stop", "token_ids": [1, 2, 3, 4]},
    ]
    async with (
        serving(says(body), GOOD) as server,
        client_of(server.url, return_token_ids=True) as client,
    ):
        replies = await client.complete("4 + 3 =", SAMPLING, seed=5, n=2)
        await client.complete("4 + 3 =", SAMPLING, seed=5)
    assert [reply.n_tokens for reply in replies] == [2, 4]
    assert server.bodies[0]["return_token_ids"] is True
    assert "return_token_ids" not in server.bodies[1]


async def test_token_logprobs_come_with_the_tokens_they_belong_to() -> None:
    body = completion(" 7")
    body["choices"] = [
        {
            "text": " 7",
            "finish_reason": "stop",
            "logprobs": {
                "tokens": [" ", "7", "\n\n"],
                "token_logprobs": [-0.5, -0.25, -0.125],
            },
        }
    ]
    async with serving(says(body)) as server, client_of(server.url) as client:
        [reply] = await client.complete("4 + 3 =", SAMPLING, seed=1, logprobs=True)
    assert reply == Reply(
        text=" 7",
        finish_reason="stop",
        n_prompt_tokens=11,
        n_tokens=3,
        tokens=(" ", "7"),
        token_logprobs=(-0.5, -0.25),
    )
    assert server.bodies[0]["logprobs"] == 0


@pytest.mark.parametrize("failure", [BUSY, BROKEN, hangs_up, breaks_off])
async def test_a_passing_failure_is_asked_again(failure: Answer) -> None:
    naps = Naps()
    async with serving(failure, failure, GOOD) as server:
        assert await ask(client_of(server.url, naps=naps)) == (REPLY,)
    assert len(server.bodies) == 3
    assert server.bodies[0] == server.bodies[2]
    assert 0.25 <= naps.taken[0] <= 0.5 <= naps.taken[1] <= 1.0


async def test_the_time_out_covers_the_whole_attempt_and_not_only_a_silence() -> None:
    async with serving(drips, GOOD) as server:
        assert await ask(client_of(server.url, request_timeout_s=TIME_OUT_S)) == (REPLY,)
    assert len(server.bodies) == 2


async def test_a_silent_server_is_asked_again() -> None:
    async with serving(stays_silent, GOOD) as server:
        assert await ask(client_of(server.url, request_timeout_s=TIME_OUT_S)) == (REPLY,)


async def test_a_lasting_failure_names_the_url_the_model_the_attempts_and_the_last_cause() -> None:
    async with serving(hangs_up, BUSY, BROKEN) as server:
        with pytest.raises(EngineError) as caught:
            await ask(client_of(server.url))
    assert str(caught.value) == (
        f"{server.url}/v1/completions (model 'tiny'): gave up after 3 attempts; "
        'last status 500: {"error": {"message": "engine dead"}}'
    )


async def test_a_server_that_is_not_there_is_an_engine_error() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{free.getsockname()[1]}"
        with pytest.raises(EngineError, match=r"gave up after 3 attempts; last ClientConnector"):
            await ask(client_of(url))


async def test_the_last_silence_is_named() -> None:
    async with serving(stays_silent) as server:
        with pytest.raises(EngineError, match=r"after 1 attempts; last no answer within 0\.2 s"):
            await ask(client_of(server.url, max_attempts=1, request_timeout_s=0.2))


@pytest.mark.parametrize(
    ("status", "whose"),
    [(status, RejectedRequestError) for status in (400, 413, 422)]
    + [(status, EngineError) for status in (401, 402, 403, 404, 405)],
)
async def test_a_refused_request_is_not_asked_again(
    status: int, whose: type[StepsmithError]
) -> None:
    naps = Naps()
    refusal = says({"error": {"message": "maximum context length is 512"}}, status=status)
    async with serving(refusal) as server:
        with pytest.raises(whose) as caught:
            await ask(client_of(server.url, naps=naps))
    assert str(caught.value) == (
        f"{server.url}/v1/completions (model 'tiny') refused the request with "
        f'status {status}: {{"error": {{"message": "maximum context length is 512"}}}}'
    )
    assert naps.taken == []


async def test_a_redirect_is_not_followed() -> None:
    async with serving(blurts(b"see other", status=303)) as server:
        with pytest.raises(EngineError, match=r"no completions server.* status 303: see other"):
            await ask(client_of(server.url))


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (b"<html>hello</html>", "JSON is malformed"),
        (b"\xff\xfe", "JSON is malformed|utf-8"),
        (b"{}", "missing required field `choices`"),
        (b'{"error": "oom"}', 'it said: {"error": "oom"}'),
        (b'{"choices": [{"text": 7}]}', "Expected `str`, got `int`"),
        (b'{"choices": []}', "asked for 1 choices, got 0"),
        (b'{"choices": [{"text": ""}]}', "finish_reason None is none of stop, length"),
        (b'{"choices": [{"text": "", "finish_reason": "abort"}]}', "finish_reason 'abort'"),
    ],
)
async def test_a_malformed_answer_is_an_engine_error_with_the_servers_words(
    body: bytes, why: str
) -> None:
    async with serving(blurts(body)) as server:
        with pytest.raises(EngineError, match=why) as caught:
            await ask(client_of(server.url))
    assert "gave a malformed answer" in str(caught.value)
    assert body.decode(errors="replace") in str(caught.value)


async def test_a_servers_retry_after_is_honoured() -> None:
    naps = Naps()
    later = says({}, status=429, headers={"Retry-After": "7"})
    async with serving(later, GOOD) as server:
        assert await ask(client_of(server.url, naps=naps)) == (REPLY,)
    assert naps.taken == [7.0]


async def test_a_retry_after_of_hours_waits_no_longer_than_a_silent_server_would() -> None:
    naps = Naps()
    later = says({}, status=503, headers={"Retry-After": "86400"})
    async with serving(later, GOOD) as server:
        assert await ask(client_of(server.url, naps=naps, request_timeout_s=60.0)) == (REPLY,)
    assert naps.taken == [60.0]


@pytest.mark.parametrize(("failure", "n_calls"), [(hangs_up, 1), (stays_silent, 1), (BROKEN, 0)])
async def test_the_owner_is_asked_to_restart_only_what_does_not_answer(
    failure: Answer, n_calls: int
) -> None:
    calls: list[str] = []

    async def restart() -> None:
        calls.append("restart")

    async with serving(failure, GOOD) as server:
        client = client_of(server.url, on_unreachable=restart, request_timeout_s=TIME_OUT_S)
        assert await ask(client) == (REPLY,)
    assert calls == ["restart"] * n_calls


async def test_an_owner_that_cannot_restart_ends_the_request() -> None:
    async def give_up() -> None:
        msg = "restarted 3 times, that is enough"
        raise EngineError(msg)

    async with serving(hangs_up, GOOD) as server:
        with pytest.raises(EngineError, match="that is enough"):
            await ask(client_of(server.url, on_unreachable=give_up))
    assert len(server.bodies) == 1


async def test_no_more_requests_are_open_than_allowed() -> None:
    open_now, most = 0, 0
    full = asyncio.Event()

    async def watch(request: web.Request) -> web.StreamResponse:
        nonlocal open_now, most
        open_now += 1
        most = max(most, open_now)
        if open_now == 3:
            full.set()
        await full.wait()
        open_now -= 1
        return await GOOD(request)

    async with serving(*[watch] * 12) as server, client_of(server.url, max_in_flight=3) as client:
        asked = (client.complete("p", SAMPLING, seed=seed) for seed in range(12))
        assert await asyncio.gather(*asked) == [(REPLY,)] * 12
    assert most == 3


async def test_a_pause_holds_no_slot() -> None:
    order: list[str] = []
    first_pauses, second_done = asyncio.Event(), asyncio.Event()

    async def nap(_delay_s: float) -> None:
        order.append("first pauses")
        first_pauses.set()
        await second_done.wait()

    async with (
        serving(BUSY, GOOD, GOOD) as server,
        CompletionsClient(server.url, "tiny", rng=Random(0), max_in_flight=1, sleep=nap) as client,
    ):
        first = asyncio.create_task(client.complete("p", SAMPLING, seed=1))
        await first_pauses.wait()
        await client.complete("p", SAMPLING, seed=2)
        order.append("second is answered")
        second_done.set()
        await first
    assert order == ["first pauses", "second is answered"]


async def test_a_cancelled_request_leaves_nothing_in_flight_and_the_server_learns_of_it() -> None:
    asked, gone = asyncio.Event(), asyncio.Event()

    async def notice(request: web.Request) -> web.StreamResponse:
        asked.set()
        try:
            return await stays_silent(request)
        finally:
            gone.set()

    async with serving(notice) as server, client_of(server.url) as client:
        task = asyncio.create_task(client.complete("p", SAMPLING, seed=1))
        await asked.wait()
        assert client.meter.usage().n_in_flight == 1
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert client.meter.usage().n_in_flight == 0
        await gone.wait()


async def test_the_meter_counts_attempts_retries_samples_and_tokens() -> None:
    async with (
        serving(BUSY, GOOD, says(completion("a", "b"))) as server,
        client_of(server.url) as client,
    ):
        await client.complete("p", SAMPLING, seed=1)
        await client.complete("p", SAMPLING, seed=1, n=2)
        usage = client.meter.usage()
    assert (usage.n_requests, usage.n_retries, usage.n_samples) == (3, 1, 3)
    assert (usage.n_prompt_tokens, usage.n_tokens) == (22, 9)
