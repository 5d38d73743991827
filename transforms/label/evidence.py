"""All that is known of one problem's solutions, as counts: what a posterior is computed from."""

import dataclasses
from collections.abc import Iterable, Iterator, Mapping, Sequence

from stepsmith.schemas.records import LabelledTrajectory, Outcome, Trajectory, Verdict


@dataclasses.dataclass(frozen=True, kw_only=True, slots=True)
class Evidence:
    """What is known of one solution of `n_steps` steps.

    `judged[i]` completions of the prefix of `i` steps, i = 0..n_steps-1, could be judged, and
    `correct[i]` of them reached the answer; solutions that are themselves in the problem's list
    are not among them, unless they are there once and were drawn again. `verdicts` are (verifier,
    step, outcome). A solution that shares its first `branch` steps with the solution at place
    `parent` of the list leaves all that is known of the shared prefixes to that one. `unwritten`
    steps are observations: what a tool answered is no step of the policy's to go wrong at.
    """

    n_steps: int
    outcome: Outcome
    judged: tuple[int, ...]
    correct: tuple[int, ...]
    verdicts: tuple[tuple[str, int, Outcome], ...] = ()
    parent: int | None = None
    branch: int = 0
    unwritten: tuple[int, ...] = ()


Solutions = tuple[Evidence, ...]
"""The solutions of one problem; parents come before those that branch from them."""


@dataclasses.dataclass(frozen=True, kw_only=True, slots=True)
class ProblemEvidence:
    """What a run keeps of one problem to estimate its prior from."""

    solutions: Solutions


_Prefix = tuple[str, ...]
"""The texts of a solution's first steps."""

_Count = tuple[int, int]
"""How many were judged, and how many of them reached the answer."""


Places = tuple[tuple[int, ...], ...]
"""For each solution, where its rows are."""


def read_evidence(rows: Sequence[LabelledTrajectory]) -> tuple[Solutions, Places]:
    """Read the evidence in the rows of one problem; the order of the rows makes no difference.

    Returns it with parents first, and the places of each solution's rows in `rows`. Rows without
    steps are no evidence and have no place. Equal solutions are one solution: that it was drawn
    again says how often the policy ends right or wrong, and nothing of where this one does. It is
    one more draw of the prefix that was continued: of the problem, and in a tree, where each end
    was written after the prefix before it, of that prefix, like any other completion of it.
    Solutions that begin with the same steps share that prefix, whatever their rows say of their
    origin. What is known of it belongs to the first of them and is counted once: equal counts of
    one prefix are taken for the same completions, different ones are added up. Counts in a row
    include the completions that became rows of their own; here they are taken out, since those
    rows are evidence themselves. At temperature 0 equal draws are one.
    """
    steps = [tuple(step.text for step in row.trajectory.steps) for row in rows]
    places = sorted(
        (place for place, texts in enumerate(steps) if texts),
        key=lambda place: _rank(rows[place], steps[place]),
    )
    equal: dict[_Prefix, list[int]] = {}
    for place in places:
        equal.setdefault(steps[place], []).append(place)
    ordered = [[rows[place] for place in same] for same in equal.values()]
    prefixes = list(map(_inner, equal))
    counts = _completions(ordered, prefixes) | _solutions_through(ordered, prefixes)
    again = [_drawn_again(same) for same in ordered]
    counts[()] = sum(n for n, _ in again), sum(k for _, k in again)
    verdicts, links = _verdicts(ordered, equal), _links(prefixes)
    # What is known of the empty prefix is the first one's, which branches from none.
    begins = (0, *(branch + 1 for _, branch in links[1:]))
    read = tuple(
        _evidence(texts, _judged_first(same), counts, verdicts, link=link, begin=begin)
        for texts, same, link, begin in zip(equal, ordered, links, begins, strict=False)
    )
    return read, tuple(map(tuple, equal.values()))


def _judged_first(same: Sequence[LabelledTrajectory]) -> LabelledTrajectory:
    """Return the row that stands for equal solutions: the first whose end was judged."""
    return min(same, key=lambda row: row.outcome.outcome == "undecided")


def _drawn_again(same: Sequence[LabelledTrajectory]) -> _Count:
    """Count how often the policy wrote a solution from the problem on, but for the first time."""
    first = _judged_first(same)
    if repeats_itself(first.trajectory):
        return 0, 0
    if _counts_through(first):
        n, outcome = _n_drawn(same), first.outcome.outcome
        return (0, 0) if outcome == "undecided" else (n - 1, (n - 1) * (outcome == "valid"))
    others = [row.outcome.outcome for row in same if row is not first and not _is_completion(row)]
    correct = others.count("valid")
    return correct + others.count("invalid"), correct


def _n_drawn(same: Sequence[LabelledTrajectory]) -> int:
    """Return how often a solution was drawn whose rows count those through a prefix."""
    counted = [row.labels[-1].n_rollouts or 1 for row in same if row.labels]
    return max(len(same), *counted)


def _is_completion(row: LabelledTrajectory) -> bool:
    """Say whether a row is one of the completions that were drawn to judge a prefix."""
    # A repair was drawn for its own sake, and is in no estimate.
    own = row.trajectory
    return own.parent_id is not None and own.origin == "rollout" and (own.branch_step or 0) > 0


def _rank(row: LabelledTrajectory, texts: _Prefix) -> tuple[bool, bool, str, _Prefix]:
    """Order rows: fresh solutions before those that continue another one, replies cut last.

    How likely a completion of a shared prefix is right depends on the length of the solution that
    the prefix belongs to, and one that was cut (a loop to the token limit, say) has no length.
    """
    own = row.trajectory
    return not _is_whole(row), own.parent_id is not None, own.id, texts


def _is_whole(row: LabelledTrajectory) -> bool:
    """Say whether a row's reply was written to its end."""
    return row.trajectory.finish_reason not in ("length", "empty")


def _inner(texts: _Prefix) -> list[_Prefix]:
    return [texts[:length] for length in range(1, len(texts))]


def _links(prefixes: Sequence[Sequence[_Prefix]]) -> list[tuple[int | None, int]]:
    """Return for each solution whose the longest prefix is that it shares, and its length.

    A prefix belongs to the first solution that has it. One that shares nothing: (None, 0).
    """
    owners: dict[_Prefix, int] = {}
    links: list[tuple[int | None, int]] = []
    for place, inner in enumerate(prefixes):
        shared = [owners[prefix] for prefix in inner if prefix in owners]
        links.append((shared[-1], len(shared)) if shared else (None, 0))
        for prefix in inner:
            owners.setdefault(prefix, place)
    return links


_Group = Sequence[LabelledTrajectory]
"""The rows of one solution."""


def _completions(
    groups: Sequence[_Group], prefixes: Sequence[Sequence[_Prefix]]
) -> dict[_Prefix, _Count]:
    """Count the completions that were drawn of each prefix, but those that are solutions here.

    Of equal ones only the first is.
    """
    seen: dict[_Prefix, set[_Count]] = {}
    for same, inner in zip(groups, prefixes, strict=True):
        for row in same:
            if not _counts_through(row):
                for prefix, count in _judged(row, inner):
                    seen.setdefault(prefix, set()).add(count)
    counts = {
        prefix: (sum(n for n, _ in found), sum(k for _, k in found))
        for prefix, found in seen.items()
    }
    for same, inner in zip(groups, prefixes, strict=True):
        row = _judged_first(same)
        branch = row.trajectory.branch_step or 0
        if _is_completion(row) and branch <= len(inner) and not _counts_through(row):
            _take_out(counts, inner[branch - 1], row.outcome.outcome)
    return counts


def _solutions_through(
    groups: Sequence[_Group], prefixes: Sequence[Sequence[_Prefix]]
) -> dict[_Prefix, _Count]:
    """Count the solutions through each prefix that run through no longer one and are not here."""
    through: dict[_Prefix, _Count] = {}
    for same, inner in zip(groups, prefixes, strict=True):
        for row in same:
            if _counts_through(row):
                through |= dict(_judged(row, inner))
    counts = dict(through)
    for prefix, (judged, correct) in through.items():
        if prefix[:-1] in counts:
            n, k = counts[prefix[:-1]]
            counts[prefix[:-1]] = _sane(n - judged, k - correct)
    for same, inner in zip(groups, prefixes, strict=True):
        if inner and _counts_through(same[0]):
            outcome = _judged_first(same).outcome.outcome
            _take_out(counts, inner[-1], outcome, n=_n_drawn(same))
    return counts


def _counts_through(row: LabelledTrajectory) -> bool:
    """Say whether a row's counts are of all solutions through a prefix, not of its completions.

    Those of tree searches are, and those of pooled outcomes, which count a solution's end as well.
    """
    ended = row.labels[-1].n_rollouts is not None if row.labels else False
    return row.trajectory.origin == "tree" or ended


def _judged(row: LabelledTrajectory, inner: Sequence[_Prefix]) -> Iterator[tuple[_Prefix, _Count]]:
    for prefix, label in zip(inner, row.labels, strict=False):
        if label.n_rollouts:
            judged = label.n_rollouts - (label.n_undecided or 0)
            count = _sane(judged, label.n_correct or 0)
            if repeats_itself(row.trajectory):
                count = _once(count, label.n_distinct or 1)
            if count[0]:
                yield prefix, count


def _once(count: _Count, n_distinct: int) -> _Count:
    """Count each text once, the right ones by their share."""
    judged, correct = count
    n = min(judged, n_distinct)
    return n, round(correct * n / judged) if judged else 0


def _sane(judged: int, correct: int) -> _Count:
    judged = max(0, judged)
    return judged, min(max(0, correct), judged)


def _take_out(
    counts: dict[_Prefix, _Count], prefix: _Prefix, outcome: Outcome, *, n: int = 1
) -> None:
    judged, correct = counts.get(prefix, (0, 0))
    right, wrong = min(n, correct), min(n, judged - correct)
    if outcome == "valid" and right:
        counts[prefix] = judged - right, correct - right
    if outcome == "invalid" and wrong:
        counts[prefix] = judged - wrong, correct


def _verdicts(
    groups: Sequence[_Group], texts: Iterable[_Prefix]
) -> dict[_Prefix, tuple[Verdict, ...]]:
    """Return the verdicts on the step that ends each prefix: those of the first row with any.

    Of a reply that was cut or blank there are none: its last step is not what the policy meant.
    """
    found: dict[_Prefix, tuple[Verdict, ...]] = {}
    for same, written in zip(groups, texts, strict=True):
        for row in filter(_is_whole, same):
            for length, label in enumerate(row.labels[: len(written)], start=1):
                if label.verdicts:
                    found.setdefault(written[:length], label.verdicts)
    return found


def _evidence(
    texts: _Prefix,
    row: LabelledTrajectory,
    counts: Mapping[_Prefix, _Count],
    verdicts: Mapping[_Prefix, tuple[Verdict, ...]],
    *,
    link: tuple[int | None, int],
    begin: int,
) -> Evidence:
    parent, branch = link
    own = [(0, 0)] * begin
    own += [counts.get(texts[:length], (0, 0)) for length in range(begin, len(texts))]
    return Evidence(
        n_steps=len(texts),
        outcome=row.outcome.outcome,
        judged=tuple(n for n, _ in own),
        correct=tuple(k for _, k in own),
        verdicts=tuple(
            (verdict.verifier, step, verdict.outcome)
            for step in range(branch, len(texts))
            for verdict in verdicts.get(texts[: step + 1], ())
        ),
        parent=parent,
        branch=branch,
        unwritten=unwritten(row.trajectory),
    )


def repeats_itself(trajectory: Trajectory) -> bool:
    """Say whether another draw is the same one again, which says nothing more: without a chance."""
    return trajectory.sampling is not None and trajectory.sampling.temperature == 0


def unwritten(trajectory: Trajectory) -> tuple[int, ...]:
    """Return the steps of a solution that no policy wrote."""
    steps = enumerate(trajectory.steps)
    return tuple(index for index, step in steps if step.kind == "observation")
