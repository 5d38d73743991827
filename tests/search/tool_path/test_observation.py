"""What is shown of a run: every ending of a program, and no failure of ours."""

from typing import get_args

import pytest

from stepsmith.sandboxes.contract import Ending, ExecutionResult
from stepsmith.schemas import Step
from stepsmith.transforms.search.tool_path.observation import NotRunError, is_error, observe
from stepsmith.transforms.search.tool_path.program import program_of_path
from stepsmith.transforms.text.blocks import code_blocks
from tests.search.tool_path.paths import code


def result(outcome: Ending, stdout: bytes = b"") -> ExecutionResult:
    code = 0 if outcome == "exited" else None
    return ExecutionResult(outcome=outcome, exit_code=code, stdout=stdout, detail="why")


@pytest.mark.parametrize("outcome", ["sandbox_error", "timeout_starved", "unjudgeable"])
def test_a_failure_of_ours_is_never_observed(outcome: Ending) -> None:
    with pytest.raises(NotRunError, match=f"could not run a block of code: {outcome}: why"):
        observe(result(outcome), code("1"), characters=10)


@pytest.mark.parametrize("outcome", get_args(Ending))
def test_every_other_ending_is_shown_and_all_but_a_clean_exit_are_errors(outcome: Ending) -> None:
    assert is_error(result(outcome)) == (outcome != "exited")
    if outcome in ("sandbox_error", "timeout_starved", "unjudgeable"):
        return
    shown = observe(result(outcome, b"out\n"), code("1"), characters=10).text
    assert ("(stopped: " in shown) == (outcome != "exited")
    # The next block is run without one that was stopped, and after any other.
    path = (code("first"), Step(text=shown, kind="observation"), code("second"))
    assert ("first" in program_of_path(path).source) == (outcome == "exited")


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("```python\n1\n```\n", "```output\n1\n```\n"),
        ("```python\n1\n```", "\n```output\n1\n```\n"),
        ("```python\n1\n", "```\n```output\n1\n```\n"),
        ("```python\n1", "\n```\n```output\n1\n```\n"),
    ],
)
def test_an_observation_closes_what_the_policy_left_open(written: str, shown: str) -> None:
    after = observe(result("exited", b"1\n"), Step(text=written, kind="code"), characters=10)
    assert after == Step(text=shown, kind="observation")
    [block] = code_blocks(written + after.text)
    assert (block.code.rstrip("\n"), block.closed) == ("1", True)
