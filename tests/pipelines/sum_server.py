"""An OpenAI completions server that solves sums and logs every reply it was paid for.

`python -m tests.pipelines.sum_server PORT LOG`. The replies are the simulated policy's, a pure
function of the prompt and the seed, so that two runs against it can be compared byte for byte.
"""

import asyncio
import sys
from pathlib import Path

from aiohttp import web

from stepsmith.schemas import Problem, Sampling, Step
from stepsmith.transforms.policy.base import Request
from stepsmith.transforms.policy.simulated import SimulatedPolicy, SimulatedRates


def application(log: Path) -> web.Application:
    rates = SimulatedRates(error_rate=0.15, recovery_rate=0.05)
    policy = SimulatedPolicy(rates, latency_s=0.004)
    lines = log.open("a", buffering=1)

    async def complete(request: web.Request) -> web.Response:
        body = await request.json()
        question, _, prefix = body["prompt"].partition("\n")
        reply = await policy.sample(
            Request(
                problem=Problem(id="p", prompt=question),
                prefix=(Step(text=prefix),) if prefix else (),
                sampling=Sampling(max_tokens=body["max_tokens"]),
                seed=body["seed"],
            )
        )
        lines.write(f"{body['seed']} {len(prefix)}\n")
        choice = {"index": 0, "text": reply.text, "finish_reason": reply.finish_reason}
        usage = {"prompt_tokens": 1, "completion_tokens": reply.n_tokens}
        return web.json_response({"choices": [choice], "usage": usage})

    app = web.Application()
    app.router.add_post("/v1/completions", complete)
    return app


async def main(port: int, log: Path) -> None:
    runner = web.AppRunner(application(log))
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    print("ready", flush=True)
    # Until the test closes our input.
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]), Path(sys.argv[2])))
