"""Search results as text, kept beside the tests: a change of any tree, row or pair is seen.

`STEPSMITH_REWRITE_GOLDEN=1` in the environment writes the files instead of comparing.
"""

import os
from collections.abc import Iterator
from pathlib import Path

from stepsmith.schemas import LabelledTrajectory, Node, Pair
from stepsmith.transforms.search import SearchResult

FOLDER = Path(__file__).parents[1] / "golden" / "search"


def check_golden(name: str, result: SearchResult) -> None:
    """Compare a result with `tests/golden/search/NAME.txt`."""
    path = FOLDER / f"{name}.txt"
    text = "".join(f"{line}\n" for line in render(result))
    if os.environ.get("STEPSMITH_REWRITE_GOLDEN") == "1":
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    assert text == path.read_text()


def render(result: SearchResult) -> Iterator[str]:
    """Write a result as lines: the tree indented by depth, then the rows, then the pairs."""
    children: dict[str | None, list[Node]] = {}
    for node in result.nodes:
        children.setdefault(node.parent_id, []).append(node)
    yield f"{len(result.nodes)} nodes"
    yield from _tree(children, None, "")
    yield f"{len(result.rows)} rows"
    for row in result.rows:
        yield from _row(row)
    yield f"{len(result.pairs)} pairs"
    for pair in result.pairs:
        yield from _pair(pair)


def _tree(children: dict[str | None, list[Node]], parent: str | None, indent: str) -> Iterator[str]:
    for node in children.get(parent, ()):
        mark = "*" if node.chosen else " "
        counts = _counts(node.n_correct, node.n_rollouts, node.n_undecided)
        yield (
            f"{mark} {indent}{node.id} {node.trajectory_id}[{node.start}:{node.end}]"
            f" value={_number(node.value)}{counts} visits={node.visits}"
            + (f" prior={_number(node.prior)}" if node.prior is not None else "")
            + (f" {node.outcome}" if node.outcome else "")
            + f" {node.text!r}"
        )
        yield from _tree(children, node.id, indent + "  ")


def _row(row: LabelledTrajectory) -> Iterator[str]:
    trajectory = row.trajectory
    origin = f" after {trajectory.parent_id}[:{trajectory.branch_step}]"
    yield (
        f"  {trajectory.id}{origin if trajectory.parent_id else ''}"
        f" {trajectory.origin} {row.outcome.outcome} first_error={row.first_error}"
        + (f" p={_number(row.first_error_prob)}" if row.first_error_prob is not None else "")
        + ("" if row.keep else f" dropped: {row.drop_reason}")
    )
    for step, label in zip(trajectory.steps, row.labels, strict=True):
        known = {True: "+", False: "-", None: "?"}[label.correct]
        counts = _counts(label.n_correct, label.n_rollouts, label.n_undecided)
        advantage = "" if label.advantage is None else f" advantage={_number(label.advantage)}"
        yield f"    {known} {_number(label.value)}{counts}{advantage} {step.text!r}"


def _pair(pair: Pair) -> Iterator[str]:
    yield f"  {pair.id} {pair.kind} after {pair.branch_step} p={_number(pair.preference)}"
    yield f"    {pair.chosen_id} {pair.chosen!r}"
    yield f"    {pair.rejected_id} {pair.rejected!r}"


def _counts(n_correct: int | None, n_rollouts: int | None, n_undecided: int | None) -> str:
    if n_rollouts is None:
        return ""
    return f" {n_correct}/{n_rollouts}" + (f" ({n_undecided} undecided)" if n_undecided else "")


def _number(value: float | None) -> str:
    return "null" if value is None else f"{value:.4g}"
