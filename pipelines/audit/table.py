"""The result of an audit as plain text."""

from collections.abc import Iterator, Sequence

from stepsmith.pipelines.audit.disagree import KINDS
from stepsmith.pipelines.audit.document import Document, Joined, ScoreRow, Share, Table
from stepsmith.pipelines.audit.read import describe_row
from stepsmith.pipelines.terminal import harmless

_SHOWN_ERRORS = 10
_SHOWN_REASONS = 8

Cells = tuple[str, ...]


def as_text(audit: Document) -> str:
    """Show the counts, then each side's shares with their intervals, then what went wrong."""
    return harmless("\n".join(_lines(audit)))


def _lines(audit: Document) -> Iterator[str]:
    counts = audit.table.counts
    half = "" if audit.half is None else f", the {audit.half} half of the problems"
    yield f"{audit.dataset} against {audit.against}{half}"
    yield (
        f"  {counts.solutions:,} solutions: {counts.with_first_error:,} with a first error, "
        f"{counts.right:,} right throughout"
    )
    yield (
        f"  {counts.steps:,} steps: {counts.right_steps:,} right, {counts.wrong_steps:,} wrong, "
        f"{counts.steps - counts.right_steps - counts.wrong_steps:,} not judged by people"
    )
    if audit.joined is not None:
        yield from _joined(audit.joined)
    for row in audit.table.rows:
        yield ""
        yield from _side(row, _after(audit.after_marks, row.name), audit.verifiers.get(row.name))
    yield from _rest(audit)


def _joined(joined: Joined) -> Iterator[str]:
    yield f"  {joined.joined:,} of {joined.candidates:,} solutions of the data set are labelled"
    for why, count in joined.unjoined.items():
        yield f"    {count:,} left out: {why}"
    if joined.unused_labels:
        yield f"    {joined.unused_labels:,} labelled solutions are not in the data set"


def _after(table: Table | None, name: str) -> ScoreRow | None:
    rows = table.rows if table is not None else ()
    return next((row for row in rows if row.name == name), None)


def _side(row: ScoreRow, after: ScoreRow | None, version: str | None) -> Iterator[str]:
    head = f"{row.name}, version {version}" if version else row.name
    rows: list[Cells] = [(head, "", "95 % interval", "count")]
    shares = _shares(row)
    if after is None:
        rows += [(f"  {name}", *_cells(share, per)) for name, share, per in shares]
    else:
        rows[0] = (*rows[0], "after marks", "95 % interval", "count")
        for (name, share, per), (_, then, _) in zip(shares, _shares(after), strict=True):
            rows.append((f"  {name}", *_cells(share, per), *_cells(then, per)))
    yield from _aligned(rows)
    for why, share in list(row.abstained.items())[:_SHOWN_REASONS]:
        yield f"  {_percent(share.value):>8}  of the steps undecided: {why}"
    if len(row.abstained) > _SHOWN_REASONS:
        yield f"            and {len(row.abstained) - _SHOWN_REASONS} more reasons"
    if row.unscored_flags:
        yield f"  {row.unscored_flags:,} refuted steps were not judged by people and count nowhere"


def _shares(row: ScoreRow) -> tuple[tuple[str, Share, int], ...]:
    return (
        ("refuted steps that are wrong (precision)", row.precision, 100),
        ("first errors refuted (recall)", row.recall, 100),
        ("first errors located exactly", row.localisation, 100),
        ("right solutions passed", row.right_passed, 100),
        ("ProcessBench F1", row.f1, 100),
        ("false alarms per 1,000 right steps", row.false_alarms, 1000),
        ("steps with a checked relation", row.checked, 100),
        ("steps confirmed", row.confirmed, 100),
    )


def _cells(share: Share, per: int) -> Cells:
    if share.value is None:
        return "-", "", "" if share.of is None else "0 of 0"
    count = "" if share.of is None else f"{share.hits:,} of {share.of:,}"
    if per == 100:  # noqa: PLR2004 -- per cent
        interval = f"{100 * share.low:.1f} to {100 * share.high:.1f} %"
        return _percent(share.value), interval, count
    return (
        f"{per * share.value:.2f}",
        f"{per * share.low:.2f} to {per * share.high:.2f}",
        count,
    )


def _percent(value: float | None) -> str:
    return "-" if value is None else f"{100 * value:.1f} %"


def _aligned(rows: Sequence[Cells]) -> Iterator[str]:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for first, *cells in rows:
        right = (cell.rjust(width) for cell, width in zip(cells, widths[1:], strict=True))
        yield "  ".join([first.ljust(widths[0]), *right]).rstrip()


def _rest(audit: Document) -> Iterator[str]:
    yield ""
    kinds = [each.kind for each in audit.disagreements]
    said = ", ".join(f"{kinds.count(kind):,} {kind}" for kind in KINDS if kind in kinds)
    yield f"{len(kinds):,} disagreements{f': {said}' if said else ''}"
    if audit.marks is not None:
        counts = ", ".join(f"{count:,} {name}" for name, count in audit.marks.items())
        yield f"marks: {counts}"
    if audit.errors:
        yield f"{len(audit.errors):,} rows could not be read:"
        for error in audit.errors[:_SHOWN_ERRORS]:
            yield f"  {describe_row(error.location, error.line, error.field, error.message)}"
        if len(audit.errors) > _SHOWN_ERRORS:
            yield f"  and {len(audit.errors) - _SHOWN_ERRORS:,} more"
