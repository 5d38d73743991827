"""An OpenAI-compatible server on 127.0.0.1 that solves sums at the pace of continuous batching.

    python -m benchmarks.batching.server --slots 64 --tick-s 0.01

It prints its port, and ends when its input does. `GET /stats` has what was asked since `POST
/reset` and how much slot time it took. Raw prompts and chat are answered, a chat as distilabel's
Math-Shepherd tasks ask: several solutions in one reply, steps that begin with "Step 1:".

A reply is a pure function of the prompt, the seed, the choice's index and the pace. What it says
is what the chain world writes (`transforms/policy/chain.py`): sums solved one line at a time,
with its rates of error; here written in microseconds, so that a client is measured and not this.
"""

import argparse
import asyncio
import contextlib
import dataclasses
import functools
import json
import re
import subprocess
import sys
import time
import urllib.request
import zlib
from collections.abc import Iterator, Sequence
from http import HTTPStatus
from random import Random
from typing import Any

import msgspec

from benchmarks.batching.engine import Engine, Pace, count_tokens, timeline
from benchmarks.batching.lean_http import listen
from stepsmith.transforms.policy.chain import find_sum

MODEL = "sums"
ERROR_RATE, RECOVERY_RATE = 0.15, 0.05
_OFFSETS = (-3, -2, -1, 1, 2, 3)
_COUNT = re.compile(r"Generate (\d+) example solutions")


@dataclasses.dataclass(frozen=True, kw_only=True)
class Task:
    """What a prompt asks for: `n_solutions` of the sum in `question`, each after `prefix`."""

    question: str
    prefix: str
    n_solutions: int = 1
    numbered: bool = False


def read_prompt(prompt: str) -> Task:
    """Read a raw prompt: the problem, a line that ends in "Solution:", and what is written."""
    question, _, prefix = prompt.rpartition("Solution:\n")
    return Task(question=question or prompt, prefix=prefix if question else "")


def read_chat(message: str) -> Task:
    """Read the last message of one of distilabel's tasks."""
    asked = _COUNT.search(message)
    question, mark, steps = message.rpartition("problem:")[2].partition(" Step 1:")
    return Task(
        question=question,
        prefix=mark + steps,
        n_solutions=int(asked[1]) if asked else 1,
        numbered=True,
    )


def solve(task: Task, rng: Random) -> tuple[str, int]:
    """Write a solution on from its prefix; return it and its number of lines.

    Raises `ValueError` where there is no sum.
    """
    start, terms, totals = _sum_in(task.question)
    n_done = task.prefix.count(" = ")
    result = int(task.prefix.rpartition(" = ")[2].split("\n", 1)[0]) if n_done else start
    lines: list[str] = []
    for index in range(n_done, len(terms)):
        sign, number = terms[index]
        draw = rng.random()
        before, offset = result, 0
        if before == totals[index]:
            offset = rng.choice(_OFFSETS) if draw < ERROR_RATE else 0
        elif draw < RECOVERY_RATE:
            before = totals[index]
        result = (before + number if sign == "+" else before - number) + offset
        number_it = f"Step {index + 1}: " if task.numbered else ""
        lines.append(f"{number_it}{before} {sign} {number} = {result}")
    lines.append(f"The answer is: {result}" if task.numbered else f"The answer is {result}.")
    return "\n".join(lines), len(lines)


@functools.lru_cache(maxsize=4096)
def _sum_in(question: str) -> tuple[int, Sequence[tuple[str, int]], Sequence[int]]:
    found = find_sum(question)
    if found is None:
        msg = f"there is no sum like '4 + 3 - 2' in {question!r}"
        raise ValueError(msg)
    start, terms = found
    totals = [start]
    for sign, number in terms:
        totals.append(totals[-1] + number if sign == "+" else totals[-1] - number)
    return start, terms, totals


def reply(task: Task, pace: Pace, *, prompt: str, seed: int, index: int) -> tuple[str, int]:
    """Return the text of one choice and its length in tokens."""
    # Not hash(): it differs from process to process.
    rng = Random(zlib.crc32(prompt.encode()) ^ (seed << 8) ^ index)
    texts: list[str] = []
    n_tokens = 0
    for _ in range(task.n_solutions):
        text, n_lines = solve(task, rng)
        texts.append(text)
        length = pace.tokens_per_line * n_lines * rng.lognormvariate(0.0, pace.length_sigma)
        n_tokens += max(1, round(length))
    return "\n---\n".join(texts), n_tokens


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


@dataclasses.dataclass(frozen=True, kw_only=True)
class Running:
    """A server in a process of its own."""

    url: str

    def reset(self) -> None:
        """Begin to count anew, with an empty prefix cache."""
        self._ask(urllib.request.Request(f"{self.url}/reset", method="POST"))  # noqa: S310

    def stats(self) -> dict[str, Any]:
        """Return what was asked since the last reset."""
        stats: dict[str, Any] = json.loads(self._ask(f"{self.url}/stats"))
        return stats

    def _ask(self, what: str | urllib.request.Request) -> bytes:
        with urllib.request.urlopen(what, timeout=60) as answer:  # noqa: S310 -- our own server
            words: bytes = answer.read()
            return words


@contextlib.contextmanager
def serving(pace: Pace) -> Iterator[Running]:
    """Run a server until the block ends."""
    options = [
        f"--{name.replace('_', '-')}={value}" for name, value in dataclasses.asdict(pace).items()
    ]
    command = [sys.executable, "-m", "benchmarks.batching.server", *options]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        port = process.stdout.readline().strip() if process.stdout else ""
        if not port:
            msg = "the simulated engine's server did not start"
            raise RuntimeError(msg)
        try:
            yield Running(url=f"http://127.0.0.1:{port}")
        finally:
            process.communicate()


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
