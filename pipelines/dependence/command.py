"""`stepsmith dependence`: read a run's evidence, measure each block, and say what it shows."""

import dataclasses
import hashlib
import itertools
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, Literal, TextIO

from stepsmith.pipelines.dataset import files_at, read_evidence
from stepsmith.pipelines.dependence.measure import (
    CONTROLS,
    FULL,
    TRAINED,
    BlockFound,
    Limits,
    measure_block,
)
from stepsmith.pipelines.dependence.stated import ALL, FILE_NAME
from stepsmith.pipelines.manifest import read_manifest
from stepsmith.pipelines.progress_line import ProgressLine
from stepsmith.schemas.errors import UserError, suggest
from stepsmith.schemas.facts import Evidence
from stepsmith.transforms.sink.layout import Layout

__all__ = ["FILE_NAME", "Dependence", "dependence", "measure_rows"]

VERSION = 1

Conclusion = Literal["evidence_dependent", "refused"]


@dataclasses.dataclass(frozen=True, kw_only=True)
class Dependence:
    """What was found of a run: each block, and all blocks together where there are several.

    `limit` is how many groups of a block were measured at most.
    """

    recipe_digest: str
    limits: Limits
    limit: int | None
    blocks: Mapping[str, BlockFound]

    @property
    def verdict(self) -> Conclusion:
        """Refused where any block is."""
        dependent = all(block.evidence_dependent for block in self.blocks.values())
        return "evidence_dependent" if dependent else "refused"

    @property
    def reasons(self) -> tuple[str, ...]:
        """Why it is refused, each with its block."""
        return tuple(
            f"{name}: {reason}" for name, block in self.blocks.items() for reason in block.reasons
        )

    def to_json(self) -> bytes:
        """Return the file of the result: the same rows give the same bytes."""
        whole: dict[str, Any] = {
            "diagnostic": "evidence_dependence",
            "version": VERSION,
            "recipe_digest": self.recipe_digest,
            "verdict": self.verdict,
            "reasons": self.reasons,
            "limits": {**dataclasses.asdict(self.limits), "groups": self.limit},
            "blocks": {name: _block(found) for name, found in self.blocks.items()},
        }
        return (json.dumps(whole, indent=2) + "\n").encode()

    def to_text(self) -> str:
        """Return the AUCs as a table a block, and the verdict."""
        lines: list[str] = []
        for name, found in self.blocks.items():
            lines += [*_table(name, found), ""]
        if self.verdict == "evidence_dependent":
            lines.append("verdict: evidence-dependent")
        else:
            lines += ["verdict: refused; not evidence-dependent", *map("  {}".format, self.reasons)]
        return "\n".join(lines)


def dependence(
    dataset: str,
    *,
    block: str | None = None,
    limits: Limits,
    limit: int | None,
    json: str | None = None,
    progress: TextIO | None = None,
) -> tuple[str, int]:
    """Measure a run's evidence; returns a text and the exit status: 3 where it is refused.

    The result is written into the run's folder, and to `json` too where that is given; `progress`
    is where a line on it goes. Raises `UserError` where there is no finished run, for one without
    evidence and for a block that it lacks.
    """
    files = files_at(dataset)
    rows = _chosen(list(read_evidence(dataset)), block)
    digest = read_manifest(files, Layout(root=dataset, shards=1).manifest).recipe_digest
    show = None if progress is None else ProgressLine(_trained, progress)
    found = measure_rows(rows, limits=limits, limit=limit, recipe_digest=digest, progress=show)
    if show is not None:
        show.end()
    path = f"{dataset.rstrip('/')}/{FILE_NAME}"
    lines = [found.to_text()]
    for target in (path, *(() if json is None else (json,))):
        files_at(target).write(target, found.to_json())
        lines.append(f"written: {target}")
    return "\n".join(lines), 0 if found.verdict == "evidence_dependent" else 3


def _trained(done: int, total: int, elapsed_s: float) -> str:
    return f"dependence: {done} of {total} predictors trained, {elapsed_s:.0f} s"


def measure_rows(
    rows: Sequence[Evidence],
    *,
    limits: Limits,
    limit: int | None,
    recipe_digest: str = "",
    progress: Callable[[int, int], None] | None = None,
) -> Dependence:
    """Measure each block of some rows, and all of them where there are several blocks.

    `progress` is told of each predictor that is trained, and how many there will be at most.
    """
    by_block: dict[str, list[Evidence]] = {}
    for row in rows:
        by_block.setdefault(row.block, []).append(row)
    parts = {name: _first_groups(by_block[name], limit) for name in sorted(by_block)}
    if len(parts) > 1:
        parts[ALL] = [row for part in parts.values() for row in part]
    counted, total = itertools.count(1), TRAINED * len(parts)

    def trained() -> None:
        if progress is not None:
            progress(next(counted), total)

    blocks = {name: measure_block(part, limits, trained=trained) for name, part in parts.items()}
    return Dependence(recipe_digest=recipe_digest, limits=limits, limit=limit, blocks=blocks)


def _chosen(rows: Sequence[Evidence], block: str | None) -> list[Evidence]:
    there = {row.block for row in rows}
    if block is not None and block not in there:
        msg = f"no block {block!r} in this run; {suggest(block, there)}"
        raise UserError(msg)
    return [row for row in rows if block in {None, row.block}]


def _first_groups(rows: Iterable[Evidence], limit: int | None) -> list[Evidence]:
    """Keep whole groups, the first `limit` by their names' hashes."""
    kept = list(rows)
    names = sorted(
        {row.pair_group for row in kept}, key=lambda name: hashlib.sha256(name.encode()).digest()
    )
    chosen = frozenset(names[:limit])
    return [row for row in kept if row.pair_group in chosen]


def _block(found: BlockFound) -> dict[str, Any]:
    rounded = {
        predictor: {
            view: {name: round(value, 4) for name, value in dataclasses.asdict(auc).items()}
            for view, auc in views.items()
        }
        for predictor, views in found.aucs.items()
    }
    return {
        "rows": found.rows,
        "true_rows": found.true_rows,
        "groups": found.groups,
        "evidence_dependent": found.evidence_dependent,
        "reasons": found.reasons,
        "auc": rounded,
    }


_TITLES = {
    "claim_only": "claim only",
    "case_only": "case and claim",
    "evidence_only": "evidence and claim",
    "full": "all three",
    "full_evidence_removed": "  tested without evidence",
    "full_evidence_swapped": "  with another group's",
}


def _table(name: str, found: BlockFound) -> Iterator[str]:
    yield f"{name}: {found.rows:,} examples in {found.groups:,} groups, {found.true_rows:,} true"
    if not found.aucs:
        return
    yield f"  {'AUC on held-out groups':<26}" + "".join(f"{each:<24}" for each in found.aucs)
    for view in (*CONTROLS, FULL, *(key for key in _TITLES if key.startswith("full_"))):
        cells = (
            f"{auc.value:.3f} ({auc.low:.3f} to {auc.high:.3f})"
            for auc in (views[view] for views in found.aucs.values())
        )
        yield f"  {_TITLES[view]:<26}" + "".join(f"{cell:<24}" for cell in cells).rstrip()
