"""What a predictor sees of an example: its words, its crossed words, and how its parts align."""

import dataclasses
import itertools
import re
from collections.abc import Iterator, Mapping, Sequence

__all__ = ["FIELDS", "Shown", "alignment", "crossed_words", "words"]

FIELDS = ("case", "evidence", "claim")

_WORD = re.compile(r"\w+")
_CLAUSE_END = re.compile(r"[.;!?](?=\s|$)|\n|\bthen\b")
_LISTED = """
a an the this that these it its here there is are was were be been being has have had do does did
of in on at to for from with by as and or but if then when where wherever given so
"""
_FUNCTION_WORDS = frozenset(_LISTED.split())
"""Words that say nothing of a finding or a state; negations are not among them."""

_UNKNOWN = -1.0
"""Below every score."""


@dataclasses.dataclass(frozen=True, kw_only=True, slots=True)
class Shown:
    """The parts of an example that are shown; a part that is not shown is blank."""

    case: str = ""
    evidence: str = ""
    claim: str = ""

    @property
    def parts(self) -> Mapping[str, str]:
        """The parts by their names."""
        return {"case": self.case, "evidence": self.evidence, "claim": self.claim}


def words(shown: Shown) -> list[str]:
    """Return the words and pairs of neighbouring words of each part, marked with the part."""
    found: list[str] = []
    for name, text in shown.parts.items():
        tokens = _tokens(text)
        found += [f"{name}:{token}" for token in tokens]
        found += [f"{name}:{one} {two}" for one, two in itertools.pairwise(tokens)]
    return found


def crossed_words(shown: Shown) -> list[str]:
    """Return the words, and each word of a part with each word of another one."""
    found = words(shown)
    sets = {name: sorted(set(_tokens(text))) for name, text in shown.parts.items()}
    for one, other in (("case", "claim"), ("evidence", "claim"), ("case", "evidence")):
        found += [f"{one}:{left}&{other}:{right}" for left in sets[one] for right in sets[other]]
    return found


def alignment(shown: Shown) -> list[float]:
    """Return numbers that say which clauses of the parts speak of the same, and in which order.

    They hold for names that were never seen: only how far two clauses share their words counts
    (Jaccard), where the best match stands, and what the clause beside it says.
    """
    clauses = {name: list(_clauses(text)) for name, text in shown.parts.items()}
    claim = max(clauses["claim"], key=len, default=frozenset[str]())
    to_claim = {
        name: [_shared(clause, claim) for clause in clauses[name]] for name in ("case", "evidence")
    }
    to_case = [
        max((_shared(clause, other) for other in clauses["case"]), default=0.0)
        for clause in clauses["evidence"]
    ]
    return [
        *_profile(to_claim["case"]),
        *_profile(to_claim["evidence"]),
        *_profile(to_case),
        *_beside(to_case, to_claim["evidence"]),
        *_beside(to_claim["evidence"], to_case),
        float(len(clauses["evidence"])),
    ]


def _profile(scores: Sequence[float]) -> list[float]:
    """Return the best score, the second best, and where the best stands."""
    if not scores:
        return [_UNKNOWN] * 3
    ranked = sorted(scores, reverse=True)
    second = ranked[1] if len(ranked) > 1 else _UNKNOWN
    return [ranked[0], second, float(scores.index(ranked[0]))]


def _beside(scores: Sequence[float], others: Sequence[float]) -> list[float]:
    """Return the other score at the clause of the best score, before it and after it."""
    if not scores:
        return [_UNKNOWN] * 3
    at = scores.index(max(scores))
    padded = [_UNKNOWN, *others, _UNKNOWN]
    return padded[at : at + 3]


def _shared(one: frozenset[str], other: frozenset[str]) -> float:
    union = len(one | other)
    return len(one & other) / union if union else 0.0


def _clauses(text: str) -> Iterator[frozenset[str]]:
    for clause in _CLAUSE_END.split(text.lower()):
        content = frozenset(_WORD.findall(clause)) - _FUNCTION_WORDS
        if content:
            yield content


def _tokens(text: str) -> list[str]:
    return _WORD.findall(text.lower())
