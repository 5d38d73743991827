"""Any file of solutions with the index of their first error: a map says which field is which."""

from stepsmith.pipelines.audit.fields import Fields
from stepsmith.pipelines.audit.formats import human_format
from stepsmith.pipelines.audit.human import HumanLabelled, wrong_from
from stepsmith.schemas.options import Natural
from stepsmith.transforms.text.segment import get_segmenter

_NONE = ("", "-1", "n/a", "none", "null")


@human_format("map")
def mapped(
    row: Fields,
    *,
    problem: str,
    steps: str,
    label: str,
    id: str | None = None,  # noqa: A002 -- the field's name
    answer: str | None = None,
    base: Natural = 0,
) -> HumanLabelled:
    """Any other file: name its fields, as in `problem=question,steps=solution,label=first,base=1`.

    `steps` may be a list or a text, which is cut into lines. `label` counts from `base`; null, -1,
    `N/A`, `none` and nothing say that there is no error.
    """
    cut = _cut(row, steps)
    return HumanLabelled(
        id=(row.maybe_text(id) if id is not None else None) or row.default_id,
        problem=row.text(problem),
        steps=cut,
        known=wrong_from(_first(row, label, len(cut), base), len(cut)),
        answer=None if answer is None else row.maybe_text(answer),
        source=row.source,
    )


def _cut(row: Fields, name: str) -> tuple[str, ...]:
    if isinstance(row.get(name), str):
        return get_segmenter("line")(row.text(name))
    return row.texts(name)


def _first(row: Fields, name: str, n_steps: int, base: int) -> int | None:
    value = row.get(name)
    if value is None or str(value).strip().lower() in _NONE:
        return None
    return row.index(name, n_steps, base=base, none=-1)
