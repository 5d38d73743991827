"""Controls and the full predictor on one block: AUCs on held-out groups, and what they mean."""

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from random import Random

from stepsmith.pipelines.dependence.auc import Auc, auc_of
from stepsmith.pipelines.dependence.predict import PREDICTORS, folds_of, held_out
from stepsmith.pipelines.dependence.texts import FIELDS, Shown
from stepsmith.schemas.facts import Evidence

__all__ = ["CONTROLS", "FULL", "TRAINED", "BlockFound", "Limits", "measure_block"]

CONTROLS: Mapping[str, tuple[str, ...]] = {
    "claim_only": ("claim",),
    "case_only": ("case", "claim"),
    "evidence_only": ("evidence", "claim"),
}
"""What each control sees; the claim is what is asked, and all see it."""

FULL = "full"
_VIEWS = {**CONTROLS, FULL: FIELDS}
TRAINED = len(PREDICTORS) * len(_VIEWS)
"""How many predictors are trained for a block, each on every fold."""

REMOVED = "full_evidence_removed"
SWAPPED = "full_evidence_swapped"


@dataclasses.dataclass(frozen=True, kw_only=True)
class Limits:
    """When a set is refused: a control's upper bound above one, every full one's lower below."""

    max_control: float = 0.55
    min_full: float = 0.75
    folds: int = 5
    resamples: int = 1_000


@dataclasses.dataclass(frozen=True, kw_only=True)
class BlockFound:
    """What was found of a block, or of all blocks together.

    `aucs` are by predictor and by what it saw. `reasons` say why it is refused; without any it is
    evidence-dependent.
    """

    rows: int
    true_rows: int
    groups: int
    aucs: Mapping[str, Mapping[str, Auc]]
    reasons: tuple[str, ...]

    @property
    def evidence_dependent(self) -> bool:
        """Whether the label takes all three parts."""
        return not self.reasons


def measure_block(
    rows: Sequence[Evidence], limits: Limits, *, trained: Callable[[], None] = lambda: None
) -> BlockFound:
    """Train every predictor on every view of these rows, and say what that shows.

    Equal rows in any order give equal numbers. `trained` is called after each of the predictors.
    """
    ordered = sorted(rows, key=lambda row: (row.pair_group, row.id))
    groups = len({row.pair_group for row in ordered})
    labels = [row.label for row in ordered]
    if groups < 2 * limits.folds or len(set(labels)) == 1:
        reason = f"{groups} groups of {len(set(labels))} labels are too few to tell"
        return _found(ordered, groups, {}, (reason,))
    aucs = {name: _views(name, ordered, limits, trained) for name in PREDICTORS}
    return _found(ordered, groups, aucs, tuple(_reasons(aucs, limits)))


def _found(
    rows: Sequence[Evidence],
    groups: int,
    aucs: Mapping[str, Mapping[str, Auc]],
    reasons: tuple[str, ...],
) -> BlockFound:
    true_rows = sum(row.label for row in rows)
    return BlockFound(
        rows=len(rows), true_rows=true_rows, groups=groups, aucs=aucs, reasons=reasons
    )


def _views(
    name: str, rows: Sequence[Evidence], limits: Limits, trained: Callable[[], None]
) -> dict[str, Auc]:
    predictor = PREDICTORS[name]
    groups = [row.pair_group for row in rows]
    labels = [row.label for row in rows]
    folds = folds_of(groups, limits.folds)
    found: dict[str, Auc] = {}
    for view, fields in _VIEWS.items():
        examples = [_shown(row, fields) for row in rows]
        tested: dict[str, Sequence[Shown]] = {}
        if view == FULL:
            tested[REMOVED] = [_shown(row, ("case", "claim")) for row in rows]
            tested[SWAPPED] = _swapped(rows)
        scores = held_out(predictor, examples, labels, folds, tested=tested)
        for form, scored in scores.items():
            found[form or view] = auc_of(labels, scored, groups, resamples=limits.resamples)
        trained()
    return found


def _shown(row: Evidence, fields: Sequence[str]) -> Shown:
    return Shown(**{field: getattr(row, field) for field in fields})


def _swapped(rows: Sequence[Evidence]) -> list[Shown]:
    """Give each row the evidence of a row of another group, whatever its label."""
    random = Random(0)  # noqa: S311 - of a diagnostic, not secrets
    by_group: dict[str, list[Evidence]] = {}
    for row in rows:
        by_group.setdefault(row.pair_group, []).append(row)
    order = random.sample(sorted(by_group), len(by_group))
    swapped: dict[str, str] = {}
    for own, other in zip(order, [*order[1:], order[0]], strict=True):
        donors = random.sample(by_group[other], len(by_group[other]))
        for at, row in enumerate(by_group[own]):
            swapped[row.id] = donors[at % len(donors)].evidence
    return [Shown(case=row.case, evidence=swapped[row.id], claim=row.claim) for row in rows]


def _reasons(aucs: Mapping[str, Mapping[str, Auc]], limits: Limits) -> list[str]:
    """Say what speaks against the set: each control that a predictor makes work, worst first."""
    found: list[str] = []
    for view in CONTROLS:
        name, worst = max(
            ((name, views[view]) for name, views in aucs.items()), key=lambda item: item[1].high
        )
        if worst.high > limits.max_control:
            saw = " and ".join(CONTROLS[view])
            found.append(
                f"{saw} alone predict the label: {_said(worst)} by {name},"
                f" above {limits.max_control:.2f}"
            )
    name, best = max(
        ((name, views[FULL]) for name, views in aucs.items()), key=lambda item: item[1].low
    )
    if best.low < limits.min_full:
        found.append(
            f"case, evidence and claim together do not: {_said(best)} by {name} at best,"
            f" below {limits.min_full:.2f}"
        )
    return found


def _said(auc: Auc) -> str:
    return f"AUC {auc.value:.3f} ({auc.low:.3f} to {auc.high:.3f})"
