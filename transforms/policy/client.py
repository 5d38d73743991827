"""Ask an OpenAI-compatible completions server, patiently and within one bound."""

import asyncio
import dataclasses
import time
from collections.abc import Awaitable, Callable, Mapping
from http import HTTPStatus
from random import Random
from types import TracebackType
from typing import Self, TypeVar

import aiohttp
import msgspec

from stepsmith.schemas.errors import EngineError, RecipeError, RejectedRequestError
from stepsmith.schemas.records import Sampling
from stepsmith.transforms.policy.backoff import backoff_s, retry_after_s
from stepsmith.transforms.policy.base import Reply
from stepsmith.transforms.policy.completion import (
    Completion,
    MalformedAnswerError,
    quote,
    read_completion,
)
from stepsmith.transforms.policy.meter import EngineMeter

_Answer = TypeVar("_Answer")

# uvicorn closes an idle connection after 5 s; a request sent at that moment would be lost.
_KEEP_ALIVE_S = 3.0
_CONNECT_TIMEOUT_S = 10.0
_BUSY = (HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.REQUEST_TIMEOUT)
# A key, a path or a model's name is wrong: no problem's fault, and every request would be refused.
_FOR_ALL = (
    HTTPStatus.UNAUTHORIZED,
    HTTPStatus.PAYMENT_REQUIRED,
    HTTPStatus.FORBIDDEN,
    HTTPStatus.NOT_FOUND,
    HTTPStatus.METHOD_NOT_ALLOWED,
)


@dataclasses.dataclass(frozen=True, kw_only=True, slots=True)
class _Failure:
    """An attempt that is worth repeating, and why it failed."""

    cause: str
    unreachable: bool = False
    retry_after_s: float | None = None


class CompletionsClient:
    """A client of one server, on one event loop; open it with `async with`.

    `url` is the server's root or its `/v1`. At most `max_in_flight` requests are open at a time.
    A lost connection, a time-out, a 429 and a 5xx are tried `max_attempts` times in all, then
    raise `EngineError`. What would meet every request (401 to 405: a wrong key, path or model)
    raises it at once, and any other 4xx `RejectedRequestError`. `request_timeout_s` bounds a whole
    attempt, from connecting to the last byte. A call that is cancelled closes its
    connection, which is how a server learns that nobody waits for the answer.

    `on_unreachable` is awaited before the next attempt after a lost connection or a time-out:
    whoever owns the server waits there for its restart, or raises `EngineError`.
    `add_special_tokens` tells vLLM whether to put a BOS before the prompt; null does not say.
    `return_token_ids` asks vLLM for each choice's tokens where there are several: its usage only
    sums them.
    """

    def __init__(  # noqa: PLR0913 -- independent options, all but two with a default
        self,
        url: str,
        model: str,
        *,
        rng: Random,
        api_key: str | None = None,
        max_in_flight: int = 64,
        max_attempts: int = 6,
        request_timeout_s: float = 600.0,
        add_special_tokens: bool | None = None,
        return_token_ids: bool = False,
        on_unreachable: Callable[[], Awaitable[None]] | None = None,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.url = _endpoint(url)
        self.model = model
        self.meter = EngineMeter(clock=clock)
        self._rng = rng
        self._headers = {"Content-Type": "application/json"}
        if api_key is not None:
            self._headers["Authorization"] = f"Bearer {api_key}"
        self.max_in_flight = max_in_flight
        self._slots = asyncio.Semaphore(max_in_flight)
        self._max_attempts = max_attempts
        self._timeout_s = request_timeout_s
        self._add_special_tokens = add_special_tokens
        self._return_token_ids = return_token_ids
        self._on_unreachable = on_unreachable
        self._sleep = sleep
        self._session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Self:
        """Open the session; nothing is sent yet."""
        self._session = aiohttp.ClientSession(
            # No second bound here: requests would wait in it, counted as if in flight.
            connector=aiohttp.TCPConnector(limit=0, keepalive_timeout=_KEEP_ALIVE_S),
            timeout=aiohttp.ClientTimeout(total=self._timeout_s, sock_connect=_CONNECT_TIMEOUT_S),
            headers=self._headers,
            # An engine sets none; looking for them costs a tenth of a request.
            cookie_jar=aiohttp.DummyCookieJar(),
        )
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Close the session and its connections."""
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def complete(
        self,
        prompt: str,
        sampling: Sampling,
        *,
        seed: int | None,
        n: int = 1,
        logprobs: bool = False,
    ) -> tuple[Reply, ...]:
        """Draw `n` continuations of the raw `prompt`, with token log-probabilities if asked.

        vLLM draws choice i with `seed + i`; other servers may not.
        """
        body: dict[str, object] = {
            "prompt": prompt,
            "temperature": sampling.temperature,
            "top_p": sampling.top_p,
            "max_tokens": sampling.max_tokens,
            "n": n,
        }
        if sampling.stop:
            body["stop"] = sampling.stop
        if seed is not None:
            body["seed"] = seed
        if logprobs:
            body["logprobs"] = 0  # no alternatives: the drawn token's alone
        elif n > 1 and self._return_token_ids:
            body["return_token_ids"] = True
        completion, replies = await self._ask(body, lambda said: said.replies(n=n))
        self.meter.answered(
            n_samples=n,
            n_prompt_tokens=completion.usage.prompt_tokens,
            n_tokens=completion.usage.completion_tokens,
        )
        return replies

    async def score(self, prompt: str, text: str) -> tuple[float, ...]:
        """Return the log-probability of each token of `text` after `prompt`.

        The tokens are those of the two joined, and one across the boundary is the text's; the
        probabilities are the model's own, at temperature 1. The server must support `echo` with
        `logprobs` and no new token: vLLM does, llama.cpp does not.
        """
        if not text:
            return ()
        body = {"prompt": prompt + text, "max_tokens": 0, "echo": True, "logprobs": 0}
        completion, logprobs = await self._ask(body, lambda said: said.logprobs_of(text))
        # vLLM draws one token all the same, and counts it; it is none that was asked for.
        self.meter.answered(n_prompt_tokens=completion.usage.prompt_tokens)
        return logprobs

    async def _ask(
        self, body: Mapping[str, object], read: Callable[[Completion], tuple[_Answer, ...]]
    ) -> tuple[Completion, tuple[_Answer, ...]]:
        fields = {"model": self.model, **body}
        if self._add_special_tokens is not None:
            fields["add_special_tokens"] = self._add_special_tokens
        words = await self._post(msgspec.json.encode(fields))
        try:
            completion = read_completion(words)
            return completion, read(completion)
        except MalformedAnswerError as error:
            msg = f"{self._named} gave a malformed answer: {error}; it said: {quote(words)}"
            raise EngineError(msg) from None

    async def _post(self, data: bytes) -> bytes:
        attempt = 1
        while True:
            outcome = await self._attempt(data)
            if isinstance(outcome, bytes):
                return outcome
            if attempt >= self._max_attempts:
                msg = f"{self._named}: gave up after {attempt} attempts; last {outcome.cause}"
                raise EngineError(msg)
            await self._pause(attempt, outcome)
            attempt += 1

    async def _attempt(self, data: bytes) -> bytes | _Failure:
        if self._session is None:
            msg = "a CompletionsClient must be opened with `async with`"
            raise RuntimeError(msg)
        try:
            async with self._slots:
                with self.meter.request():
                    async with self._session.post(
                        self.url, data=data, allow_redirects=False
                    ) as response:
                        words = await response.read()
        except aiohttp.ClientError as error:  # time-outs while connecting included
            return _Failure(cause=f"{type(error).__name__}: {error}", unreachable=True)
        except TimeoutError:
            return _Failure(cause=f"no answer within {self._timeout_s:g} s", unreachable=True)
        return self._judge(response.status, response.headers, words)

    def _judge(self, status: int, headers: Mapping[str, str], words: bytes) -> bytes | _Failure:
        if status == HTTPStatus.OK:
            return words
        said = f"status {status}: {quote(words)}"
        if status in _BUSY or status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            return _Failure(cause=said, retry_after_s=retry_after_s(headers))
        if status >= HTTPStatus.BAD_REQUEST:
            msg = f"{self._named} refused the request with {said}"
            raise EngineError(msg) if status in _FOR_ALL else RejectedRequestError(msg)
        msg = f"{self._named} is no completions server; it answered with {said}"
        raise EngineError(msg)

    async def _pause(self, attempt: int, failure: _Failure) -> None:
        self.meter.retried()
        delay_s = backoff_s(attempt, self._rng)
        if failure.retry_after_s is not None:
            # A server that names a pause of hours must not stall the run for longer than one
            # that does not answer.
            delay_s = max(delay_s, min(failure.retry_after_s, self._timeout_s))
        await self._sleep(delay_s)
        if failure.unreachable and self._on_unreachable is not None:
            await self._on_unreachable()

    @property
    def _named(self) -> str:
        return f"{self.url} (model {self.model!r})"


def _endpoint(url: str) -> str:
    if not url.startswith(("http://", "https://")):
        msg = f"engine_url was given {url!r}; it must start with 'http://' or 'https://'"
        raise RecipeError(msg)
    root = url.rstrip("/")
    return f"{root}/completions" if root.endswith("/v1") else f"{root}/v1/completions"
