"""What a recipe says of sandboxes: what contradicts itself is refused where it is said."""

import itertools

import msgspec
import pytest

from stepsmith.schemas.errors import UserError
from stepsmith.schemas.sandbox import LEVELS, Level, Limits, SandboxSettings, at_least


def test_a_level_is_at_least_itself_and_all_that_are_weaker() -> None:
    for (weaker, level), (stronger, other) in itertools.product(enumerate(LEVELS), repeat=2):
        assert at_least(other, level) == (weaker <= stronger)


def test_nothing_unsafe_is_taken_unless_it_is_named_and_allowed() -> None:
    assert SandboxSettings().backend == "auto"
    with pytest.raises(UserError, match="set allow_unsafe = true"):
        SandboxSettings(backend="unsafe")
    with pytest.raises(UserError, match="set allow_unsafe = true"):
        SandboxSettings(level="unsafe", minimum="unsafe")
    assert SandboxSettings(backend="unsafe", allow_unsafe=True).allow_unsafe


@pytest.mark.parametrize("minimum", LEVELS[2:])
def test_nothing_unsafe_is_taken_below_a_minimum_that_was_asked_for(minimum: Level) -> None:
    with pytest.raises(UserError, match=f"'unsafe' has no walls, and minimum = '{minimum}' asks"):
        SandboxSettings(backend="unsafe", minimum=minimum, allow_unsafe=True)
    with pytest.raises(UserError, match=f"'unsafe' has no walls, and level = '{minimum}' asks"):
        SandboxSettings(backend="unsafe", level=minimum, allow_unsafe=True)


@pytest.mark.parametrize("level", LEVELS[1:])
@pytest.mark.parametrize("minimum", LEVELS[1:])
def test_a_rung_below_the_minimum_is_a_contradiction(level: Level, minimum: Level) -> None:
    if at_least(level, minimum):
        assert SandboxSettings(level=level, minimum=minimum).level == level
        return
    with pytest.raises(UserError, match=f"'{level}' is below minimum = '{minimum}'"):
        SandboxSettings(level=level, minimum=minimum)


@pytest.mark.parametrize(
    "given",
    [
        {"wall_s": 0},
        {"cpu_s": -1.0},
        {"wall_s": float("inf")},
        {"cpu_s": float("nan")},
        {"memory_bytes": 0},
        {"output_bytes": 0},
        {"answer_bytes": 0},
        {"disk_bytes": -1},
        {"processes": 0},
        {"memory_bytes": 1.5},
    ],
)
def test_a_limit_is_more_than_nothing(given: dict[str, float]) -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert(given, Limits)


def test_settings_are_keys_of_what_is_kept_by_settings() -> None:
    assert SandboxSettings() == SandboxSettings()
    assert len({SandboxSettings(), SandboxSettings(slots=2), SandboxSettings()}) == 2
