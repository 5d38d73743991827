"""The contract of a policy: text in, text and token log-probabilities out."""

import dataclasses
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from typing import Protocol

from stepsmith.schemas.records import FinishReason, Problem, Sampling, Step
from stepsmith.schemas.registry import Registry, first_line
from stepsmith.transforms.policy.meter import EngineMeter


@dataclasses.dataclass(frozen=True, kw_only=True, slots=True)
class Request:
    """Replies asked for: the problem, the steps they continue, and how to draw them.

    Reply i of the `n` is drawn with the seed `seed + i`, in [0, 2**31), so that one request for n
    replies and n requests for one each ask for the same draws. Draws that differ only in their
    seed are independent samples.
    """

    problem: Problem
    prefix: tuple[Step, ...]
    sampling: Sampling
    seed: int
    n: int = 1


@dataclasses.dataclass(frozen=True, kw_only=True, slots=True)
class Reply:
    """What the policy wrote, exactly, and what it cost.

    `tokens` and `token_logprobs` have one entry a token of the reply, or are null where the
    engine was not asked for them.
    """

    text: str
    finish_reason: FinishReason
    n_prompt_tokens: int | None = None
    n_tokens: int | None = None
    tokens: tuple[str, ...] | None = None
    token_logprobs: tuple[float, ...] | None = None


class Policy(Protocol):
    """Whatever writes steps. Safe for many concurrent calls on one event loop."""

    @property
    def name(self) -> str:
        """The model's name, as it is written into every row."""
        ...

    @property
    def meter(self) -> EngineMeter:
        """What the engine was asked, and how long it had work."""
        ...

    @property
    def max_in_flight(self) -> int:
        """How many replies the engine writes at a time; more are of no use to it."""
        ...

    @property
    def samples_per_request(self) -> int:
        """The most replies that one request may ask for."""
        ...

    async def sample(self, request: Request) -> tuple[Reply, ...]:
        """Draw the request's `n` replies, in the order of their seeds: all of them or none.

        Raises `RejectedRequestError` where the request itself is at fault, and `EngineError`
        where the engine is gone; retries in between are the policy's own business.
        """
        ...

    async def score(self, request: Request, text: str) -> tuple[float, ...]:
        """Return the log-probability of each token of `text` after the request's prefix."""
        ...


PolicyFactory = Callable[..., AbstractAsyncContextManager[Policy]]
"""Opens a policy on the running event loop; its keyword-only parameters are its options."""

POLICIES: Registry[PolicyFactory] = Registry("policy", package="stepsmith.transforms.policy")


def policy(name: str) -> Callable[[PolicyFactory], PolicyFactory]:
    """Register an async context manager that opens a policy under `name`."""

    def register(factory: PolicyFactory) -> PolicyFactory:
        POLICIES.add(name, factory, module=factory.__module__, summary=first_line(factory))
        return factory

    return register
