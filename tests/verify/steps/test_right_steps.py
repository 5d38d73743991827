from collections.abc import Sequence

import pytest

from stepsmith.schemas.records import Claim
from tests.verify.steps.tables import names_of, read_table, refutations


def prefixes(claim: Claim) -> Sequence[Claim]:
    steps = (*claim.prior, claim.step)
    return [
        Claim(problem=claim.problem, prior=steps[:at], step=step) for at, step in enumerate(steps)
    ]


def test_there_are_a_thousand_of_them_each_once() -> None:
    lines = [line for name in names_of("right") for line, _ in read_table("right", name)]
    assert len(lines) >= 1_000
    assert len(set(lines)) == len(lines)


@pytest.mark.parametrize("name", names_of("right"))
def test_right_steps_are_never_refuted(name: str) -> None:
    refuted = {
        line: against
        for line, claim in read_table("right", name)
        for each in prefixes(claim)
        if (against := refutations(each))
    }
    assert refuted == {}
