"""The labelled steps that the steps benchmark reads, and a naive extractor."""

import dataclasses
import re
from collections.abc import Iterator, Sequence
from fractions import Fraction
from pathlib import Path

from stepsmith.pipelines.audit import HumanLabelled, Opinion, read_human
from stepsmith.schemas.records import Verdict


@dataclasses.dataclass(frozen=True, kw_only=True)
class StepSet:
    """Files of one set; one without errors measures false alarms alone."""

    name: str
    paths: tuple[str, ...]
    has_errors: bool


SETS = (
    StepSet(
        name="multistep_arithmetic",
        paths=("big_bench_mistake/multistep_arithmetic.jsonl",),
        has_errors=True,
    ),
    StepSet(name="stepverify", paths=("stepverify/dataset.json",), has_errors=True),
    StepSet(name="mr_ben_math", paths=("mr_ben/math.json",), has_errors=True),
    StepSet(name="prmbench_right", paths=("prmbench/original_chains.jsonl",), has_errors=False),
    StepSet(name="gsm8k_gold", paths=("gsm8k/train.jsonl", "gsm8k/test.jsonl"), has_errors=False),
)


def read_set(which: StepSet, folder: Path, *, most: int | None = None) -> list[HumanLabelled]:
    """Read a set in the order of its files, or the first `most` solutions of each."""
    solutions: list[HumanLabelled] = []
    for path in which.paths:
        found = list(read_human(str(folder / path), errors=[]))
        solutions += found[:most]
    return solutions


_EQUATION = re.compile(
    r"(-?[0-9]+(?:\.[0-9]+)?)\s*([-+*/x])\s*(-?[0-9]+(?:\.[0-9]+)?)\s*=\s*(-?[0-9]+(?:\.[0-9]+)?)"
)


def naive_opinion(steps: Sequence[str]) -> Opinion:
    """Judge steps as a pattern without any guard does: `a op b = c`, wherever it stands."""
    found = [list(_naive(step)) for step in steps]
    return Opinion(
        verdicts=tuple(_verdict(truths) for truths in found),
        checked=tuple(bool(truths) for truths in found),
    )


def _verdict(truths: Sequence[bool]) -> Verdict:
    return Verdict(
        outcome="undecided" if all(truths) else "invalid", evidence="a op b = c", verifier="naive"
    )


def _naive(text: str) -> Iterator[bool]:
    plain = re.sub(r"(?<=[0-9]),(?=[0-9]{3})|[$\\{}]", "", text.replace("\\times", "*"))
    plain = plain.replace("\\cdot", "*").replace("cdot", "*")
    for left, sign, right, written in _EQUATION.findall(plain):
        one, other = Fraction(left), Fraction(right)
        if sign == "/" and other == 0:
            yield False
        else:
            value = {
                "+": one + other,
                "-": one - other,
                "*": one * other,
                "x": one * other,
                "/": one / (other or 1),
            }[sign]
            places = len(written.partition(".")[2])
            yield abs(value - Fraction(written)) < Fraction(1, 10**places)
