"""How often `math.answer` says rightly whether two answers are equal, and how fast.

Two sets. *Public*: 383 pairs from the test suites of six public graders, each with its own
expectation, some of which contradict each other (`PLAINLY_WRONG` names those and says why; they
count like all others). *Metamorphic*: pairs from MATH's gold answers that are equal, or different,
by construction (`benchmarks.pairs.metamorphic`). An `undecided` counts as not right.

math-verify is asked the same in the same run, in a worker that can be killed: once with its own
default parsing of the same texts, once with the answers that our extraction found, in dollars.
Speed is counted in seconds of processor time, of the caller and of the one worker together, so
that other work on the machine does not count.
"""

import collections
import dataclasses
import json
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from random import Random
from typing import Any

import msgspec

from benchmarks.data.folder import data_folder, existing
from benchmarks.pairs.known import PLAINLY_WRONG
from benchmarks.pairs.math_verify import DEADLINE_S, TARGET
from benchmarks.pairs.metamorphic import Pair, math_golds, pairs
from benchmarks.report import Claim, Findings, main
from benchmarks.usage.processor import cpu_s
from stepsmith.sandboxes import DeadlineError, WorkerError, WorkerPool
from stepsmith.schemas.records import Claim as StepClaim
from stepsmith.schemas.records import Outcome, Problem, Step
from stepsmith.transforms.text.answer import extract_answer
from stepsmith.transforms.verify import Tools, Worker, get_verifier
from stepsmith.transforms.verify.answers.judge import decide, forget
from stepsmith.transforms.verify.answers.words import has_words

HOME = "math-verify"
N_TIMED_PEER = 400
N_QUICK = 400

Says = Callable[[str, str], Outcome]


@dataclasses.dataclass(frozen=True, slots=True)
class Public:
    """A pair of the public set, as it stands there."""

    index: int
    source: str
    gold: str
    text: str
    equal: bool


def measure(*, quick: bool) -> Findings:
    """Measure both sets, both graders, and the speed of each."""
    folder = data_folder()
    public, made = public_pairs(folder), pairs(math_golds(folder))
    if quick:
        public, made = public[::4], made[:N_QUICK]
    with WorkerPool(1) as pool:
        ours, peer, bare = _ours(pool), _peer(pool), _peer(pool, bare=True)
        by_us: list[Outcome] = [ours(read(pair.gold), read(pair.text)) for pair in public]
        by_peer: list[Outcome] = [peer(pair.gold, pair.text) for pair in public]
        by_bare: list[Outcome] = [bare(read(pair.gold), read(pair.text)) for pair in public]
        of_made: list[Outcome] = [ours(pair.gold, pair.answer) for pair in made]
        speed, rates = _speed(pool, made), _rates_of_peer(pool, made)
    peer_speed, peer_made = rates
    return Findings(
        claims=[
            *_claims_of_public(public, by_us, by_peer, by_bare),
            *_claims_of_made(made, of_made, peer_made),
            Claim(name="pairs per second of processor time, metamorphic set", value=speed,
                  unit="pairs/s", target=5_000, better="higher"),
            Claim(name="pairs per second by math-verify", value=peer_speed, unit="pairs/s"),
            Claim(name="times as fast as math-verify", value=speed / peer_speed, unit="times"),
        ],
        details={
            "public": _by_source(public, by_us, by_peer, by_bare),
            "not as expected": _not_as_expected(public, by_us),
            "plainly wrong expectations": {str(at): why for at, why in PLAINLY_WRONG.items()},
            "metamorphic": _by_way(made, of_made),
        },
    )  # fmt: skip


def public_pairs(folder: Path) -> list[Public]:
    """Read the public graders' own test cases."""
    path = existing(folder / "answer_equivalence" / "suite.json")
    rows = json.loads(path.read_text(encoding="utf-8"))
    return [
        Public(index, row["source"].partition("/")[0], row["gold"], row["pred"], row["expected"])
        for index, row in enumerate(rows)
    ]


def read(text: str) -> str:
    """Return the answer in a text of the public set, which may be nothing but an answer."""
    found = extract_answer(text)
    if found is None and has_words(text) and any(character.isdigit() for character in text):
        found = extract_answer(text, last_number=True)
    return text if found is None else found.answer


def _ours(pool: Worker) -> Says:
    problem = Problem(id="pair", prompt="")
    return lambda gold, answer: decide(gold, answer, problem, pool).outcome


def _peer(pool: Worker, *, bare: bool = False) -> Says:
    def says(gold: str, text: str) -> Outcome:
        texts = [_in_dollars(each) for each in (gold, text)] if bare else [gold, text]
        try:
            reply = pool.call(TARGET, msgspec.msgpack.encode(texts), deadline_s=DEADLINE_S)
        except (DeadlineError, WorkerError):
            return "undecided"
        return "valid" if reply == b"equal" else "invalid"

    return says


def _in_dollars(text: str) -> str:
    return text if "$" in text else f"${text}$"


def _speed(pool: WorkerPool, made: Sequence[Pair]) -> float:
    """Time the whole verifier on claims, from extraction to verdict, remembering nothing yet."""
    check = get_verifier("math.answer")
    claims = [
        StepClaim(
            problem=Problem(id="pair", prompt="", answer=pair.gold),
            step=Step(text=rf"The answer is \boxed{{{pair.answer}}}."),
        )
        for pair in made
    ]
    best, tools = 0.0, Tools(pool)
    for _ in range(3):
        forget()
        seconds = cpu_s(pool, lambda: [check(claim, tools) for claim in claims])
        best = max(best, len(claims) / seconds)
    return best


def _rates_of_peer(
    pool: WorkerPool, made: Sequence[Pair]
) -> tuple[float, list[tuple[Pair, Outcome]]]:
    """Time math-verify on a part of the pairs, in dollars, and keep what it says."""
    says = _peer(pool, bare=True)
    part = Random(0).sample(made, min(N_TIMED_PEER, len(made)))
    said: list[tuple[Pair, Outcome]] = []
    seconds = cpu_s(
        pool, lambda: said.extend((pair, says(pair.gold, pair.answer)) for pair in part)
    )
    return len(part) / seconds, said


def _is_right(outcome: Outcome, *, equal: bool) -> bool:
    return outcome == ("valid" if equal else "invalid")


def _accuracy(pairs_: Sequence[Public], said: Sequence[Outcome], *, home: bool) -> float:
    right = [
        _is_right(outcome, equal=pair.equal)
        for pair, outcome in zip(pairs_, said, strict=True)
        if home or pair.source != HOME
    ]
    return sum(right) / len(right)


def _claims_of_public(
    public: Sequence[Public],
    ours: Sequence[Outcome],
    peer: Sequence[Outcome],
    bare: Sequence[Outcome],
) -> list[Claim]:
    def false_equals(said: Sequence[Outcome]) -> int:
        return sum(
            outcome == "valid" and not pair.equal
            for pair, outcome in zip(public, said, strict=True)
        )

    away, everywhere = [
        [_accuracy(public, said, home=home) for said in (ours, peer, bare)]
        for home in (False, True)
    ]
    return [
        Claim(name="accuracy off math-verify's own tests", value=away[0], unit="of 1",
              target=0.92, better="higher"),
        Claim(name="the same by math-verify on the texts", value=away[1], unit="of 1"),
        Claim(name="the same by math-verify on extracted answers", value=away[2], unit="of 1"),
        Claim(name="accuracy on all public pairs", value=everywhere[0], unit="of 1"),
        Claim(name="the same by math-verify on the texts", value=everywhere[1], unit="of 1"),
        Claim(name="false 'equal' on public pairs", value=false_equals(ours), unit="pairs"),
        Claim(name="false 'equal' by math-verify", value=false_equals(peer), unit="pairs"),
    ]  # fmt: skip


def _claims_of_made(
    made: Sequence[Pair], said: Sequence[Outcome], peer: Sequence[tuple[Pair, Outcome]]
) -> list[Claim]:
    right = [_is_right(o, equal=pair.equal) for pair, o in zip(made, said, strict=True)]
    false = sum(o == "valid" and not pair.equal for pair, o in zip(made, said, strict=True))
    by_peer = [_is_right(outcome, equal=pair.equal) for pair, outcome in peer]
    return [
        Claim(name="metamorphic pairs", value=len(made), unit="pairs", target=5_000,
              better="higher"),
        Claim(name="accuracy on metamorphic pairs", value=sum(right) / len(right), unit="of 1",
              target=1.0, better="higher"),
        Claim(name="false 'equal' on metamorphic pairs", value=false, unit="pairs", target=0,
              better="lower"),
        Claim(name="undecided on metamorphic pairs", value=said.count("undecided"), unit="pairs"),
        Claim(name="accuracy of math-verify on some of them", value=sum(by_peer) / len(by_peer),
              unit="of 1"),
    ]  # fmt: skip


def _by_source(public: Sequence[Public], *said: Sequence[Outcome]) -> dict[str, dict[str, Any]]:
    """Count, for each source, what each grader got right, and what we left undecided."""
    names = ("ours", "math-verify", "math-verify on extracted answers")
    found: dict[str, dict[str, Any]] = {}
    for at, pair in enumerate(public):
        row = found.setdefault(pair.source, collections.Counter({"pairs": 0}))
        row["pairs"] += 1
        row["undecided by us"] += said[0][at] == "undecided"
        for name, outcomes in zip(names, said, strict=True):
            row[name] += _is_right(outcomes[at], equal=pair.equal)
    return found


def _not_as_expected(public: Sequence[Public], said: Sequence[Outcome]) -> list[dict[str, Any]]:
    return [
        {
            "index": pair.index,
            "source": pair.source,
            "gold": read(pair.gold)[:200],
            "answer": read(pair.text)[:200],
            "expected": "equal" if pair.equal else "different",
            "said": outcome,
            "why the expectation is wrong": PLAINLY_WRONG.get(pair.index, ""),
        }
        for pair, outcome in zip(public, said, strict=True)
        if not _is_right(outcome, equal=pair.equal)
    ]


def _by_way(made: Sequence[Pair], said: Sequence[Outcome]) -> dict[str, dict[str, int]]:
    found: dict[str, collections.Counter[str]] = {}
    for pair, outcome in zip(made, said, strict=True):
        row = found.setdefault(pair.way, collections.Counter())
        row["right" if _is_right(outcome, equal=pair.equal) else outcome] += 1
    return {way: dict(row) for way, row in sorted(found.items())}


if __name__ == "__main__":
    sys.exit(main("answers", measure))
