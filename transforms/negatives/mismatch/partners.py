"""Whose steps a problem is paired with: partners at three distances, chosen by chance alone."""

import dataclasses
import hashlib
from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Literal

from stepsmith.transforms.negatives.mismatch.references import Reference, transplant

__all__ = ["DISTANCES", "Distance", "MismatchPayload", "Partner", "Partners"]

Distance = Literal["other_domain", "same_domain", "same_template"]
DISTANCES: tuple[Distance, ...] = ("other_domain", "same_domain", "same_template")
_TRIES = 8


@dataclasses.dataclass(frozen=True, kw_only=True)
class Partner:
    """Another problem's solution, at a distance; of the same template in this problem's words."""

    distance: Distance
    problem_id: str
    steps: tuple[str, ...]


@dataclasses.dataclass(frozen=True, kw_only=True)
class MismatchPayload:
    """What a problem's payload holds under `mismatch`: its own solution, and those of others."""

    reference: tuple[str, ...]
    partners: tuple[Partner, ...]


class Partners:
    """All problems of a source that have a reference solution, by domain and by template.

    Which partners a problem gets depends on these, its own id and the seed: not on the order in
    which it is asked, nor on who asks.
    """

    def __init__(self, references: Sequence[Reference], *, seed: int) -> None:
        self._references = sorted(references, key=lambda one: one.problem.id)
        self._seed = seed
        self._by_domain: dict[str, list[Reference]] = defaultdict(list)
        self._by_template: dict[tuple[str, str], list[Reference]] = defaultdict(list)
        for one in self._references:
            self._by_domain[one.domain].append(one)
            self._by_template[one.domain, one.template].append(one)

    def of(self, reference: Reference, *, each: int) -> tuple[Partner, ...]:
        """Return up to `each` partners at each distance, the farthest first."""
        return tuple(
            partner for distance in DISTANCES for partner in self._at(reference, distance, each)
        )

    def _at(self, reference: Reference, distance: Distance, each: int) -> Iterator[Partner]:
        found = 0
        for other in self._candidates(reference, distance):
            steps = transplant(reference, other) if distance == "same_template" else other.steps
            if steps is None:
                continue
            yield Partner(distance=distance, problem_id=other.problem.id, steps=steps)
            found += 1
            if found == each:
                return

    def _candidates(self, reference: Reference, distance: Distance) -> Iterator[Reference]:
        """Yield others at a distance, in an order of chance; a few more than may be needed."""
        pool = {
            "other_domain": self._references,
            "same_domain": self._by_domain[reference.domain],
            "same_template": self._by_template[reference.domain, reference.template],
        }[distance]
        tried: set[int] = set()
        for attempt in range(_TRIES * 4):
            at = self._draw(f"{distance}/{reference.problem.id}/{attempt}", len(pool))
            if at not in tried and _is_at(reference, pool[at], distance):
                yield pool[at]
            tried.add(at)

    def _draw(self, name: str, below: int) -> int:
        digest = hashlib.blake2b(f"{self._seed}/{name}".encode(), digest_size=8).digest()
        return int.from_bytes(digest) % below


def _is_at(reference: Reference, other: Reference, distance: Distance) -> bool:
    if other.problem.id == reference.problem.id or other.prompt == reference.prompt:
        return False  # the problem itself, or its copy in other spaces
    match distance:
        case "other_domain":
            return other.domain != reference.domain
        case "same_domain":
            return other.template != reference.template
        case "same_template":
            return True
