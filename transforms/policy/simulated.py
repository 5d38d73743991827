"""A policy that needs no model: sums solved by a Markov chain whose every probability is known.

For exact tests and for measuring the machinery around a policy. `chain` says how it writes; here
are the ways in which a real policy fails beside being wrong. It answers problems that hold a sum
such as `4 + 3 - 2`, and each reply is a pure function of the problem, the prefix and the seed.
"""

import asyncio
import dataclasses
import time
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from random import Random

from stepsmith.schemas.errors import RecipeError, RejectedRequestError
from stepsmith.schemas.records import FinishReason
from stepsmith.transforms.policy.base import Reply, Request, policy
from stepsmith.transforms.policy.chain import (
    Chain,
    exact_value,
    find_sum,
    split_tokens,
    token_logprobs,
    write,
)
from stepsmith.transforms.policy.meter import EngineMeter

__all__ = ["SimulatedPolicy", "SimulatedRates", "exact_value", "simulated"]


@dataclasses.dataclass(frozen=True, kw_only=True, slots=True)
class SimulatedRates:
    """How often things go wrong; each a probability, drawn apart from all the others.

    `error_rate` and `recovery_rate` are the chain's, a line. The rest hold for a whole reply:
    `format_failure_rate` leaves out the answer, `truncation_rate` cuts the reply at a random
    token with `finish_reason="length"`, `empty_rate` leaves nothing at all.
    """

    error_rate: float = 0.1
    recovery_rate: float = 0.0
    format_failure_rate: float = 0.0
    truncation_rate: float = 0.0
    empty_rate: float = 0.0

    def __post_init__(self) -> None:
        """Refuse what is no probability."""
        for field in dataclasses.fields(self):
            rate = getattr(self, field.name)
            if not 0.0 <= rate <= 1.0:
                msg = f"{field.name} was given {rate!r}; it must lie in [0, 1]"
                raise RecipeError(msg)


class SimulatedPolicy:
    """Continues sums; tokens are words split at blanks. `latency_s` is the mean of a reply's."""

    name = "simulated"

    def __init__(
        self,
        rates: SimulatedRates,
        *,
        latency_s: float = 0.0,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.rates = rates
        self.meter = EngineMeter(clock=clock)
        self._latency_s = latency_s
        self._sleep = sleep

    async def sample(self, request: Request) -> Reply:
        """Draw one reply; raises `RejectedRequestError` where the problem holds no sum."""
        reply, latency_s = self._draw(request)
        with self.meter.request():
            if latency_s:
                await self._sleep(latency_s)
        self.meter.answered(
            n_samples=1, n_prompt_tokens=reply.n_prompt_tokens, n_tokens=reply.n_tokens
        )
        return reply

    async def score(self, request: Request, text: str) -> tuple[float, ...]:
        """Return each token's exact log-probability, -inf for what the chain cannot write.

        Given that the reply goes on: the rates of its ways to end early are in none of them.
        """
        return token_logprobs(self._chain(request), _prefix(request), text)

    def _chain(self, request: Request) -> Chain:
        found = find_sum(request.problem.prompt)
        if found is None:
            msg = (
                f"the simulated policy finds no sum like '4 + 3 - 2' in {request.problem.prompt!r}"
            )
            raise RejectedRequestError(msg)
        start, terms = found
        return Chain(
            start=start,
            terms=terms,
            error_rate=self.rates.error_rate,
            recovery_rate=self.rates.recovery_rate,
        )

    def _draw(self, request: Request) -> tuple[Reply, float]:
        prefix = _prefix(request)
        key = f"{request.seed}\n{request.problem.prompt}\n{prefix}"
        rng = Random(key)  # noqa: S311 -- replies, not secrets
        empty = rng.random() < self.rates.empty_rate
        unanswered = rng.random() < self.rates.format_failure_rate
        truncated = rng.random() < self.rates.truncation_rate
        pieces = list(write(self._chain(request), prefix, rng))
        if unanswered:
            pieces = pieces[:-1]
        text = _stop("" if empty else "".join(pieces), request.sampling.stop)
        n_tokens = len(split_tokens(text))
        n_kept = rng.randrange(1, n_tokens) if truncated and n_tokens > 1 else n_tokens
        text, finish_reason = _cut(text, min(n_kept, request.sampling.max_tokens))
        reply = Reply(
            text=text,
            finish_reason=finish_reason,
            n_prompt_tokens=len(split_tokens(f"{request.problem.prompt}\n{prefix}")),
            n_tokens=len(split_tokens(text)),
        )
        # Drawn last, so that the text does not depend on whether there is a latency.
        return reply, rng.expovariate(1 / self._latency_s) if self._latency_s else 0.0


@policy("simulated")
@asynccontextmanager
async def simulated(
    *,
    error_rate: float = 0.1,
    recovery_rate: float = 0.0,
    format_failure_rate: float = 0.0,
    truncation_rate: float = 0.0,
    empty_rate: float = 0.0,
    latency_s: float = 0.0,
) -> AsyncGenerator[SimulatedPolicy, None]:
    """Simulate a policy that solves sums one line at a time, with known rates of error.

    A line goes wrong with `error_rate` and a wrong solution recovers with `recovery_rate`, a
    line. The other rates are a reply's: no answer, cut short, empty. `latency_s` is the mean time
    a reply takes.
    """
    rates = SimulatedRates(
        error_rate=error_rate,
        recovery_rate=recovery_rate,
        format_failure_rate=format_failure_rate,
        truncation_rate=truncation_rate,
        empty_rate=empty_rate,
    )
    yield SimulatedPolicy(rates, latency_s=latency_s)


def _prefix(request: Request) -> str:
    return "".join(step.text for step in request.prefix)


def _stop(text: str, stops: tuple[str, ...]) -> str:
    """Cut `text` before the first stop string in it."""
    return text[: min((text.find(stop) for stop in stops if stop in text), default=len(text))]


def _cut(text: str, n_tokens: int) -> tuple[str, FinishReason]:
    tokens = split_tokens(text)
    if len(tokens) <= n_tokens:
        return text, "stop"
    return "".join(tokens[:n_tokens]), "length"
