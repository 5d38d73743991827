"""A policy that needs no model: sums solved by a Markov chain whose every probability is known.

For exact tests and for measuring the machinery around a policy. `chain` says how it writes; here
are the ways in which a real policy fails beside being wrong. It answers problems that hold a sum
such as `4 + 3 - 2`, and each reply is a pure function of the problem, the prefix and its seed.
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
    """Continues sums; tokens are words split at blanks. `latency_s` is the mean of a reply's.

    The replies of one request are there together, as an engine gives them: after the longest.
    """

    name = "simulated"
    samples_per_request = 128

    def __init__(
        self,
        rates: SimulatedRates,
        *,
        latency_s: float = 0.0,
        max_in_flight: int = 64,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.rates = rates
        self.meter = EngineMeter(clock=clock)
        self.max_in_flight = max_in_flight
        self._latency_s = latency_s
        self._sleep = sleep

    async def sample(self, request: Request) -> tuple[Reply, ...]:
        """Draw the replies; raises `RejectedRequestError` where the problem holds no sum."""
        draws = [self._draw(request, request.seed + index) for index in range(request.n)]
        with self.meter.request():
            if self._latency_s:
                await self._sleep(max(latency_s for _, latency_s in draws))
        replies = tuple(reply for reply, _ in draws)
        self.meter.answered(
            n_samples=len(replies),
            n_prompt_tokens=replies[0].n_prompt_tokens,
            n_tokens=sum(reply.n_tokens or 0 for reply in replies),
        )
        return replies

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

    def _draw(self, request: Request, seed: int) -> tuple[Reply, float]:
        prefix = _prefix(request)
        key = f"{seed}\n{request.problem.prompt}\n{prefix}"
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
    max_in_flight: int = 64,
) -> AsyncGenerator[SimulatedPolicy, None]:
    """Simulate a policy that solves sums one line at a time, with known rates of error.

    A line goes wrong with `error_rate` and a wrong solution recovers with `recovery_rate`, a
    line. The other rates are a reply's: no answer, cut short, empty. `latency_s` is the mean time
    a reply takes, `max_in_flight` how many are written at a time.
    """
    rates = SimulatedRates(
        error_rate=error_rate,
        recovery_rate=recovery_rate,
        format_failure_rate=format_failure_rate,
        truncation_rate=truncation_rate,
        empty_rate=empty_rate,
    )
    yield SimulatedPolicy(rates, latency_s=latency_s, max_in_flight=max_in_flight)


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
