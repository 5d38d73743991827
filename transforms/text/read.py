"""Reading a reply: its steps, and the answer that the solution as a whole states."""

import dataclasses
import itertools
from collections.abc import Callable, Sequence

from stepsmith.schemas.records import Rollout, Step
from stepsmith.transforms.text.answer import extract_answer, states_nothing

Segment = Callable[[str], Sequence[str]]
Read = tuple[tuple[Step, ...], str | None]
"""A whole solution's steps, and its answer if it states one."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class Reader:
    """Cut a reply into steps and find the solution's answer.

    Steps before the reply are kept, but for their token spans: those count another reply's
    tokens. Joining all steps gives back the prefix and the reply, byte for byte.
    """

    segment: Segment

    def __call__(self, prefix: tuple[Step, ...], reply: Rollout) -> Read:
        """Read one reply that continues `prefix`."""
        return self.after(prefix)(reply)

    def after(self, prefix: tuple[Step, ...]) -> "ReaderAfter":
        """Return what reads any number of replies that continue `prefix`."""
        return ReaderAfter(prefix, self.segment)


class ReaderAfter:
    """Reads the replies to one prefix, about which it looks up everything once.

    Equal replies are read once, too: most completions of a prefix near its end say the same.
    """

    def __init__(self, prefix: tuple[Step, ...], segment: Segment) -> None:
        self.text = "".join([step.text for step in prefix])
        self._kept = tuple(map(_without_span, prefix))
        self._segment = segment
        self._is_silent = states_nothing(self.text)
        self._known: dict[str, Read] = {}

    def __call__(self, reply: Rollout) -> Read:
        """Read one reply."""
        if reply.tokens is not None:
            return self._read(reply)
        known = self._known.get(reply.text)
        if known is None:
            known = self._known[reply.text] = self._read(reply)
        return known

    def _read(self, reply: Rollout) -> Read:
        pieces = self._segment(reply.text)
        before = "" if self._is_silent else self.text
        found = extract_answer(before + reply.text)
        if found is None:
            return (*self._kept, *_steps(pieces, reply, None)), None
        start = found.start - len(before)
        marked = _index_at(pieces, start) if start >= 0 else None
        kept = self._kept if start >= 0 else _mark_answer(self._kept, found.start)
        return (*kept, *_steps(pieces, reply, marked)), found.answer


def _without_span(step: Step) -> Step:
    if step.token_start is None and step.token_end is None:
        return step
    return dataclasses.replace(step, token_start=None, token_end=None)


def _mark_answer(steps: tuple[Step, ...], start: int) -> tuple[Step, ...]:
    index = _index_at([step.text for step in steps], start)
    if index is None:
        return steps
    return (
        *steps[:index],
        dataclasses.replace(steps[index], kind="answer"),
        *steps[index + 1 :],
    )


def _index_at(texts: Sequence[str], position: int) -> int | None:
    """Return the index of the text, of several in a row, that `position` lies in."""
    end = 0
    for index, text in enumerate(texts):
        end += len(text)
        if position < end:
            return index
    return None


def _steps(pieces: Sequence[str], reply: Rollout, answer: int | None) -> list[Step]:
    """Make a step of each piece; the one at `answer` states the answer."""
    if reply.tokens is None:
        steps = [Step(text=piece) for piece in pieces]
        if answer is not None:
            steps[answer] = Step(text=pieces[answer], kind="answer")
        return steps
    return [
        Step(
            text=piece,
            kind="answer" if index == answer else "think",
            token_start=span[0],
            token_end=span[1],
            logprob=_logprob(span, reply.token_logprobs),
        )
        for index, (piece, span) in enumerate(
            zip(pieces, _token_spans(pieces, reply.tokens), strict=True)
        )
    ]


def _logprob(span: tuple[int | None, int | None], logprobs: Sequence[float] | None) -> float | None:
    start, end = span
    if start is None or end is None or logprobs is None:
        return None
    return sum(logprobs[start:end])


def _token_spans(
    pieces: Sequence[str], tokens: Sequence[str]
) -> list[tuple[int | None, int | None]]:
    """Give each piece the tokens that begin in it; none where the engine's tokens do not fit."""
    if "".join(tokens) != "".join(pieces):
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
