"""What the simulated engine says: sums solved one line at a time, as the chain world writes them.

A reply is a pure function of the prompt, the seed, the choice's index and the pace. It has the
rates of error of the chain world (`transforms/policy/chain.py`), here written in microseconds, so
that a client is measured and not this.
"""

import dataclasses
import functools
import re
import zlib
from collections.abc import Sequence
from random import Random

from benchmarks.batching.engine import Pace
from stepsmith.transforms.policy.chain import find_sum

ERROR_RATE, RECOVERY_RATE = 0.15, 0.05

_OFFSETS = (-3, -2, -1, 1, 2, 3)

_COUNT = re.compile(r"Generate (\d+) example solutions")


@dataclasses.dataclass(frozen=True, kw_only=True)
class Task:
    """What a prompt asks for: `n_solutions` of the sum in `question`, each after `prefix`."""

    question: str
    prefix: str
    n_solutions: int = 1
    numbered: bool = False


def read_prompt(prompt: str) -> Task:
    """Read a raw prompt: the problem, a line that ends in "Solution:", and what is written."""
    question, _, prefix = prompt.rpartition("Solution:\n")
    return Task(question=question or prompt, prefix=prefix if question else "")


def read_chat(message: str) -> Task:
    """Read the last message of one of distilabel's tasks."""
    asked = _COUNT.search(message)
    question, mark, steps = message.rpartition("problem:")[2].partition(" Step 1:")
    return Task(
        question=question,
        prefix=mark + steps,
        n_solutions=int(asked[1]) if asked else 1,
        numbered=True,
    )


def solve(task: Task, rng: Random) -> tuple[str, int]:
    """Write a solution on from its prefix; return it and its number of lines.

    Raises `ValueError` where there is no sum.
    """
    start, terms, totals = _sum_in(task.question)
    n_done = task.prefix.count(" = ")
    result = int(task.prefix.rpartition(" = ")[2].split("\n", 1)[0]) if n_done else start
    lines: list[str] = []
    for index in range(n_done, len(terms)):
        sign, number = terms[index]
        draw = rng.random()
        before, offset = result, 0
        if before == totals[index]:
            offset = rng.choice(_OFFSETS) if draw < ERROR_RATE else 0
        elif draw < RECOVERY_RATE:
            before = totals[index]
        result = (before + number if sign == "+" else before - number) + offset
        number_it = f"Step {index + 1}: " if task.numbered else ""
        lines.append(f"{number_it}{before} {sign} {number} = {result}")
    lines.append(f"The answer is: {result}" if task.numbered else f"The answer is {result}.")
    return "\n".join(lines), len(lines)


@functools.lru_cache(maxsize=4096)
def _sum_in(question: str) -> tuple[int, Sequence[tuple[str, int]], Sequence[int]]:
    found = find_sum(question)
    if found is None:
        msg = f"there is no sum like '4 + 3 - 2' in {question!r}"
        raise ValueError(msg)
    start, terms = found
    totals = [start]
    for sign, number in terms:
        totals.append(totals[-1] + number if sign == "+" else totals[-1] - number)
    return start, terms, totals


def reply(task: Task, pace: Pace, *, prompt: str, seed: int, index: int) -> tuple[str, int]:
    """Return the text of one choice and its length in tokens."""
    # Not hash(): it differs from process to process.
    rng = Random(zlib.crc32(prompt.encode()) ^ (seed << 8) ^ index)
    texts: list[str] = []
    n_tokens = 0
    for _ in range(task.n_solutions):
        text, n_lines = solve(task, rng)
        texts.append(text)
        length = pace.tokens_per_line * n_lines * rng.lognormvariate(0.0, pace.length_sigma)
        n_tokens += max(1, round(length))
    return "\n---\n".join(texts), n_tokens
