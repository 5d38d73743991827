"""Step values by tree search from outcomes alone (AlphaMath Almost Zero)."""

import dataclasses
import math
from collections.abc import Iterator, Mapping, Sequence
from random import Random
from typing import Annotated, Literal, cast

from msgspec import Meta

from stepsmith.schemas.errors import ProblemError
from stepsmith.schemas.options import Count, Natural, NotNegative
from stepsmith.schemas.records import Outcome, Problem, Step, Trajectory, Verdict
from stepsmith.transforms.search.base import (
    Asking,
    Plan,
    Sample,
    Score,
    judge_outcomes,
    strategy,
)
from stepsmith.transforms.search.mcts_tree.branches import Branch, count, grow, select, visit
from stepsmith.transforms.search.mcts_tree.rows import Pairing, lacks_answer, make_result

Value = Literal["none", "rollout", "model"]
Unanswered = Literal["wrong", "undecided"]


@strategy("mcts")
def mcts(  # noqa: PLR0913 - the options of a recipe
    problem: Problem,
    rng: Random,
    *,
    simulations: Count = 40,
    children: Count = 5,
    depth: Count = 8,
    c_puct: NotNegative = 1.5,
    value: Value = "rollout",
    answer_text: Annotated[str, Meta(pattern=r"\{answer\}")] = "The answer is {answer}.",
    unanswered: Unanswered = "wrong",
    parallel: Count = 1,
    pairs: Natural = 1,
    pair_margin: NotNegative = 0.5,
    pair_visits: Natural = 2,
) -> Plan:
    """Value steps by the Q of a PUCT tree search that is told only where solutions end.

    AlphaMath (arXiv 2405.03553, its released code): each of `simulations` visits goes down by
    Q + `c_puct` * prior * sqrt(N_parent) / (1 + N) to a leaf and draws `children` next steps. A
    prior is exp of the step's mean token log-probability, or without log-probabilities the share
    of its siblings' draws. A solution's end is worth +1 or -1, backed up to the root; no answer
    and more than `depth` steps are worth -1 too, or with `unanswered` "undecided" nothing. `value`
    says what a step is worth that ends nothing:

    - `rollout`: +1 or -1 by the rest of its own reply, which was paid for with the step;
    - `none`: nothing; its expansion counts as a visit. This is breadth-first until a solution
      ends, and may reach none;
    - `model`: 2p - 1 when it is expanded, p the policy's own probability of the problem's answer
      where `answer_text` states it next. It stands where AlphaMath has a trained value head,
      which no served engine offers yet.

    A row is a path that ended. A step's value is (Q + 1) / 2, the last one's 1 or 0, and its
    advantage Q less its parent's; `outcome` tells the right paths, which AlphaMath's language
    loss is kept to, from the wrong. Rows without a verdict are there with their `drop_reason`,
    and `no terminal reached` is one. Pairs are up to `pairs` siblings a prefix, `pair_margin`
    apart in Q, which have ended or have `pair_visits` visits. Counts are of verdicts alone: what
    has no answer is undecided there, whatever it is worth in Q.

    Other than the paper: a blank or cut reply is recorded and is worth nothing, not -1; equal
    siblings are one; `parallel` leaves are expanded at a time, with a virtual loss.
    """
    ask_value = _value_asker(problem, answer_text) if value == "model" else None
    root = Branch(tag="0")
    left = simulations
    while left and (leaves := select(root, min(parallel, left), c_puct=c_puct, rng=rng)):
        left -= len(leaves)
        replies, values = yield from _expand(leaves, children, ask_value)
        for leaf, worth in zip(leaves, values, strict=True):
            if value != "rollout":
                visit(leaf, worth)
        grown = [
            pair
            for leaf, drawn in zip(leaves, replies, strict=True)
            for pair in grow(leaf, drawn, depth=depth)
        ]
        yield from _judge(problem, grown, rollouts=value == "rollout", unanswered=unanswered)
    pairing = Pairing(n_pairs=pairs, margin=pair_margin, min_visits=pair_visits)
    return make_result(problem, root, pairing)


@dataclasses.dataclass(frozen=True, kw_only=True)
class _ValueAsker:
    """Asks how likely the policy finds the problem's answer after a prefix."""

    lead: str
    statement: str

    def __call__(self, leaf: Branch) -> Score:
        before = "".join(step.text for step in leaf.prefix)
        line = "\n" if before and not before.endswith("\n") else ""
        lead = Step(text=line + self.lead)
        prefix = (*leaf.prefix, lead) if lead.text else leaf.prefix
        return Score(path=f"value/{leaf.tag}", prefix=prefix, text=self.statement)


def _value_asker(problem: Problem, answer_text: str) -> _ValueAsker:
    lead, _, rest = answer_text.partition("{answer}")
    if not problem.answer:
        msg = "mcts with value = 'model' needs the problem's answer, and it has none"
        raise ProblemError(msg)
    # The blank before the answer is scored with it: most tokenizers join the two.
    said = lead.rstrip()
    return _ValueAsker(lead=said, statement=f"{lead[len(said) :]}{problem.answer}{rest}")


def _expand(
    leaves: Sequence[Branch], children: int, ask_value: _ValueAsker | None
) -> Asking[tuple[Sequence[tuple[Trajectory, ...]], Sequence[float]]]:
    """Draw the next steps of each leaf, and ask for its value beside them; 0 without a model."""
    samples = [
        Sample(
            path=f"expand/{leaf.tag}",
            prefix=leaf.prefix,
            n=children,
            parent=leaf.trajectory.id if leaf.trajectory else None,
        )
        for leaf in leaves
    ]
    scores = [] if ask_value is None else [ask_value(leaf) for leaf in leaves]
    answers = yield (*samples, *scores)
    replies = cast("Sequence[tuple[Trajectory, ...]]", answers[: len(samples)])
    logprobs = cast("Sequence[tuple[float, ...]]", answers[len(samples) :])
    if ask_value is None:
        return replies, [0.0 for _ in leaves]
    return replies, [2 * math.exp(min(0.0, sum(each))) - 1 for each in logprobs]


def _judge(
    problem: Problem,
    grown: Sequence[tuple[Branch, list[Trajectory]]],
    *,
    rollouts: bool,
    unanswered: Unanswered,
) -> Asking[None]:
    """Judge the solutions that end here, or with `rollouts` every reply, and back them up."""
    judged = list(_to_judge(grown, rollouts=rollouts))
    verdicts = yield from judge_outcomes(problem, [reply for _, reply in judged])
    for (child, reply), verdict in zip(judged, verdicts, strict=True):
        if child.ending in ("finished", "cut", "blank") and child.verdict is None:
            child.verdict = verdict
        worth = _reward(problem, reply, verdict, unanswered=unanswered)
        _back_up(child, verdict.outcome, worth)
    for child, replies in grown:
        if child.ending == "too deep":
            for _ in replies:
                _back_up(child, "undecided", _WORTH[unanswered])


def _to_judge(
    grown: Sequence[tuple[Branch, list[Trajectory]]], *, rollouts: bool
) -> Iterator[tuple[Branch, Trajectory]]:
    for child, replies in grown:
        if child.ending != "too deep" and (rollouts or child.ending != "open"):
            yield from ((child, reply) for reply in replies)


def _back_up(child: Branch, outcome: Outcome, worth: float | None) -> None:
    count(child, outcome)
    if worth is not None:
        visit(child, worth)


_WORTH: Mapping[Unanswered, float | None] = {"wrong": -1.0, "undecided": None}


def _reward(
    problem: Problem, reply: Trajectory, verdict: Verdict, *, unanswered: Unanswered
) -> float | None:
    """Return +1, -1, or nothing where the verdict is none, unless the solution has no answer."""
    if verdict.outcome != "undecided":
        return 1.0 if verdict.outcome == "valid" else -1.0
    return _WORTH[unanswered] if lacks_answer(problem, reply) else None
