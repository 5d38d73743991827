"""Whether a problem's tests may give verdicts: its reference passes them, and a wrong one fails."""

from collections.abc import Iterator, Sequence

from stepsmith.sandboxes.contract import Sandbox
from stepsmith.schemas.records import Problem, Verdict
from stepsmith.transforms.judging import CodeProblem, Judgement, judge_source
from stepsmith.transforms.negatives.code import ProgramError, mutants
from stepsmith.transforms.verify.base import invalid, undecided, valid
from stepsmith.transforms.verify.code.judged import problem_of

__all__ = ["REFERENCE_RUNS", "check_gold"]

REFERENCE_RUNS = 3
MAX_MUTANTS = 12
_MAX_PER_STATEMENT = 6  # a function of one statement has some that change nothing


def check_gold(problem: Problem, sandbox: Sandbox) -> Verdict:
    """Run a problem's reference three times, and wrong programs until one fails.

    The runs differ in their seed: a reference that needs luck is no reference. Without one there
    is nothing to check; a problem that cannot be read is undecided, with the reason.
    """
    code = problem_of(problem)
    if isinstance(code, Verdict):
        return code
    if code.reference is None:
        return valid("no reference")
    runs = [
        judge_source(sandbox, code.reference, code.tests, identity=problem.id, seed=seed)
        for seed in range(REFERENCE_RUNS)
    ]
    return _reference(runs) or _tests(problem, code, sandbox)


def _reference(runs: Sequence[Judgement]) -> Verdict | None:
    failed = [run for run in runs if run.kind != "pass"]
    if not failed:
        return None
    if failed[0].kind == "sandbox_error":
        return undecided(failed[0].evidence)
    which = f"{len(failed)} of {len(runs)} runs"
    what = "is flaky" if len(failed) < len(runs) else "does not pass"
    return invalid(f"the reference {what}: {which}: {failed[0].evidence}")


def _tests(problem: Problem, code: CodeProblem, sandbox: Sandbox) -> Verdict:
    n_tried = 0
    for source in _wrong_programs(code):
        judgement = judge_source(sandbox, source, code.tests, identity=problem.id)
        if judgement.kind == "sandbox_error":
            return undecided(judgement.evidence)
        n_tried += 1
        if judgement.outcome == "invalid":
            return valid(f"the reference passes {REFERENCE_RUNS} times, and a mutant fails")
    return invalid(f"weak tests: none of {n_tried} wrong programs fails")


def _wrong_programs(code: CodeProblem) -> Iterator[str]:
    """Yield mutants of the reference, spread over its statements; without any, one with no body."""
    found = 0
    if code.reference is not None and code.entry_point:
        for source in _mutations(code, code.reference):
            found += 1
            yield source
    if not found:
        yield (
            f"def {code.entry_point}(*_, **__): return 'no such answer'" if code.entry_point else ""
        )


def _mutations(code: CodeProblem, reference: str) -> list[str]:
    try:
        edited = mutants(
            reference,
            entry_point=code.entry_point,
            editable=code.solution,
            max_per_statement=_MAX_PER_STATEMENT,
        )
    except ProgramError:  # too large to edit, or of a form that is not edited
        return []
    return [each.source for each in edited if each.edit.kind == "mutation"][:MAX_MUTANTS]
