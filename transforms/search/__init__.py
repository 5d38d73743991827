"""Strategies, one a file: generators that ask for samples and verdicts and do no I/O.

Every module here but `base`, their contract, is one strategy. What they are made of is in the
packages beside them, which know no strategy:

- `prefixes`: what completions say of a prefix, and the rows of a tree of prefixes;
- `first_error`: where a solution first goes wrong (`bisect`, `omega`, `repair`);
- `omega_tree`, `mcts_tree`, `tool_path`: the parts of `omega`, `mcts` and `tool_use`;
- `mutation`, `counterfactual`: those of `code_mutation` and `graph_counterfactuals`.

What answers a plan, and drives many at once, is `stepsmith.transforms.drive`.
"""

from stepsmith.transforms.search.base import (
    STRATEGIES,
    Ask,
    Asking,
    Asks,
    Check,
    Execute,
    Plan,
    RunTests,
    Sample,
    Score,
    SearchResult,
    Strategy,
    check_each,
    draw,
    draw_each,
    execute,
    execute_each,
    judge_groups,
    judge_outcomes,
    run_tests,
    run_tests_each,
    runs_programs,
    score,
    search_fit_of,
    strategy,
    unfinished,
    unlabelled_row,
)

__all__ = [
    "STRATEGIES",
    "Ask",
    "Asking",
    "Asks",
    "Check",
    "Execute",
    "Plan",
    "RunTests",
    "Sample",
    "Score",
    "SearchResult",
    "Strategy",
    "check_each",
    "draw",
    "draw_each",
    "execute",
    "execute_each",
    "judge_groups",
    "judge_outcomes",
    "run_tests",
    "run_tests_each",
    "runs_programs",
    "score",
    "search_fit_of",
    "strategy",
    "unfinished",
    "unlabelled_row",
]
