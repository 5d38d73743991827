"""HEF's labels against their definition, its quotas, and what its fitting score repairs.

The world: random trees of 60 nodes, a leaf taken out, and for every node a noisy path score (a
logit of 2 or -2) and noisy stop scores (a logit of 2 for the right one, 0 for the others), all with
Gaussian noise. Of a node's own score, that with its path, and the full fitting score: how often
does the best node turn out the parent? Spreads are those of four lots of trees. The paper's
constant for a missing neighbour speaks against leaves, so that trees whose parent has no other
child are beside the claim, as `only_child`. `wordnet` and `icd10cm` are real taxonomies, where they
are installed, without the terms that have no place in them.
"""

import itertools
import math
import statistics
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from random import Random

from benchmarks.hierarchies.definition import by_definition, climbs, keeps_quotas, parents_of
from benchmarks.report import Claim, Findings, main
from stepsmith.schemas.records import Claim as StepClaim
from stepsmith.schemas.records import Problem, Verdict
from stepsmith.transforms.drive.play import play
from stepsmith.transforms.graph.build import build
from stepsmith.transforms.graph.errors import GraphError
from stepsmith.transforms.graph.loaders.base import GRAPH_LOADERS
from stepsmith.transforms.search.base import Ask, Check
from stepsmith.transforms.search.hierarchy_descent import hierarchy_descent
from stepsmith.transforms.taxonomy.anchors import (
    STOPS,
    Placement,
    Stop,
    may_be_placed,
    place,
)
from stepsmith.transforms.taxonomy.fitting import NodeScores, fitting_scores
from stepsmith.transforms.taxonomy.payload import read_hierarchy
from stepsmith.transforms.taxonomy.read import read_graph
from stepsmith.transforms.taxonomy.show import Shown, make_problem, shuffled
from stepsmith.transforms.taxonomy.tree import Taxonomy
from stepsmith.transforms.verify.taxonomy_descent import descent, placement

_NODES = 60
_NOISES = (1.0, 1.5)
_LOTS = 4

_Scores = Mapping[str, NodeScores]


def measure(*, quick: bool) -> Findings:
    """Check labels and quotas on random and real taxonomies, and run the noisy world."""
    trees = 40 if quick else 400
    claims = [*_labels(40 if quick else 400), *_quotas(40 if quick else 400)]
    for noise in _NOISES:
        claims += _noisy_world(noise, trees, target=0.20 if noise == _NOISES[0] else None)
    claims += _noisy_world(_NOISES[0], trees, only_child=True)
    for name, read in () if quick else _REAL.items():
        if (taxonomy := read()) is not None:
            claims += real_claims(name, taxonomy, terms=100)
    return Findings(claims=claims, details={"trees": trees, "nodes": _NODES})


def random_taxonomy(rng: Random, *, nodes: int = _NODES, max_parents: int = 1) -> Taxonomy:
    """Let each node stand below one of those before it, or below several."""
    return Taxonomy.of(
        (f"{node:03d}", f"{parent:03d}")
        for node in range(1, nodes)
        for parent in rng.sample(range(node), min(node, rng.randint(1, max_parents)))
    )


def _said(where: Placement, anchor: str) -> tuple[bool, Stop] | None:
    return None if anchor in where.removed else (where.on_path(anchor), where.stop(anchor))


def _labels(count: int) -> Iterator[Claim]:
    """Compare every label of every anchor, of trees and of graphs with several parents."""
    for name, max_parents in (("trees", 1), ("graphs", 3)):
        right = total = 0
        for seed in range(count // 10):
            rng = Random(f"{name}/{seed}")
            taxonomy = random_taxonomy(rng, nodes=24, max_parents=max_parents)
            for query in taxonomy.keys[1:]:
                expected = by_definition(taxonomy, query, taxonomy.keys)
                where = place(taxonomy, query)
                right += sum(_said(where, key) == each for key, each in expected.items())
                total += len(expected)
        yield _exact(f"labels.{name}", right, total)


def _exact(name: str, right: int, total: int, *, unit: str = "share") -> Claim:
    return Claim(
        name=f"hierarchy.{name}",
        value=right / total,
        spread=(0, total),
        target=1.0,
        better="higher",
        unit=f"{unit} of {total}",
    )


def _quotas(count: int) -> Iterator[Claim]:
    met = 0
    for seed in range(count):
        rng = Random(f"quota/{seed}")
        taxonomy = random_taxonomy(rng, nodes=rng.randint(3, 120), max_parents=2)
        met += keeps_quotas(taxonomy, rng.choice(taxonomy.keys[1:]), rng)
    yield _exact("quotas.random", met, count)


def _noisy_world(
    noise: float, trees: int, *, target: float | None = None, only_child: bool = False
) -> Iterator[Claim]:
    hits: dict[str, list[bool]] = {name: [] for name in _DECISIONS}
    for seed in range(trees):
        rng = Random(f"{noise}/{only_child}/{seed}")
        taxonomy, query = _tree_with_leaf(rng, only_child=only_child)
        where = place(taxonomy, query)
        scores = noisy_scores(taxonomy, where, rng, noise)
        for name, decide in _DECISIONS.items():
            decided = decide(taxonomy, scores)
            hits[name].append(max(decided, key=lambda key: decided[key]) in where.parents)
    world = f"only_child.{noise}" if only_child else f"noise_{noise}"
    for name, found in hits.items():
        yield Claim(
            name=f"hierarchy.{world}.{name}",
            value=statistics.fmean(found),
            spread=_spread(found),
            unit="share",
        )
    gains = [int(full) - int(own) for full, own in zip(hits["full"], hits["current"], strict=True)]
    yield Claim(
        name=f"hierarchy.{world}.full_minus_current",
        value=statistics.fmean(gains),
        spread=_spread(gains),
        target=target,
        better=None if target is None else "higher",
        unit="share",
    )


def _tree_with_leaf(rng: Random, *, only_child: bool) -> tuple[Taxonomy, str]:
    while True:
        taxonomy = random_taxonomy(rng)
        leaves = [key for key in taxonomy.keys[1:] if not taxonomy.children(key)]
        chosen = [key for key in leaves if _is_only_child(taxonomy, key) is only_child]
        if chosen:
            return taxonomy, rng.choice(chosen)


def _is_only_child(taxonomy: Taxonomy, key: str) -> bool:
    [parent] = taxonomy.parents(key)
    return taxonomy.children(parent) == (key,)


def noisy_scores(taxonomy: Taxonomy, where: Placement, rng: Random, noise: float) -> _Scores:
    """Score every node that is left, as a model would whose logits are off by chance."""

    def scores(key: str) -> NodeScores:
        path = (2 if where.on_path(key) else -2) + rng.gauss(0, noise)
        stops = {
            stop: math.exp((2 if stop == where.stop(key) else 0) + rng.gauss(0, noise))
            for stop in STOPS
        }
        total = sum(stops.values())
        return NodeScores(
            path=1 / (1 + math.exp(-path)),
            **{stop: each / total for stop, each in stops.items()},
        )

    return {key: scores(key) for key in taxonomy.keys if key not in where.removed}


def _full(taxonomy: Taxonomy, scores: _Scores) -> Mapping[str, float]:
    return fitting_scores({key: taxonomy.parents(key) for key in scores}, scores)


_DECISIONS: Mapping[str, Callable[[Taxonomy, _Scores], Mapping[str, float]]] = {
    "current": lambda _, scores: {key: each.current for key, each in scores.items()},
    "with_path": lambda _, scores: {key: one.path * one.current for key, one in scores.items()},
    "full": _full,
}


def _spread(found: Sequence[float]) -> tuple[float, float]:
    lots = [statistics.fmean(found[start::_LOTS]) for start in range(_LOTS)]
    return min(lots), max(lots)


def _taxonomy(loader: str, relation: str, paths: Sequence[str]) -> Taxonomy | None:
    """Build the graph that a loader gives and read one relation of it; nothing without its data."""
    try:
        parts = GRAPH_LOADERS.get(loader).value(paths)
        with tempfile.TemporaryDirectory() as folder:
            build(parts, Path(folder) / loader)
            return read_graph(str(Path(folder) / loader), relation)
    except GraphError:
        return None


_REAL: Mapping[str, Callable[[], Taxonomy | None]] = {
    "wordnet": lambda: _taxonomy("wordnet", "hypernym", ("/usr/share/wordnet",)),
    "icd10cm": lambda: _taxonomy("icd10cm", "is_a", ()),
}


def real_claims(name: str, taxonomy: Taxonomy, *, terms: int) -> Iterator[Claim]:
    """Check the batches of some terms, and every label of their descents by the verifiers.

    A term that lies below another of its name has no place, and the source leaves it out too.
    """
    leaves = [key for key in taxonomy.keys if not taxonomy.children(key)]
    placed = (key for key in shuffled(leaves, name) if may_be_placed(taxonomy, key))
    chosen = list(itertools.islice(placed, terms))
    rng, up = Random(name), climbs(taxonomy)
    met = sum(keeps_quotas(taxonomy, one, rng, up) for one in chosen)
    yield _exact(f"{name}.quotas", met, len(chosen))
    right = total = 0
    for term in chosen:
        problem = make_problem(taxonomy, term, Shown(), source=name, domain="taxonomy")
        checked = list(_checked(parents_of(taxonomy, term, up), term, problem))
        right += sum(checked)
        total += len(checked)
    yield _exact(f"{name}.steps", right, total)


def _checked(parents: set[str], term: str, problem: Problem) -> Iterator[bool]:
    """Say of each step whether its label is the verifier's, and of each end whether it is."""
    rows = play(hierarchy_descent(problem, Random(term)), _placed).rows
    keys = {node.name: node.key for node in read_hierarchy(problem).nodes.values()}
    for row in rows:
        steps = row.trajectory.steps
        for at, (step, label) in enumerate(zip(steps, row.labels, strict=True)):
            verdict = descent(StepClaim(problem=problem, prior=steps[:at], step=step))
            yield (verdict.outcome == "valid") is label.correct and verdict.outcome != "undecided"
        reached = keys[row.trajectory.answer or ""] in parents
        yield reached is (row.outcome.outcome == "valid")


def _placed(ask: Ask) -> Verdict:
    if not isinstance(ask, Check):
        raise TypeError(ask)
    return placement(ask.claim)


if __name__ == "__main__":
    sys.exit(main("papers_hierarchy", measure))
