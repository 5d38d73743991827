"""From a data set's own columns to a problem, by a declared map with sensible defaults."""

import dataclasses
import difflib
from collections.abc import Mapping, Sequence

import msgspec

from stepsmith.schemas.errors import RecipeError, suggest
from stepsmith.schemas.records import Problem
from stepsmith.transforms.source.gold import Gold, read_gold
from stepsmith.transforms.source.rows import RowError

REFERENCE_SOLUTION = "reference_solution"
"""The payload's key for the gold chain of thought, whatever the source calls it."""

_COLUMNS: dict[str, tuple[str, ...]] = {
    "id": ("id", "unique_id", "idx", "task_id"),
    "prompt": ("question", "problem", "prompt"),
    "answer": ("answer", "final_answer", "solution"),
    "group_id": ("group_id",),
    "domain": ("domain",),
    REFERENCE_SOLUTION: (REFERENCE_SOLUTION, "solution"),
}
"""Where a field is looked for when the recipe does not say, first match first."""

_PROSE = "solution"


@dataclasses.dataclass(frozen=True, kw_only=True)
class Place:
    """Where a row stands: what names it, and what keeps its id apart from other files'."""

    source: str
    default_id: str
    id_prefix: str = ""


@dataclasses.dataclass(frozen=True, kw_only=True)
class FieldMap:
    """Which column fills which field of a problem; all other columns go into the payload.

    A key of `columns` that is not a field of a problem names an entry of the payload.
    """

    columns: Mapping[str, str] = dataclasses.field(default_factory=dict[str, str])
    domain: str = ""
    require_answer: bool = True

    def __post_init__(self) -> None:
        for key in self.columns.keys() - _COLUMNS.keys():
            near = difflib.get_close_matches(key, _COLUMNS, n=1, cutoff=0.8)
            if near:
                msg = f"fields: {key!r} is no field of a problem; did you mean {near[0]!r}?"
                raise RecipeError(msg)

    def problem(self, values: Mapping[str, object], place: Place) -> Problem:
        """Build the problem of one row; raises `RowError` saying what is wrong with which field."""
        used = {key: self._column(key, values) for key in {**_COLUMNS, **self.columns}}
        prompt = prompt_of(values, used["prompt"], _COLUMNS["prompt"])
        gold = self._gold(values, used)
        id_ = scalar(values, used["id"]) or ""
        id_ = f"{place.id_prefix}{id_}" if id_ else place.default_id
        return Problem(
            id=id_,
            prompt=prompt,
            group_id=scalar(values, used["group_id"]) or id_,
            source=place.source,
            domain=scalar(values, used["domain"]) or self.domain,
            answer=gold.answer,
            payload=_payload(values, used, gold),
        )

    def _column(self, key: str, values: Mapping[str, object]) -> str | None:
        """Return the column that holds a field; a column that the recipe names must be there."""
        named = self.columns.get(key)
        if named is None:
            present = [column for column in _COLUMNS[key] if _may_fill(column, values)]
            filled = (column for column in present if values[column] is not None)
            return next(filled, present[0] if present else None)
        if named not in values:
            msg = f"no column {named!r} (fields.{key}); {suggest(named, values)}"
            raise RowError(msg, kind="MissingField", field=named)
        return named

    def _gold(self, values: Mapping[str, object], used: Mapping[str, str | None]) -> Gold:
        column = used["answer"]
        text = scalar(values, column)
        by_default = "answer" not in self.columns
        gold = read_gold(text or "", is_solution=by_default and column == _PROSE)
        if gold.answer is None and self.require_answer:
            raise RowError(_no_answer(column, text, values), kind="MissingField", field="answer")
        reference = used[REFERENCE_SOLUTION]
        if reference not in (None, column):
            solution = scalar(values, reference) or gold.solution
            return dataclasses.replace(gold, solution=solution)
        return gold


def _may_fill(column: str, values: Mapping[str, object]) -> bool:
    # "solution" is a data structure in some sets: not the text that the default means.
    return isinstance(values.get(column), str) if column == _PROSE else column in values


def _no_answer(column: str | None, text: str | None, values: Mapping[str, object]) -> str:
    if column is None:
        looked = ", ".join(_COLUMNS["answer"])
        found = f"no answer: looked for {looked}; {suggest('answer', values)}"
    elif text is None or not text.strip():
        found = f"no answer: {column!r} is empty"
    else:
        found = rf"no answer: {column!r} holds neither '#### ...' nor \boxed{{...}}"
    return f"{found}. Name its column with fields.answer, or set require_answer = false"


def prompt_of(values: Mapping[str, object], column: str | None, looked: Sequence[str]) -> str:
    """Return the text of the prompt's column; `looked` are the names that were looked for."""
    if column is None:
        near = suggest(looked[0], values)
        msg = f"no prompt: looked for {', '.join(looked)}; {near}."
        msg += " Name its column with fields.prompt"
        raise RowError(msg, kind="MissingField", field="prompt")
    value = values[column]
    if not isinstance(value, str):
        msg = f"{column!r} holds {_kind(value)}; a prompt is text"
        raise RowError(msg, kind="WrongType", field=column)
    if not value.strip():
        msg = f"{column!r} is empty; a prompt says something"
        raise RowError(msg, kind="EmptyPrompt", field=column)
    return value


def scalar(values: Mapping[str, object], column: str | None) -> str | None:
    """Return a text or a number as text, and null as nothing."""
    value = None if column is None else values[column]
    if isinstance(value, bool) or not isinstance(value, str | int | float | None):
        msg = f"{column!r} holds {_kind(value)}; allowed: text or a number"
        raise RowError(msg, kind="WrongType", field=column)
    if isinstance(value, float) and value.is_integer():
        return f"{value:.0f}"
    return None if value is None else str(value)


_KINDS: dict[type, str] = {
    type(None): "null",
    bool: "a truth value",
    list: "a list",
    dict: "an object",
}


def _kind(value: object) -> str:
    return _KINDS.get(type(value), f"a value of type {type(value).__name__}")


def _payload(values: Mapping[str, object], used: Mapping[str, str | None], gold: Gold) -> str:
    taken = {used[key] for key in _COLUMNS}
    content = {column: value for column, value in values.items() if column not in taken}
    for key, column in used.items():
        if key not in _COLUMNS and column is not None:
            content.pop(column, None)
            content[key] = values[column]
    if gold.solution is not None:
        content[REFERENCE_SOLUTION] = gold.solution
    try:
        return msgspec.json.encode(content, order="deterministic").decode()
    except (TypeError, ValueError) as error:
        msg = f"a column cannot be kept in the payload, which is JSON: {error}"
        raise RowError(msg, kind="WrongType") from None
