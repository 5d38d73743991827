"""A path of thoughts, code and observations: what is run for it, and what the policy then sees.

A path is its steps and nothing else. The state that a block of code needs is made afresh: all
blocks before it are run again with their output dropped, so that any path may be continued any
number of times, from anywhere, and a tree may branch where it likes. A path of n blocks costs
n (n + 1) / 2 runs of a block in all, and the limits of an execution are those of the whole path up
to the block. A block that was stopped (by a limit, or by a signal) has left no state: it is not
run again.
"""

import dataclasses
import re
from collections.abc import Sequence
from functools import cache
from importlib import resources

from stepsmith.sandboxes.contract import Ending, Execution, ExecutionResult
from stepsmith.schemas.errors import ProblemError
from stepsmith.schemas.records import Step
from stepsmith.transforms.text.blocks import CodeBlock, code_blocks, code_of

__all__ = ["OUTPUT", "NotRunError", "cut_at_code", "is_error", "observe", "program_of_path"]

_PACKAGE = "stepsmith.transforms.search"

OUTPUT = "```output"
"""What an observation begins with. Policies that have learnt to use tools write it themselves,
and are stopped there."""

_STOPPED: dict[Ending, str] = {
    "signaled": "(stopped: it crashed)",
    "timeout_cpu": "(stopped: it ran for too long)",
    "timeout_wall": "(stopped: it waited for too long)",
    "oom": "(stopped: out of memory)",
    "oom_suspected": "(stopped: out of memory)",
    "output_limit": "(stopped: it printed too much)",
    "answer_limit": "(stopped: it printed too much)",
    "denied": "(stopped: it did what is not allowed)",
    "protocol_violation": "(stopped: it did what is not allowed)",
}
_NOTICES = frozenset(_STOPPED.values())
_NOTHING = "(no output)"
_ABSOLUTE = re.compile(r"(?<![\w:/.])(?:/[\w.+@-]+){2,}")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")


class NotRunError(ProblemError):
    """The sandbox failed at a program, so that nothing is known of what it would have printed."""


def cut_at_code(steps: Sequence[Step]) -> tuple[tuple[Step, ...], bool]:
    """Keep what a policy wrote up to the end of its first block of code, and say if there is one.

    The block is one step, of kind "code". What stands after it was written before its output was
    known, and is dropped. Where the block begins or ends in the middle of a step that step is cut,
    and loses its span of tokens.
    """
    block = next(code_blocks("".join(step.text for step in steps)), None)
    return (tuple(steps), False) if block is None else (_up_to(steps, block), True)


def _up_to(steps: Sequence[Step], block: CodeBlock) -> tuple[Step, ...]:
    before: list[Step] = []
    inside: list[Step] = []
    end = 0
    for step in steps:
        begin, end = end, end + len(step.text)
        for kept, low, high in ((before, 0, block.start), (inside, block.start, block.end)):
            text = step.text[max(0, low - begin) : max(0, high - begin)]
            if text:
                kept.append(step if text == step.text else Step(text=text))
    return (*(dataclasses.replace(step, kind="think") for step in before), _joined(inside))


def _joined(steps: Sequence[Step]) -> Step:
    first, last = steps[0], steps[-1]
    logprobs = [step.logprob for step in steps if step.logprob is not None]
    return Step(
        text="".join(step.text for step in steps),
        kind="code",
        token_start=first.token_start if last.token_end is not None else None,
        token_end=last.token_end if first.token_start is not None else None,
        logprob=sum(logprobs) if len(logprobs) == len(steps) else None,
    )


def program_of_path(steps: Sequence[Step], *, identity: str = "", seed: int = 0) -> Execution:
    """Make the program that runs a path's last block of code after all those before it.

    It depends on the steps alone, and with the same `seed` each run of a block gives the same.
    Raises `ValueError` for a path without code.
    """
    places = [index for index, step in enumerate(steps) if step.kind == "code"]
    if not places:
        msg = "a path without code has no program"
        raise ValueError(msg)
    *before, last = places
    blocks = [code_of(steps[place].text) for place in before if not _was_stopped(steps[place + 1])]
    source = f"{_host()}\nrun({[*blocks, code_of(steps[last].text)]!r})\n"
    return Execution(id=identity, source=source, seed=seed)


@cache
def _host() -> str:
    return (resources.files(_PACKAGE) / "session_host.py").read_text("utf-8")


def _was_stopped(after: Step) -> bool:
    """Say whether the observation after a block is that it was stopped."""
    lines = after.text.rstrip("\n").splitlines()
    return after.kind == "observation" and len(lines) > 1 and lines[-2] in _NOTICES


def observe(result: ExecutionResult, code: Step, *, characters: int) -> Step:
    """Make the step that shows a policy what the block in `code` did: no policy wrote it.

    It holds what was printed, the last value or the error's line, of these so many `characters`,
    and of paths that the code does not name only the last part: the rest is the machine's. A
    block that the policy left open is closed here.
    Raises `NotRunError` for a failure of the sandbox or of the machine.
    """
    if result.outcome in ("sandbox_error", "timeout_starved", "unjudgeable"):
        msg = f"the sandbox could not run a block of code: {result.outcome}: {result.detail}"
        raise NotRunError(msg)
    lines = [_shown(result.stdout, code.text, characters), _STOPPED.get(result.outcome, "")]
    body = "\n".join(line for line in lines if line) or _NOTHING
    block = next(code_blocks(code.text), None)
    fence = "```\n" if block is not None and not block.closed else ""
    line = "" if code.text.endswith("\n") else "\n"
    return Step(text=f"{line}{fence}{OUTPUT}\n{body}\n```\n", kind="observation")


def is_error(result: ExecutionResult) -> bool:
    """Say whether the last block raised or was stopped."""
    return result.outcome != "exited" or result.exit_code != 0


def _shown(printed: bytes, code: str, characters: int) -> str:
    text = printed.decode("utf-8", errors="replace").rstrip()
    text = _ABSOLUTE.sub(lambda at: at[0] if at[0] in code else at[0].rpartition("/")[2], text)
    text = _CONTROL.sub("\N{REPLACEMENT CHARACTER}", text)
    if len(text) > characters:
        text = f"{text[:characters]}\n(cut: {len(text)} characters in all)"
    # A line that looks like a fence would end the block.
    return "\n".join(f" {line}" if line.startswith("```") else line for line in text.split("\n"))
