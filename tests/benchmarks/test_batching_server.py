"""The simulated engine does what it says of itself; its server speaks what its clients expect."""

import asyncio
import json
import re
import socket
from collections.abc import Awaitable, Callable, Iterator

import aiohttp
import pytest

from benchmarks.batching.engine import Engine, Pace, PrefixCache, blocks_of, count_tokens, timeline
from benchmarks.batching.process import Running, serving
from benchmarks.batching.replies import ERROR_RATE, RECOVERY_RATE, read_chat, read_prompt, reply
from stepsmith.transforms.policy.chain import Chain, find_sum, token_logprobs

QUESTION = "41 + 3 - 21 + 7 ="
PROMPT = f"Problem: {QUESTION}\nSolution:\n"


class Time:
    """An event loop's clock and timers, moved by hand."""

    def __init__(self) -> None:
        self.now = 0.0
        self._timers: list[tuple[float, int, asyncio.TimerHandle]] = []
        self._loop = asyncio.get_running_loop()

    def call_at(
        self, when: float, callback: Callable[..., object], *arguments: object
    ) -> asyncio.TimerHandle:
        handle = asyncio.TimerHandle(when, callback, arguments, self._loop)
        self._timers.append((when, len(self._timers), handle))
        return handle

    def create_future(self) -> asyncio.Future[None]:
        return self._loop.create_future()

    async def run(self, *, late_by: float = 0.0) -> None:
        """Fire all timers in turn, each `late_by` seconds late."""
        await _settle()
        while self._timers:
            self._timers.sort(key=lambda timer: timer[:2])
            when, _, handle = self._timers.pop(0)
            self.now = max(self.now, when + late_by)
            if not handle.cancelled():
                handle._run()
            await _settle()


async def _settle() -> None:
    for _ in range(5):
        await asyncio.sleep(0)


def engine(time: Time, **pace: float) -> Engine:
    fields = {"slots": 2, "tick_s": 1.0, "prefill_s": 0.0, **pace}
    return Engine(Pace(**fields), loop=time, clock=lambda: time.now)  # type: ignore[arg-type]


def start(*generating: Awaitable[None]) -> list[asyncio.Future[None]]:
    return [asyncio.ensure_future(one) for one in generating]


async def test_slots_fill_in_the_order_of_arrival_and_refill_as_sequences_end() -> None:
    time = Time()
    slots = engine(time)
    ends = {}

    async def ask(name: str, n_tokens: int) -> None:
        await slots.generate(name, "", n_tokens)
        ends[name] = time.now

    start(ask("a", 3), ask("b", 1), ask("c", 1), ask("d", 4))
    await time.run()
    assert ends == {"b": 1.0, "c": 2.0, "a": 3.0, "d": 6.0}
    assert sorted(slots.held) == [(0.0, 1.0), (0.0, 3.0), (1.0, 2.0), (2.0, 6.0)]


async def test_a_late_event_loop_costs_a_waiting_sequence_no_slot_time() -> None:
    time = Time()
    slots = engine(time, slots=1)
    start(slots.generate("a", "", 2), slots.generate("b", "", 2))
    await time.run(late_by=0.5)
    assert slots.held == [(0.0, 2.0), (2.0, 4.0)]


async def test_a_sequence_that_arrives_late_does_not_start_before_it_arrives() -> None:
    time = Time()
    slots = engine(time, slots=1)
    start(slots.generate("a", "", 2))
    await time.run(late_by=0.25)
    start(slots.generate("b", "", 2))
    await time.run()
    assert slots.held == [(0.0, 2.0), (2.25, 5.0)]  # to the end of a tick


async def test_who_goes_away_gives_the_slot_back_at_once() -> None:
    time = Time()
    slots = engine(time, slots=1)
    first, second, third = start(*(slots.generate(name, "", 10) for name in "abc"))
    await _settle()
    time.now = 4.0
    first.cancel()
    third.cancel()
    await time.run()
    assert second.done()
    assert slots.n_abandoned == 2
    assert slots.held == [(0.0, 4.0), (4.0, 14.0)]


async def test_prefill_is_paid_for_what_no_cached_block_covers() -> None:
    time = Time()
    slots = engine(time, prefill_s=1.0, slots=1)
    prompt, written = "x" * 128, "y" * 64
    assert (count_tokens(prompt), len(blocks_of(prompt))) == (32, 2)
    for text, expected in [(prompt, 33), (prompt, 1), (f"{prompt}{written}zzzz", 2)]:
        began = time.now
        start(slots.generate(text, written, 1))
        await time.run()
        assert time.now - began == expected
    assert slots.n_cached_tokens == 32 + 48


def test_a_block_stands_for_everything_before_it() -> None:
    same_end = blocks_of("a" * 64 + "b" * 64)[1], blocks_of("c" * 64 + "b" * 64)[1]
    assert same_end[0] != same_end[1]


def test_the_cache_forgets_what_was_not_used_for_longest() -> None:
    cache = PrefixCache(2)
    cache.add([1])
    cache.add([2])
    cache.add([1])
    cache.add([3])
    assert [cache.covered([block]) for block in (1, 2, 3)] == [1, 0, 1]


def test_the_timeline_adds_up_to_the_share() -> None:
    held = [(0.0, 10.0), (0.0, 5.0), (7.5, 10.0)]
    parts = timeline(held, start=0.0, end=10.0, slots=2, parts=4)
    assert parts == [1.0, 1.0, 0.5, 1.0]
    assert sum(parts) / 4 == sum(end - begin for begin, end in held) / (2 * 10.0)


@pytest.mark.parametrize("prefix", ["", "41 + 3 = 44\n", "41 + 3 = 45\n45 - 21 = 24\n"])
def test_replies_are_what_the_chain_would_write(prefix: str) -> None:
    found = find_sum(QUESTION)
    assert found is not None
    chain = Chain(
        start=found[0], terms=found[1], error_rate=ERROR_RATE, recovery_rate=RECOVERY_RATE
    )
    prompt = PROMPT + prefix
    texts = {
        reply(read_prompt(prompt), Pace(), prompt=prompt, seed=seed, index=0)[0]
        for seed in range(200)
    }
    assert len(texts) > 1
    for text in texts:
        logprobs = token_logprobs(chain, prefix, text)
        assert min(logprobs) > float("-inf")
        assert text.endswith(".")


def test_a_reply_depends_on_the_prompt_the_seed_and_the_index_alone() -> None:
    def ask(prompt: str, seed: int, index: int) -> tuple[str, int]:
        return reply(read_prompt(prompt), Pace(), prompt=prompt, seed=seed, index=index)

    assert ask(PROMPT, 1, 0) == ask(PROMPT, 1, 0)
    lengths = {ask(PROMPT, seed, index) for seed in range(4) for index in range(4)}
    assert len(lengths) > 8
    assert ask(PROMPT, 1, 1) != ask(PROMPT, 2, 0)


def test_distilabels_prompts_are_answered_in_its_format() -> None:
    message = (
        "Generate 3 example solutions to the same problem, separated by a single `---` and "
        f"nothing else.\n\nThis is the problem:\n{QUESTION} Step 1: 41 + 3 = 44\n"
    )
    task = read_chat(message)
    assert (task.n_solutions, task.numbered) == (3, True)
    text, _ = reply(task, Pace(), prompt=message, seed=5, index=0)
    solutions = text.split("---")
    assert len(solutions) == 3
    pattern = r"Step 2: 4\d - 21 = -?\d+\nStep 3: -?\d+ \+ 7 = -?\d+\nThe answer is: -?\d+"
    assert all(re.fullmatch(pattern, solution.strip()) for solution in solutions)


@pytest.fixture(scope="module")
def server() -> Iterator[Running]:
    with serving(Pace(slots=4, tick_s=0.001)) as running:
        yield running


async def test_choices_are_sequences_of_their_own_and_usage_is_theirs(server: Running) -> None:
    server.reset()
    async with aiohttp.ClientSession() as session:
        body = {"prompt": PROMPT, "n": 3, "seed": 7}
        answers = [await post(session, server, body) for _ in range(2)]
        single = await post(session, server, {**body, "n": 1})
    assert answers[0] == answers[1]
    texts = [choice["text"] for choice in answers[0]["choices"]]
    assert [choice["text"] for choice in single["choices"]] == texts[:1]
    stats = server.stats()
    assert (stats["n_requests"], stats["n_samples"]) == (3, 7)
    assert stats["n_tokens"] == sum(
        answer["usage"]["completion_tokens"] for answer in (*answers, single)
    )
    assert 0 < stats["busy_share"] <= 1
    assert stats["slot_s"] >= stats["n_tokens"] * 0.001


async def post(
    session: aiohttp.ClientSession, server: Running, body: dict[str, object]
) -> dict[str, object]:
    async with session.post(f"{server.url}/v1/completions", json=body) as response:
        assert response.status == 200
        return await response.json()


async def test_a_client_that_hangs_up_is_abandoned(server: Running) -> None:
    server.reset()
    body = {"prompt": f"{'1 + ' * 900}1 =\nSolution:\n", "seed": 1}
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=0.2)) as session:
        # More than once where the machine is so slow that the server had heard of nothing yet.
        while not server.stats()["n_abandoned"]:
            with pytest.raises(TimeoutError):
                await post(session, server, body)
        while server.stats()["n_open"]:  # noqa: ASYNC110 -- another process closes it
            await asyncio.sleep(0.01)


@pytest.mark.parametrize("body", [b"{", b"{}", b'{"prompt": "no sum"}'])
async def test_what_cannot_be_answered_is_refused(server: Running, body: bytes) -> None:
    async with (
        aiohttp.ClientSession() as session,
        session.post(f"{server.url}/v1/completions", data=body) as response,
    ):
        assert response.status == 400


def test_a_client_that_reads_to_the_end_of_the_connection_gets_there(server: Running) -> None:
    body = json.dumps({"prompt": PROMPT}).encode()
    head = f"POST /v1/completions HTTP/1.1\r\nHost: x\r\nContent-Length: {len(body)}\r\n"
    host, port = server.url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=300) as client:
        client.sendall(f"{head}Connection: close\r\n\r\n".encode())
        client.sendall(body)  # apart from its head
        received = b"".join(iter(lambda: client.recv(4096), b""))
    status, _, rest = received.partition(b"\r\n")
    assert status.startswith(b"HTTP/1.1 200")
    assert "choices" in json.loads(rest.split(b"\r\n\r\n", 1)[1])
