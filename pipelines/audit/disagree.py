"""Where a verifier and people disagree, each place under a key that outlives a re-run."""

import dataclasses
import hashlib
from collections.abc import Iterator, Mapping, Sequence
from typing import Literal

import msgspec

from stepsmith.pipelines.audit.human import HumanLabelled
from stepsmith.pipelines.audit.judge import Judged
from stepsmith.pipelines.audit.opinion import Opinion
from stepsmith.pipelines.audit.score import FUSED, fuse
from stepsmith.schemas.records import Verdict

Kind = Literal["false alarm", "missed", "wrong place"]
KINDS: tuple[Kind, ...] = ("false alarm", "wrong place", "missed")

_KEY_LENGTH = 20


@dataclasses.dataclass(frozen=True, kw_only=True, slots=True)
class Disagreement:
    """One place where one side and people disagree.

    - "false alarm": `step` was refuted, and people say that it is right;
    - "wrong place": the first error was not refuted, but `step`, a later one, was;
    - "missed": `step` is the first error, and neither it nor a later step was refuted.

    So the false alarms are those that are scored, and the others the first errors not recalled.
    `solution` is an index into what was judged.
    """

    key: str
    verifier: str
    kind: Kind
    solution: int
    step: int
    verdict: Verdict


def disagreements(judged: Sequence[Judged]) -> list[Disagreement]:
    """List all of them: by side, then in the order of the solutions and their steps."""
    found: dict[str, list[Disagreement]] = {}
    for index, each in enumerate(judged):
        for name, opinion in _sides(each).items():
            side = found.setdefault(name, [])
            for kind, step in _places(each.solution, opinion.flags):
                side.append(
                    Disagreement(
                        key=key_of(each.solution, step, name),
                        verifier=name,
                        kind=kind,
                        solution=index,
                        step=step,
                        verdict=opinion.verdicts[step],
                    )
                )
    return [each for side in found.values() for each in side]


def key_of(solution: HumanLabelled, step: int, verifier: str) -> str:
    """Name a place by the problem, the steps, the step and the verifier, whatever the file."""
    texts = [text.rstrip("\n") for text in solution.steps]
    named = msgspec.json.encode([solution.problem, texts, step, verifier])
    return hashlib.sha256(named).hexdigest()[:_KEY_LENGTH]


def _sides(judged: Judged) -> Mapping[str, Opinion]:
    fused = {FUSED: fuse(judged)} if len(judged.opinions) > 1 else {}
    return {**judged.opinions, **fused, **judged.labels}


def _places(solution: HumanLabelled, flags: Sequence[int]) -> Iterator[tuple[Kind, int]]:
    for flag in flags:
        if solution.known[flag]:
            yield "false alarm", flag
    first_error = solution.first_error
    if first_error is not None and first_error not in flags:
        later = [flag for flag in flags if flag > first_error]
        yield ("wrong place", later[0]) if later else ("missed", first_error)
