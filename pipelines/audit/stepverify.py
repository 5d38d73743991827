"""StepVerify: wrong solutions of students and the step in which teachers saw the first error."""

from stepsmith.pipelines.audit.fields import Fields
from stepsmith.pipelines.audit.formats import human_format
from stepsmith.pipelines.audit.human import HumanLabelled, wrong_from


@human_format("stepverify", "problem student_incorrect_solution incorrect_index ...")
def stepverify(row: Fields) -> HumanLabelled:
    """StepVerify: `problem`, `student_incorrect_solution`, 0-based `incorrect_index`."""
    steps = row.texts("student_incorrect_solution")
    return HumanLabelled(
        id=row.maybe_text("id") or row.default_id,
        problem=row.text("problem"),
        steps=steps,
        known=wrong_from(row.index("incorrect_index", len(steps)), len(steps)),
        answer=_last_line(row.maybe_text("reference_solution")),
        source=row.source,
    )


def _last_line(solution: str | None) -> str | None:
    """Return the answer of a reference solution: its last line, a number on its own."""
    lines = (solution or "").split("\n")
    return lines[-1].strip() or None
