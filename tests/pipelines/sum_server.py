"""An OpenAI completions server that solves sums and logs every reply it was paid for.

`python -m tests.pipelines.sum_server LOG`; it prints its port. The replies are the simulated
policy's, a pure function of the prompt and the seed, so that two runs against it can be compared
byte for byte. It refuses to go on with a solution of a question that stands in the file LOG names,
with `.refused` as its ending. Once it was paid for as many replies as the file says that ends in
`.most`, it gives no more until there is no such file, or another number in it.
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
    refused, most = log.with_suffix(".refused"), log.with_suffix(".most")

    def is_held() -> bool:
        return most.exists() and len(log.read_text().splitlines()) >= int(most.read_text())

    async def complete(request: web.Request) -> web.Response:
        body = await request.json()
        question, _, prefix = body["prompt"].partition("\n")
        if prefix and refused.exists() and question in refused.read_text().splitlines():
            raise web.HTTPBadRequest(text="this question is refused")
        replies = await policy.sample(
            Request(
                problem=Problem(id="p", prompt=question),
                prefix=(Step(text=prefix),) if prefix else (),
                sampling=Sampling(max_tokens=body["max_tokens"]),
                seed=body["seed"],
                n=body["n"],
            )
        )
        while is_held():
            if request.transport is None:  # whoever asked has gone, and pays for nothing
                raise web.HTTPServiceUnavailable
            await asyncio.sleep(0.01)
        lines.writelines(f"{body['seed'] + index} {len(prefix)}\n" for index in range(body["n"]))
        choices = [
            {
                "index": index,
                "text": reply.text,
                "finish_reason": reply.finish_reason,
                "token_ids": [0] * (reply.n_tokens or 0),
            }
            for index, reply in enumerate(replies)
        ]
        n_tokens = sum(reply.n_tokens or 0 for reply in replies)
        usage = {"prompt_tokens": 1, "completion_tokens": n_tokens}
        return web.json_response({"choices": choices, "usage": usage})

    app = web.Application()
    app.router.add_post("/v1/completions", complete)
    return app


async def main(log: Path) -> None:
    runner = web.AppRunner(application(log))
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    [(_, port)] = runner.addresses
    print(port, flush=True)
    # Until the test closes our input.
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1])))
