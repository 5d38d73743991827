"""Paths with code: what is run for them, and what is shown of it, in a real sandbox."""

import dataclasses
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stepsmith.sandboxes.contract import Ending, ExecutionResult, Sandbox
from stepsmith.schemas import Step
from stepsmith.transforms.search.tool_path.cut import cut_at_code
from stepsmith.transforms.search.tool_path.observation import NotRunError, is_error, observe
from stepsmith.transforms.search.tool_path.program import program_of_path
from stepsmith.transforms.text.blocks import code_blocks


def code(source: str) -> Step:
    return Step(text=f"```python\n{source}\n```\n", kind="code")


def seen(text: str) -> Step:
    return Step(text=f"```output\n{text}\n```\n", kind="observation")


def run(sandbox: Sandbox, *blocks: str, characters: int = 1_000) -> list[str]:
    """Run the blocks one after another as a policy would, and return what each showed."""
    path: list[Step] = []
    for block in blocks:
        path.append(code(block))
        result = sandbox.run(program_of_path(path))
        path.append(observe(result, path[-1], characters=characters))
    shown = [step.text for step in path if step.kind == "observation"]
    assert all(text.startswith("```output\n") and text.endswith("\n```\n") for text in shown)
    return [text.removeprefix("```output\n").removesuffix("\n```\n") for text in shown]


def test_what_is_printed_is_shown_and_the_last_value_after_it(sandbox: Sandbox) -> None:
    assert run(sandbox, "print('a')\nprint('b')", "print('c')\n1 + 1", "x = 3", "None") == [
        "a\nb",
        "c\n2",
        "(no output)",
        "(no output)",
    ]


def test_names_stay_defined_and_what_was_printed_before_is_not_shown_again(
    sandbox: Sandbox,
) -> None:
    blocks = ("import math\nx = [1]\nprint('once')", "x.append(2)\nlen(x)", "x, math.comb(4, 2)")
    assert run(sandbox, *blocks) == ["once", "2", "([1, 2], 6)"]


def test_an_error_is_one_line_and_what_was_done_before_it_stays_done(sandbox: Sandbox) -> None:
    blocks = ("x = 1\nprint('so far')\n1 / 0\nx = 2", "x", "y", "1 +", "def f(:")
    assert run(sandbox, *blocks) == [
        "so far\nZeroDivisionError: division by zero",
        "1",
        "NameError: name 'y' is not defined",
        "SyntaxError: invalid syntax (block 4, line 1)",
        "SyntaxError: invalid syntax (block 5, line 1)",
    ]


@pytest.mark.parametrize(
    ("block", "shown"),
    [
        ("raise SystemExit", "(no output)"),
        ("import sys\nsys.exit(3)", "SystemExit: 3"),
        ("assert False", "AssertionError"),
        ("class Bad(Exception):\n    def __str__(self): return 1\nraise Bad", "Bad"),
        ("import sys\nprint('said', file=sys.stderr)\nsys.stdout = None\nprint(1)", "said"),
        ("import os\nos._exit(0)", "(no output)"),
        ("raise OSError(2, 'gone')", "FileNotFoundError: [Errno 2] gone"),
    ],
)  # fmt: skip
def test_a_block_may_end_as_it_likes(block: str, shown: str, sandbox: Sandbox) -> None:
    assert run(sandbox, block) == [shown]


def test_a_block_that_is_stopped_leaves_no_state_and_does_not_stop_the_next(
    sandbox: Sandbox,
) -> None:
    endless = "x = 2\nwhile True: pass"
    loud = "x = 3\nwhile True: print('again' * 100)"
    crash = "x = 4\nimport os\nos.abort()"
    *_, crashed, after = shown = run(sandbox, "x = 1", endless, "x", loud, crash, "x")
    assert shown[:3] == ["(no output)", "(stopped: it ran for too long)", "1"]
    assert shown[3].splitlines()[-1] == "(stopped: it printed too much)"
    assert (crashed, after) == ("(stopped: it crashed)", "1")


def test_the_same_path_shows_the_same_each_time(sandbox: Sandbox) -> None:
    draw = "import random\nprint(random.random(), hash('a'))"
    first, second = run(sandbox, draw, draw), run(sandbox, draw, draw)
    assert first == second
    assert first[0] != first[1]


def test_earlier_blocks_draw_the_same_when_they_are_run_again(sandbox: Sandbox) -> None:
    drawn, again = run(sandbox, "import random\nx = random.random()\nx", "x")
    assert drawn == again


def test_nothing_of_the_machine_is_shown(sandbox: Sandbox) -> None:
    shown = run(
        sandbox,
        "import os, sys\nprint(os.__file__, sys.executable, os.getcwd(), sys.path)",
        "from math import nothing",
        "import traceback\ntry:\n    import json\n    json.loads('{')\nexcept ValueError:\n"
        "    print(traceback.format_exc())",
        "open('/etc/nothing/here')",
        "print('1/2/3 of https://example.org/a/b, and/or')",
    )
    assert "/" not in "".join(shown[:3])
    assert shown[1].startswith("ImportError: cannot import name 'nothing' from 'math'")
    assert 'File "decoder.py"' in shown[2]
    assert "'/etc/nothing/here'" in shown[3]
    assert shown[4] == "1/2/3 of https://example.org/a/b, and/or"


def test_a_long_output_is_cut_and_says_so(sandbox: Sandbox) -> None:
    assert run(sandbox, "print('x' * 50)", characters=10) == [
        "xxxxxxxxxx\n(cut: 50 characters in all)"
    ]


def test_an_output_cannot_end_its_block_or_hide_anything_in_it(sandbox: Sandbox) -> None:
    [shown] = run(sandbox, r"print('a\n```\n```python\nx\n\x1b[2J\0\n')")
    assert shown == "a\n ```\n ```python\nx\n\ufffd[2J\ufffd"
    [bytes_] = run(
        sandbox, "import sys\nsys.stdout.flush()\nimport os\nos.write(1, b'\\xff')\nNone"
    )
    assert bytes_ == "\ufffd"


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


BLOCK = "```python\nx\n```\n"


def test_a_reply_is_kept_up_to_the_end_of_its_first_block() -> None:
    steps = [Step(text=line) for line in f"So.\n{BLOCK}It is 3.\n{BLOCK}".splitlines(keepends=True)]
    kept, has_code = cut_at_code(steps)
    assert has_code
    assert kept == (Step(text="So.\n"), Step(text=BLOCK, kind="code"))


def test_a_reply_without_a_block_is_kept_whole() -> None:
    steps = (Step(text="The answer is 3.", kind="answer"),)
    assert cut_at_code(steps) == (steps, False)


def test_tokens_and_probabilities_are_those_of_the_whole_block() -> None:
    lines = ("So.\n", "```python\n", "x\n", "```\n", "It is 3.\n")
    steps = [
        Step(text=line, token_start=at, token_end=at + 1, logprob=-float(at))
        for at, line in enumerate(lines)
    ]
    (_, block), _ = cut_at_code(steps)
    assert block == Step(text=BLOCK, kind="code", token_start=1, token_end=4, logprob=-6.0)


def test_a_step_that_is_cut_has_no_span_any_more() -> None:
    whole = Step(text=f"So.\n{BLOCK}Then", token_start=0, token_end=9, logprob=-1.0)
    assert cut_at_code([whole])[0] == (Step(text="So.\n"), Step(text=BLOCK, kind="code"))


@given(st.lists(st.sampled_from(["```python\n", "```\n", "x\n", "\n", "words "]), max_size=8))
def test_no_cut_loses_or_adds_a_character(pieces: list[str]) -> None:
    text = "".join(pieces)
    for steps in ([Step(text=each) for each in pieces], [Step(text=text)] if text else []):
        kept, has_code = cut_at_code(steps)
        joined = "".join(step.text for step in kept)
        assert text.startswith(joined)
        assert [step.kind for step in kept].count("code") == has_code
        assert has_code or joined == text
        assert all(step.text for step in kept)
