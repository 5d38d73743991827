"""What was fitted to a run: the evidence of a stable sample of its problems, fitted once and kept.

The sample is the `limit` problems whose ids have the smallest hashes. So it is the same whatever
the order, the shards and the workers, and two samples merge into the one of both.
"""

import dataclasses
import hashlib
import heapq
from collections.abc import Iterable, Sequence
from typing import Any

import msgspec

from stepsmith.schemas.codec import decode, encode, known
from stepsmith.schemas.errors import RunError
from stepsmith.transforms.files import Files
from stepsmith.transforms.label.base import Fit

SAMPLE_PROBLEMS = 20_000
"""Problems whose evidence is fitted; a longer run is fitted to a sample of them."""

Entry = tuple[bytes, str, bytes]
"""A problem's rank in the sample, its id, and its evidence, encoded."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class _PriorFile:
    fitted_by: str
    recipe_digest: str
    n_problems: int
    prior: msgspec.Raw


def entry(problem_id: str, evidence: object) -> Entry:
    """Make the entry of one problem. Its rank is not the hash that decides the shard."""
    rank = hashlib.blake2b(problem_id.encode(), digest_size=8, person=b"prior").digest()
    return rank, problem_id, encode(evidence)


def sampled(entries: Iterable[Entry], *, limit: int = SAMPLE_PROBLEMS) -> list[Entry]:
    """Keep the `limit` entries of the smallest ranks, sorted by them."""
    return heapq.nsmallest(limit, entries)


def fit_prior(fit: Fit[Any, Any], entries: Sequence[Entry]) -> object:
    """Fit the evidence, sorted by problem id; null where there is none."""
    by_id = sorted((problem_id, encoded) for _, problem_id, encoded in entries)
    evidence = [(problem_id, decode(fit.evidence, encoded)) for problem_id, encoded in by_id]
    return fit.fit(evidence) if evidence else None


def write_prior(
    files: Files, path: str, prior: object, *, by: str, digest: str, n_problems: int
) -> None:
    """Write what the labeler or strategy `by` fitted, for people and for every shard to read."""
    written = {
        "fitted_by": by,
        "recipe_digest": digest,
        "n_problems": n_problems,
        "prior": prior,
    }
    data = msgspec.json.encode(written, order="deterministic")
    files.write(path, msgspec.json.format(data, indent=1) + b"\n")


def read_prior(files: Files, path: str, fit: Fit[Any, Any], *, digest: str) -> object:
    """Read a fitted prior back; raises `RunError` for that of another recipe."""
    with files.open_read(path) as file:
        read = msgspec.json.decode(file.read(), type=known(_PriorFile))
    if read.recipe_digest != digest:
        msg = f"{path} was fitted for another recipe; remove it or use --fresh"
        raise RunError(msg)
    prior: object = msgspec.json.decode(read.prior, type=known(fit.prior) | None)
    return prior
