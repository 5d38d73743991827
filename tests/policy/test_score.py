"""Scoring: the log-probabilities of a text's own tokens, read from an echoed prompt."""

from random import Random

import pytest

from stepsmith.schemas import EngineError
from stepsmith.transforms.policy.client import CompletionsClient
from tests.policy.completions_server import Answer, completion, says, serving


def client_of(url: str) -> CompletionsClient:
    return CompletionsClient(url, "tiny", rng=Random(0))


def echo(tokens: list[str], logprobs: list[float | None]) -> Answer:
    body = completion("".join(tokens))
    body["choices"] = [
        {
            "text": "",
            "finish_reason": "length",
            "logprobs": {"tokens": tokens, "token_logprobs": logprobs},
        }
    ]
    return says(body)


async def test_a_score_is_that_of_the_texts_own_tokens() -> None:
    answer = echo(["<s>", "4", " + 3", " =", " 7", "\n"], [None, -9.0, -8.0, -7.0, -0.5, -0.25])
    async with serving(answer) as server, client_of(server.url) as client:
        assert await client.score("4 + 3 =", " 7\n") == (-0.5, -0.25)
        usage = client.meter.usage()
    assert server.bodies == [
        {"model": "tiny", "prompt": "4 + 3 = 7\n", "max_tokens": 0, "echo": True, "logprobs": 0}
    ]
    assert (usage.n_requests, usage.n_samples, usage.n_prompt_tokens, usage.n_tokens) == (
        1,
        0,
        11,
        0,
    )


async def test_the_score_of_nothing_asks_nothing() -> None:
    async with client_of("http://127.0.0.1:1") as client:
        assert await client.score("4 + 3 =", "") == ()


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (says(completion(" 7")), "no log-probabilities of the prompt"),
        (echo(["4 + 3", " = 8"], [None, -1.0]), "its tokens do not spell the text ' 7'"),
        (echo(["4 + 3 =", " 7"], [None, None]), "a token without its log-probability"),
        (echo(["4 + 3 =", " 7"], [None]), "a token without its log-probability"),
    ],
)
async def test_a_server_that_cannot_score_is_an_engine_error(answer: Answer, why: str) -> None:
    async with serving(answer) as server, client_of(server.url) as client:
        with pytest.raises(EngineError, match=why):
            await client.score("4 + 3 =", " 7")
