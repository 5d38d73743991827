"""Plans of code mutation, driven without Beam: problems from disk, programs in a real sandbox."""

import concurrent.futures
import dataclasses
import os
import sys
import time
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from pathlib import Path
from random import Random
from typing import Any, TypeVar

from benchmarks.report import CannotRunError
from stepsmith.sandboxes.contract import Sandbox
from stepsmith.sandboxes.open import open_sandbox
from stepsmith.schemas import LabelledTrajectory, Mutation, Problem, ProblemError
from stepsmith.schemas.sandbox import Limits, SandboxSettings
from stepsmith.transforms.drive.play import play
from stepsmith.transforms.files import LocalFiles
from stepsmith.transforms.judging import Judgement, judge_source
from stepsmith.transforms.judging.images import image_of
from stepsmith.transforms.judging.problems import program_of, read_code_problem
from stepsmith.transforms.search import Plan, SearchResult
from stepsmith.transforms.search.base import Ask, Execute, RunTests
from stepsmith.transforms.search.code_mutation import code_mutation
from stepsmith.transforms.source.code_jsonl import code_jsonl

A = TypeVar("A")
B = TypeVar("B")

SETS = {"humaneval": "humaneval/HumanEval.jsonl.gz", "mbpp": "mbpp/sanitized.jsonl"}
_TOLD_EVERY = 20  # problems
LIMITS = Limits(cpu_s=1.0, wall_s=120.0)
"""A limit of processor time means the same on a busy machine; one of the clock does not.

All references but one (MBPP 123, 4 s) take less than a quarter of it, and so do the survivors.
"""


@dataclasses.dataclass(frozen=True, kw_only=True)
class Mutated:
    """What became of one problem: its rows, or why it has none."""

    problem: Problem
    result: SearchResult | None = None
    error: str = ""

    @property
    def mutations(self) -> tuple[Mutation, ...]:
        """The edits that were run."""
        return self.result.mutations if self.result else ()

    @property
    def rows(self) -> tuple[LabelledTrajectory, ...]:
        """The rows of the edits, in the same order; without the reference's."""
        return self.result.rows[1:] if self.result else ()


@contextmanager
def opened() -> Generator[Sandbox, None, None]:
    """Open the best sandbox of this machine, with the limits of the benchmark."""
    sandbox = open_sandbox(SandboxSettings(limits=LIMITS), (image_of("python"),))
    try:
        yield sandbox
    finally:
        sandbox.close()


def read_problems(path: Path, *, every: int = 1) -> list[Problem]:
    """Read every so manieth code problem of a file; raises `CannotRunError` for one that fails."""
    source, files = code_jsonl(path=str(path)), LocalFiles()
    found = [one for part in source.parts(files) for one in source.read(part, files)]
    problems = [one for one in found if isinstance(one, Problem)]
    if len(problems) < len(found):
        msg = f"{len(found) - len(problems)} of {len(found)} problems in {path} cannot be read"
        raise CannotRunError(msg)
    return problems[::every]


def mutate(
    problems: Sequence[Problem], sandbox: Sandbox, *, name: str = "mutated", **options: Any
) -> list[Mutated]:
    """Run the strategy on each problem, several at a time, each with a seed of its own."""

    def one(problem: Problem) -> Mutated:
        try:
            result = _drive(code_mutation(problem, Random(problem.id), **options), sandbox)
        except ProblemError as error:
            return Mutated(problem=problem, error=f"{type(error).__name__}: {error}")
        return Mutated(problem=problem, result=result)

    return side_by_side(one, problems, name=name)


def run_again(mutated: Sequence[Mutated], sandbox: Sandbox) -> list[tuple[Mutation, Judgement]]:
    """Judge the program of each row anew, made of the problem and of the row's text alone."""

    def one(each: Mutated) -> list[tuple[Mutation, Judgement]]:
        code = read_code_problem(each.problem)
        return [
            (
                mutation,
                judge_source(sandbox, program_of(code, row.trajectory.text), code.tests),
            )
            for row, mutation in zip(each.rows, each.mutations, strict=True)
        ]

    return [pair for some in side_by_side(one, mutated, name="run again") for pair in some]


def side_by_side(work: Callable[[A], B], items: Sequence[A], *, name: str) -> list[B]:
    """Do the work of each item in threads, enough to keep every slot of a sandbox busy.

    How far it is goes to standard error: all of it takes minutes.
    """
    started = time.monotonic()
    with concurrent.futures.ThreadPoolExecutor(2 * len(os.sched_getaffinity(0))) as threads:
        under_way = [threads.submit(work, item) for item in items]
        for done, _ in enumerate(concurrent.futures.as_completed(under_way), start=1):
            if done % _TOLD_EVERY == 0 or done == len(items):
                seconds = time.monotonic() - started
                print(f"{name}: {done} of {len(items)} ({seconds:.0f} s)", file=sys.stderr)
        return [one.result() for one in under_way]


def _drive(plan: Plan, sandbox: Sandbox) -> SearchResult:
    return play(plan, lambda ask: _answer(ask, sandbox))


def _answer(ask: Ask, sandbox: Sandbox) -> object:
    match ask:
        case RunTests(tests=tests, source=source, seed=seed):
            return judge_source(sandbox, source, tests, seed=seed)
        case Execute(execution=execution):
            return sandbox.run(execution)
        case _:
            msg = f"no policy takes part in this benchmark: {ask}"
            raise TypeError(msg)
