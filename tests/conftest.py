"""Settings of the whole suite."""

import os
from collections.abc import Generator

import pytest
from hypothesis import HealthCheck, settings

# The same examples every time: what passes here passes wherever the same commit is tested.
# `HYPOTHESIS_PROFILE=ci` looks further, with others each time.
# How long it takes to draw them says how busy the machine is.
slow_is_fine = [HealthCheck.too_slow]
settings.register_profile(
    "fast",
    max_examples=25,
    deadline=None,
    derandomize=True,
    suppress_health_check=slow_is_fine,
)
settings.register_profile("ci", max_examples=100, deadline=None, suppress_health_check=slow_is_fine)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "fast"))

pytest_plugins = ["tests.policy.machine"]


@pytest.hookimpl(wrapper=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> Generator[None]:
    """Put the language model's tests first, once all are shuffled.

    They take longest: where several processes share the files of tests, the others would wait.
    """
    yield
    items.sort(key=lambda item: item.get_closest_marker("llm") is None)
