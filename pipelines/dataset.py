"""Finished runs as the commands read them: by their folder, local or remote."""

import inspect
import itertools
import re
from collections.abc import Iterator

from stepsmith.schemas.arrow import PAIRS
from stepsmith.schemas.errors import UserError
from stepsmith.schemas.facts import Evidence
from stepsmith.schemas.records import LabelledTrajectory, Pair
from stepsmith.schemas.side_tables import EVIDENCE
from stepsmith.transforms.files import Files, LocalFiles
from stepsmith.transforms.search import STRATEGIES
from stepsmith.transforms.sink.read import read_rows, read_trajectories


def files_at(path: str) -> Files:
    """Return the files that `path` is among. Beam, 3 s to import, is paid for remote ones only."""
    if "://" not in path:
        return LocalFiles()
    from stepsmith.transforms.beam.files import files_of

    return files_of(path)


def read_dataset(folder: str) -> Iterator[LabelledTrajectory]:
    """Read the rows of a finished run; raises `UserError` where there is none."""
    return read_trajectories(files_at(folder), folder)


def read_pairs(folder: str) -> Iterator[Pair]:
    """Read the pairs of a finished run; raises `UserError` where there are none."""
    pairs = read_rows(files_at(folder), folder, PAIRS)
    first = next(pairs, None)
    if first is None:
        msg = f"the run in {folder} made no pairs; strategies that do: {', '.join(_pairing())}"
        raise UserError(msg)
    return itertools.chain((first,), pairs)


def read_evidence(folder: str) -> Iterator[Evidence]:
    """Read the evidence of a finished run; raises `UserError` where there is none."""
    evidence = read_rows(files_at(folder), folder, EVIDENCE)
    first = next(evidence, None)
    if first is None:
        msg = f"the run in {folder} has no evidence: the strategy evidence_pools makes some"
        raise UserError(msg)
    return itertools.chain((first,), evidence)


def _pairing() -> Iterator[str]:
    """Name the strategies that make pairs: those whose documentation speaks of them."""
    for entry in STRATEGIES:
        if re.search(r"\bpairs?\b", inspect.getdoc(entry.value) or "", re.IGNORECASE):
            yield entry.name
