"""Data sets in the form that a trainer or an evaluation reads."""

import collections
import dataclasses
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import PurePath
from typing import Any

from stepsmith.pipelines.dataset import files_at, read_dataset, read_evidence, read_pairs
from stepsmith.schemas.errors import UserError, suggest
from stepsmith.schemas.facts import Evidence
from stepsmith.schemas.recipe import read_override
from stepsmith.schemas.records import LabelledTrajectory, Pair
from stepsmith.transforms.format import FORMATS, Format, LeftOut
from stepsmith.transforms.format.write import ENCODERS, Encoder

_READERS: Mapping[type, Callable[[str], Iterator[Any]]] = {
    LabelledTrajectory: read_dataset,
    Pair: read_pairs,
    Evidence: read_evidence,
}
"""By the type of the records that a format exports."""


def export(dataset: str, form: str, output: str, overrides: Sequence[str]) -> str:
    """Write what a finished run has in a format; say how much, and what was left out.

    The ending of `output` decides between JSON lines and Parquet; the file appears whole or not at
    all. `overrides` are options of the format as `key=value`. Raises `UserError` for an unknown
    format, option or ending, naming the nearest, and for a run that has none of what it exports.
    """
    chosen: Format[Any, Any] = FORMATS.get(form).value.bind(_options(overrides))
    encode = _encoder(output)
    tally = _Tally(form=chosen)
    data = encode(tally.exported(_READERS[chosen.of](dataset)), chosen.row)
    files_at(output).write(output, data)
    return f"{output}: {tally.describe()}"


@dataclasses.dataclass(kw_only=True)
class _Tally:
    """Exports records, and counts them."""

    form: Format[Any, Any]
    written: int = 0
    left_out: collections.Counter[str] = dataclasses.field(default_factory=collections.Counter[str])

    def exported(self, records: Iterable[LabelledTrajectory | Pair | Evidence]) -> Iterator[Any]:
        for record in records:
            made = self.form(record)
            if isinstance(made, LeftOut):
                self.left_out[made.reason] += 1
            else:
                self.written += 1
                yield made

    def describe(self) -> str:
        total = self.written + self.left_out.total()
        noun = "pairs" if self.form.of is Pair else "rows"
        lines = [f"{self.written:,} of {total:,} {noun} written as {self.form.name}"]
        reasons = sorted(self.left_out.items(), key=lambda item: (-item[1], item[0]))
        lines += [f"  {count:,} left out: {reason}" for reason, count in reasons]
        return "\n".join(lines)


def _encoder(output: str) -> Encoder:
    ending = PurePath(output).suffix
    if ending not in ENCODERS:
        msg = f"{output} ends in {ending!r}; {suggest(ending, ENCODERS)}"
        raise UserError(msg)
    return ENCODERS[ending]


def _options(overrides: Sequence[str]) -> dict[str, object]:
    return dict(read_override(override, example="nulls=drop") for override in overrides)
