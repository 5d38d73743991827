"""Trajectories for the terminal: each step with its labels, and what refutes it."""

import difflib
import itertools
import shutil
from collections.abc import Iterable, Iterator

from stepsmith.pipelines.dataset import files_at, read_dataset
from stepsmith.pipelines.dependence.stated import stated_dependence
from stepsmith.pipelines.terminal import Style, harmless, paint, wrap
from stepsmith.schemas.errors import UnknownNameError, UserError
from stepsmith.schemas.records import LabelledTrajectory, StepLabel, Verdict

_LOOK_AT = 10_000
_NARROWEST = 20
_WIDEST = 120
_WORDS: dict[bool | None, tuple[str, Style]] = {
    True: ("right", "green"),
    False: ("wrong", "red"),
    None: ("unknown", "yellow"),
}
_OUTCOMES: dict[str, Style] = {"valid": "green", "invalid": "red", "undecided": "yellow"}


def show(
    dataset: str,
    name: str | None,
    *,
    limit: int,
    color: bool,
    width: int | None = None,
) -> str:
    """Render the trajectory of the id `name`, or all those of the problem of that id.

    Without a name: `limit` telling ones (see `pick_telling`) of the first 10,000, and what was
    measured of its evidence, if it was. `width` is the terminal's by default. Raises
    `UnknownNameError` naming the nearest ids.
    """
    if limit < 1:
        msg = f"-n {limit}: show at least 1"
        raise UserError(msg)
    rows = read_dataset(dataset)
    if name is None:
        chosen = pick_telling(itertools.islice(rows, _LOOK_AT), limit=limit)
    else:
        chosen = _find(rows, name, dataset)
    if not chosen:
        return f"{dataset} holds no rows; its errors/ says what failed, if anything did"
    columns = shutil.get_terminal_size().columns if width is None else width
    width = min(max(columns, _NARROWEST), _WIDEST)
    parts = [render(row, width=width, color=color) for row in chosen]
    if name is None:
        parts += _evidence(dataset, width, color=color)
    return "\n\n".join(parts)


def _evidence(dataset: str, width: int, *, color: bool) -> Iterator[str]:
    """Yield what `stepsmith dependence` has found of the whole set, if it was asked."""
    found = stated_dependence(files_at(dataset), dataset)
    if found is not None:
        style: Style = "green" if found.dependent else "red"
        yield "\n".join(_entry("evidence", found.to_text(), width, style, color=color))


def pick_telling(rows: Iterable[LabelledTrajectory], *, limit: int) -> list[LabelledTrajectory]:
    """Pick at most `limit` rows: those that show most first, then the first ones there are.

    The first right solution without an error, the first wrong one whose first error is known, and
    the first whose outcome is undecided (a reply that was cut, say), as far as there are any.
    Reads no further than it must.
    """
    first: list[LabelledTrajectory] = []
    telling: dict[str, LabelledTrajectory] = {}
    for row in rows:
        if len(first) < limit:
            first.append(row)
        kind = _kind(row)
        if kind is not None:
            telling.setdefault(kind, row)
        if len(first) == limit and len(telling) == len(_TELLING):
            break
    picked = [telling[kind] for kind in _TELLING if kind in telling]
    return [*picked, *(row for row in first if row not in picked)][:limit]


_TELLING = ("right", "wrong", "undecided")


def _kind(row: LabelledTrajectory) -> str | None:
    """Say what a row is an example of, if it is a clear one."""
    match row.outcome.outcome:
        case "undecided":
            return "undecided"
        case "valid":
            return "right" if row.first_error is None else None
        case "invalid":
            return "wrong" if row.first_error is not None else None


def _find(rows: Iterable[LabelledTrajectory], name: str, dataset: str) -> list[LabelledTrajectory]:
    of_problem: list[LabelledTrajectory] = []
    ids: dict[str, None] = {}
    for row in rows:
        if row.trajectory.id == name:
            return [row]
        if row.problem.id == name:
            of_problem.append(row)
        ids |= {row.problem.id: None, row.trajectory.id: None}
    if of_problem or not ids:
        return of_problem
    near = difflib.get_close_matches(name, ids, n=3, cutoff=0.5)
    # Never all of them: there may be a million.
    others = [*map(repr, itertools.islice(ids, 3)), "..."]
    hint = f"did you mean {' or '.join(map(repr, near))}?" if near else f"ids: {', '.join(others)}"
    msg = f"no trajectory and no problem {name!r} in {dataset}; {hint}"
    raise UnknownNameError(msg)


def render(row: LabelledTrajectory, *, width: int, color: bool) -> str:
    """Render one row in lines of at most `width` cells; colour adds nothing but colour."""
    return "\n".join([*_header(row, width, color=color), "", *_steps(row, width, color=color)])


def _header(row: LabelledTrajectory, width: int, *, color: bool) -> Iterator[str]:
    trajectory = row.trajectory
    for line in wrap(harmless(trajectory.id), width):
        yield paint(line, "bold", color=color)
    by = f" by {trajectory.policy}" if trajectory.policy else ""
    facts = [f"{trajectory.origin}{by}", row.problem.source, row.problem.domain]
    yield from _entry("from", " · ".join(filter(None, facts)), width, color=color)
    yield from _entry("problem", row.problem.prompt.strip(), width, color=color)
    yield from _entry("gold", _or_none(row.problem.answer), width, color=color)
    yield from _entry("predicted", _or_none(trajectory.answer), width, color=color)
    style = _OUTCOMES[row.outcome.outcome]
    outcome = f"{row.outcome.outcome}{_because(row.outcome)}"
    yield from _entry("outcome", outcome, width, style, color=color)
    if row.first_error is None and row.first_error_prob is not None:
        sure = f"no wrong step, {row.first_error_prob:.0%} sure"
        yield from _entry("errors", sure, width, "green", color=color)
    if trajectory.finish_reason not in {"stop", "given"}:
        yield from _entry("reply", trajectory.finish_reason, width, "yellow", color=color)
    if not row.keep:
        yield from _entry("dropped", row.drop_reason or "not kept", width, "yellow", color=color)


def _or_none(text: str | None) -> str:
    return "(none)" if text is None else text


def _because(verdict: Verdict) -> str:
    by = f" by {verdict.verifier}" if verdict.verifier else ""
    return f"{by}: {verdict.evidence}" if verdict.evidence else by


def _entry(name: str, text: str, width: int, *styles: Style, color: bool) -> Iterator[str]:
    label = f"{name:<9} "
    for index, line in enumerate(wrap(harmless(text), width - len(label))):
        lead = paint(label, "dim", color=color) if index == 0 else " " * len(label)
        yield lead + paint(line, *styles, color=color)


def _steps(row: LabelledTrajectory, width: int, *, color: bool) -> Iterator[str]:
    values = [_value(label) for label in row.labels]
    words = [_word(label) for label in row.labels]
    widths = [max(map(len, column), default=0) for column in (values, words)]
    digits = len(str(len(row.labels)))
    for index, (step, label) in enumerate(zip(row.trajectory.steps, row.labels, strict=True)):
        lead = f"{index + 1:>{digits}}  {words[index]:<{widths[1]}}  {values[index]:>{widths[0]}}  "
        _, style = _WORDS[label.correct]
        # On a narrow terminal the text goes below its columns rather than into a thin one.
        indent = len(lead) if width >= 2 * len(lead) else 4
        lines = wrap(harmless(step.text.rstrip("\n")), width - indent)
        if indent < len(lead):
            yield from (paint(line, style, color=color) for line in wrap(lead.rstrip(), width))
            lead = " " * indent
        for number, line in enumerate(lines):
            whole = (lead if number == 0 else " " * indent) + line
            yield paint(whole.rstrip(), style, color=color)
        if row.first_error == index:
            for line in wrap(_error_mark(row), width - indent):
                yield " " * indent + paint(line, "bold", style, color=color)
        for remark in _remarks(label):
            for line in wrap(harmless(remark), width - indent):
                yield " " * indent + paint(line, "dim", color=color)


def _error_mark(row: LabelledTrajectory) -> str:
    sure = row.first_error_prob
    return "^ first error" if sure is None else f"^ first error, {sure:.0%} sure"


def _word(label: StepLabel) -> str:
    word, _ = _WORDS[label.correct]
    return word if label.correct_prob is None else f"{word} {label.correct_prob:.0%}"


def _value(label: StepLabel) -> str:
    """Show a value as the counts it was made from, where there are any."""
    if label.n_rollouts is not None and label.n_correct is not None:
        return f"{label.n_correct}/{label.n_rollouts - (label.n_undecided or 0)}"
    return "-" if label.value is None else f"{label.value:.2f}"


def _remarks(label: StepLabel) -> Iterator[str]:
    for verdict in label.verdicts:
        if verdict.outcome == "invalid":
            yield f"refuted{_because(verdict)}"
        elif verdict.outcome == "valid":
            yield f"confirmed by {verdict.verifier}"
    if label.n_undecided:
        yield f"{label.n_undecided} of {label.n_rollouts} completions are undecided"
