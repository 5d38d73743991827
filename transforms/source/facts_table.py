"""Tables of facts (case, finding, state), as groups of evidence for and against claims."""

import dataclasses
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import PurePath
from typing import IO

import msgspec

from stepsmith.schemas.errors import RecipeError, suggest
from stepsmith.schemas.facts import ModifierOrigin
from stepsmith.schemas.options import Natural
from stepsmith.schemas.records import ErrorRecord, Problem
from stepsmith.transforms.evidence.facts import CaseFact, several_texts
from stepsmith.transforms.evidence.make import SPLITS, GroupDesign, make_problems
from stepsmith.transforms.files import Files
from stepsmith.transforms.source.base import Source, source
from stepsmith.transforms.source.csv import read_csv
from stepsmith.transforms.source.fields import Place, scalar
from stepsmith.transforms.source.jsonl import read_jsonl
from stepsmith.transforms.source.parquet import read_parquet
from stepsmith.transforms.source.rows import BadRow, Row, RowError
from stepsmith.transforms.source.table import TableSource, as_paths

_READERS: Mapping[str, Callable[[IO[bytes]], Iterator[Row | BadRow]]] = {
    ".jsonl": read_jsonl,
    ".csv": read_csv,
    ".parquet": read_parquet,
}
_COLUMNS = tuple(each.name for each in dataclasses.fields(CaseFact))
_REQUIRED = ("case", "finding", "state")
_SHOWN = 40
"""Characters of a text that a message shows."""


@source("facts_table")
def facts_table(  # noqa: PLR0913 - its parameters are a recipe's options
    *,
    path: str | tuple[str, ...],
    fields: dict[str, str] | None = None,
    plain: Natural = 200,
    conditional: Natural = 200,
    shown: Natural = 3,
    modifiers: ModifierOrigin = "drawn",
    modified_by: dict[str, str] | None = None,
    splits: dict[str, float] | None = None,
    seed: int = 0,
    name: str = "",
    domain: str = "",
) -> Source:
    """Make evidence groups of a table of facts (JSONL, CSV or Parquet), one fact a row."""
    return FactsSource(
        paths=as_paths(path),
        columns=fields or {},
        design=GroupDesign(
            plain=plain,
            conditional=conditional,
            shown=shown,
            modifiers=modifiers,
            modified_by=modified_by or {},
            splits=splits or SPLITS,
            seed=seed,
        ),
        name=name,
        domain=domain,
    )


@dataclasses.dataclass(frozen=True, kw_only=True)
class FactsSource:
    """One part: a group takes cases from anywhere in the table, so that all of it is read.

    `columns` says which column is which field of a fact, where it has another name.
    """

    paths: tuple[str, ...]
    columns: Mapping[str, str]
    design: GroupDesign
    name: str = ""
    domain: str = ""

    def __post_init__(self) -> None:
        for key in self.columns:
            if key not in _COLUMNS:
                msg = f"fields: {key!r} is no field of a fact; {suggest(key, _COLUMNS)}"
                raise RecipeError(msg)
        endings = {PurePath(path.removesuffix(".gz")).suffix for path in self.paths}
        if len(endings) != 1 or not endings <= _READERS.keys():
            msg = (
                f"path ends in {', '.join(sorted(endings))}; allowed: one of {', '.join(_READERS)}"
            )
            raise RecipeError(msg)

    def parts(self, files: Files) -> Sequence[str]:
        """Name the one part."""
        self._table.parts(files)  # raises where there is no such file
        return ["groups"]

    def read(self, part: str, files: Files) -> Iterator[Problem | ErrorRecord]:
        """Read every fact, its errors first, and make the groups."""
        del part
        facts: list[CaseFact] = []
        for file in self._table.parts(files):
            for record in self._table.read(file, files):
                if isinstance(record, ErrorRecord):
                    yield record
                else:
                    facts.append(record.read_payload(CaseFact))
        several = several_texts(facts)
        yield from (_several(case, texts) for case, texts in several.items())
        facts = [fact for fact in facts if fact.case not in several]
        source = self.name or "facts_table"
        yield from make_problems(facts, self.design, source=source, domain=self.domain)

    @property
    def _table(self) -> TableSource:
        [ending] = {PurePath(path.removesuffix(".gz")).suffix for path in self.paths}
        columns = FactColumns(columns=self.columns)
        return TableSource(paths=self.paths, rows=_READERS[ending], fields=columns, name=self.name)


@dataclasses.dataclass(frozen=True, kw_only=True)
class FactColumns:
    """What makes a fact of a row. Rows are read as problems are; the fact is the payload."""

    columns: Mapping[str, str]

    def problem(self, values: Mapping[str, object], place: Place) -> Problem:
        """Read the fact of one row; raises `RowError` saying what is wrong with which field."""
        found: dict[str, str] = {}
        for field in _COLUMNS:
            column = self._column(field, values)
            text = (_flag(values, column) or _written(values, column) or "").strip()
            if not text and field in _REQUIRED:
                msg = f"{column!r} is empty: a fact has a case, a finding and a state"
                raise RowError(msg, kind="MissingField", field=column)
            found[field] = text
        fact = CaseFact(**found)
        payload = msgspec.json.encode(fact).decode()
        return Problem(id=place.default_id, prompt=fact.case, payload=payload)

    def _column(self, field: str, values: Mapping[str, object]) -> str | None:
        column = self.columns.get(field, field)
        if column in values:
            return column
        if field in _REQUIRED or field in self.columns:
            msg = f"no column {column!r} (fields.{field}); {suggest(column, values)}"
            raise RowError(msg, kind="MissingField", field=column)
        return None


def _several(case: str, texts: Sequence[str]) -> ErrorRecord:
    """Refuse a case of several texts: which of them bears out which fact is not said."""
    shown = ", ".join(f"{text[:_SHOWN]!r}" for text in texts[:2])
    return ErrorRecord(
        stage="source",
        kind="AmbiguousCase",
        message=(
            f"the case {case!r} has {len(texts)} texts ({shown}), and facts are checked against"
            " one; give each text a case of its own"
        ),
        field="text",
    )


def _written(values: Mapping[str, object], column: str | None) -> str | None:
    """Read a text or a number; what is not a number, as tables say of nothing, is nothing."""
    value = None if column is None else values[column]
    if isinstance(value, float) and math.isnan(value):
        return None
    return scalar(values, column)


def _flag(values: Mapping[str, object], column: str | None) -> str | None:
    """Read a truth value as a state."""
    value = None if column is None else values[column]
    return ("absent", "present")[value] if isinstance(value, bool) else None
