"""BIG-Bench-Mistake: chains of thought and the index of their first mistake."""

from stepsmith.pipelines.audit.fields import Fields
from stepsmith.pipelines.audit.formats import human_format
from stepsmith.pipelines.audit.human import HumanLabelled, wrong_from


@human_format("big_bench_mistake", "input steps mistake_index ...")
def big_bench_mistake(row: Fields) -> HumanLabelled:
    """BIG-Bench-Mistake: `input`, `steps`, 0-based `mistake_index` or null for none."""
    steps = row.texts("steps")
    first = None
    if row.get("mistake_index") is not None:
        first = row.index("mistake_index", len(steps))
    return HumanLabelled(
        id=row.maybe_text("id") or row.default_id,
        problem=row.text("input"),
        steps=steps,
        known=wrong_from(first, len(steps)),
        answer=row.maybe_text("target"),
        source=row.source,
    )
