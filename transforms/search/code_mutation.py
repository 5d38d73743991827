"""Reference programs edited line by line; running the tests says which edits broke them."""

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from random import Random

from stepsmith.sandboxes.contract import Execution
from stepsmith.schemas.codec import encode
from stepsmith.schemas.errors import ProblemError
from stepsmith.schemas.options import Count, Natural, PositiveShare, Share
from stepsmith.schemas.records import Problem
from stepsmith.transforms.judging import Judgement, StdioTests, Tests, trial
from stepsmith.transforms.judging.problems import CodeProblem, program_of, read_code_problem
from stepsmith.transforms.negatives.code import OPERATORS, Kind, mutants
from stepsmith.transforms.search.base import (
    Asking,
    Execute,
    Plan,
    RunTests,
    Sample,
    SearchResult,
    draw_each,
    execute,
    run_tests_each,
    strategy,
    unfinished,
)
from stepsmith.transforms.search.mutation.lines import Edited, read_edit, steps_of
from stepsmith.transforms.search.mutation.rows import (
    Completed,
    Provenance,
    edited_rows,
    reference_row,
)
from stepsmith.transforms.search.mutation.teacher import WISHES, form_of, read_reply, requests
from stepsmith.transforms.search.mutation.weaken import weakened

__all__ = ["UntrustedTestsError", "code_mutation"]

_PASSED = Judgement(kind="pass", outcome="valid")
"""What the tests say of the reference."""


class UntrustedTestsError(ProblemError):
    """These tests give no labels: the reference does not always pass, or nothing ever fails."""


@strategy("code_mutation", runs_programs=True)
def code_mutation(  # noqa: PLR0913 - its parameters are a recipe's options
    problem: Problem,
    rng: Random,
    *,
    max_per_statement: Count = 4,
    max_refactorings: Natural = 2,
    operators: tuple[str, ...] = (),
    reference_runs: Count = 3,
    test_share: PositiveShare = 1.0,
    min_kill_share: Share = 0.0,
    teacher: str | None = None,
    teacher_lines: Count = 1,
    completions: Natural = 0,
) -> Plan:
    """Edit a reference program statement by statement and label each edit by running the tests.

    PRLCoder (arXiv 2502.01715): a line that is replaced and fails the tests is a negative, one
    that passes them a positive, whatever was meant; the reference's own lines are positives. The
    tests must be passed by the reference in each of `reference_runs` runs and failed by some
    mutation, or the problem is an error with that reason. So is one of whose judged mutations less
    than `min_kill_share` fail: tests that let many through say little of what they let through.

    The edits are made by operators on the syntax tree (`operators`, all by default): up to
    `max_per_statement` mutations and `max_refactorings` refactorings that begin in a statement,
    spread over statements and operators, without duplicates and what is plainly equivalent. Every
    edit that was run is a row, a mutation that survives too: one of the origin `mutation` with the
    reference as its parent, whose steps before the edit are right, whose edited step is as the run
    says, and whose later steps are unlabelled; and one of the table `mutations`.

    `teacher` names a policy that writes `teacher_lines` mutations and refactorings of each
    statement beside them; their lines are put in place and judged like all others. With
    `completions` a failed edit is completed so many times by the run's policy from the edited step
    on: where a completion passes, the step's `value` is their share and its `correct` null.
    `test_share` drops tests, to see what a weaker set lets through.
    """
    for name in operators:
        OPERATORS.get(name)
    seed = rng.randrange(2**32)
    code = read_code_problem(problem)
    tests = _tests(code, test_share)
    ran = yield from _trusted(problem, code, tests, runs=reference_runs)
    limits: dict[Kind, int] = {"mutation": max_per_statement, "refactoring": max_refactorings}
    edits = list(_edits(code, limits, seed=seed, operators=operators or None))
    if teacher is not None:
        edits += yield from _taught(problem, code, edits, teacher=teacher, n=teacher_lines)
    judgements = yield from run_tests_each(
        [RunTests(tests=tests, source=edit.source) for edit in edits]
    )
    judged = list(zip(edits, judgements, strict=True))
    _check_tests(judged, min_kill_share)
    finished = yield from _complete(problem, code, tests, judged, n=completions)
    return _result(problem, code, judged, finished, ran)


def _tests(code: CodeProblem, share: float) -> Tests:
    """Return the tests to be run; raises `ProblemError` for a problem that has nothing to edit."""
    if code.reference is None:
        msg = "a reference solution is what is mutated, and the problem has none"
        raise ProblemError(msg)
    if isinstance(code.tests, StdioTests):
        msg = "inputs: a program is mutated at a function under test (entry_point), not as a whole"
        raise ProblemError(msg)
    return weakened(code.tests, share) if share < 1 else code.tests


def _trusted(problem: Problem, code: CodeProblem, tests: Tests, *, runs: int) -> Asking[Provenance]:
    """Run the reference until its tests may be trusted, and say where it ran."""
    reference = code.reference or ""
    asks = [RunTests(tests=tests, source=reference, seed=seed) for seed in range(runs)]
    judgements = yield from run_tests_each(asks)
    failed = [each for each in judgements if each.kind != "pass"]
    if failed:
        msg = f"the reference passes its tests in {runs - len(failed)} of {runs} runs"
        msg += f": {failed[0].evidence}"
        raise UntrustedTestsError(msg)
    where = yield from execute(Execute(execution=Execution(id=f"{problem.id}/where", source="")))
    digest = hashlib.blake2b(encode(tests), digest_size=8).hexdigest()
    return Provenance(image=where.image, isolation=where.isolation.level, tests=digest)


def _check_tests(judged: Sequence[tuple[Edited, Judgement]], min_kill_share: float) -> None:
    """Refuse tests that no mutation fails, or too few; raises `UntrustedTestsError`."""
    mutations = [one for edit, one in judged if edit.op_kind == "mutation"]
    trust = trial(_PASSED, mutations)
    if not trust.counts:
        raise UntrustedTestsError(trust.reason)
    outcomes = [one.outcome for one in mutations]
    n_killed, n_survived = outcomes.count("invalid"), outcomes.count("valid")
    if n_killed < min_kill_share * (n_killed + n_survived):
        msg = f"{n_killed} of {n_killed + n_survived} mutations fail the tests,"
        msg += f" and min_kill_share is {min_kill_share:g}"
        raise UntrustedTestsError(msg)


def _edits(
    code: CodeProblem, limits: Mapping[Kind, int], *, seed: int, operators: Iterable[str] | None
) -> Iterator[Edited]:
    """Yield so many edits of each kind a statement, the mutations first, each in source order."""
    for kind, limit in limits.items():
        found = mutants(
            code.reference or "",
            entry_point=code.entry_point,
            seed=seed,
            max_per_statement=limit,
            operators=operators,
            editable=code.solution,
        )
        yield from (read_edit(code, each) for each in found if each.edit.kind == kind)


def _taught(
    problem: Problem, code: CodeProblem, known: Sequence[Edited], *, teacher: str, n: int
) -> Asking[list[Edited]]:
    """Ask the teacher about each statement; what is plainly there already is left out."""
    asked = list(requests(problem, code, teacher=teacher, n=n))
    replies = yield from draw_each([one.ask for one in asked])
    sources = {code.reference or "", *(edit.source for edit in known)}
    seen = {wish: {form_of(source, wish) for source in sources} for wish in WISHES}
    taught: list[Edited] = []
    for request, drawn in zip(asked, replies, strict=True):
        for reply in drawn:
            edit = read_reply(code, request, reply)
            if edit is None:
                continue
            form = form_of(edit.source, request.wish)
            if form not in seen[request.wish] and edit.source not in sources:
                seen[request.wish].add(form)
                sources.add(edit.source)
                taught.append(edit)
    return taught


def _complete(
    problem: Problem,
    code: CodeProblem,
    tests: Tests,
    judged: Sequence[tuple[Edited, Judgement]],
    *,
    n: int,
) -> Asking[Mapping[int, Completed]]:
    """Complete the failed edits from behind the edited step, and judge what comes of it."""
    asks = {
        number: Sample(
            path=f"complete/{number}",
            prefix=edit.steps[: edit.last],
            n=n,
            parent=f"{problem.id}/{edit.op_kind}/{number:03d}",
        )
        for number, (edit, judgement) in enumerate(judged)
        if n and judgement.outcome == "invalid" and edit.last < len(edit.steps)
    }
    drawn = yield from draw_each(tuple(asks.values()))
    together = [one for group in drawn for one in group]
    written = {one.text: program_of(code, one.text) for one in together if not unfinished(one)}
    judgements = yield from run_tests_each(
        [RunTests(tests=tests, source=source) for source in written.values()]
    )
    by_text = dict(zip(written, judgements, strict=True))
    unread = Judgement(kind="unjudgeable", outcome="undecided")
    return {
        number: Completed(
            judgements=tuple(by_text.get(one.text, unread) for one in group),
            n_distinct=len({one.text for one in group}),
        )
        for number, group in zip(asks, drawn, strict=True)
    }


def _result(
    problem: Problem,
    code: CodeProblem,
    judged: Sequence[tuple[Edited, Judgement]],
    finished: Mapping[int, Completed],
    ran: Provenance,
) -> SearchResult:
    """Put the reference before its edits, each as a row and as one of the table `mutations`."""
    edited = [
        edited_rows(
            problem,
            f"{edit.op_kind}/{number:03d}",
            edit,
            judgement,
            ran,
            completed=finished.get(number),
        )
        for number, (edit, judgement) in enumerate(judged)
    ]
    return SearchResult(
        rows=(
            reference_row(problem, steps_of(code.solution_text), _PASSED, ran),
            *(row for row, _ in edited),
        ),
        mutations=tuple(mutation for _, mutation in edited),
    )
