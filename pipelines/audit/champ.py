"""CHAMP: solutions in one piece, with the characters of their first wrong step."""

from stepsmith.pipelines.audit.fields import Fields
from stepsmith.pipelines.audit.formats import human_format
from stepsmith.pipelines.audit.human import HumanLabelled, wrong_from
from stepsmith.transforms.text.segment import get_segmenter

_SPAN = 2


@human_format("champ", "problem solution first_wrong_step ...")
def champ(row: Fields) -> HumanLabelled:
    """CHAMP: `problem`, `solution` as one text, `first_wrong_step` = [start, end) or null.

    The span counts the characters of the solution. Steps are its lines, and the first error is the
    line in which the span begins.
    """
    solution = row.text("solution")
    steps = get_segmenter("line")(solution)
    return HumanLabelled(
        id=row.maybe_text("id") or row.default_id,
        problem=row.text("problem"),
        steps=steps,
        known=wrong_from(_line(row, solution, steps), len(steps)),
        answer=row.maybe_text("answer"),
        source=row.source,
    )


def _line(row: Fields, solution: str, steps: tuple[str, ...]) -> int | None:
    name = "first_wrong_step"
    if row.get(name) is None:
        return None
    bounds = row.items(name)
    ends = Fields(values={f"{name}[{place}]": bound for place, bound in enumerate(bounds)})
    found = [ends.whole(end) for end in ends.values]
    if len(found) != _SPAN or found[0] is None or found[1] is None:
        row.fail(name, "allowed: two numbers, where the step starts and ends, or null")
    start, end = found[0], found[1]
    if not 0 <= start < end <= len(solution):
        row.fail(name, f"is {start} to {end}; the solution has {len(solution)} characters")
    # A span may take in the line end before it.
    start += len(solution[start:end]) - len(solution[start:end].lstrip())
    reached = 0
    for index, step in enumerate(steps):
        reached += len(step)
        if start < reached:
            return index
    return len(steps) - 1
