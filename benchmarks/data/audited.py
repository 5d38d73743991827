"""The published list of disagreements that were read by hand, and what it changes.

Where people passed a step that a verifier refutes, one of them is wrong. `docs/` holds a list of
these steps with the verdict of a reader; false alarms in which the tool is right are no errors of
the tool.
"""

import dataclasses
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Literal, cast

from stepsmith.pipelines.audit import Judged, Rate
from stepsmith.pipelines.audit.score import fuse

AUDITED = Path(__file__).resolve().parents[2] / "docs" / "audited_disagreements.toml"

Right = Literal["tool", "people", "unclear"]


@dataclasses.dataclass(frozen=True, kw_only=True)
class Disagreement:
    """A step that a verifier refutes and that people passed."""

    set: str
    problem: str
    index: int
    step: str
    said: str
    evidence: str

    @property
    def key(self) -> tuple[str, str]:
        """What the list knows it by; solutions may share a step."""
        return self.set, " ".join(self.step.split())


def read_audited(path: Path = AUDITED) -> dict[tuple[str, str], Right]:
    """Return who is right, by set and step; empty where there is no list."""
    if not path.is_file():
        return {}
    rows = cast("list[dict[str, str]]", tomllib.loads(path.read_text()).get("item", []))
    return {
        (row["set"], " ".join(row["step"].split())): cast("Right", row["right"]) for row in rows
    }


def disagreements(name: str, judged: Sequence[Judged]) -> Iterator[Disagreement]:
    """Yield the steps that any verifier refutes and that people passed."""
    for each in judged:
        opinion = fuse(each)
        for index in opinion.flags:
            if each.solution.known[index]:
                first = each.solution.first_error
                yield Disagreement(
                    set=name,
                    problem=each.solution.problem,
                    index=index,
                    step=each.solution.steps[index],
                    said="no error" if first is None else f"first error in step {first + 1}",
                    evidence=opinion.verdicts[index].evidence,
                )


def audited_precision(
    judged: Mapping[str, Sequence[Judged]], audited: Mapping[tuple[str, str], Right]
) -> Rate:
    """Return the precision if the reader's verdicts count; what is not in the list counts as is."""
    hits = flags = 0
    for name, solutions in judged.items():
        for each in solutions:
            known = [each.solution.known[index] for index in fuse(each).flags]
            hits += known.count(False)
            flags += known.count(False) + known.count(True)
        found = disagreements(name, solutions)
        hits += sum(audited.get(each.key) == "tool" for each in found)
    return Rate(hits, flags)


def audited_false_alarms(
    judged: Mapping[str, Sequence[Judged]], audited: Mapping[tuple[str, str], Right]
) -> Rate:
    """Return the share of steps that people passed, and rightly, and that are refuted."""
    n_right = sum(
        each.solution.known.count(True) for solutions in judged.values() for each in solutions
    )
    alarms = [
        audited.get(each.key) == "tool"
        for name, solutions in judged.items()
        for each in disagreements(name, solutions)
    ]
    return Rate(alarms.count(False), n_right)
