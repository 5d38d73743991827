"""A completions server on 127.0.0.1 that follows a script, one entry a request."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager

from aiohttp import test_utils, web

Answer = Callable[[web.Request], Awaitable[web.StreamResponse]]


def says(body: object, *, status: int = 200, headers: Mapping[str, str] | None = None) -> Answer:
    """Answer with a JSON body."""

    async def answer(_request: web.Request) -> web.StreamResponse:
        return web.json_response(body, status=status, headers=headers)

    return answer


def blurts(words: bytes, *, status: int = 200) -> Answer:
    """Answer with raw words."""

    async def answer(_request: web.Request) -> web.StreamResponse:
        return web.Response(body=words, status=status)

    return answer


async def hangs_up(request: web.Request) -> web.StreamResponse:
    """Reset the connection instead of answering."""
    assert request.transport is not None
    request.transport.abort()
    return web.Response()


async def breaks_off(request: web.Request) -> web.StreamResponse:
    """Reset the connection in the middle of the body."""
    response = web.StreamResponse(headers={"Content-Length": "1000"})
    await response.prepare(request)
    await response.write(b'{"choices": [')
    assert request.transport is not None
    request.transport.close()
    return response


async def stays_silent(_request: web.Request) -> web.StreamResponse:
    """Never answer; the client's time-out ends it."""
    await asyncio.Event().wait()
    return web.Response()


async def drips(request: web.Request) -> web.StreamResponse:
    """Send a byte of the body now and then, for ever."""
    response = web.StreamResponse()
    await response.prepare(request)
    while True:
        await response.write(b" ")
        await asyncio.sleep(0.02)


def completion(*texts: str, finish_reason: str | None = "stop") -> dict[str, object]:
    """Build the body of a completions answer, with 11 prompt tokens and 3 tokens a text."""
    return {
        "id": "cmpl-1",
        "choices": [
            {"index": index, "text": text, "finish_reason": finish_reason, "logprobs": None}
            for index, text in enumerate(texts)
        ],
        "usage": {"prompt_tokens": 11, "completion_tokens": 3 * len(texts), "total_tokens": 0},
    }


class Script:
    """The answers to come, and what has been asked."""

    def __init__(self, answers: Sequence[Answer]) -> None:
        self.url = ""
        self.bodies: list[dict[str, object]] = []
        self.headers: list[Mapping[str, str]] = []
        self._answers = iter(answers)

    async def answer(self, request: web.Request) -> web.StreamResponse:
        self.bodies.append(json.loads(await request.read()))
        self.headers.append(request.headers)
        return await next(self._answers)(request)


@asynccontextmanager
async def serving(*answers: Answer) -> AsyncIterator[Script]:
    """Serve the script, one answer a request, at `script.url`."""
    script = Script(answers)
    app = web.Application()
    app.router.add_post("/v1/completions", script.answer)
    server = test_utils.TestServer(app, host="127.0.0.1")
    # Its handlers are cancelled when the client closes the connection, as vLLM's are.
    await server.start_server(shutdown_timeout=0.0)
    try:
        script.url = str(server.make_url("")).rstrip("/")
        yield script
    finally:
        await server.close()
