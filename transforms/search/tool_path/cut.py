"""A reply cut behind its first block of code, before whose output nothing can be known."""

import dataclasses
from collections.abc import Sequence

from stepsmith.schemas.records import Step
from stepsmith.transforms.text.blocks import CodeBlock, code_blocks

__all__ = ["cut_at_code", "is_closed"]


def cut_at_code(steps: Sequence[Step]) -> tuple[tuple[Step, ...], bool]:
    """Keep what a policy wrote up to the end of its first block of code, and say if there is one.

    The block is one step, of kind "code". What stands after it was written before its output was
    known, and is dropped. Where the block begins or ends in the middle of a step that step is cut,
    and loses its span of tokens.
    """
    block = next(code_blocks("".join(step.text for step in steps)), None)
    return (tuple(steps), False) if block is None else (_up_to(steps, block), True)


def is_closed(code: Step) -> bool:
    """Say whether a step of code ends with its fence, and so was written to its end."""
    block = next(code_blocks(code.text), None)
    return block is not None and block.closed


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
