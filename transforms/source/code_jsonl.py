"""One code problem a JSON line, in the form of HumanEval, MBPP or standard input and output."""

import dataclasses
from collections.abc import Mapping
from typing import cast

import msgspec

from stepsmith.schemas.errors import suggest
from stepsmith.schemas.records import Problem
from stepsmith.transforms.judging.problems import (
    SOLUTION_COLUMNS,
    CodeProblemError,
    read_code_fields,
)
from stepsmith.transforms.source.base import Source, source
from stepsmith.transforms.source.fields import Place, prompt_of, scalar
from stepsmith.transforms.source.jsonl import read_jsonl
from stepsmith.transforms.source.rows import RowError
from stepsmith.transforms.source.table import TableSource, as_paths

_COLUMNS: dict[str, tuple[str, ...]] = {
    "id": ("task_id", "id", "question_id", "unique_id"),
    "prompt": ("prompt", "text", "question"),
    "group_id": ("group_id",),
    "domain": ("domain",),
}


@source("code_jsonl")
def code_jsonl(
    *,
    path: str | tuple[str, ...],
    fields: dict[str, str] | None = None,
    domain: str = "code",
    name: str = "",
    limit: int | None = None,
    require_answer: bool = True,
) -> Source:
    """Read code problems with tests (HumanEval, MBPP, stdin/stdout; also gzipped), one a line."""
    return TableSource(
        paths=as_paths(path),
        rows=read_jsonl,
        fields=CodeFields(columns=fields or {}, domain=domain, require_answer=require_answer),
        name=name,
        limit=limit,
    )


@dataclasses.dataclass(frozen=True, kw_only=True)
class CodeFields:
    """Which column is which field of a code problem; all but id and prompt go into the payload.

    A key of `columns` that is not a field of a problem names an entry of the payload, as `test`.
    The reference solution is the problem's answer; it stays in the payload too.
    """

    columns: Mapping[str, str] = dataclasses.field(default_factory=dict[str, str])
    domain: str = ""
    require_answer: bool = True

    def problem(self, values: Mapping[str, object], place: Place) -> Problem:
        """Build the problem of one row; raises `RowError` saying what is wrong with which field."""
        values = {column: value for column, value in values.items() if value is not None}
        used = {key: self._column(key, values) for key in {**_COLUMNS, **self.columns}}
        payload = _payload(values, used)
        prompt = _with_tests(prompt_of(values, used["prompt"], _COLUMNS["prompt"]), payload)
        try:
            code = read_code_fields(payload, prompt=prompt)
        except CodeProblemError as error:
            field = used.get(error.field) or error.field
            raise RowError(str(error), kind="CodeProblemError", field=field) from None
        if self.require_answer and code.reference is None:
            raise RowError(_no_reference(values), kind="MissingField", field="canonical_solution")
        id_ = scalar(values, used["id"]) or ""
        id_ = f"{place.id_prefix}{id_}" if id_ else place.default_id
        return Problem(
            id=id_,
            prompt=prompt,
            group_id=scalar(values, used["group_id"]) or id_,
            source=place.source,
            domain=scalar(values, used["domain"]) or self.domain,
            answer=code.solution_text or None,
            payload=_encoded(payload),
        )

    def _column(self, key: str, values: Mapping[str, object]) -> str | None:
        named = self.columns.get(key)
        if named is None:
            return next((name for name in _COLUMNS[key] if name in values), None)
        if named not in values:
            msg = f"no column {named!r} (fields.{key}); {suggest(named, values)}"
            raise RowError(msg, kind="MissingField", field=named)
        return named


def _payload(values: Mapping[str, object], used: Mapping[str, str | None]) -> dict[str, object]:
    taken = set(used.values())
    content = {column: value for column, value in values.items() if column not in taken}
    content |= {
        key: values[column]
        for key, column in used.items()
        if key not in _COLUMNS and column is not None
    }
    return content


def _with_tests(prompt: str, payload: Mapping[str, object]) -> str:
    """Show the asserts that say what the function is called, where the prompt is words alone."""
    if "def " in prompt or not isinstance(tests := payload.get("test_list"), list):
        return prompt
    words = "\n".join((prompt.strip(), *map(str, cast("list[object]", tests))))
    quoted = words.replace("\\", "\\\\").replace('"""', r"\"\"\"")
    return f'"""\n{quoted}\n"""\n'


def _no_reference(values: Mapping[str, object]) -> str:
    looked = ", ".join(SOLUTION_COLUMNS)
    near = suggest("canonical_solution", values)
    return (
        f"no reference solution: looked for {looked}; {near}. Name its column with "
        "fields.canonical_solution, or set require_answer = false"
    )


def _encoded(payload: Mapping[str, object]) -> str:
    try:
        return msgspec.json.encode(payload, order="deterministic").decode()
    except (TypeError, ValueError) as error:
        msg = f"a column cannot be kept in the payload, which is JSON: {error}"
        raise RowError(msg, kind="WrongType") from None
