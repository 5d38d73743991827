"""The reward of "Knowledge Graphs are Implicit Reward Models", with every part of it."""

import dataclasses
import itertools

from stepsmith.schemas.records import LabelledTrajectory
from stepsmith.transforms.format.base import Carried, LeftOut, exporter


@dataclasses.dataclass(frozen=True, kw_only=True, slots=True)
class KgPathRewardRow:
    """A solution, its step labels and the paper's reward. See `stepsmith.transforms.graph.overlap`.

    `labels` end before the first step that has none. `path` is what its tokens come from.
    """

    id: str
    prompt: str
    steps: tuple[str, ...]
    labels: tuple[bool, ...]
    path: tuple[str, ...]
    n_hits: int
    n_path_tokens: int
    coverage: float
    hit2: int
    dominance: float
    max_run: int
    phi_rep: float
    r_path: float
    r_bin: float
    reward: float


def read(row: KgPathRewardRow) -> Carried:
    """Read the labels: those that are there, and nothing said of the steps after them."""
    unknown = (None,) * (len(row.steps) - len(row.labels))
    return Carried(prompt=row.prompt, steps=row.steps, labels=(*row.labels, *unknown))


@exporter("kg_path_reward", of=LabelledTrajectory, row=KgPathRewardRow, read=read)
def kg_path_reward(row: LabelledTrajectory) -> KgPathRewardRow | LeftOut:
    """Solutions with the published token-overlap reward of a path, a baseline, in its parts.

    A row whose outcome is undecided is left out: the paper punishes a missing answer as a wrong
    one, but here that may be a failure of ours. A problem without a path has no path tokens, and
    so no coverage.
    """
    # Here, since to list the formats must not load a graph.
    from stepsmith.transforms.graph.errors import GraphError
    from stepsmith.transforms.graph.overlap import path_reward, path_values
    from stepsmith.transforms.graph.payload import read_graph_payload

    if not row.labels:
        return LeftOut(reason="no steps")
    if row.outcome.outcome == "undecided":
        return LeftOut(reason="the outcome is undecided")
    try:
        path = path_values(read_graph_payload(row.problem))
    except GraphError:
        return LeftOut(reason="the problem is no question over a graph")
    right = row.outcome.outcome == "valid"
    labels = itertools.takewhile(
        lambda label: label is not None, (label.correct for label in row.labels)
    )
    return KgPathRewardRow(
        id=row.trajectory.id,
        prompt=row.problem.prompt,
        steps=tuple(step.text for step in row.trajectory.steps),
        labels=tuple(map(bool, labels)),
        path=tuple(path),
        **dataclasses.asdict(path_reward(row.trajectory.text, path, right=right)),
    )
