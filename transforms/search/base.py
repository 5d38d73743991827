"""The contract of a strategy: a generator that asks for samples and verdicts, and does no I/O.

A plan yields a tuple of asks and is sent a tuple of answers, in the same order; the asks of one
tuple are answered concurrently. It returns what it made. Nothing in a plan may depend on
time, on other problems or on a shared random state: the same problem, seed and answers give the
same asks and the same rows.
"""

import dataclasses
import itertools
from collections.abc import Callable, Generator, Mapping, Sequence
from random import Random
from typing import Any, ParamSpec, TypeVar

from stepsmith.sandboxes.contract import Execution, ExecutionResult
from stepsmith.schemas.facts import Counterfactual, Evidence
from stepsmith.schemas.records import (
    Claim,
    FinishReason,
    LabelledTrajectory,
    Mutation,
    Node,
    Pair,
    Problem,
    Step,
    StepLabel,
    Trajectory,
    Verdict,
)
from stepsmith.schemas.registry import Registry, first_line
from stepsmith.transforms.judging import Judgement, StdioTests, Tests
from stepsmith.transforms.label.base import Fit, hide_prior


@dataclasses.dataclass(frozen=True, kw_only=True, slots=True)
class Sample:
    """Ask for `n` independent solutions that continue `prefix`; answered by `n` trajectories.

    `path` names this question within the problem's search and must be unique there: with the
    sample index it keys the replies in the journal and derives their seeds. `parent` is the id of
    the trajectory whose steps the prefix is. `policy` names another policy of the recipe, such as
    a teacher; no name asks the run's own. `prompt` is asked in the place of the problem's.
    """

    path: str
    prefix: tuple[Step, ...] = ()
    n: int = 1
    parent: str | None = None
    policy: str | None = None
    prompt: str | None = None


@dataclasses.dataclass(frozen=True, kw_only=True, slots=True)
class Check:
    """Ask a verifier about a claim; answered by a verdict. No name: the run's outcome verifier."""

    claim: Claim
    verifier: str | None = None


@dataclasses.dataclass(frozen=True, kw_only=True, slots=True)
class Score:
    """Ask for the log-probability of each token of `text` after `prefix`."""

    path: str
    text: str
    prefix: tuple[Step, ...] = ()
    policy: str | None = None


@dataclasses.dataclass(frozen=True, kw_only=True, slots=True)
class Execute:
    """Ask for a program to be run in a sandbox; answered by how it ended and what it printed.

    The same program gives the same, so that nothing of it is filed in the journal. A result whose
    outcome is "sandbox_error" says nothing of the program.
    """

    execution: Execution


@dataclasses.dataclass(frozen=True, kw_only=True, slots=True)
class RunTests:
    """Ask for a program to be judged by tests in a sandbox; answered by a judgement.

    `seed` seeds the generators of the program and of the tests.
    """

    tests: Tests | StdioTests
    source: str
    seed: int = 0


@dataclasses.dataclass(frozen=True, kw_only=True, slots=True)
class SearchResult:
    """What a search made: labelled solutions, and what else it has: a tree, pairs, edits, evidence.

    Each field but `rows` goes into a table of its own: `stepsmith.schemas.side_tables.MADE`.
    """

    rows: tuple[LabelledTrajectory, ...]
    nodes: tuple[Node, ...] = ()
    pairs: tuple[Pair, ...] = ()
    mutations: tuple[Mutation, ...] = ()
    counterfactuals: tuple[Counterfactual, ...] = ()
    evidence: tuple[Evidence, ...] = ()


Ask = Sample | Check | Score | Execute | RunTests
Asks = tuple[Ask, ...]
Plan = Generator[Asks, Sequence[Any], SearchResult]
"""A search under way. The helpers below give each answer its type; ask through them."""

Strategy = Callable[[Problem, Random], Plan]
T = TypeVar("T")
P = ParamSpec("P")
Asking = Generator[Asks, Sequence[Any], T]
"""A part of a plan that returns a `T`."""

STRATEGIES: Registry[Callable[..., Plan]] = Registry(
    "strategy", package="stepsmith.transforms.search", group="stepsmith.strategies"
)


_FITS: dict[str, Fit[Any, Any]] = {}
_RUN_PROGRAMS: set[str] = set()


def strategy(
    name: str, *, fit: Fit[Any, Any] | None = None, runs_programs: bool = False
) -> Callable[[Callable[P, Plan]], Callable[P, Plan]]:
    """Register a strategy under `name`; its keyword-only parameters are the recipe's options.

    An option called `verifiers` lists verifiers and one called `teacher` names a policy, both by
    the names they go by in a recipe, which are looked up before a run. Then a plan is also begun,
    with a problem that is blank, and dropped at its first ask: raise `RecipeError` before that for
    options that do not go together, and `ProblemError` for what a problem lacks.

    One with a `fit` takes the keyword `prior`, which is no option of a recipe: null for the
    problems of the run's pilot, and what was fitted to their rows for all others. What it asks
    first may not depend on it: that is sampled while the pilot is searched. For one that
    `runs_programs` a sandbox is opened before anything is sampled.
    """

    def register(function: Callable[P, Plan]) -> Callable[P, Plan]:
        if fit is not None:
            hide_prior(name, function)
            _FITS[name] = fit
        if runs_programs:
            _RUN_PROGRAMS.add(name)
        STRATEGIES.add(name, function, module=function.__module__, summary=first_line(function))
        return function

    return register


def search_fit_of(name: str) -> Fit[Any, Any] | None:
    """Return what the strategy called `name` estimates over the run's pilot, if anything."""
    STRATEGIES.get(name)
    return _FITS.get(name)


def runs_programs(name: str) -> bool:
    """Say whether the strategy called `name` asks for programs to be run."""
    STRATEGIES.get(name)
    return name in _RUN_PROGRAMS


def draw(ask: Sample) -> Asking[tuple[Trajectory, ...]]:
    """Ask for the solutions of one prefix."""
    [trajectories] = yield from draw_each((ask,))
    return trajectories


def draw_each(asks: Sequence[Sample]) -> Asking[Sequence[tuple[Trajectory, ...]]]:
    """Ask for the solutions of several prefixes at once; one tuple of trajectories an ask."""
    answers: Sequence[tuple[Trajectory, ...]] = yield tuple(asks)
    return answers


def check_each(asks: Sequence[Check]) -> Asking[Sequence[Verdict]]:
    """Ask for several verdicts at once."""
    answers: Sequence[Verdict] = yield tuple(asks)
    return answers


def score(ask: Score) -> Asking[tuple[float, ...]]:
    """Ask for the log-probabilities of a text's tokens."""
    answers: Sequence[tuple[float, ...]] = yield (ask,)
    return answers[0]


def execute_each(asks: Sequence[Execute]) -> Asking[Sequence[ExecutionResult]]:
    """Ask for several programs to be run at once."""
    answers: Sequence[ExecutionResult] = yield tuple(asks)
    return answers


def execute(ask: Execute) -> Asking[ExecutionResult]:
    """Ask for a program to be run."""
    [result] = yield from execute_each((ask,))
    return result


def run_tests_each(asks: Sequence[RunTests]) -> Asking[Sequence[Judgement]]:
    """Ask for several programs to be judged by tests at once."""
    answers: Sequence[Judgement] = yield tuple(asks)
    return answers


def run_tests(ask: RunTests) -> Asking[Judgement]:
    """Ask for a program to be judged by tests."""
    [judgement] = yield from run_tests_each((ask,))
    return judgement


def judge_outcomes(
    problem: Problem, trajectories: Sequence[Trajectory]
) -> Asking[Sequence[Verdict]]:
    """Ask whether each solution reaches the answer; one verdict a trajectory, in order.

    Equal texts are asked once. A reply that says nothing, or that was cut before its end, is
    `undecided` without asking: it is a recorded event, never a wrong answer.
    """
    texts = [trajectory.text for trajectory in trajectories]
    ends = [unfinished(trajectory) for trajectory in trajectories]
    solutions = {
        text: trajectory
        for text, trajectory, end in zip(texts, trajectories, ends, strict=True)
        if end is None
    }
    claims = [outcome_claim(problem, trajectory) for trajectory in solutions.values()]
    heard = yield from check_each([Check(claim=claim) for claim in claims])
    verdicts = dict(zip(solutions, heard, strict=True))
    return tuple(end or verdicts[text] for text, end in zip(texts, ends, strict=True))


def judge_groups(
    problem: Problem, groups: Sequence[Sequence[Trajectory]]
) -> Asking[Sequence[tuple[Verdict, ...]]]:
    """Ask where the solutions of several groups end, all at once; one tuple of verdicts a group."""
    together = [trajectory for group in groups for trajectory in group]
    verdicts = iter((yield from judge_outcomes(problem, together)))
    return [tuple(itertools.islice(verdicts, len(group))) for group in groups]


def unlabelled_row(
    problem: Problem, trajectory: Trajectory, outcome: Verdict
) -> LabelledTrajectory:
    """Make the row of a solution of whose steps nothing is known, only where it ends."""
    return LabelledTrajectory(
        problem=problem,
        trajectory=trajectory,
        outcome=outcome,
        labels=tuple(StepLabel() for _ in trajectory.steps),
    )


def outcome_claim(problem: Problem, trajectory: Trajectory) -> Claim:
    """Make the claim that a solution reaches the answer: its last step, after all the others."""
    return Claim(problem=problem, prior=trajectory.steps[:-1], step=trajectory.steps[-1])


_EVENTS: Mapping[FinishReason, Verdict] = {
    "length": Verdict(
        outcome="undecided",
        verifier="reply",
        evidence="truncated: the reply was cut at the token limit",
    ),
    "empty": Verdict(outcome="undecided", verifier="reply", evidence="empty: the reply is blank"),
}


def unfinished(trajectory: Trajectory) -> Verdict | None:
    """Return the verdict on a solution whose reply was blank or cut, or nothing."""
    return _EVENTS.get(trajectory.finish_reason)
