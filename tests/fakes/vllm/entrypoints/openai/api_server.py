"""Answer completions as vLLM would, from the simulated policy; switches make it fail.

All by environment variables, which reach it through whoever starts it:
FAKE_VLLM_PIDS        a folder in which each process leaves a file named by its id
FAKE_VLLM_REFUSE      exit while starting, with this message
FAKE_VLLM_DIE_AFTER   be killed at the completion after this many, in each life
FAKE_VLLM_HANG        a file: while it exists, completions hang; starting removes it
"""

import argparse
import asyncio
import itertools
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

from aiohttp import web

from stepsmith.schemas import Problem, Sampling, Step
from stepsmith.schemas.errors import RejectedRequestError
from stepsmith.transforms.policy.base import Reply, Request
from stepsmith.transforms.policy.chain import split_tokens
from stepsmith.transforms.policy.simulated import SimulatedPolicy, SimulatedRates

_LOGPROB = -0.5
_POLICY = SimulatedPolicy(SimulatedRates(error_rate=0.2))


async def _reply(prompt: str, sampling: Sampling, seed: int) -> Reply:
    question, _, prefix = prompt.rpartition("Problem:")[2].partition("Solution:\n")
    problem = Problem(id="fake", prompt=question)
    steps = (Step(text=prefix),) if prefix else ()
    request = Request(problem=problem, prefix=steps, sampling=sampling, seed=seed)
    try:
        [reply] = await _POLICY.sample(request)
    except RejectedRequestError:  # no sum in it
        return Reply(text=" one", finish_reason="length", n_prompt_tokens=1, n_tokens=1)
    return reply


def _choice(index: int, prompt: str, reply: Reply, body: dict[str, Any]) -> dict[str, Any]:
    text = prompt + reply.text if body.get("echo") else reply.text
    tokens = split_tokens(text)
    logprobs = [None if body.get("echo") and not i else _LOGPROB for i in range(len(tokens))]
    return {
        "index": index,
        "text": text,
        "finish_reason": reply.finish_reason,
        "logprobs": None
        if body.get("logprobs") is None
        else {"tokens": tokens, "token_logprobs": logprobs},
        "token_ids": list(range(reply.n_tokens or 0)) if body.get("return_token_ids") else None,
    }


async def _complete(body: dict[str, Any]) -> dict[str, Any]:
    prompt, stop = body["prompt"], body.get("stop") or ()
    sampling = Sampling(
        temperature=body.get("temperature", 1.0),
        max_tokens=body.get("max_tokens", 16),
        stop=(stop,) if isinstance(stop, str) else tuple(stop),
    )
    choices: list[dict[str, Any]] = []
    n_tokens = 0
    for index in range(body.get("n", 1)):
        reply = await _reply(prompt, sampling, body.get("seed", 0) + index)
        n_tokens += reply.n_tokens or 0
        choices.append(_choice(index, prompt, reply, body))
    usage = {"prompt_tokens": len(split_tokens(prompt)), "completion_tokens": n_tokens}
    return {"id": "fake", "object": "text_completion", "choices": choices, "usage": usage}


def _application(model: str) -> web.Application:
    served = itertools.count()
    die_after = int(os.environ.get("FAKE_VLLM_DIE_AFTER", "1000000000"))
    hang = Path(os.environ.get("FAKE_VLLM_HANG", "/nonexistent"))

    async def completions(request: web.Request) -> web.Response:
        body = await request.json()
        if next(served) >= die_after:
            os.kill(os.getpid(), signal.SIGKILL)
        while hang.exists():  # noqa: ASYNC110, ASYNC240 -- another process makes it
            await asyncio.sleep(0.05)
        if body["model"] != model:
            return web.json_response({"error": {"message": "no such model"}}, status=404)
        return web.json_response(await _complete(body))

    async def models(_: web.Request) -> web.Response:
        return web.json_response({"object": "list", "data": [{"id": model}]})

    async def health(_: web.Request) -> web.Response:
        return web.Response()

    application = web.Application()
    application.router.add_post("/v1/completions", completions)
    application.router.add_get("/v1/models", models)
    application.router.add_get("/health", health)
    return application


def _record(pid: int) -> None:
    if folder := os.environ.get("FAKE_VLLM_PIDS"):
        (Path(folder) / str(pid)).touch()


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--host")
    parser.add_argument("--port", type=int)
    parser.add_argument("--model")
    parser.add_argument("--served-model-name")
    known, _ = parser.parse_known_args()
    if refusal := os.environ.get("FAKE_VLLM_REFUSE"):
        sys.exit(f"ValueError: {refusal}")
    if hang := os.environ.get("FAKE_VLLM_HANG"):
        Path(hang).unlink(missing_ok=True)
    _record(os.getpid())
    # vLLM's engine is a child, too, and does not end with its parent by itself.
    _record(subprocess.Popen(["sleep", "1000"]).pid)  # noqa: S607
    application = _application(known.served_model_name or known.model)
    web.run_app(application, host=known.host, port=known.port, reuse_address=True, print=None)


if __name__ == "__main__":
    main()
