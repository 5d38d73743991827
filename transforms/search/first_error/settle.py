"""What is asked about solutions under search: of tools once, of the policy until all are done."""

from collections.abc import Sequence

from stepsmith.schemas.records import Claim, Problem
from stepsmith.transforms.search.base import (
    Asking,
    Check,
    check_each,
    draw_each,
    judge_groups,
)
from stepsmith.transforms.search.first_error.suspect import Suspect, owner_of
from stepsmith.transforms.search.first_error.suspects import Suspects


def ask_tools(
    problem: Problem, suspects: Suspects, taken: Sequence[Suspect], verifiers: tuple[str, ...]
) -> Asking[None]:
    """Ask each verifier about every step, once behind one prefix, of equal solutions once."""
    unheard: dict[tuple[int, int], tuple[Suspect, int]] = {}
    for suspect in taken:
        if suspect.twin is None:
            for step in range(len(suspect.trajectory.steps)):
                owner = owner_of(suspect, step + 1)
                if step not in owner.verdicts:
                    unheard.setdefault((owner.number, step), (suspect, step))
    asked = [
        (suspect, step, Check(claim=_claim(problem, suspect, step), verifier=name))
        for suspect, step in unheard.values()
        for name in verifiers
    ]
    if not asked:
        return
    verdicts = yield from check_each([ask for _, _, ask in asked])
    for (suspect, step, _), verdict in zip(asked, verdicts, strict=True):
        suspects.hear(suspect, step, verdict)


def _claim(problem: Problem, suspect: Suspect, step: int) -> Claim:
    steps = suspect.trajectory.steps
    return Claim(problem=problem, prior=steps[:step], step=steps[step])


def settle(problem: Problem, suspects: Suspects, *, batch: int, right_too: bool) -> Asking[None]:
    """Probe in rounds until every solution is done; a round's probes are asked together."""
    while asks := suspects.begin_round(batch=batch, right_too=right_too):
        groups = yield from draw_each([ask for _, _, ask in asks])
        verdicts = yield from judge_groups(problem, groups)
        for (suspect, length, _), group, heard in zip(asks, groups, verdicts, strict=True):
            suspects.learn(suspect, length, group, heard)
