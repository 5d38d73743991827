"""Gold chains of facts, and what becomes of them when one step is made wrong on purpose."""

from random import Random
from typing import Literal

from stepsmith.schemas.options import Count, Natural, Positive
from stepsmith.schemas.records import Problem
from stepsmith.transforms.search.base import Plan, judge_outcomes, strategy

__all__ = ["graph_counterfactuals"]


@strategy("graph_counterfactuals")
def graph_counterfactuals(  # noqa: PLR0913 - its parameters are a recipe's options
    problem: Problem,
    rng: Random,
    *,
    kinds: tuple[str, ...] = (),
    max_each: Count = 1,
    max_total: Natural = 0,
    references: Count = 2,
    max_chance: Positive = 0.05,
    form: Literal["prose", "lines", "both"] = "prose",
    repeats: Literal["unlabelled", "wrong"] = "unlabelled",
) -> Plan:
    """Edit the gold chain of a question over a graph: one step is made wrong, and it is known why.

    The gold chain is written in `references` wordings, rows of the origin `reference`. Each edit is
    one of the origin `counterfactual` and one of the table `counterfactuals`: its steps before the
    error are its reference's, and right; the edited step is wrong; later ones are unlabelled, for
    they hang on the error, be they true. The kind `true_denial` alone is right throughout: without
    it every denial would be wrong. No policy is asked; the outcome is the run's verifier's.

    `kinds` are operators, all by default. At most `max_each` edits are made of a kind at a hop, and
    with `max_total` so many in all, in turns between kinds and hops. A fact is written as a false
    one only if the graph holds it under no name and no reading, and in an open world only if fewer
    than `max_chance` such facts are expected by chance: the likelier it is, the more often it is
    one that the graph lacks. A step said twice is true, and so it is unlabelled unless `repeats`
    says wrong, as PRMBench does. `form` writes hops as sentences, machine lines, or both.
    """
    # Here, since to list the strategies must not load a graph.
    from stepsmith.transforms.search.counterfactual.chains import write_chains
    from stepsmith.transforms.search.counterfactual.rows import make_result

    chains = write_chains(
        problem,
        rng,
        kinds=kinds,
        max_each=max_each,
        max_total=max_total or None,
        references=references,
        max_chance=max_chance,
        form=form,
    )
    outcomes = yield from judge_outcomes(problem, chains.trajectories)
    return make_result(problem, chains, outcomes, repeats_wrong=repeats == "wrong")
