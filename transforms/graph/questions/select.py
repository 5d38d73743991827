"""Which of the questions drawn are kept: at most so many a pattern, or the least common ones."""

from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Sequence

from stepsmith.transforms.graph.questions.sample import Question
from stepsmith.transforms.graph.wording import variant_of

FIRST_OF_CATEGORY = 2
"""Questions that each category gives before the score decides (arXiv 2601.15160, its release)."""


def share_of(total: int, part: int, n_parts: int, *, of: Hashable = "") -> int:
    """Return a part's share of a total: the shares add up to it, and differ by one at most.

    Who gets one more is drawn by what the total is `of`, so that not the first part always does.
    """
    whole, rest = divmod(total, n_parts)
    return whole + ((part - variant_of("share", of)) % n_parts < rest)


def diverse(pool: Iterable[Question], n: int) -> list[Question]:
    """Keep the `n` questions with the highest diversity score, the paper's choice for its RL set.

    Each of what a question has in common with others counts by its inverse frequency in the pool:
    `1/(f+1)` of its category, source and target, `2/(f+1)` of the pair of them, `1/(f+1)` of its
    pattern and the mean of that over its nodes. The two best of each category come first. A graph
    has no category of a question: here it is the last relation, which says what is asked for.
    """
    questions = list(pool)
    scores = _scores(questions)
    best = sorted(range(len(questions)), key=lambda at: -scores[at])
    seen: Counter[int] = Counter()
    first: list[int] = []
    for at in best:
        category = questions[at].relations[-1]
        if seen[category] < FIRST_OF_CATEGORY:
            first.append(at)
        seen[category] += 1
    later = [at for at in best if at not in set(first)]
    return [questions[at] for at in (*first, *later)[:n]]


_TERMS: Sequence[tuple[float, Callable[[Question], Hashable]]] = (
    (1.0, lambda question: question.relations[-1]),
    (1.0, lambda question: question.start),
    (1.0, lambda question: question.end),
    (2.0, lambda question: (question.start, question.end)),
    (1.0, lambda question: question.relations),
)


def _scores(questions: Sequence[Question]) -> list[float]:
    counts = [Counter(map(term, questions)) for _, term in _TERMS]
    nodes = Counter(node for question in questions for node in question.nodes)

    def score(question: Question) -> float:
        terms = sum(
            weight / (count[term(question)] + 1)
            for (weight, term), count in zip(_TERMS, counts, strict=True)
        )
        mean = sum(1 / (nodes[node] + 1) for node in question.nodes) / len(question.nodes)
        return terms + mean

    return [score(question) for question in questions]
