"""MR-Ben: solutions of language models and the step in which experts saw the first error."""

import re
from collections.abc import Sequence

from stepsmith.pipelines.audit.fields import Fields
from stepsmith.pipelines.audit.formats import human_format
from stepsmith.pipelines.audit.human import (
    HumanLabelled,
    all_right,
    nothing_known,
    wrong_from,
)

_STEP = re.compile(r"\s{0,8}(?:Step\s{1,4}([0-9]{1,4})\b|Solution\b)", re.IGNORECASE)
_CORRECTNESS = ("correct", "incorrect")
_NOWHERE = "N/A"

Numbered = tuple[int | None, str]
"""The number that a step prints before its text, and the text."""


@human_format("mr_ben", "Question Model_Solution_Steps Model_Solution_First_Error_Step ...")
def mr_ben(row: Fields) -> HumanLabelled:
    """MR-Ben: `Model_Solution_Steps`, `Model_Solution_First_Error_Step` as printed or `N/A`.

    Experts name a step by the number that it prints (`Step 3: ...`), which may run over several
    items of the list: these are joined. Solutions that are one text (programs) are cut into lines,
    and their first error is a line; one that occurs twice is not located.
    """
    written = row.get("Model_Solution_Steps")
    whole = isinstance(written, str)
    items = _lines(written) if isinstance(written, str) else row.texts("Model_Solution_Steps")
    steps = [(None, item) for item in items] if whole else numbered(items)
    return HumanLabelled(
        id=_id(row),
        problem=row.text("Question"),
        steps=tuple(text for _, text in steps),
        known=_known(row, steps, is_program=whole),
        answer=row.maybe_text("Ground_Truth_Answer_Modified")
        or row.maybe_text("Ground_Truth_Answer"),
        source=row.maybe_text("Subject") or row.source,
        options=_options(row.maybe_text("Options")),
    )


def numbered(items: Sequence[str]) -> list[Numbered]:
    """Join the items that stand under one printed number; without any number each is a step."""
    starts = [_STEP.match(item) for item in items]
    if not any(start is not None and start[1] for start in starts):
        return [(None, item) for item in items]
    steps: list[Numbered] = []
    for start, item in zip(starts, items, strict=True):
        if start is not None or not steps:
            number = int(start[1]) if start is not None and start[1] else None
            steps.append((number, item))
        else:
            number, text = steps[-1]
            steps[-1] = (number, f"{text.removesuffix(chr(10))}\n{item}")
    return steps


def _known(row: Fields, steps: Sequence[Numbered], *, is_program: bool) -> tuple[bool | None, ...]:
    correctness = (row.maybe_text("Model_Solution_Correctness") or "").strip().lower()
    if correctness not in _CORRECTNESS:
        name = "Model_Solution_Correctness"
        row.fail(name, f"holds {correctness!r}; allowed: {' or '.join(_CORRECTNESS)}")
    if correctness == "correct":
        return all_right(len(steps))
    where = row.maybe_text("Model_Solution_First_Error_Step")
    if where is None or where.strip() == _NOWHERE:
        return nothing_known(len(steps))
    if is_program:
        texts = [text.strip() for _, text in steps]
        places = [index for index, text in enumerate(texts) if text == where.strip()]
    else:
        places = _places(row, steps)
    return wrong_from(places[0], len(steps)) if len(places) == 1 else nothing_known(len(steps))


def _places(row: Fields, steps: Sequence[Numbered]) -> list[int]:
    name = "Model_Solution_First_Error_Step"
    number = row.whole(name)
    numbers = [printed for printed, _ in steps]
    if number in numbers:
        return [index for index, printed in enumerate(numbers) if printed == number]
    return [row.index(name, len(steps), base=1)]


def _lines(text: str) -> tuple[str, ...]:
    return tuple(text.splitlines(keepends=True)) or ("",)


def _id(row: Fields) -> str:
    question, model = row.maybe_text("Question_UUID"), row.maybe_text("Sampled_Model")
    if question is None:
        return row.default_id
    return question if model is None else f"{question}/{model}"


def _options(written: str | None) -> tuple[str, ...]:
    return tuple(line.strip() for line in (written or "").splitlines() if line.strip())
