"""What people wrote and rated right is hardly ever refuted, and the equations do get checked."""

import hashlib
import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from stepsmith.schemas import Claim, Problem, Step, Verdict
from stepsmith.transforms.verify.derivation import derivation
from stepsmith.transforms.verify.identity import identity

_REPOSITORY = Path(__file__).resolve().parents[2]
_N_SOLUTIONS = 150


@pytest.fixture(scope="module")
def folder() -> Path:
    found = Path(os.environ.get("STEPSMITH_DATA", _REPOSITORY.parent / "shared" / "data"))
    if not found.is_dir():
        pytest.skip(f"no real data in {found}; set STEPSMITH_DATA")
    return found


def tuned_on(problem: str) -> bool:
    return hashlib.sha256(problem.encode()).digest()[0] % 2 == 0


def solutions(path: Path, problem: str, steps: str) -> list[tuple[str, list[str]]]:
    found: list[tuple[str, list[str]]] = []
    for line in path.read_text().splitlines():
        row = json.loads(line)
        written = row[steps] if isinstance(row[steps], list) else row[steps].split("\n")
        if tuned_on(row[problem]):
            found.append((row[problem], written))
    return found[:_N_SOLUTIONS]


def verdicts(problem: str, steps: list[str]) -> Iterator[Verdict]:
    prior: tuple[Step, ...] = ()
    for text in steps:
        step = Step(text=text)
        claim = Claim(problem=Problem(id="p", prompt=problem), prior=prior, step=step)
        yield identity(claim)
        yield derivation(claim)
        prior = (*prior, step)


@pytest.mark.parametrize(
    ("file", "problem", "steps"),
    [
        ("prmbench/original_chains.jsonl", "question", "steps"),
        ("math/test.jsonl", "problem", "solution"),
        ("gsm8k/test.jsonl", "question", "answer"),
    ],
)
def test_right_solutions_are_hardly_ever_refuted(
    folder: Path, file: str, problem: str, steps: str
) -> None:
    rows = solutions(folder / file, problem, steps)
    refuted = [
        verdict.evidence
        for text, written in rows
        for verdict in verdicts(text, written)
        if verdict.outcome == "invalid"
    ]
    n_steps = sum(len(written) for _, written in rows)
    assert len(refuted) <= max(2, 2 * n_steps / 1_000), refuted


def test_equations_of_competition_solutions_are_checked(folder: Path) -> None:
    rows = solutions(folder / "prmbench/original_chains.jsonl", "question", "steps")
    checked = sum(
        verdict.evidence.startswith("words unchecked") or verdict.outcome == "valid"
        for text, written in rows
        for verdict in verdicts(text, written)
    )
    n_with_equations = sum("=" in step for _, written in rows for step in written)
    assert checked > n_with_equations / 4
