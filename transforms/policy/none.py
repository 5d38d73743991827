"""No policy: for strategies that have nothing written, and ask for programs and verdicts alone."""

import os
import time
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import NoReturn

from stepsmith.schemas.errors import RecipeError
from stepsmith.transforms.policy.base import Reply, Request, policy
from stepsmith.transforms.policy.meter import EngineMeter

__all__ = ["NoPolicy", "none"]


class NoPolicy:
    """Opens at once and writes nothing; to be asked is an error of the recipe."""

    name = ""
    samples_per_request = 1

    def __init__(self) -> None:
        # Twice as many problems are searched at a time: enough for the sandbox to be kept busy.
        self.max_in_flight = len(os.sched_getaffinity(0))
        self.meter = EngineMeter(clock=time.monotonic)

    async def sample(self, request: Request) -> tuple[Reply, ...]:
        """Raise `RecipeError`."""
        self._refuse(request)

    async def score(self, request: Request, text: str) -> tuple[float, ...]:
        """Raise `RecipeError`."""
        del text
        self._refuse(request)

    def _refuse(self, request: Request) -> NoReturn:
        msg = f"the strategy asks for a reply (problem {request.problem.id!r}), but"
        msg += ' [policy] kind = "none" writes nothing: name a policy, or ask for no completions'
        raise RecipeError(msg)


@policy("none")
@asynccontextmanager
async def none() -> AsyncGenerator[NoPolicy, None]:
    """Write nothing, for strategies that ask no policy; needs no model and opens at once."""
    yield NoPolicy()
