"""What a person who looked at a disagreement decided, and the labels that follow from it."""

import collections
import dataclasses
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Literal

import msgspec

from stepsmith.pipelines.audit.disagree import Disagreement, disagreements
from stepsmith.pipelines.audit.human import HumanLabelled
from stepsmith.pipelines.audit.judge import Judged
from stepsmith.schemas.codec import known
from stepsmith.schemas.errors import UserError, suggest

Mark = Literal["tool", "human", "unclear"]
MARKS: tuple[Mark, ...] = ("tool", "human", "unclear")

Label = bool | None


@dataclasses.dataclass(frozen=True, kw_only=True)
class Marks:
    """The marks of a file by their keys; `entries` are its own, with what they say beside."""

    by_key: Mapping[str, Mark] = dataclasses.field(default_factory=dict[str, Mark])
    entries: tuple[Mapping[str, Any], ...] = ()


@dataclasses.dataclass(frozen=True, kw_only=True)
class _File:
    marks: tuple[dict[str, Any], ...]


def read_marks(path: str) -> Marks:
    """Read a file that an audit's page has saved; raises `UserError` saying what is wrong."""
    from stepsmith.pipelines.dataset import files_at

    try:
        with files_at(path).open_read(path) as file:
            content = msgspec.json.decode(file.read(), type=known(_File))
    except OSError as error:
        msg = f"cannot read the marks in {path}: {error.strerror}"
        raise UserError(msg) from None
    except msgspec.DecodeError as error:
        msg = f"{path} holds no marks, such as the page of an audit saves: {error}"
        raise UserError(msg) from None
    for number, entry in enumerate(content.marks, start=1):
        _check(entry, where=f"{path}, mark {number}")
    by_key: dict[str, Mark] = {entry["key"]: entry["mark"] for entry in content.marks}
    return Marks(by_key=by_key, entries=content.marks)


def _check(entry: Mapping[str, Any], *, where: str) -> None:
    if not isinstance(entry.get("key"), str):
        msg = f"{where}: it has no key"
        raise UserError(msg)
    if entry.get("mark") not in MARKS:
        given = entry.get("mark")
        msg = f"{where}: its mark is {given!r}; {suggest(str(given), MARKS)}"
        raise UserError(msg)


def count_marks(found: Sequence[Disagreement], marks: Marks) -> dict[str, int]:
    """Count the disagreements by mark, those without one, and the marks without one of these."""
    counts = collections.Counter(marks.by_key.get(each.key, "unmarked") for each in found)
    keys = {each.key for each in found}
    counts["unused"] = sum(key not in keys for key in marks.by_key)
    return {name: counts[name] for name in (*MARKS, "unmarked", "unused")}


def corrected(judged: Sequence[Judged], marks: Marks) -> list[Judged]:
    """Change what is known of the steps as the marks say; the verdicts stay.

    A mark settles a label, whoever disagreed with it, so it counts for every side. Where the tool
    is right the label is turned round; where it is unclear, or marks contradict each other,
    nothing is known any more.
    """
    settled: dict[int, dict[int, set[Label]]] = {}
    for each in disagreements(judged):
        mark = marks.by_key.get(each.key)
        if mark is not None:
            for step, label in _settle(judged[each.solution].solution, each, mark):
                settled.setdefault(each.solution, {}).setdefault(step, set()).add(label)
    return [
        _with_labels(each, settled[index]) if index in settled else each
        for index, each in enumerate(judged)
    ]


def _settle(
    solution: HumanLabelled, found: Disagreement, mark: Mark
) -> Iterator[tuple[int, Label]]:
    """Say which labels follow from one mark.

    Where the first error is in another place, the steps before that one are right.
    """
    misplaced = solution.first_error if found.kind == "wrong place" else None
    at_issue = found.step if misplaced is None else misplaced
    if mark == "unclear":
        yield at_issue, None
    elif mark == "human":
        yield at_issue, solution.known[at_issue]
    elif misplaced is not None:
        yield from ((step, True) for step in range(at_issue, found.step))
        yield found.step, False
    else:
        yield found.step, not solution.known[found.step]


def _with_labels(judged: Judged, settled: Mapping[int, set[Label]]) -> Judged:
    known = list(judged.solution.known)
    for step, labels in settled.items():
        known[step] = next(iter(labels)) if len(labels) == 1 else None
    solution = dataclasses.replace(judged.solution, known=tuple(known))
    return dataclasses.replace(judged, solution=solution)
