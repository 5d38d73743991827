"""Questions over a graph, put into words by a policy, and solved as they were put."""

import dataclasses
from collections.abc import Sequence
from random import Random

from stepsmith.schemas.errors import RecipeError
from stepsmith.schemas.options import Count
from stepsmith.schemas.records import Claim, Problem, Step
from stepsmith.transforms.search.base import (
    Asking,
    Check,
    Plan,
    Sample,
    SearchResult,
    check_each,
    draw,
    judge_outcomes,
    strategy,
    unlabelled_row,
)


@strategy("graph_rewrites")
def graph_rewrites(
    problem: Problem,
    rng: Random,  # noqa: ARG001 - every draw is the policy's
    *,
    teacher: str | None = None,
    tries: Count = 4,
    solutions: Count = 4,
    verifiers: tuple[str, ...] = ("graph.question",),
) -> Plan:
    """Have a policy put each question into its own words, then sample solutions to that text.

    `teacher` names the policy of the recipe that writes, whose prompt should ask for a question on
    one line. The first of `tries` texts that all `verifiers` confirm takes the place of the
    question's line; facts and options stay as they are. `graph.question` confirms a text that names
    the start and no other node. Where none is confirmed the template's text stays. The problem of
    every row is the one that was solved.
    """
    if not verifiers:
        msg = "verifiers is empty: without one, nothing says that a text gives no node away"
        raise RecipeError(msg)
    *before, line = _lines(problem, above=True)
    after = _lines(problem, above=False)
    texts = yield from draw(Sample(path="rewrite", n=tries, policy=teacher, prompt=line))
    offered = tuple(
        dict.fromkeys(" ".join(text.text.split()) for text in texts if text.finish_reason == "stop")
    )
    chosen = yield from _first_confirmed(problem, offered, verifiers)
    prompt = "\n".join([*before, line if chosen is None else chosen, *after])
    asked = dataclasses.replace(problem, prompt=prompt)
    attempts = yield from draw(Sample(path="solve", n=solutions, prompt=prompt))
    outcomes = yield from judge_outcomes(asked, attempts)
    rows = tuple(
        unlabelled_row(asked, attempt, outcome)
        for attempt, outcome in zip(attempts, outcomes, strict=True)
    )
    return SearchResult(rows=rows)


def _lines(problem: Problem, *, above: bool) -> list[str]:
    """Return the lines down to the question's own, or those below it, which are the options'."""
    lines = problem.prompt.split("\n")
    n_options = len(problem.read_payload(_Options).options)
    end = max(1, len(lines) - n_options)
    return lines[:end] if above else lines[end:]


@dataclasses.dataclass(frozen=True, kw_only=True)
class _Options:
    """What of a payload is needed here; the graph is not opened."""

    options: tuple[dict[str, str], ...] = ()


def _first_confirmed(
    problem: Problem, texts: Sequence[str], verifiers: Sequence[str]
) -> Asking[str | None]:
    """Ask every verifier about every text; return the first that all of them confirm."""
    checks = [
        Check(claim=Claim(problem=problem, step=Step(text=text)), verifier=name)
        for text in texts
        for name in verifiers
    ]
    if not checks:
        return None
    verdicts = yield from check_each(checks)
    for at, text in enumerate(texts):
        own = verdicts[at * len(verifiers) : (at + 1) * len(verifiers)]
        if all(verdict.outcome == "valid" for verdict in own):
            return text
    return None
