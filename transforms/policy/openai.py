"""A policy behind any server that speaks the OpenAI completions protocol."""

import dataclasses
import os
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from random import Random

from stepsmith.schemas.errors import RecipeError
from stepsmith.transforms.policy.base import Reply, Request, policy
from stepsmith.transforms.policy.chat import ChatTemplate, read_chat_template
from stepsmith.transforms.policy.client import CompletionsClient
from stepsmith.transforms.policy.meter import EngineMeter
from stepsmith.transforms.policy.prompt import Prompt, load_prompt, render


class CompletionsPolicy:
    """Renders each request to raw text and asks a client to continue it.

    A reply ends at any of the prompt's stop strings or the request's own. `samples_per_request`
    above 1 is for servers that draw choice i with `seed + i`.
    """

    def __init__(
        self,
        client: CompletionsClient,
        prompt: Prompt,
        *,
        chat_template: ChatTemplate | None = None,
        logprobs: bool = False,
        samples_per_request: int = 1,
    ) -> None:
        if prompt.style == "chat" and chat_template is None:
            msg = "a chat prompt needs the model's chat template: set chat_template to its folder"
            raise RecipeError(msg)
        self._client = client
        self._prompt = prompt
        self._chat_template = chat_template
        self._logprobs = logprobs
        self.samples_per_request = samples_per_request

    @property
    def name(self) -> str:
        """The model's name, as the server knows it."""
        return self._client.model

    @property
    def meter(self) -> EngineMeter:
        """What the engine was asked and how long it had work."""
        return self._client.meter

    @property
    def max_in_flight(self) -> int:
        """How many requests the client keeps open at a time."""
        return self._client.max_in_flight

    async def sample(self, request: Request) -> tuple[Reply, ...]:
        """Draw the replies in one request; errors are those of `CompletionsClient`."""
        sampling = request.sampling
        if self._prompt.stop:
            stop = tuple(dict.fromkeys((*self._prompt.stop, *sampling.stop)))
            sampling = dataclasses.replace(sampling, stop=stop)
        return await self._client.complete(
            self._render(request),
            sampling,
            seed=request.seed,
            n=request.n,
            logprobs=self._logprobs,
        )

    async def score(self, request: Request, text: str) -> tuple[float, ...]:
        """Return the log-probability of each token of `text`, whatever the sampling."""
        return await self._client.score(self._render(request), text)

    def _render(self, request: Request) -> str:
        return render(
            self._prompt, request.problem, request.prefix, chat_template=self._chat_template
        )


@policy("openai")
@asynccontextmanager
async def openai(  # noqa: PLR0913 -- one parameter an option of the recipe
    *,
    engine_url: str,
    model: str,
    prompt: str,
    chat_template: str | None = None,
    api_key_variable: str | None = None,
    max_in_flight: int = 64,
    max_attempts: int = 6,
    request_timeout_s: float = 600.0,
    logprobs: bool = False,
    samples_per_request: int = 1,
) -> AsyncGenerator[CompletionsPolicy, None]:
    """Ask a server that is already running, by its `engine_url`.

    `prompt` names a shipped prompt or a file. A chat prompt needs `chat_template`, the folder of
    the model's tokenizer. `api_key_variable` names the environment variable that holds the key,
    so that no key is ever written into a recipe. `logprobs` asks for each token's.
    `samples_per_request` asks for as many samples of a prompt at once (`n`); set it above 1 only
    where the server draws choice i with `seed + i`, as vLLM does. `request_timeout_s` bounds each
    of the `max_attempts`, from connecting to the last byte.
    """
    if samples_per_request < 1:
        msg = f"samples_per_request was given {samples_per_request}; a request asks for 1 or more"
        raise RecipeError(msg)
    template = read_chat_template(chat_template) if chat_template is not None else None
    loaded = load_prompt(prompt)
    client = CompletionsClient(
        engine_url,
        model,
        rng=Random(),  # noqa: S311 -- jitter
        api_key=_read_key(api_key_variable) if api_key_variable is not None else None,
        max_in_flight=max_in_flight,
        max_attempts=max_attempts,
        request_timeout_s=request_timeout_s,
        # A chat template writes the BOS itself; the server's would be a second one.
        add_special_tokens=False if loaded.style == "chat" else None,
    )
    async with client:
        yield CompletionsPolicy(
            client,
            loaded,
            chat_template=template,
            logprobs=logprobs,
            samples_per_request=samples_per_request,
        )


def _read_key(variable: str) -> str:
    key = os.environ.get(variable)
    if not key:
        msg = f"api_key_variable names {variable!r}, which is not set in the environment"
        raise RecipeError(msg)
    return key
