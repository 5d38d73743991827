"""Problems made by reasoning-gym's generators, each with an exact scorer."""

import dataclasses
from collections.abc import Iterator, Mapping, Sequence
from typing import cast

import msgspec

from stepsmith.schemas.errors import RecipeError
from stepsmith.schemas.records import ErrorRecord, Problem
from stepsmith.transforms.files import Files
from stepsmith.transforms.source.base import Source, source
from stepsmith.transforms.source.gym_entry import GymPayload, build
from stepsmith.transforms.source.gym_process import Line, Request, generate
from stepsmith.transforms.source.ranges import read_range, write_ranges

_OWN_OPTIONS = ("size", "seed")


@source("reasoning_gym")
def reasoning_gym(
    *,
    generator: str,
    size: int,
    seed: int = 0,
    arguments: dict[str, object] | None = None,
    domain: str = "",
    name: str = "",
    part_size: int = 2_000,
) -> Source:
    """Generate problems by any reasoning-gym generator, with its arguments."""
    if size < 1 or part_size < 1:
        msg = f"size = {size}, part_size = {part_size}: both are at least one"
        raise RecipeError(msg)
    for option in _OWN_OPTIONS:
        if option in (arguments or {}):
            msg = f"arguments.{option}: it is an option of the source itself"
            raise RecipeError(msg)
    return GymSource(
        generator=generator,
        arguments={**(arguments or {}), "size": size, "seed": seed},
        size=size,
        seed=seed,
        domain=domain,
        name=name or f"reasoning_gym/{generator}",
        part_size=part_size,
    )


@dataclasses.dataclass(frozen=True, kw_only=True)
class GymSource:
    """The entries `[0, size)` of one generator; a part is a range of them.

    The same recipe gives the same problems in every process and in every division into parts.
    """

    generator: str
    arguments: Mapping[str, object]
    size: int
    seed: int
    domain: str
    name: str
    part_size: int

    def parts(self, files: Files) -> Sequence[str]:
        """Return the ranges; raises `SourceError` where the generator cannot be built."""
        del files
        build(self.generator, self.arguments)
        return write_ranges(self.size, size=self.part_size)

    def read(self, part: str, files: Files) -> Iterator[Problem | ErrorRecord]:
        """Generate one range; an entry that its generator fails to make is an error record."""
        del files
        request = self._request(*read_range(part, source=self.name, size=self.part_size))
        return (self._record(line) for line in generate(request))

    def _request(self, start: int, stop: int) -> Request:
        return Request(
            generator=self.generator, arguments=dict(self.arguments), start=start, stop=stop
        )

    def _record(self, line: Line) -> Problem | ErrorRecord:
        assert line.index is not None  # noqa: S101 - `generate` yields no other
        if line.entry is None:
            return ErrorRecord(
                stage="source",
                kind="GeneratorError",
                message=f"{self.generator} made no entry: {line.error}",
                location=self.name,
                line=line.index,
            )
        return self._problem(line.index, line.entry, line)

    def _problem(self, index: int, entry: Mapping[str, object], line: Line) -> Problem:
        metadata = cast("Mapping[str, object]", entry["metadata"])
        solution = metadata.get("answer_cot")
        payload = GymPayload(
            generator=self.generator,
            arguments=dict(self.arguments),
            index=index,
            entry=dict(entry),
            version=line.version,
            reference_solution=solution if isinstance(solution, str) else None,
        )
        answer = entry.get("answer")
        id_ = f"{self.generator}-{self.seed}-{index:08d}"
        return Problem(
            id=id_,
            prompt=str(entry["question"]),
            group_id=id_,
            source=self.name,
            domain=self.domain or line.category,
            answer=None if answer is None else str(answer),
            payload=msgspec.json.encode(payload, order="deterministic").decode(),
        )
