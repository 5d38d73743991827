"""A solution under search, and what was asked about it."""

import dataclasses

from stepsmith.schemas.records import StepLabel, Trajectory, Verdict
from stepsmith.transforms.search.prefixes.rates import rate


@dataclasses.dataclass(kw_only=True, eq=False)
class Suspect:
    """A solution whose first wrong step is sought.

    `number` names it in paths and node ids. It was drawn from the problem, or taken up as the
    completion `found`. It shares its first `branch` steps with `parent`, if it has one, to which
    all that is known of these prefixes belongs, or to that one's own parent. One that was drawn
    again has an equal `twin` that came before, and with it all that is known. `place` is where the
    beliefs keep it, null for a cut or blank solution, which is not searched. It was probed in so
    many `rounds`, by `n_spent` completions, of which `n_judged` were decided, and is `done` when no
    more are drawn. `completions` are those of its own prefixes, by their length, with their
    verdicts; `verdicts` are those of tools on its own steps, by index.
    """

    number: int
    trajectory: Trajectory
    outcome: Verdict
    found: "Found | None" = None
    parent: "Suspect | None" = None
    branch: int = 0
    twin: "Suspect | None" = None
    place: int | None = None
    rounds: int = 0
    n_spent: int = 0
    n_judged: int = 0
    done: bool = False
    completions: dict[int, list[tuple[Trajectory, Verdict]]] = dataclasses.field(
        default_factory=dict[int, list[tuple[Trajectory, Verdict]]]
    )
    verdicts: dict[int, list[Verdict]] = dataclasses.field(default_factory=dict[int, list[Verdict]])


@dataclasses.dataclass(frozen=True, kw_only=True, eq=False)
class Found:
    """A wrong completion that a probe brought: a solution that was paid for already."""

    trajectory: Trajectory
    outcome: Verdict
    owner: Suspect
    length: int


def owner_of(suspect: Suspect, length: int) -> Suspect:
    """Return the solution to which all that is known of this prefix belongs."""
    while suspect.parent is not None and length <= suspect.branch:
        suspect = suspect.parent
    return suspect


def rate_of(suspect: Suspect, length: int) -> StepLabel:
    """Rate a prefix of a solution by its completions; nothing is said where there are none."""
    drawn = owner_of(suspect, length).completions.get(length)
    if not drawn:
        return StepLabel()
    return rate([each for each, _ in drawn], [verdict for _, verdict in drawn])
