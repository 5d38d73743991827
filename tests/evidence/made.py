"""Tables of facts and groups for tests, small enough to be known."""

from collections.abc import Iterator
from random import Random

from stepsmith.schemas import Evidence, Problem
from stepsmith.transforms.evidence.examples import Example, examples_of
from stepsmith.transforms.evidence.facts import CaseFact
from stepsmith.transforms.evidence.group import EvidenceGroup
from stepsmith.transforms.evidence.make import GroupDesign, make_problems
from stepsmith.transforms.evidence.wording import N_WORDINGS, Wording

FINDINGS = ("cough", "fever", "rash", "pallor", "fatigue", "nausea")

EXAMPLE = Evidence(
    id="g/00/support",
    problem_id="g",
    pair_group="g",
    block="plain",
    pool="support",
    split="train",
    case_id="a",
    case="Case a. fever is high.",
    evidence_id="b/fever/high",
    evidence="Reference b. fever is high.",
    claim="fever is high.",
    label=True,
    finding="fever",
    state="high",
    evidence_finding="fever",
    evidence_state="high",
    evidence_origin="fact",
)


def facts(n_cases: int = 60, *, seed: int = 3, **more: str) -> Iterator[CaseFact]:
    """Yield a table in which each case has each finding in one of two states, by chance."""
    random = Random(seed)
    for case in range(n_cases):
        for finding in FINDINGS:
            state = random.choice(("present", "absent"))
            yield CaseFact(case=f"c{case:02d}", finding=finding, state=state, **more)


def design(**changes: object) -> GroupDesign:
    """Make a design of ten groups of each block, with changes."""
    given: dict[str, object] = {
        "plain": 10,
        "conditional": 10,
        "shown": 2,
        "modifiers": "drawn",
        "modified_by": {},
        "splits": {"train": 0.6, "test": 0.4},
        "seed": 1,
        **changes,
    }
    return GroupDesign(**given)  # type: ignore[arg-type]  # the names and types are the caller's


def problems(table: Iterator[CaseFact] | None = None, **changes: object) -> list[Problem]:
    """Make the problems of a table."""
    made = make_problems(table or facts(), design(**changes), source="facts", domain="")
    return list(made)


def examples(problem: Problem) -> list[Example]:
    """Write a problem's examples."""
    wording = Wording(variant=Random(problem.id).randrange(N_WORDINGS))
    return list(examples_of(problem, problem.read_payload(EvidenceGroup), wording))


def rows(made: list[Problem]) -> list[Evidence]:
    """Write the rows of several problems."""
    return [one.evidence for problem in made for one in examples(problem)]
