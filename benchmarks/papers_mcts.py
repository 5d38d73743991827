"""What AlphaMath's tree search makes of outcomes alone, where every prefix's value is known.

The tree world of the literature's simulations: 60 trees, uniform priors, c 1.5. Spearman's rho of
Q and truth is over nodes with two visits or more, a mean of trees; siblings are a right and a
broken child of a right node, both visited. A spread is that of three worlds of 60 trees each.
"""

import dataclasses
import statistics
import sys
from collections.abc import Iterator, Sequence
from random import Random

from benchmarks.report import Claim, Findings, main
from benchmarks.worlds.tree import TreeWorld, rank_correlation, rate_nodes, sibling_scores
from benchmarks.worlds.walk import PROBLEM, Walk, true_error
from stepsmith.transforms.search.base import SearchResult
from stepsmith.transforms.search.mcts import Value, mcts

_SUCCESS = 0.6


@dataclasses.dataclass(frozen=True, kw_only=True)
class _Setting:
    """One kind of search, and the targets that a paper's measurements set for it."""

    name: str
    value: Value
    depth: int = 4
    simulations: int = 40
    parallel: int = 1
    success: float = _SUCCESS
    spearman: float | None = None
    sibling: float | None = None

    @property
    def world(self) -> TreeWorld:
        return TreeWorld(depth=self.depth, success=self.success)

    def search(self, seed: int) -> SearchResult:
        """Search one tree; the same seed gives the same tree."""
        plan = mcts(
            PROBLEM,
            Random(seed),
            value=self.value,
            simulations=self.simulations,
            parallel=self.parallel,
        )
        return Walk(world=self.world, seed=seed).run(plan)


_SETTINGS = (
    _Setting(name="depth4.none", value="none", spearman=0.6, sibling=0.75),
    _Setting(name="depth4.rollout", value="rollout", spearman=0.8, sibling=0.85),
    _Setting(name="depth4.none.120", value="none", simulations=120),
    _Setting(name="depth4.rollout.parallel8", value="rollout", parallel=8),
    _Setting(name="depth4.none.success80", value="none", success=0.8),
    _Setting(name="depth4.rollout.success80", value="rollout", success=0.8),
    _Setting(name="depth6.none", value="none", depth=6),
    _Setting(name="depth6.rollout", value="rollout", depth=6),
)


def measure(*, quick: bool) -> Findings:
    """Search 3 x 60 trees in each setting."""
    n_trees = 6 if quick else 60
    claims: list[Claim] = []
    searched: list[SearchResult] = []
    sizes: dict[str, float] = {}
    for setting in _SETTINGS:
        trees = [setting.search(seed) for seed in range(3 * n_trees)]
        blocks = [trees[start : start + n_trees] for start in range(0, len(trees), n_trees)]
        claims += _quality(setting, blocks)
        claims.append(_unreached(setting, trees))
        searched += trees
        sizes[setting.name] = statistics.mean(len(tree.rows) for tree in trees)
    claims += _exported(searched)
    return Findings(
        claims=claims, details={"trees": n_trees, "success": _SUCCESS, "rows_a_tree": sizes}
    )


def _quality(setting: _Setting, blocks: Sequence[Sequence[SearchResult]]) -> list[Claim]:
    rhos: list[float] = []
    shares: list[float] = []
    for block in blocks:
        rated = [rate_nodes(setting.world, tree.nodes) for tree in block]
        known = [rho for rho in map(rank_correlation, rated) if rho is not None]
        scores = [score for nodes in rated for score in sibling_scores(nodes)]
        rhos += [statistics.mean(known)] if known else []
        shares += [statistics.mean(scores)] if scores else []
    measured = [("spearman", rhos, setting.spearman), ("sibling", shares, setting.sibling)]
    return [
        Claim(
            name=f"{setting.name}.{name}",
            value=statistics.mean(values),
            unit="rho" if name == "spearman" else "share",
            spread=(min(values), max(values)),
            target=target,
            better=None if target is None else "higher",
        )
        for name, values, target in measured
        if values
    ]


def _unreached(setting: _Setting, trees: Sequence[SearchResult]) -> Claim:
    """Without a value, 40 visits of a tree of depth 6 and width 5 can end nothing."""
    impossible = setting.name == "depth6.none"
    return Claim(
        name=f"{setting.name}.no_terminal",
        value=statistics.mean(not any(row.keep for row in tree.rows) for tree in trees),
        unit="share",
        target=1.0 if impossible else None,
        better="higher" if impossible else None,
    )


def _exported(trees: Sequence[SearchResult]) -> Iterator[Claim]:
    """Check the rows of all trees: those that end, and the one that says that none did."""
    kept = [row for tree in trees for row in tree.rows if row.keep]
    reasons = [[row.drop_reason for row in tree.rows if not row.keep] for tree in trees]
    measured = {
        "last_q_exact": [row.labels[-1].value in (0.0, 1.0) for row in kept],
        "wrong_paths_told": [
            (row.outcome.outcome == "valid") is (true_error(row.trajectory) is None) for row in kept
        ],
        "no_terminal_reported": [
            said == ([] if any(row.keep for row in tree.rows) else ["no terminal reached"])
            for tree, said in zip(trees, reasons, strict=True)
        ],
    }
    for name, flags in measured.items():
        share = statistics.mean(flags)
        yield Claim(name=name, value=share, unit="share", target=1.0, better="higher")


if __name__ == "__main__":
    sys.exit(main("papers_mcts", measure))
