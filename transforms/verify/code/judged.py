"""From a claim to a program, and from a judgement to a verdict."""

from functools import lru_cache

from stepsmith.schemas.records import Claim, Problem, Step, Verdict
from stepsmith.transforms.judging import (
    CallTests,
    CodeProblem,
    CodeProblemError,
    Judgement,
    StdioTests,
    read_code_problem,
)
from stepsmith.transforms.verify.base import undecided, valid

__all__ = ["MAX_CHARACTERS", "count_tests", "problem_of", "text_of", "to_verdict"]

MAX_CHARACTERS = 50_000
"""A program that is longer is no answer to a problem, and dear to look at."""


def problem_of(problem: Problem) -> CodeProblem | Verdict:
    """Read the problem's tests; `undecided` with what is wrong where there are none to be had."""
    try:
        return _read(problem)
    except CodeProblemError as error:
        return undecided(f"no code problem: {error}")


def text_of(*steps: Step) -> str | Verdict:
    """Join the steps; `undecided` where they are too long to be judged."""
    length = sum(len(step.text) for step in steps)
    if length > MAX_CHARACTERS:
        return undecided(f"too long: {length} characters; read: {MAX_CHARACTERS}")
    return "".join(step.text for step in steps)


def solution_of(claim: Claim) -> str | Verdict:
    """Join all that has been written, the step in question last."""
    return text_of(*claim.prior, claim.step)


def to_verdict(judgement: Judgement, code: CodeProblem, *, scope: str = "") -> Verdict:
    """Say what a judgement means for a claim; the evidence of anything decided has its scope."""
    if judgement.outcome == "undecided":
        return undecided(judgement.evidence)
    prefix = f"{scope}: " if scope else ""
    if judgement.outcome == "valid":
        return valid(f"{prefix}passes {count_tests(code)}")
    return Verdict(outcome="invalid", evidence=prefix + judgement.evidence)


def count_tests(code: CodeProblem) -> str:
    """Say in words how many tests there are, where they can be counted."""
    if not isinstance(code.tests, CallTests | StdioTests):
        return "the tests"
    n_tests = len(code.tests.cases)
    return "1 test" if n_tests == 1 else f"{n_tests} tests"


@lru_cache(maxsize=128)
def _read(problem: Problem) -> CodeProblem:
    return read_code_problem(problem)
