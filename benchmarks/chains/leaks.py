"""How well one step by itself tells a classifier whether it is gold or was made wrong."""

import dataclasses
from collections import defaultdict
from collections.abc import Sequence
from random import Random
from statistics import quantiles
from typing import NamedTuple

from benchmarks.chains.facts import absent_tail
from stepsmith.schemas.facts import Counterfactual
from stepsmith.schemas.records import LabelledTrajectory, Problem
from stepsmith.transforms.graph.payload import read_graph_payload
from stepsmith.transforms.graph.store import Graph
from stepsmith.transforms.graph.triples import Edge
from stepsmith.transforms.graph.wording import SEPARATOR, spoken_name, variant_of, wording_of

FOLDS = 5
_RESAMPLED = 200
_WORDS = r"\w+|[^\w\s]"


@dataclasses.dataclass(frozen=True, kw_only=True)
class Made:
    """One problem, and what the strategy made of it."""

    problem: Problem
    rows: tuple[LabelledTrajectory, ...]
    counterfactuals: tuple[Counterfactual, ...]


class Pair(NamedTuple):
    """The gold step and the edited one in its place, of one group (a problem)."""

    group: str
    gold: str
    edited: str


@dataclasses.dataclass(frozen=True, kw_only=True)
class Leak:
    """The chance that a gold step is thought likelier than an edited one; 0.5 is blind."""

    auc: float
    low: float
    high: float
    pairs: int


def measure_leak(pairs: Sequence[Pair]) -> Leak | None:
    """Train on words and pairs of words, judge groups that were not trained on.

    The interval is that of 200 resamplings of the groups, 95 % of them.
    """
    groups = sorted({pair.group for pair in pairs})
    if len(groups) < 2 * FOLDS:
        return None
    scored = _out_of_fold(pairs, groups)
    by_group: dict[str, list[tuple[float, float]]] = {}
    for pair, scores in zip(pairs, scored, strict=True):
        by_group.setdefault(pair.group, []).append(scores)
    rng = Random(0)
    resampled = [
        _auc([pair for name in rng.choices(groups, k=len(groups)) for pair in by_group[name]])
        for _ in range(_RESAMPLED)
    ]
    cuts = quantiles(resampled, n=40)
    return Leak(auc=_auc(scored), low=cuts[0], high=cuts[-1], pairs=len(pairs))


def _out_of_fold(pairs: Sequence[Pair], groups: Sequence[str]) -> list[tuple[float, float]]:
    """Return the scores of each pair, given by a model that saw nothing of its group."""
    # Here, since the packages come with the extra `diagnostics`.
    from sklearn.feature_extraction.text import CountVectorizer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline

    mixed = Random(0).sample(groups, len(groups))
    fold_of = {group: place % FOLDS for place, group in enumerate(mixed)}
    scores: dict[int, tuple[float, float]] = {}
    for fold in range(FOLDS):
        train = [pair for pair in pairs if fold_of[pair.group] != fold]
        places = [at for at, pair in enumerate(pairs) if fold_of[pair.group] == fold]
        model = make_pipeline(
            CountVectorizer(ngram_range=(1, 2), binary=True, token_pattern=_WORDS),
            LogisticRegression(C=1.0, max_iter=500),
        )
        texts = [pair.gold for pair in train] + [pair.edited for pair in train]
        model.fit(texts, [1] * len(train) + [0] * len(train))
        gold = model.decision_function([pairs[at].gold for at in places])
        edited = model.decision_function([pairs[at].edited for at in places])
        for at, one, other in zip(places, gold.tolist(), edited.tolist(), strict=True):
            scores[at] = (one, other)
    return [scores[at] for at in range(len(pairs))]


def _auc(scored: Sequence[tuple[float, float]]) -> float:
    from sklearn.metrics import roc_auc_score

    truth = [1] * len(scored) + [0] * len(scored)
    values = [gold for gold, _ in scored] + [edited for _, edited in scored]
    return float(roc_auc_score(truth, values))


def edited_pairs(made: Sequence[Made]) -> dict[str, list[Pair]]:
    """Pair each edited step with the gold one in its place, an early answer with the right one."""
    pairs: dict[str, list[Pair]] = defaultdict(list)
    for each in made:
        gold = {row.trajectory.id: row.trajectory.steps for row in each.rows}
        parents = {row.trajectory.id: row.trajectory.parent_id for row in each.rows}
        for one in each.counterfactuals:
            before = one.before
            if one.fault == "answer":
                before = gold[parents[one.id] or ""][-1].text
            elif one.before_fact is None or one.fault in ("use", "none"):
                continue
            pairs[one.kind].append(Pair(each.problem.id, before, one.after))
    return pairs


def matched_pairs(made: Sequence[Made]) -> dict[str, list[Pair]]:
    """Pair edited steps with right ones of the same words.

    A true fact that comes too early has its own place in the gold chain, a shortcut says of another
    head what the gold chain's last hop says, and of denials each one that is wrong is held against
    one that is right.
    """
    pairs: dict[str, list[Pair]] = defaultdict(list)
    for each in made:
        gold = {row.trajectory.id: row.trajectory for row in each.rows}
        path = [SEPARATOR.join(fact) for fact in read_graph_payload(each.problem).paths[0]]
        by_kind = defaultdict[str, list[Counterfactual]](list)
        for one in each.counterfactuals:
            by_kind[one.kind].append(one)
        for kind in ("skipped_hop", "swapped_hops"):
            for one in by_kind[kind]:
                reference = gold[gold[one.id].parent_id or ""]
                right = reference.steps[path.index(one.after_fact or "")].text
                pairs[f"{kind}.matched"].append(Pair(each.problem.id, right, one.after))
        for one in by_kind["shortcut"]:
            reference = gold[gold[one.id].parent_id or ""]
            right = reference.steps[len(path) - 1].text
            pairs["shortcut.matched"].append(Pair(each.problem.id, right, one.after))
        denials = zip(by_kind["true_denial"], by_kind["negation"], strict=False)
        pairs["negation.matched"] += (
            Pair(each.problem.id, right.after, wrong.after) for right, wrong in denials
        )
    return pairs


def naive_pairs(graph: Graph, made: Sequence[Made]) -> dict[str, list[Pair]]:
    """Pair the hops of the gold chains with the usual typed tails, written alike."""
    pairs: list[Pair] = []
    for each in made:
        rng = Random(variant_of(each.problem.id))
        for fact in read_graph_payload(each.problem).paths[0]:
            edge = graph.edge(fact)
            if edge is None:
                continue
            tails = graph.tails_of(edge.relation)
            tail = absent_tail(graph, edge, lambda: int(tails[rng.randrange(len(tails))]))  # noqa: B023 - called at once
            if tail is not None:
                variant = rng.randrange(1_000)
                gold, wrong = (
                    sentence(graph, one, variant) for one in (edge, edge._replace(tail=tail))
                )
                pairs.append(Pair(each.problem.id, gold, wrong))
    return {"naive_typed": pairs}


def sentence(graph: Graph, edge: Edge, variant: int) -> str:
    """Write one fact."""
    head, tail = (spoken_name(graph, node) for node in (edge.head, edge.tail))
    key = graph.relation_key(edge.relation)
    return wording_of(graph).sentence(head, key, tail, variant=variant) + "\n"
