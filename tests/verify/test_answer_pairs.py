"""Pairs of answers as data sets and models write them: no verdict on any of them is wrong.

`answer_pairs.txt` has a pair a line, under the heading of its kind. What stands before it:

=  equal, either way round
>  equal, where the first is the gold one
!  different
?  open: who knows the problem could say, and a reader of the answers alone cannot
"""

import collections
from collections.abc import Iterator
from pathlib import Path

import pytest

from stepsmith.sandboxes import WorkerPool
from stepsmith.schemas import Problem
from stepsmith.transforms.verify.answers.judge import decide

PROBLEM = Problem(id="p", prompt="")
WRONG = {"=": "invalid", ">": "invalid", "!": "valid"}
Pair = tuple[str, str, str]


def pairs() -> dict[str, list[Pair]]:
    """Read the pairs of each kind."""
    lines = Path(__file__).with_name("answer_pairs.txt").read_text(encoding="utf-8").splitlines()
    found: dict[str, list[Pair]] = collections.defaultdict(list)
    kind = ""
    for line in lines:
        mark, _, rest = line.partition(" ")
        if mark == "#":
            kind = rest
        elif mark:
            gold, given = rest.split(" ;; ")
            found[kind].append((mark, gold, given))
    return found


PAIRS = pairs()


@pytest.fixture(scope="module")
def pool() -> Iterator[WorkerPool]:
    workers = WorkerPool(1)
    yield workers
    workers.close()


def outcomes(pool: WorkerPool, pair: Pair) -> list[str]:
    mark, gold, given = pair
    ways = [(gold, given)] if mark == ">" else [(gold, given), (given, gold)]
    return [decide(*way, PROBLEM, pool).outcome for way in ways]


@pytest.mark.parametrize("kind", PAIRS)
def test_no_equal_pair_is_invalid_and_no_different_one_valid(kind: str, pool: WorkerPool) -> None:
    wrong = [pair for pair in PAIRS[kind] if WRONG.get(pair[0], "") in outcomes(pool, pair)]
    assert wrong == []


@pytest.mark.parametrize("kind", ["letters for any number", "signs with two meanings"])
def test_what_such_signs_leave_open_is_undecided(kind: str, pool: WorkerPool) -> None:
    left_open = [pair for pair in PAIRS[kind] if pair[0] == "?"]
    decided = [pair for pair in left_open if set(outcomes(pool, pair)) != {"undecided"}]
    assert left_open
    assert decided == []


def test_at_least_six_hundred_pairs_stand_in_the_table() -> None:
    assert sum(map(len, PAIRS.values())) >= 600
    assert {mark for each in PAIRS.values() for mark, _, _ in each} == {"=", ">", "!", "?"}


def test_few_pairs_that_a_reader_can_tell_are_left_undecided(pool: WorkerPool) -> None:
    told = [pair for each in PAIRS.values() for pair in each if pair[0] != "?"]
    undecided = [pair for pair in told if "undecided" in outcomes(pool, pair)]
    assert len(undecided) / len(told) < 0.15


def test_equal_pairs_are_seldom_left_undecided(pool: WorkerPool) -> None:
    equal = [pair for each in PAIRS.values() for pair in each if pair[0] in "=>"]
    undecided = [pair for pair in equal if "undecided" in outcomes(pool, pair)]
    assert len(undecided) / len(equal) < 0.05
