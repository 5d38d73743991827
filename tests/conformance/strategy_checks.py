"""What must hold of what every strategy makes: one function a rule, raising `AssertionError`."""

import collections
import dataclasses
import itertools
from collections.abc import Callable, Iterator

from stepsmith.schemas import Node, Trajectory
from stepsmith.transforms.search import Ask, SearchResult
from tests.search.watch import samples


@dataclasses.dataclass(frozen=True, kw_only=True)
class Searched:
    """One search: what it made, all that it asked for and all that was drawn for it."""

    result: SearchResult
    asked: list[Ask]
    drawn: list[Trajectory]

    @property
    def n_samples(self) -> int:
        """How many samples were asked for."""
        return sum(ask.n for ask in samples(self.asked))

    @property
    def texts(self) -> set[str]:
        """All that was drawn, from the problem on."""
        return {one.text for one in self.drawn}

    def was_drawn(self, text: str) -> bool:
        """Say whether something that was drawn begins with `text`."""
        return any(drawn.startswith(text) for drawn in self.texts)


Rule = Callable[[Searched], None]


def check_probabilities(searched: Searched) -> None:
    for row in searched.result.rows:
        assert row.first_error_prob is None or 0 <= row.first_error_prob <= 1 + 1e-9
        for label in row.labels:
            assert label.value is None or 0 <= label.value <= 1
            assert label.correct_prob is None or 0 <= label.correct_prob <= 1
            assert label.advantage is None or -2 <= label.advantage <= 2
    for node in searched.result.nodes:
        assert node.value is None or -1 <= node.value <= 1
        assert node.prior is None or 0 <= node.prior <= 1


def check_counts(searched: Searched) -> None:
    records = itertools.chain(
        (label for row in searched.result.rows for label in row.labels), searched.result.nodes
    )
    for record in records:
        counts = (record.n_rollouts, record.n_correct, record.n_undecided)
        assert len({count is None for count in counts}) == 1
        n_rollouts, n_correct, n_undecided = (count or 0 for count in counts)
        assert min(n_rollouts, n_correct, n_undecided) >= 0
        assert n_correct + n_undecided <= n_rollouts <= searched.n_samples


def check_rows_are_whole(searched: Searched) -> None:
    ids = [row.trajectory.id for row in searched.result.rows]
    assert len(set(ids)) == len(ids) > 0
    for row in searched.result.rows:
        assert len(row.labels) == len(row.trajectory.steps)
        assert row.trajectory.problem_id == row.problem.id
        assert row.first_error is None or 0 <= row.first_error < len(row.labels)


def check_text_is_what_was_drawn(searched: Searched) -> None:
    for row in searched.result.rows:
        steps = list(row.trajectory.steps)
        while steps and steps[-1].kind == "observation":  # which no policy wrote
            steps.pop()
        written = "".join(step.text for step in steps)
        # A tree's path may end before its reply does, and so may one that is run.
        if row.trajectory.origin == "tree" or [step.kind for step in steps[-1:]] == ["code"]:
            assert searched.was_drawn(written)
        else:
            assert written in searched.texts


def check_paths_are_unique(searched: Searched) -> None:
    paths = [ask.path for ask in samples(searched.asked)]
    assert len(set(paths)) == len(paths)
    assert len(searched.drawn) == searched.n_samples


def check_failures_are_no_labels(searched: Searched) -> None:
    for row in searched.result.rows:
        if row.trajectory.finish_reason in ("length", "empty"):
            assert row.outcome.outcome == "undecided"
            assert row.first_error is None
        # Completions that could be judged may locate the error of a solution that could not be.
        judged = any((label.n_rollouts or 0) > (label.n_undecided or 0) for label in row.labels)
        if row.outcome.outcome == "undecided" and not judged:
            assert row.first_error is None
            assert not any(label.correct is False for label in row.labels)


def check_tree(searched: Searched) -> None:
    nodes = {node.id: node for node in searched.result.nodes}
    assert len(nodes) == len(searched.result.nodes)
    if not nodes:
        return
    [root] = [node for node in nodes.values() if node.parent_id is None]
    assert (root.start, root.end, root.text) == (0, 0, "")
    steps = {one.id: one.steps for one in searched.drawn}
    steps |= {row.trajectory.id: row.trajectory.steps for row in searched.result.rows}
    for node in nodes.values():
        above = list(_lineage(nodes, node))
        assert above[-1] is root
        if node is not root:
            assert node.start == nodes[node.parent_id or ""].end <= node.end
            assert searched.was_drawn("".join(one.text for one in reversed(above)))
        if node.trajectory_id is not None:
            own = steps[node.trajectory_id][node.start : node.end]
            assert node.text == "".join(step.text for step in own)


def _lineage(nodes: dict[str, Node], node: Node) -> Iterator[Node]:
    place: Node | None = node
    for _ in range(len(nodes)):
        if place is None:
            return
        yield place
        place = None if place.parent_id is None else nodes[place.parent_id]
    assert place is None, "a circle"


def check_pairs(searched: Searched) -> None:
    pairs = searched.result.pairs
    assert all(count == 1 for count in collections.Counter(pair.id for pair in pairs).values())
    known = {one.id for one in searched.drawn}
    known |= {row.trajectory.id for row in searched.result.rows}
    for pair in pairs:
        assert pair.chosen != pair.rejected
        assert 0.5 < pair.preference <= 1
        assert searched.was_drawn(pair.prefix + pair.chosen)
        assert searched.was_drawn(pair.prefix + pair.rejected)
        assert {pair.chosen_id, pair.rejected_id} <= {*known, None}


RULES: tuple[Rule, ...] = (
    check_probabilities,
    check_counts,
    check_rows_are_whole,
    check_text_is_what_was_drawn,
    check_paths_are_unique,
    check_failures_are_no_labels,
    check_tree,
    check_pairs,
)
