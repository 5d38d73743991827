"""Sums solved line by line by a two-state Markov chain, so that every probability is known.

A solution of `4 + 3 - 2` has one line an operation, then the answer:

    4 + 3 = 7
    7 - 2 = 5
    The answer is 5.

It is intact while its last result equals the true running total, and broken otherwise. From
intact, a line's result is wrong with `error_rate`, by 1, 2 or 3 either way, all equally likely.
From broken, a line starts again from the true total with `recovery_rate`, and is intact; else it
carries the wrong total on, correctly computed, and stays broken. The answer is the last result.
All of this is read back from the text alone, so that any prefix can be continued and scored.
"""

import dataclasses
import math
import re
from collections.abc import Iterator
from itertools import accumulate
from random import Random

# Not a part of a longer expression, of which other operators or decimals belong to it.
_SUM = re.compile(
    r"(?<![\d.*/^])(?<![*/^] )(-?\d{1,18})((?:\s*[-+]\s*-?\d{1,18})+)(?!\d|\.\d|\s*[-+*/^])"
)
_TERM = re.compile(r"([-+])\s*(-?\d{1,18})")
_LINE = re.compile(r"-?\d{1,18} [-+] -?\d{1,18} = (-?\d{1,18})")
_ANSWER = re.compile(r"The answer is -?\d{1,18}\.")
_TOKEN = re.compile(r"\s*\S+")
_OFFSETS = (-3, -2, -1, 1, 2, 3)

Options = tuple[tuple[str, float], ...]
"""What may be written next, up to the end of a line, each with its probability."""


@dataclasses.dataclass(frozen=True, kw_only=True, slots=True)
class Chain:
    """A sum, and how often its lines go wrong and right again. Terms carry their sign."""

    start: int
    terms: tuple[tuple[str, int], ...]
    error_rate: float
    recovery_rate: float

    @property
    def totals(self) -> tuple[int, ...]:
        """The true running totals: the start first, the value of the sum last."""
        return tuple(accumulate(self.terms, _apply, initial=self.start))


@dataclasses.dataclass(frozen=True, kw_only=True, slots=True)
class Position:
    """How far a text has come: the lines of the sum it has, and the last one's result.

    `partial` is a last line that is neither finished nor ended; `ended` is false where a finished
    last line still lacks its newline.
    """

    n_lines: int
    result: int
    partial: str
    ended: bool
    answered: bool


def find_sum(text: str) -> tuple[int, tuple[tuple[str, int], ...]] | None:
    """Return the start and the terms of the last sum in `text`, or null where there is none."""
    sums = _SUM.findall(text)
    if not sums:
        return None
    start, rest = sums[-1]
    return int(start), tuple((sign, int(number)) for sign, number in _TERM.findall(rest))


def exact_value(
    n_steps_left: int, *, intact: bool, error_rate: float, recovery_rate: float
) -> float:
    """Return the chance that a judged reply ends right, with `n_steps_left` lines to write.

    Judged means complete and with an answer. The simulated failures to end so are drawn apart
    from the state and do not move this value; a cut by `max_tokens` or a stop string might.
    """
    value = 1.0 if intact else 0.0
    for _ in range(n_steps_left):
        value = value * (1 - error_rate) + (1 - value) * recovery_rate
    return value


def locate(chain: Chain, text: str) -> Position:
    """Read from a solution's `text` how far it has come. Any text has a position."""
    *ended, last = text.split("\n")
    finished = _LINE.fullmatch(last) or _ANSWER.fullmatch(last)
    lines = [*ended, last] if finished else ended
    results = [int(match[1]) for match in map(_LINE.fullmatch, lines) if match]
    return Position(
        n_lines=min(len(results), len(chain.terms)),
        result=results[-1] if results else chain.start,
        partial="" if finished else last,
        ended=not finished,
        answered=any(_ANSWER.fullmatch(line) for line in lines),
    )


def options_after(chain: Chain, text: str) -> Options:
    """Return what the chain may write after `text`; nothing after the answer.

    An unfinished line is finished where the chain could have begun it, and left otherwise.
    """
    position = locate(chain, text)
    if position.answered:
        return ()
    lines = _next_lines(chain, position)
    begun = _finish(lines, position.partial) if position.ended else ()
    return begun or tuple((f"\n{line}", chance) for line, chance in lines)


def write(chain: Chain, prefix: str, rng: Random) -> Iterator[str]:
    """Write the solution on from `prefix`: one piece a line, the answer last."""
    text = prefix
    while options := options_after(chain, text):
        pieces, chances = zip(*options, strict=True)
        [piece] = rng.choices(pieces, chances)
        yield piece
        text += piece


def split_tokens(text: str) -> list[str]:
    """Split into the chain's tokens: each word with the blanks before it."""
    return _TOKEN.findall(text)


def token_logprobs(chain: Chain, prefix: str, text: str) -> tuple[float, ...]:
    """Return the log-probability of each token of `text` after `prefix`.

    Exact, given that the solution goes on: the chance of ending early is in none of them. A token
    that the chain cannot write there has -inf, and the chain goes on from the text as it stands.
    """
    logprobs: list[float] = []
    before = prefix
    for token in split_tokens(text):
        options = options_after(chain, before)
        begun = [chance for piece, chance in options if _begins(piece, token)]
        if begun and len(begun) == len(options):
            logprobs.append(0.0)  # exactly, where a sum of the chances would miss 1 by rounding
        else:
            logprobs.append(math.log(sum(begun)) if begun else -math.inf)
        before += token
    return tuple(logprobs)


def _finish(lines: Options, partial: str) -> Options:
    if not partial:
        return lines
    begun = [(line, chance) for line, chance in lines if line.startswith(partial)]
    whole = sum(chance for _, chance in begun)
    return tuple((line.removeprefix(partial), chance / whole) for line, chance in begun)


def _begins(piece: str, token: str) -> bool:
    rest = piece.removeprefix(token)
    return piece.startswith(token) and (not rest or rest[0].isspace())


def _next_lines(chain: Chain, position: Position) -> Options:
    if position.n_lines == len(chain.terms):
        return ((f"The answer is {position.result}.", 1.0),)
    term = chain.terms[position.n_lines]
    total = chain.totals[position.n_lines]
    right = _line(total, term)
    if position.result == total:
        chance = chain.error_rate / len(_OFFSETS)
        wrong = [(_line(total, term, offset), chance) for offset in _OFFSETS]
        lines = [(right, 1 - chain.error_rate), *wrong]
    else:
        carried = _line(position.result, term)
        lines = [(right, chain.recovery_rate), (carried, 1 - chain.recovery_rate)]
    return tuple((line, chance) for line, chance in lines if chance > 0)


def _line(left: int, term: tuple[str, int], offset: int = 0) -> str:
    sign, number = term
    return f"{left} {sign} {number} = {_apply(left, term) + offset}"


def _apply(left: int, term: tuple[str, int]) -> int:
    sign, number = term
    return left + number if sign == "+" else left - number
