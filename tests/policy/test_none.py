"""No policy opens at once, and says to whoever asks it what to do instead."""

import pytest

from stepsmith.schemas import Problem, RecipeError, Sampling
from stepsmith.transforms.policy import POLICIES, Request
from stepsmith.transforms.policy.none import none

REQUEST = Request(problem=Problem(id="p7", prompt="?"), prefix=(), sampling=Sampling(), seed=0)


async def test_to_be_asked_is_an_error_that_names_the_problem_and_the_way_out() -> None:
    async with none() as policy:
        with pytest.raises(RecipeError, match=r"problem 'p7'.*name a policy"):
            await policy.sample(REQUEST)
        with pytest.raises(RecipeError, match="writes nothing"):
            await policy.score(REQUEST, "text")
        assert policy.meter.usage().n_requests == 0


async def test_it_is_found_by_its_name_and_lets_some_searches_run() -> None:
    assert POLICIES.get("none").value is none
    async with none() as policy:
        assert policy.max_in_flight >= 1
        assert policy.name == ""
