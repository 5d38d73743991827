"""Reading files of labelled steps, whatever their form."""

import dataclasses
from collections.abc import Callable, Iterator, Mapping

from stepsmith.pipelines.audit.fields import Fields
from stepsmith.pipelines.audit.formats import AUDIT_FORMATS, HumanFormat, guess_format
from stepsmith.pipelines.audit.human import HumanLabelled
from stepsmith.pipelines.audit.oracle import ORACLE, oracle_solutions
from stepsmith.pipelines.audit.rows import read_rows, stem
from stepsmith.schemas.errors import UserError
from stepsmith.schemas.records import ErrorRecord
from stepsmith.transforms.source.rows import BadRow, Row, RowError, reject

MAPPED = "map"


@dataclasses.dataclass(frozen=True, kw_only=True)
class Labels:
    """A file of labels and its form. `guessed_by` names the fields that gave the form away."""

    path: str
    form: HumanFormat | None
    options: Mapping[str, object]
    guessed_by: str | None = None

    @property
    def described(self) -> str:
        """Say what the labels are, and whether that was guessed."""
        if self.form is None:
            return f"{self.path} (made here)"
        how = "" if self.guessed_by is None else f", guessed from the fields {self.guessed_by}"
        return f"{self.path} (format {self.form.name}{how})"

    def read(self) -> Iterator[HumanLabelled | ErrorRecord]:
        """Read what the file says, in order; a row that cannot be read is an error in its place."""
        if self.form is None:
            yield from oracle_solutions(self.path)
            return
        convert = self.form.bind(self.options)
        for row in read_rows(self.path):
            yield self._converted(row, convert)

    def _converted(
        self, row: Row | BadRow, convert: Callable[[Fields], HumanLabelled]
    ) -> HumanLabelled | ErrorRecord:
        if isinstance(row, BadRow):
            return reject(row, row.error, location=self.path)
        name = stem(self.path)
        fields = Fields(values=row.values, default_id=f"{name}-{row.line:08d}", source=name)
        try:
            return convert(fields)
        except RowError as error:
            return reject(row, error, location=self.path)


def open_labels(
    path: str, form: str | None = None, options: Mapping[str, object] | None = None
) -> Labels:
    """Find out the form of a file of labels: as told, by a map of its fields, or guessed.

    `options` are those of the form; with options and no form the form is `map`. The path may be
    an oracle, such as `oracle:arithmetic,size=200`. Raises `UserError` for an unknown form, naming
    the nearest, and where none can be guessed.
    """
    given = dict(options or {})
    if path.startswith(ORACLE):
        if form is not None or given:
            msg = f"{path}: an oracle has no format and no map"
            raise UserError(msg)
        return Labels(path=path, form=None, options=given)
    if form is None and given:
        form = MAPPED
    if form is not None:
        known = AUDIT_FORMATS.get(form).value
        known.bind(given)
        return Labels(path=path, form=known, options=given)
    first = next((row for row in read_rows(path) if isinstance(row, Row)), None)
    if first is None:
        msg = f"{path}: no row can be read, so its form cannot be guessed; say it with --format"
        raise UserError(msg)
    guessed, said = guess_format(first.values, where=path)
    return Labels(path=path, form=guessed, options=given, guessed_by=said)


def read_human(
    path: str,
    form: str | None = None,
    *,
    options: Mapping[str, object] | None = None,
    errors: list[ErrorRecord] | None = None,
) -> Iterator[HumanLabelled]:
    """Read the labelled solutions of a file or an oracle, in order.

    Rows that cannot be read are appended to `errors`; without it the first raises `UserError` with
    its file, row and field.
    """
    for each in open_labels(path, form, options).read():
        if isinstance(each, HumanLabelled):
            yield each
        elif errors is None:
            raise UserError(describe_error(each))
        else:
            errors.append(each)


def describe_error(error: ErrorRecord) -> str:
    """Say in one line where a row stands and what is wrong with it."""
    return describe_row(error.location, error.line, error.field, error.message)


def describe_row(location: str | None, line: int | None, field: str | None, message: str) -> str:
    """Name a row by its file and number, and the field if it is known, before a message."""
    where = "" if field is None else f", field {field}"
    return f"{location}, row {line}{where}: {message}"
