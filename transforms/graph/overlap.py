"""The token-overlap reward of "Knowledge Graphs are Implicit Reward Models" (arXiv 2601.15160).

It is here as a named baseline. It compares bags of words, so that it cannot see order, direction,
negation or which fact was said of what: label steps by `graph.path`. Two departures, both towards
what the paper says: path tokens come from the values of a path alone (the release also counts the
keys `start`, `relation` and `end`), and the stop words, which the paper does not list, are 37 that
we chose ourselves.
"""

import dataclasses
import itertools
import re
from collections import Counter
from collections.abc import Iterable, Sequence

from stepsmith.transforms.graph.payload import GraphPayload
from stepsmith.transforms.graph.phrasing import candidates

COVERAGE_WEIGHT = 1.2
TWO_HITS_WEIGHT = 0.3
MAX_PATH_REWARD = 1.5
RIGHT, WRONG = 0.1, -1.0
DOMINANT_SHARE = 0.35
LONG_RUN = 3

_STOP_WORD_TEXT = """
    a an and are as at be been but by can do does for from has have if in is it its not of on or
    so than that the then this to was were which with
"""
STOP_WORDS = frozenset(_STOP_WORD_TEXT.split())
"""37 words of English that say nothing of a path."""

_BETWEEN = re.compile(r"[^a-z0-9]+")
_THOUGHT = re.compile(r"<think>(.*?)(?:</think>|\Z)", re.DOTALL)


@dataclasses.dataclass(frozen=True, kw_only=True, slots=True)
class PathReward:
    """The reward, and every part of it. `n_hits` of `n_path_tokens` distinct ones were said.

    `coverage` is in [0, 1], `hit2` is 1 from two hits on. `phi_rep` in [0, 1] falls by repetition:
    with `dominance`, the share of the most frequent token, above 0.35, and with `max_run`, the
    longest run of one token, above 3.
    """

    n_hits: int
    n_path_tokens: int
    coverage: float
    hit2: int
    dominance: float
    max_run: int
    phi_rep: float
    r_path: float
    r_bin: float
    reward: float


def path_reward(text: str, values: Iterable[str], *, right: bool) -> PathReward:
    """Score a solution against the `values` of a path: the names of its nodes and relations.

    Of a text with a `<think>` span that span alone is read. `right`: whether its answer is.
    """
    said = tokens(thought(text))
    wanted = {token for value in values for token in tokens(value)}
    n_hits = len(wanted.intersection(said))
    coverage = n_hits / max(1, len(wanted))
    hit2 = int(n_hits >= 2)  # noqa: PLR2004 - the paper's name for it
    dominance = max(Counter(said).values(), default=0) / max(1, len(said))
    max_run = max((len(list(run)) for _, run in itertools.groupby(said)), default=0)
    phi_rep = repetition(dominance, max_run)
    r_path = min((COVERAGE_WEIGHT * coverage + TWO_HITS_WEIGHT * hit2) * phi_rep, MAX_PATH_REWARD)
    r_bin = RIGHT if right else WRONG
    return PathReward(
        n_hits=n_hits,
        n_path_tokens=len(wanted),
        coverage=coverage,
        hit2=hit2,
        dominance=dominance,
        max_run=max_run,
        phi_rep=phi_rep,
        r_path=r_path,
        r_bin=r_bin,
        reward=r_bin + r_path,
    )


def repetition(dominance: float, max_run: int) -> float:
    """Return the factor in [0, 1] by which repetition lowers the path's reward."""
    by_share = max(0.0, 1 - 3 * max(0.0, dominance - DOMINANT_SHARE))
    return max(0.0, by_share * (1 - 0.05 * max(0, max_run - LONG_RUN)))


def tokens(text: str) -> list[str]:
    """Return the words of a text in lower case, without stop words."""
    return [word for word in _BETWEEN.split(text.lower()) if word and word not in STOP_WORDS]


def thought(text: str) -> str:
    """Return what stands between think tags, or the whole of a text without them."""
    found = _THOUGHT.search(text)
    return text if found is None else found[1]


def path_values(payload: GraphPayload) -> Sequence[str]:
    """Return what the path that a question was made from says: its nodes and relations, in words.

    Names are those that the payload brings; a key without one is read as words.
    """
    said = {each.key: each.text for each in payload.relations}
    path = payload.paths[0] if payload.paths else ()
    values: list[str] = []
    for place, (head, relation, tail) in enumerate(path):
        words = said.get(relation) or candidates(relation)[0]
        values += (
            [words, _name(payload, tail)]
            if place
            else [
                _name(payload, head),
                words,
                _name(payload, tail),
            ]
        )
    return values


def _name(payload: GraphPayload, key: str) -> str:
    names = payload.names.get(key)
    return names[0] if names else key.replace("_", " ")
