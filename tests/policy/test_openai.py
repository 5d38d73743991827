"""The `openai` policy: requests rendered to raw text, replies exactly as they came."""

import dataclasses
import json
from pathlib import Path

import pytest

from stepsmith.schemas import Problem, RecipeError, Sampling, Step
from stepsmith.transforms.policy import POLICIES, Reply, Request
from stepsmith.transforms.policy.openai import openai
from tests.policy.completions_server import completion, says, serving

REQUEST = Request(
    problem=Problem(id="p", prompt="2 + 3 - 1 ="),
    prefix=(Step(text="2 + 3 = 5\n"),),
    sampling=Sampling(max_tokens=32, stop=("\n\n", "END")),
    seed=17,
)
PROMPT = """\
question = "Problem: {prompt}\\n"
solution = "Solution:\\n"
stop = ["\\nProblem:", "\\n\\n"]
"""


@pytest.fixture
def prompt(tmp_path: Path) -> str:
    file = tmp_path / "mine.toml"
    file.write_text(PROMPT, encoding="utf-8")
    return str(file)


def test_the_policy_is_registered_with_its_summary() -> None:
    entry = POLICIES.get("openai")
    assert entry.summary == "Ask a server that is already running, by its `engine_url`."


async def test_a_request_becomes_raw_text_with_the_stops_of_both(prompt: str) -> None:
    async with serving(says(completion("5 - 1 = 4\n"))) as server:
        opened = openai(engine_url=server.url, model="tiny", prompt=prompt)
        async with opened as policy:
            [reply] = await policy.sample(REQUEST)
            usage = policy.meter.usage()
            assert policy.name == "tiny"
    assert reply == Reply(text="5 - 1 = 4\n", finish_reason="stop", n_prompt_tokens=11, n_tokens=3)
    [body] = server.bodies
    assert body["prompt"] == "Problem: 2 + 3 - 1 =\nSolution:\n2 + 3 = 5\n"
    assert body["stop"] == ["\nProblem:", "\n\n", "END"]
    assert (body["seed"], body["n"], body["max_tokens"]) == (17, 1, 32)
    assert "add_special_tokens" not in body
    assert (usage.n_samples, usage.n_in_flight) == (1, 0)


async def test_a_score_follows_the_same_text(prompt: str) -> None:
    logprobs = {"tokens": ["before", "5 - 1", " = 4"], "token_logprobs": [None, -1.5, -0.5]}
    choice = {"text": "", "finish_reason": "length", "logprobs": logprobs}
    async with serving(says({"choices": [choice]})) as server:
        opened = openai(engine_url=server.url, model="tiny", prompt=prompt)
        async with opened as policy:
            assert await policy.score(REQUEST, "5 - 1 = 4") == (-1.5, -0.5)
    assert server.bodies[0]["prompt"] == "Problem: 2 + 3 - 1 =\nSolution:\n2 + 3 = 5\n5 - 1 = 4"


async def test_a_chat_prompt_is_rendered_here_and_keeps_the_server_from_a_second_bos(
    tmp_path: Path,
) -> None:
    template = "{{ bos_token }}{% for m in messages %}[{{ m.content }}]{% endfor %}"
    config = {"chat_template": template, "bos_token": "<s>"}
    (tmp_path / "tokenizer_config.json").write_text(json.dumps(config), encoding="utf-8")
    file = tmp_path / "mine.toml"
    file.write_text('style = "chat"\nquestion = "{prompt}"', encoding="utf-8")
    async with serving(says(completion("4"))) as server:
        opened = openai(
            engine_url=server.url, model="tiny", prompt=str(file), chat_template=str(tmp_path)
        )
        async with opened as policy:
            await policy.sample(REQUEST)
    assert server.bodies[0]["prompt"] == "<s>[2 + 3 - 1 =]2 + 3 = 5\n"
    assert server.bodies[0]["add_special_tokens"] is False


async def test_a_chat_prompt_without_a_template_is_refused_at_once() -> None:
    with pytest.raises(RecipeError, match="set chat_template to its folder"):
        async with openai(engine_url="http://127.0.0.1:1", model="tiny", prompt="math_chat"):
            pass


async def test_the_key_comes_from_the_named_variable(
    prompt: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TEST_ENGINE_KEY", "secret")
    async with serving(says(completion("4"))) as server:
        opened = openai(
            engine_url=server.url, model="tiny", prompt=prompt, api_key_variable="TEST_ENGINE_KEY"
        )
        async with opened as policy:
            await policy.sample(REQUEST)
    assert server.headers[0]["Authorization"] == "Bearer secret"


async def test_a_key_that_is_not_set_is_named(prompt: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TEST_ENGINE_KEY", raising=False)
    with pytest.raises(RecipeError, match="'TEST_ENGINE_KEY', which is not set"):
        async with openai(
            engine_url="http://127.0.0.1:1",
            model="tiny",
            prompt=prompt,
            api_key_variable="TEST_ENGINE_KEY",
        ):
            pass


async def test_several_samples_go_in_one_request_where_it_is_allowed(prompt: str) -> None:
    group = dataclasses.replace(REQUEST, n=2)
    async with serving(says(completion("a", "b"))) as server:
        opened = openai(engine_url=server.url, model="tiny", prompt=prompt, samples_per_request=4)
        async with opened as policy:
            assert [reply.text for reply in await policy.sample(group)] == ["a", "b"]
            assert (policy.samples_per_request, policy.max_in_flight) == (4, 64)
    assert (server.bodies[0]["n"], server.bodies[0]["seed"]) == (2, 17)
    assert "return_token_ids" not in server.bodies[0]


async def test_a_request_for_no_sample_is_refused(prompt: str) -> None:
    with pytest.raises(RecipeError, match="samples_per_request was given 0"):
        async with openai(
            engine_url="http://127.0.0.1:1", model="tiny", prompt=prompt, samples_per_request=0
        ):
            pass
