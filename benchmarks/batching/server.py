"""An OpenAI-compatible server on 127.0.0.1 that solves sums at the pace of continuous batching.

    python -m benchmarks.batching.server --slots 64 --tick-s 0.01

It prints its port, and ends when its input does. `GET /stats` has what was asked since `POST
/reset` and how much slot time it took. Raw prompts and chat are answered, a chat as distilabel's
Math-Shepherd tasks ask: several solutions in one reply, steps that begin with "Step 1:".

What it says is in `benchmarks.batching.replies`.
"""

import argparse
import asyncio
import dataclasses
import sys
import time
from http import HTTPStatus
from typing import Any

import msgspec

from benchmarks.batching.engine import Engine, Pace, count_tokens, timeline
from benchmarks.batching.lean_http import listen
from benchmarks.batching.replies import read_chat, read_prompt, reply

MODEL = "sums"


@dataclasses.dataclass(kw_only=True)
class Counts:
    """What was asked since the last reset.

    A generation is one choice of a request; a sample is one solution, of which a generation's
    text may hold several.
    """

    n_requests: int = 0
    n_generations: int = 0
    n_samples: int = 0
    n_prompt_tokens: int = 0
    n_tokens: int = 0
    n_open: int = 0
    max_open: int = 0
    first: float | None = None
    last: float = 0.0
    cpu_first_s: float = 0.0
    cpu_last_s: float = 0.0


class Server:
    """The handlers, and what they count."""

    def __init__(self, pace: Pace) -> None:
        loop = asyncio.get_running_loop()
        self._clock = loop.time
        self._pace = pace
        self._engine = Engine(pace, loop=loop, clock=self._clock)
        self._counts = Counts()

    async def handle(self, method: str, path: str, body: bytes) -> tuple[int, bytes]:
        """Answer any request."""
        match method, path:
            case "POST", "/v1/completions" | "/v1/chat/completions":
                return await self._complete(body)
            case "POST", "/reset":
                self._counts = Counts()
                self._engine.clear()
                return HTTPStatus.OK, b"{}"
            case "GET", "/stats":
                return HTTPStatus.OK, msgspec.json.encode(self.stats())
            case "GET", "/v1/models":
                models = {"object": "list", "data": [{"id": MODEL, "object": "model"}]}
                return HTTPStatus.OK, msgspec.json.encode(models)
            case "GET", "/health":
                return HTTPStatus.OK, b"{}"
            case _:
                return _error(HTTPStatus.NOT_FOUND, f"there is no {method} {path}")

    def stats(self) -> dict[str, Any]:
        """Return the counts, and the slot time used over the span of the requests."""
        counts, engine, slots = self._counts, self._engine, self._pace.slots
        start = counts.first if counts.first is not None else counts.last
        span_s = counts.last - start
        slot_s = sum(end - begin for begin, end in engine.held)
        return {
            "n_requests": counts.n_requests,
            "n_generations": counts.n_generations,
            "n_samples": counts.n_samples,
            "n_prompt_tokens": counts.n_prompt_tokens,
            "n_cached_tokens": engine.n_cached_tokens,
            "n_tokens": counts.n_tokens,
            "n_abandoned": engine.n_abandoned,
            "n_open": counts.n_open,
            "max_open": counts.max_open,
            "span_s": span_s,
            "cpu_s": counts.cpu_last_s - counts.cpu_first_s,
            "slots": slots,
            "slot_s": slot_s,
            "busy_share": slot_s / (slots * span_s) if span_s else 0.0,
            "timeline": timeline(engine.held, start=start, end=counts.last, slots=slots),
        }

    async def _complete(self, words: bytes) -> tuple[int, bytes]:
        counts = self._open()
        try:
            return HTTPStatus.OK, await self._answer(msgspec.json.decode(words))
        except (ValueError, KeyError) as error:  # no JSON, no sum, a field missing
            return _error(HTTPStatus.BAD_REQUEST, repr(error))
        finally:
            counts.n_open -= 1
            counts.last, counts.cpu_last_s = self._clock(), time.process_time()

    def _open(self) -> Counts:
        counts = self._counts
        if counts.first is None:
            counts.first, counts.cpu_first_s = self._clock(), time.process_time()
        counts.n_open += 1
        counts.max_open = max(counts.max_open, counts.n_open)
        return counts

    async def _answer(self, body: dict[str, Any]) -> bytes:
        chat = "messages" in body
        if chat:
            messages = [str(message["content"]) for message in body["messages"]]
            prompt, task = "\n".join(messages), read_chat(messages[-1])
        else:
            prompt = str(body["prompt"])
            task = read_prompt(prompt)
        n, seed = body.get("n") or 1, body.get("seed") or 0
        replies = [
            reply(task, self._pace, prompt=prompt, seed=seed, index=index) for index in range(n)
        ]
        n_tokens = sum(length for _, length in replies)
        limit = body.get("max_tokens")
        if limit is not None and max(length for _, length in replies) > limit:
            msg = f"a reply has more than max_tokens = {limit}; this server cuts none"
            raise ValueError(msg)
        if self._pace.tick_s:
            await asyncio.gather(
                *(self._engine.generate(prompt, text, length) for text, length in replies)
            )
        counts = self._counts
        n_prompt_tokens = count_tokens(prompt)
        counts.n_requests += 1
        counts.n_generations += n
        counts.n_samples += n * task.n_solutions
        counts.n_prompt_tokens += n_prompt_tokens
        counts.n_tokens += n_tokens
        choices = [
            {"index": index, "finish_reason": "stop", "logprobs": None}
            | ({"message": {"role": "assistant", "content": text}} if chat else {"text": text})
            for index, (text, _) in enumerate(replies)
        ]
        usage = {
            "prompt_tokens": n_prompt_tokens,
            "completion_tokens": n_tokens,
            "total_tokens": n_prompt_tokens + n_tokens,
        }
        return msgspec.json.encode({"model": MODEL, "choices": choices, "usage": usage})


def _error(status: int, message: str) -> tuple[int, bytes]:
    return status, msgspec.json.encode({"error": {"message": message}})


async def serve(pace: Pace) -> None:
    """Serve until the input ends, which it does with whoever started this."""
    server, port = await listen(Server(pace).handle)
    print(port, flush=True)
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)
    server.close()


def main() -> None:
    """Read the pace from the command line, and serve."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.batching.server")
    for field in dataclasses.fields(Pace):
        kind = type(field.default)
        parser.add_argument(f"--{field.name.replace('_', '-')}", type=kind, default=field.default)
    asyncio.run(serve(Pace(**vars(parser.parse_args()))))


if __name__ == "__main__":
    main()
