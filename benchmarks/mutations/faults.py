"""Finding the fault of a buggy program by the labels of its lines, when each of them is edited.

A buggy program is edited statement by statement as a reference is, and each edit is run on the
tests one by one. An edit is a hint at its line as far as it lets failing tests pass and passing
ones not fail (MUSE, ICST 2014): its gain is the share of failing tests that it mends less the
share of passing ones that it breaks, and a line is as suspicious as its best edit. Among equals the
line comes first whose edits more often change what failing tests get and less often what passing
ones get (Ochiai's coefficient, as in Metallaxis, STVR 2015), then the one higher up.
"""

import dataclasses
import difflib
import json
import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from stepsmith.sandboxes.contract import Sandbox
from stepsmith.transforms.judging import CallTests, MalformedError, decode, judge_source
from stepsmith.transforms.judging.problems import CodeProblem, read_code_fields
from stepsmith.transforms.judging.programs import candidate_execution
from stepsmith.transforms.negatives.code import ProgramError, mutants
from stepsmith.transforms.negatives.code.program import Span

MAX_PER_STATEMENT = 8


@dataclasses.dataclass(frozen=True, kw_only=True)
class Buggy:
    """A program with a fault: `span` are the characters of the solution, `faults` its lines."""

    id: str
    code: CodeProblem
    source: str
    span: Span
    faults: frozenset[int]


@dataclasses.dataclass(frozen=True, kw_only=True)
class Located:
    """Where the search put the fault; `lines` are suspects, the first the most suspicious.

    `rank` counts from 1; null where the program passes its tests or no suspect is a fault.
    """

    id: str
    lines: tuple[int, ...] = ()
    rank: int | None = None
    repaired: bool = False


Answers = tuple[str, ...]
"""What each test got, in order; a test that is passed has the empty text."""


def fault_lines(right: str, wrong: str) -> frozenset[int]:
    """Return the lines, from 0, of the wrong text that differ.

    Of lines that are missing there, the ones around the place.
    """
    left, other = right.splitlines(), wrong.splitlines()
    faults: set[int] = set()
    matcher = difflib.SequenceMatcher(None, left, other, autojunk=False)
    for tag, _, _, start, end in matcher.get_opcodes():
        if tag == "delete":
            faults.update(each for each in (start - 1, start) if 0 <= each < len(other))
        elif tag != "equal":
            faults.update(range(start, end))
    return frozenset(faults)


def read_buggy(path: Path) -> list[Buggy]:
    """Read HumanEvalPack: each problem's buggy program, and the lines that make it one."""
    found: list[Buggy] = []
    for line in path.read_text("utf-8").splitlines():
        row: dict[str, Any] = json.loads(line)
        code = read_code_fields(row, prompt=row["prompt"])
        start = len(row["prompt"])
        source = row["prompt"] + row["buggy_solution"]
        first = row["prompt"].count("\n")
        faults = fault_lines(row["canonical_solution"], row["buggy_solution"])
        found.append(
            Buggy(
                id=row["task_id"],
                code=code,
                source=source,
                span=(start, len(source)),
                faults=frozenset(first + each for each in faults),
            )
        )
    return found


def locate(buggy: Buggy, sandbox: Sandbox) -> Located:
    """Rank the lines of a buggy program by what edits of them do to its tests."""
    before = answers(buggy.code, buggy.source, sandbox)
    try:
        edits = mutants(
            buggy.source,
            entry_point=buggy.code.entry_point,
            max_per_statement=MAX_PER_STATEMENT,
            editable=buggy.span,
        )
    except ProgramError:
        return Located(id=buggy.id)
    effects: dict[int, list[tuple[float, float]]] = {}
    for mutant in edits:
        if mutant.edit.kind == "mutation":
            after = answers(buggy.code, mutant.source, sandbox)
            effects.setdefault(mutant.edit.line_index, []).append(effect(before, after))
    lines = ranked(effects)
    rank = next((at for at, line in enumerate(lines, start=1) if line in buggy.faults), None)
    best = max((gain for some in effects.values() for gain, _ in some), default=0.0)
    return Located(id=buggy.id, lines=lines, rank=rank, repaired=best >= 1.0)


def ranked(effects: dict[int, list[tuple[float, float]]]) -> tuple[int, ...]:
    """Order lines by their best gain, then by how well their edits tell failing tests apart."""

    def suspicion(line: int) -> tuple[float, float, int]:
        gains, contrasts = zip(*effects[line], strict=True)
        return max(gains), sum(contrasts) / len(contrasts), -line

    return tuple(sorted(effects, key=suspicion, reverse=True))


def effect(before: Answers, after: Answers) -> tuple[float, float]:
    """Return an edit's gain, in [-1, 1], and its contrast, in [0, 1]."""
    pairs = list(zip(before, after, strict=True))
    failing = [pair for pair in pairs if pair[0]]
    passing = [pair for pair in pairs if not pair[0]]
    mended = sum(not new for _, new in failing)
    broken = sum(bool(new) for _, new in passing)
    gain = mended / max(1, len(failing)) - broken / max(1, len(passing))
    changed = sum(old != new for old, new in failing)
    total = len(failing) * (changed + broken)
    return gain, changed / math.sqrt(total) if total else 0.0


def answers(code: CodeProblem, source: str, sandbox: Sandbox) -> Answers:
    """Run a program on its tests: one text a test, or one in all where the tests are a program."""
    if not isinstance(code.tests, CallTests):
        judgement = judge_source(sandbox, source, code.tests)
        return ("" if judgement.kind == "pass" else judgement.evidence,)
    cases = code.tests.cases
    result = sandbox.run(candidate_execution("", source, calls=tuple(one.call for one in cases)))
    found: list[str] = []
    for case, answer in zip(cases, result.answers, strict=False):
        try:
            value = decode(answer.payload)
        except MalformedError:
            found.append("malformed")
            continue
        difference = case.difference(value) if answer.status == "value" else None
        passed = answer.status == "value" and difference is None
        found.append("" if passed else f"{answer.status} {answer.payload}")
    # A program that ends at one test has an answer to none of those behind it.
    return (*found, *[f"no answer: {result.outcome}"] * (len(cases) - len(found)))


def shares(located: Sequence[Located], places: int) -> tuple[int, int]:
    """Return how many faults are among the first so many suspects, and of how many programs."""
    return sum(one.rank is not None and one.rank <= places for one in located), len(located)
