"""Problems with reference solutions from several sources, each with the steps of others."""

import dataclasses
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import msgspec

from stepsmith.schemas.errors import RecipeError, SourceError
from stepsmith.schemas.options import Count
from stepsmith.schemas.records import ErrorRecord, Problem
from stepsmith.schemas.registry import bind_options
from stepsmith.transforms.files import Files
from stepsmith.transforms.negatives.mismatch.partners import MismatchPayload, Partners
from stepsmith.transforms.negatives.mismatch.references import Reference, read_reference
from stepsmith.transforms.source.base import SOURCES, Source, source
from stepsmith.transforms.source.ranges import read_range, write_ranges
from stepsmith.transforms.text.segment import get_segmenter

__all__ = ["mismatch"]


@source("mismatch")
def mismatch(
    *,
    sources: tuple[dict[str, Any], ...],
    partners: Count = 1,
    segment: str = "line",
    size: Count | None = None,
    seed: int = 0,
    name: str = "",
    part_size: Count = 500,
) -> Source:
    """Pair problems with the reference solutions of others, at three distances.

    `sources` are tables as [source] is one, each with its `kind` and options: what they have with
    an answer and a reference solution is paired. Partners are of another domain (each source's
    `domain`, or one column of it), of the same domain and another template, and of the same
    template with other numbers: as the rows say in a column `template`, as their generator's
    variables do, or where prompts differ in their figures alone. Up to `partners` at each distance;
    solutions are cut into steps by `segment`. All problems are read for each part.
    """
    if not sources:
        msg = 'sources: none is named; one looks like {kind = "jsonl", path = "train.jsonl"}'
        raise RecipeError(msg)
    return MismatchSource(
        sources=tuple(map(_open, sources)),
        partners=partners,
        segment=segment,
        size=size,
        seed=seed,
        name=name,
        part_size=part_size,
    )


def _open(table: Mapping[str, Any]) -> Source:
    options = dict(table)
    kind = options.pop("kind", None)
    if not isinstance(kind, str) or kind == "mismatch":
        msg = f"sources: {dict(table)!r} needs a kind that is another source's"
        raise RecipeError(msg)
    return bind_options(SOURCES.get(kind).value, options, where=f"source {kind!r}")()


@dataclasses.dataclass(frozen=True, kw_only=True)
class MismatchSource:
    """The problems of other sources; a part is a range of those that have a solution."""

    sources: tuple[Source, ...]
    partners: int
    segment: str
    size: int | None
    seed: int
    name: str
    part_size: int

    def parts(self, files: Files) -> Sequence[str]:
        """Return the ranges; raises `SourceError` where there is nothing to pair."""
        references, _ = self._read(files)
        count = len(references[: self.size])
        if not count:
            msg = "sources: no problem has both an answer and a reference solution"
            raise SourceError(msg)
        return write_ranges(count, size=self.part_size)

    def read(self, part: str, files: Files) -> Iterator[Problem | ErrorRecord]:
        """Make the problems of one range; the first one brings what could not be read."""
        start, stop = read_range(part, source=self.name or "mismatch", size=self.part_size)
        references, errors = self._read(files)
        if not start:
            yield from errors
        partners = Partners(references, seed=self.seed)
        for reference in references[start:stop]:
            yield self._problem(reference, partners)

    def _problem(self, reference: Reference, partners: Partners) -> Problem:
        own = reference.problem
        payload = MismatchPayload(
            reference=reference.steps, partners=partners.of(reference, each=self.partners)
        )
        content = {**own.read_payload(dict[str, Any]), "mismatch": payload}
        return dataclasses.replace(
            own,
            source=self.name or own.source,
            payload=msgspec.json.encode(content, order="deterministic").decode(),
        )

    def _read(self, files: Files) -> tuple[Sequence[Reference], Sequence[ErrorRecord]]:
        """Read every source whole, one after the other; an id that comes again is an error."""
        segment = get_segmenter(self.segment)
        references: dict[str, Reference] = {}
        errors: list[ErrorRecord] = []
        for each in self.sources:
            for part in each.parts(files):
                for record in each.read(part, files):
                    if isinstance(record, ErrorRecord):
                        errors.append(record)
                    elif record.id in references:
                        errors.append(_twice(record))
                    elif (reference := read_reference(record, segment)) is not None:
                        references[record.id] = reference
        return list(references.values()), errors


def _twice(problem: Problem) -> ErrorRecord:
    return ErrorRecord(
        stage="source",
        kind="DuplicateId",
        message=f"the id {problem.id!r} comes twice in the sources of `mismatch`",
        problem_id=problem.id,
        location=problem.source,
    )
