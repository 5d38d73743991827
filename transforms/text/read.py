"""Reading a reply: its steps, and the answer that the solution as a whole states."""

import dataclasses
import itertools
from collections.abc import Callable, Sequence

from stepsmith.schemas.records import Rollout, Step
from stepsmith.transforms.text.answer import extract_answer


@dataclasses.dataclass(frozen=True, kw_only=True)
class Reader:
    """Cut a reply into steps and find the solution's answer.

    Steps before the reply are kept as they are. Joining all steps gives back the prefix and the
    reply, byte for byte.
    """

    segment: Callable[[str], Sequence[str]]

    def __call__(
        self, prefix: tuple[Step, ...], reply: Rollout
    ) -> tuple[tuple[Step, ...], str | None]:
        """Return the whole solution's steps, and its answer if it states one."""
        pieces = self.segment(reply.text)
        spans = _token_spans(pieces, reply.tokens)
        written = [
            Step(text=piece, token_start=span[0], token_end=span[1])
            for piece, span in zip(pieces, spans, strict=True)
        ]
        kept = [dataclasses.replace(step, token_start=None, token_end=None) for step in prefix]
        steps = [*kept, *written]
        found = extract_answer("".join(step.text for step in steps))
        if found is None:
            return tuple(steps), None
        return _mark_answer(steps, found.start), found.answer


def _mark_answer(steps: list[Step], start: int) -> tuple[Step, ...]:
    end = 0
    for index, step in enumerate(steps):
        end += len(step.text)
        if start < end:
            steps[index] = dataclasses.replace(step, kind="answer")
            break
    return tuple(steps)


def _token_spans(
    pieces: Sequence[str], tokens: Sequence[str] | None
) -> list[tuple[int | None, int | None]]:
    """Give each piece the tokens that begin in it; none where the engine's tokens do not fit."""
    if tokens is None or "".join(tokens) != "".join(pieces):
        return [(None, None)] * len(pieces)
    starts = [0, *itertools.accumulate(map(len, tokens))][:-1]
    ends = itertools.accumulate(map(len, pieces))
    spans: list[tuple[int | None, int | None]] = []
    token = 0
    for end in ends:
        first = token
        while token < len(starts) and starts[token] < end:
            token += 1
        spans.append((first, token))
    return spans
