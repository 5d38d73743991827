"""OmegaPRM: a tree of prefixes grown by binary searches for the first errors of wrong solutions."""

import dataclasses
from collections.abc import Iterator
from random import Random

from stepsmith.schemas.options import (
    Count,
    Natural,
    NotNegative,
    Positive,
    PositiveShare,
    Share,
)
from stepsmith.schemas.records import LabelledTrajectory, Problem
from stepsmith.transforms.search.base import Asking, Plan, SearchResult, strategy
from stepsmith.transforms.search.first_error.binary_search import (
    Bisection,
    Rule,
    RuleName,
    locate_each,
)
from stepsmith.transforms.search.omega_tree.candidates import Pool, Scoring, Selector
from stepsmith.transforms.search.omega_tree.screen import Drawn, draw_until_mixed, dropped_rows
from stepsmith.transforms.search.omega_tree.states import Selection, StateTree
from stepsmith.transforms.search.prefixes.estimates import Estimate, make_row
from stepsmith.transforms.search.prefixes.nodes import pair_siblings
from stepsmith.transforms.search.prefixes.rates import rate


@strategy("omega")
def omega(  # noqa: PLR0913 - each one is an option of the paper's, or a departure by name
    problem: Problem,
    rng: Random,
    *,
    rollouts: Count = 8,
    searches: Natural = 100,
    alpha: PositiveShare = 0.5,
    beta: PositiveShare = 0.9,
    length: Positive = 500.0,
    c_puct: NotNegative = 0.125,
    rule: RuleName = "mc_gt_0",
    threshold: Share = 0.5,
    selector: Selector = "paper",
    filter_rollouts: Natural = 0,
    filter_batch: Count = 8,
    parallel: Count = 1,
    pairs: bool = True,
) -> Plan:
    """Find the first errors of many wrong solutions by binary search, the most telling first.

    OmegaPRM (arXiv 2406.06592, sections 3.2 to 3.4), with its defaults. A pool holds every
    wrong completion r of every state s with 0 < MC(s) < 1, MC(s) being the share of `rollouts`
    completions of s that are right. The one with the highest Q + U leaves the pool and is bisected
    with `rollouts` completions a probe; the probes before its first error and at it become
    states, whose wrong completions enter the pool. It ends after `searches` selections, or
    when the pool is empty: at once, where the problem's first solutions are all right or all
    wrong.

    `filter_rollouts` (the paper: 32; 0: off) drops such problems after that many solutions, drawn
    `filter_batch` at a time while only one kind is there. Departures, all off by default: `rule`
    "absolute" or "relative" with a `threshold`; `selector` "uniform" or "stratified"; `parallel`
    selections a round, made before any of them is searched. Two have no switch, and matter only
    where texts repeat: no prefix is estimated twice, and no solution is searched twice.

    A row is a solution that was searched, or one of the first; steps that were not probed have no
    value. The rows say what the search found (`correct`, `first_error`), which the labeler `given`
    keeps and others replace. Soft labels are the values, hard ones the labeler's, pairwise ones the
    `pairs` of steps from one state, preferred with probability (1 + p - q) / 2.
    """
    scoring = Scoring(alpha=alpha, beta=beta, length=length, c_puct=c_puct)
    pool, accept = Pool(scoring, selector, rng), Rule(name=rule, threshold=threshold)
    drawn = yield from draw_until_mixed(
        problem,
        first=max(rollouts, min(filter_batch, filter_rollouts)),
        batch=filter_batch,
        limit=filter_rollouts,
    )
    tree = StateTree(problem, _root(drawn), pool)
    reason = drawn.one_sided
    if reason is not None and filter_rollouts:
        return SearchResult(rows=dropped_rows(problem, drawn, reason), nodes=tree.nodes())
    selections = yield from _search(
        problem, tree, accept, rollouts=rollouts, searches=searches, parallel=parallel
    )
    nodes = tree.nodes()
    return SearchResult(
        rows=tuple(_rows(problem, drawn, selections, tree)),
        nodes=nodes,
        pairs=tuple(pair_siblings(problem, nodes, source="omega")) if pairs else (),
    )


def _search(
    problem: Problem, tree: StateTree, accept: Rule, *, rollouts: int, searches: int, parallel: int
) -> Asking[list[Selection]]:
    """Bisect what the pool gives, `parallel` at a time, until it is empty or all are spent."""
    selections: list[Selection] = []
    while taken := tree.select(min(parallel, searches - len(selections)), len(selections)):
        bisections = [selection.bisection for selection in taken]
        yield from locate_each(problem, bisections, tree.known, rule=accept, rollouts=rollouts)
        for selection in taken:
            tree.grow(selection)
        selections += taken
    return selections


def _root(drawn: Drawn) -> Estimate:
    return Estimate(
        depth=0,
        completions=drawn.solutions,
        outcomes=drawn.outcomes,
        label=rate(drawn.solutions, drawn.outcomes),
    )


def _rows(
    problem: Problem, drawn: Drawn, selections: list[Selection], tree: StateTree
) -> Iterator[LabelledTrajectory]:
    """Make a row of each first solution, then of each other solution that was searched."""
    searched = {selection.candidate.completion.id: selection for selection in selections}
    for solution, outcome in zip(drawn.solutions, drawn.outcomes, strict=True):
        row = make_row(problem, solution, outcome, tree.known)
        selection = searched.pop(solution.id, None)
        yield row if selection is None else _mark(row, selection.bisection, tree)
    for selection in searched.values():
        candidate = selection.candidate
        row = make_row(problem, candidate.completion, candidate.outcome, tree.known)
        yield _mark(row, selection.bisection, tree)


def _mark(row: LabelledTrajectory, bisection: Bisection, tree: StateTree) -> LabelledTrajectory:
    """Write down what a search found: the steps it saw to be right, and the first wrong one."""
    error = bisection.first_error
    labels = tuple(
        dataclasses.replace(label, correct=correct, source="omega")
        if correct is not None
        else label
        for index, label in enumerate(row.labels)
        for correct in (_correct(index, bisection, tree),)
    )
    return dataclasses.replace(row, labels=labels, first_error=error)


def _correct(index: int, bisection: Bisection, tree: StateTree) -> bool | None:
    if index == bisection.first_error:
        return False
    # A prefix broken by the rule, before an intact one, was asked about on another solution:
    # an unlucky estimate or an error that was repaired, and no one can say which.
    is_right = index < bisection.good and tree.is_intact(bisection.texts[index + 1])
    return True if is_right else None
