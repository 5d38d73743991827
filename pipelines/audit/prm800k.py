"""PRM800K: step ratings that people gave while they walked through a solution."""

from stepsmith.pipelines.audit.fields import Fields
from stepsmith.pipelines.audit.formats import human_format
from stepsmith.pipelines.audit.human import HumanLabelled

_RATINGS: dict[object, bool | None] = {-1: False, 0: True, 1: True, None: None}
_UNUSABLE = "bad_problem"

Rated = tuple[str, bool | None]


@human_format("prm800k", "question.problem label.steps ...")
def prm800k(row: Fields) -> HumanLabelled:
    """PRM800K: `question.problem`, `label.steps[].completions[].rating` (-1 = error).

    The walk goes along the chosen completions, those that a person wrote, and where it ended at an
    error along the completion that was rated -1. Steps that the sampled solution had after the end
    of the walk follow, unrated. Of a problem that was found unusable nothing is known.
    """
    question, label = row.nested("question"), row.nested("label")
    walked = [_rated(label, index, item) for index, item in enumerate(label.items("steps"))]
    rated = [*walked, *((text, None) for text in _unseen(question, walked))]
    unusable = label.values.get("finish_reason") == _UNUSABLE
    return HumanLabelled(
        id=row.maybe_text("id") or row.default_id,
        problem=question.text("problem"),
        steps=tuple(text for text, _ in rated),
        known=tuple(None if unusable else rating for _, rating in rated),
        answer=question.maybe_text("ground_truth_answer"),
        source=row.source,
    )


def _rated(label: Fields, index: int, item: object) -> Rated:
    step = label.inside(f"steps[{index}]", item)
    chosen = step.values.get("chosen_completion")
    if chosen is None and step.values.get("human_completion") is not None:
        written = step.nested("human_completion")
        return written.text("text"), _rating(written) is not False
    completions = step.items("completions")
    candidates = [
        step.inside(f"completions[{place}]", each) for place, each in enumerate(completions)
    ]
    if chosen is not None:
        taken = candidates[step.index("chosen_completion", len(candidates))]
    else:
        wrong = (each for each in candidates if each.values.get("rating") == -1)
        taken = next(wrong, candidates[0])
    return taken.text("text"), _rating(taken)


def _rating(completion: Fields) -> bool | None:
    value = completion.values.get("rating")
    rating = None if value is None else completion.whole("rating")
    if rating not in _RATINGS:
        completion.fail("rating", f"holds {rating}; allowed: -1, 0, 1 or null")
    return _RATINGS[rating]


def _unseen(question: Fields, walked: list[Rated]) -> tuple[str, ...]:
    """Return the rest of the sampled solution, if the walk stayed on it."""
    if question.values.get("pre_generated_steps") is None:
        return ()
    steps = question.texts("pre_generated_steps")
    stayed = steps[: len(walked)] == tuple(text for text, _ in walked)
    return steps[len(walked) :] if stayed else ()
