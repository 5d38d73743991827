"""The program of a path is made of its steps alone."""

import dataclasses

import pytest

from stepsmith.schemas import Step
from stepsmith.transforms.search.tool_path.program import program_of_path
from tests.search.tool_path.paths import code, seen


def test_a_path_without_code_has_no_program() -> None:
    with pytest.raises(ValueError, match="without code"):
        program_of_path([Step(text="hm"), seen("1")])


def test_a_program_is_made_of_the_steps_alone() -> None:
    path = (Step(text="a"), code("x = 1"), seen("1"), Step(text="b"), code("x"))
    first = program_of_path(path, identity="p/0", seed=3)
    assert first == program_of_path(path, identity="p/0", seed=3)
    assert (first.id, first.seed, first.calls, first.limits) == ("p/0", 3, None, None)
    other = tuple(dataclasses.replace(step, logprob=-1.0, token_start=0) for step in path)
    assert program_of_path(other, identity="p/0", seed=3) == first
    words = (code("x = 1"), seen("other"), Step(text="words"), code("x"))
    assert program_of_path(words, identity="p/0", seed=3) == first
