"""ProcessBench, and what `stepsmith export --format processbench` writes."""

from stepsmith.pipelines.audit.fields import Fields
from stepsmith.pipelines.audit.formats import human_format
from stepsmith.pipelines.audit.human import HumanLabelled, wrong_from

_NO_ERROR = -1


@human_format("processbench", "problem steps label ...")
def processbench(row: Fields) -> HumanLabelled:
    """ProcessBench: `id`, `problem`, `steps`, `label`, the 0-based first error or -1."""
    steps = row.texts("steps")
    label = row.whole("label")
    first = None if label == _NO_ERROR else row.index("label", len(steps), none=_NO_ERROR)
    return HumanLabelled(
        id=row.maybe_text("id") or row.default_id,
        problem=row.text("problem"),
        steps=steps,
        known=wrong_from(first, len(steps)),
        answer=row.maybe_text("answer"),
        source=row.source,
    )
