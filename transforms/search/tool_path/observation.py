"""The step that shows a policy what its code did, and what such a step says when it is read."""

import re

from stepsmith.sandboxes.contract import Ending, ExecutionResult
from stepsmith.schemas.errors import ProblemError
from stepsmith.schemas.records import Step
from stepsmith.transforms.text.blocks import code_blocks

__all__ = ["OUTPUT", "NotRunError", "is_error", "observe", "was_stopped"]

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


def was_stopped(after: Step) -> bool:
    """Say whether the observation after a block is that it was stopped."""
    lines = after.text.rstrip("\n").splitlines()
    return after.kind == "observation" and len(lines) > 1 and lines[-2] in _NOTICES
