"""PRMBench: chains whose every step people rated right, and the same with an injected error."""

from stepsmith.pipelines.audit.fields import Fields
from stepsmith.pipelines.audit.formats import human_format
from stepsmith.pipelines.audit.human import HumanLabelled, all_right, wrong_from


@human_format("prmbench", "question modified_process error_steps ...", "question steps")
def prmbench(row: Fields) -> HumanLabelled:
    """PRMBench: `modified_process` with 1-based `error_steps`, or `steps` that are all right.

    The errors were injected by a model. Only the first counts, as it would for people; numbers
    beyond the last step, which the published files have, are passed over.
    """
    if "modified_process" not in row.values:
        steps = row.texts("steps")
        known = all_right(len(steps))
    else:
        steps = row.texts("modified_process")
        known = wrong_from(_first(row, len(steps)), len(steps))
    return HumanLabelled(
        id=row.maybe_text("idx") or row.maybe_text("id") or row.default_id,
        problem=row.text("question"),
        steps=steps,
        known=known,
        source=row.maybe_text("classification") or row.source,
    )


def _first(row: Fields, n_steps: int) -> int:
    numbered = {
        f"error_steps[{place}]": each for place, each in enumerate(row.items("error_steps"))
    }
    places = Fields(values=numbered)
    found = [number for name in numbered if (number := places.whole(name)) is not None]
    first = min(found, default=0)
    if not 1 <= first <= n_steps:
        row.fail("error_steps", f"begins at {first}; allowed: 1 to {n_steps}")
    return first - 1
