"""A policy behind a vLLM server of our own, shared by all processes of this machine."""

import asyncio
import dataclasses
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from random import Random

from stepsmith.schemas.errors import RecipeError
from stepsmith.transforms.policy.base import policy
from stepsmith.transforms.policy.chat import ChatTemplate, read_chat_template
from stepsmith.transforms.policy.client import CompletionsClient
from stepsmith.transforms.policy.openai import CompletionsPolicy
from stepsmith.transforms.policy.prompt import Prompt, load_prompt
from stepsmith.transforms.policy.server import managed_server
from stepsmith.transforms.policy.smollm2 import SMOLLM2, prepare_smollm2
from stepsmith.transforms.policy.vllm_command import Dtype, VllmOptions, vllm_server

# All samples of a prompt go in one request. vLLM 0.32 makes n requests of it inside, and gives
# child i the seed `seed + i` (v1/engine/parallel_sampling.py, `_get_child_sampling_params`): the
# draws are those of n requests with seeds of their own, so that any part of a group can be asked
# for later.
_SAMPLES_PER_REQUEST = 128


@dataclasses.dataclass(frozen=True, kw_only=True)
class _Model:
    """A model by the name that rows carry, and where vLLM finds it: a folder or a Hub id."""

    name: str
    location: str


@policy("vllm")
@asynccontextmanager
async def vllm(  # noqa: PLR0913 -- one parameter an option of the recipe
    *,
    model: str,
    prompt: str,
    engine_url: str | None = None,
    chat_template: str | None = None,
    dtype: Dtype = "auto",
    max_model_len: int = 2048,
    max_num_seqs: int = 64,
    gpu_memory_utilization: float = 0.9,
    extra_args: tuple[str, ...] = (),
    start_timeout_s: float = 600.0,
    restart_budget: int = 3,
    request_timeout_s: float = 600.0,
    logprobs: bool = False,
) -> AsyncGenerator[CompletionsPolicy, None]:
    """Serve `model` with vLLM, one server a machine, and ask it.

    `model` is a folder, a Hub id, or 'smollm2-135m', a small model that needs no download.
    `prompt` names a shipped prompt or a file; a chat prompt uses the model's own chat template,
    or that in the folder `chat_template`. With `engine_url` nothing is started. `extra_args` go
    to vLLM as they are. `request_timeout_s` bounds each attempt at a request, from connecting to
    the last byte.
    """
    loaded = load_prompt(prompt)
    found = await asyncio.to_thread(_find, model)
    async with AsyncExitStack() as stack:
        wait_ready = None
        if engine_url is None:
            options = VllmOptions(
                model=found.location,
                served_name=found.name,
                dtype=dtype,
                max_model_len=max_model_len,
                max_num_seqs=max_num_seqs,
                gpu_memory_utilization=gpu_memory_utilization,
                extra_args=extra_args,
                start_timeout_s=start_timeout_s,
                restart_budget=restart_budget,
            )
            server = await stack.enter_async_context(managed_server(vllm_server(options)))
            engine_url, wait_ready = server.url, server.wait_ready
        client = CompletionsClient(
            engine_url,
            found.name,
            rng=Random(),  # noqa: S311 -- jitter
            max_in_flight=max_num_seqs,
            request_timeout_s=request_timeout_s,
            # A chat template writes the BOS itself; the server's would be a second one.
            add_special_tokens=False if loaded.style == "chat" else None,
            return_token_ids=True,
            on_unreachable=wait_ready,
        )
        yield CompletionsPolicy(
            await stack.enter_async_context(client),
            loaded,
            chat_template=_chat_template(loaded, chat_template or found.location),
            logprobs=logprobs,
            samples_per_request=_SAMPLES_PER_REQUEST,
        )


def _find(model: str) -> _Model:
    if model == SMOLLM2:
        return _Model(name=SMOLLM2, location=str(prepare_smollm2()))
    folder = Path(model).expanduser()
    if folder.is_dir():
        return _Model(name=folder.resolve().name, location=str(folder.resolve()))
    if model.startswith(("/", ".", "~")):
        msg = f"model was given {model!r}: there is no such folder"
        raise RecipeError(msg)
    return _Model(name=model, location=model)


def _chat_template(prompt: Prompt, location: str) -> ChatTemplate | None:
    if prompt.style != "chat":
        return None
    return read_chat_template(location if Path(location).is_dir() else _hub_folder(location))


def _hub_folder(model: str) -> Path:
    """Return where the Hub's client keeps `model`, which the server has already loaded."""
    from huggingface_hub import try_to_load_from_cache

    found = try_to_load_from_cache(model, "tokenizer_config.json")
    if not isinstance(found, str):
        msg = f"the tokenizer of {model!r} is not on this machine: set chat_template to its folder"
        raise RecipeError(msg)
    return Path(found).parent
