"""Preference pairs for TRL's DPO trainer: two ends of one prompt, the better one first."""

import dataclasses
from typing import Literal

from stepsmith.schemas.records import Pair
from stepsmith.transforms.format.base import CarriedPair, LeftOut, exporter


@dataclasses.dataclass(frozen=True, kw_only=True, slots=True)
class PreferenceRow:
    """A row of TRL's preference data with an explicit prompt, and two columns beside it.

    `kept_fraction` is the share, in [0, 1], of the rejected solution's characters that the shared
    steps hold: of a repair, how much of what the policy wrote was kept.
    """

    prompt: str
    chosen: str
    rejected: str
    preference: float
    kept_fraction: float


def read(row: PreferenceRow) -> CarriedPair:
    """Read a row as the trainer does, which puts nothing between the prompt and either text."""
    return CarriedPair(
        context=row.prompt,
        chosen=row.chosen,
        rejected=row.rejected,
        preference=row.preference,
    )


@exporter("preference", of=Pair, row=PreferenceRow, read=read)
def preference(
    pair: Pair,
    *,
    kind: Literal["any", "step", "solution"] = "any",
    min_preference: float = 0.5,
    prompt_end: str = "",
) -> PreferenceRow | LeftOut:
    """Prompt, chosen and rejected text, for TRL's DPO trainer; from a run that made pairs.

    The steps that both solutions share are part of the prompt, so that nothing is learnt from
    them: it is the problem's prompt, `prompt_end` (such as a line end) and those steps. Pairs whose
    `preference`, the probability that the chosen text is the better one, is below `min_preference`
    are left out, and so are pairs of another `kind`.

    The trainer ends each text with its end-of-sequence token. After a whole solution that is what
    should be learnt; after a single step it is not. For such a trainer take `kind="solution"`.
    """
    if kind not in {"any", pair.kind}:
        return LeftOut(reason=f"a pair of the kind {pair.kind!r}")
    if pair.preference < min_preference:
        return LeftOut(reason=f"the preference is below {min_preference}")
    return PreferenceRow(
        prompt=pair.prompt + prompt_end + pair.prefix,
        chosen=pair.chosen,
        rejected=pair.rejected,
        preference=pair.preference,
        kept_fraction=_kept_fraction(pair),
    )


def _kept_fraction(pair: Pair) -> float:
    whole = len(pair.prefix) + len(pair.rejected)
    return len(pair.prefix) / whole if whole else 0.0
