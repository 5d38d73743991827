"""Pairs of answers that are equal, or different, by construction: from the golds of MATH.

Every gold answer is written in other ways that mean the same, and in ways that do not
(`benchmarks.pairs.equal`, `benchmarks.pairs.different`). The same seed gives the same pairs.
"""

import dataclasses
import json
from collections.abc import Mapping
from pathlib import Path
from random import Random

from benchmarks.data.folder import existing
from benchmarks.pairs.different import DIFFERENT
from benchmarks.pairs.equal import EQUAL
from stepsmith.transforms.text.answer import extract_answer

PER_WAY = {True: 240, False: 400}
"""Pairs, equal and different, that one way may add: else bare integers would be most of them."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class Pair:
    """A gold answer, an answer made from it, how, and whether the two are equal."""

    gold: str
    answer: str
    way: str
    equal: bool


def pairs(golds: list[str], *, seed: int = 0, per_way: Mapping[bool, int] = PER_WAY) -> list[Pair]:
    """Make pairs from gold answers, at most `per_way` for each way, in a random order."""
    random = Random(seed)
    made: list[Pair] = []
    for equal, ways in ((True, EQUAL), (False, DIFFERENT)):
        for way, make in ways.items():
            order = random.sample(golds, len(golds))
            answers = ((gold, make(gold, random)) for gold in order)
            fitting = ((gold, answer) for gold, answer in answers if answer and answer != gold)
            taken = [pair for pair, _ in zip(fitting, range(per_way[equal]), strict=False)]
            made += [Pair(gold=g, answer=a, way=way, equal=equal) for g, a in taken]
    random.shuffle(made)
    return made


def math_golds(folder: Path) -> list[str]:
    """Read the answers in the boxes of MATH's solutions, each once."""
    with existing(folder / "math" / "test.jsonl").open(encoding="utf-8") as lines:
        found = [extract_answer(json.loads(line)["solution"]) for line in lines]
    return sorted({each.answer for each in found if each is not None})
