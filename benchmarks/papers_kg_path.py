"""The reward of "Knowledge Graphs are Implicit Reward Models" beside labels of single facts.

Questions of two to five hops are made from FB15k-237 by the source `graph_paths` (with `--quick`
from a small made graph), and their paths are written as sentences. The published reward is exact
at its corners, never falls when a path's word is added, and punishes the spam of one word (of two
in turn hardly). It does not see order,
direction or negation: `gold_wins` is the chance that it scores the gold trace above a spoiled one,
ties half. `caught` is the share of the same spoiled traces in which `graph.path` finds a wrong
step, in an open world. A hop that was left out is `located` where the first fact of the path that
no step supports is that one. Options in another order, letters remapped, must not change a reward.

Train (1 to 3 hops) and test (4 and 5) are runs of two sides of a split by entity: `within_train`
counts test paths whose facts are all in one training path, `shared_facts` the test questions that
have any fact of a training path; beside it the same without a split.
"""

import statistics
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from random import Random
from typing import Any

from benchmarks.chains.traces import SPOILED, Asked, freebase, made, problems
from benchmarks.report import Claim, Findings, main
from stepsmith.schemas import Claim as StepClaim
from stepsmith.schemas import Problem, Step
from stepsmith.transforms.graph.overlap import PathReward, path_values, tokens
from stepsmith.transforms.graph.payload import read_graph_payload
from stepsmith.transforms.graph.questions.options import reordered
from stepsmith.transforms.graph.triples import Fact
from stepsmith.transforms.verify.graph_answer import answer

CAUGHT = 0.95
SPAM_LIMIT = 0.5
CORNERS = {(True, True): 1.6, (False, True): 0.1, (True, False): 0.5, (False, False): -1.0}
"""By whether the path is said and whether the answer is right."""
HELD_APART: Mapping[str, Any] = {"split": "entity", "test_share": 0.5}


def measure(*, quick: bool) -> Findings:
    """Make the questions, and hold the reward and the labels against the same traces."""
    rng = Random(0)
    size = 12 if quick else 240
    with tempfile.TemporaryDirectory() as folder:
        graph = made(folder) if quick else freebase(folder)
        hops = [2, 3] if quick else [2, 3, 4, 5]
        asked = [Asked.of(each, rng) for each in problems(graph, size=size, hops=hops)]
        choices = problems(graph, size=size // 2, hops=hops[:2], form="choice")
        claims = [
            *formula_claims(asked, rng),
            *label_claims(asked, rng),
            option_claim(choices, rng),
            *split_claims(graph, size, quick=quick),
        ]
    details = {"questions": len(asked), "hops": hops, "choices": len(choices)}
    return Findings(claims=claims, details=details)


def formula_claims(asked: Sequence[Asked], rng: Random) -> Iterator[Claim]:
    """Check the formula: its corners, that it is monotone, and what spam gets."""
    exact = [
        each.reward(plain(each) if said else ["nothing"], right=right).reward == value
        for each in asked
        for (said, right), value in CORNERS.items()
    ]
    yield Claim(
        name="kg_path.reward.corners_exact",
        value=statistics.mean(exact),
        unit="share",
        target=1.0,
        better="higher",
    )
    falls = [fall for each in asked for fall in falls_of(each, rng)]
    yield Claim(
        name="kg_path.reward.falls_when_a_path_word_is_added",
        value=sum(falls),
        unit="count",
        target=0,
        better="lower",
    )
    for name, n_words, target in (("word", 1, SPAM_LIMIT), ("two_words", 2, None)):
        spam = [each.reward(plain(each)[:n_words] * 12).phi_rep for each in asked]
        yield Claim(
            name=f"kg_path.reward.repetition_factor_of_spam.{name}",
            value=round(max(spam), 4),
            unit="share",
            target=target,
            better=None if target is None else "lower",
        )


def plain(asked: Asked) -> tuple[str, ...]:
    """Say every token of the path once, among as many words that are none of it."""
    said = {token for value in path_values(asked.payload) for token in tokens(value)}
    return (*sorted(said), *(f"filler{number}" for number in range(len(said))))


def falls_of(asked: Asked, rng: Random) -> Iterator[bool]:
    """Say of a trace that grows word by word whether a word of the path lowered the reward."""
    words = rng.sample(sorted({word for v in path_values(asked.payload) for word in v.split()}), 3)
    filler = [f"filler{number}" for number in range(12)]
    for count in range(len(words)):
        before, after = (asked.reward([*filler, *words[:n]]) for n in (count, count + 1))
        if before.phi_rep == after.phi_rep == 1:
            yield after.reward < before.reward


def label_claims(asked: Sequence[Asked], rng: Random) -> Iterator[Claim]:
    """Compare the reward and the labels on gold traces and on spoiled ones."""
    gold = [each.first_wrong(each.gold) is None for each in asked]
    yield Claim(name="kg_path.gold.accepted", value=share(gold), unit="share")
    for kind, spoil in SPOILED.items():
        pairs = [(each, spoil(each, rng)) for each in asked]
        caught = [each.first_wrong(steps) is not None for each, steps in pairs]
        target = CAUGHT if kind == "shuffled" else None
        yield Claim(
            name=f"kg_path.{kind}.caught",
            value=share(caught),
            unit="share",
            target=target,
            better=None if target is None else "higher",
        )
        wins = [won(each.reward(each.gold), each.reward(steps)) for each, steps in pairs]
        yield Claim(
            name=f"kg_path.{kind}.reward_gold_wins",
            value=round(statistics.mean(wins), 4),
            unit="share",
        )
    located = []
    for each in asked:
        at = rng.randrange(len(each.gold))
        located.append(each.first_missing((*each.gold[:at], *each.gold[at + 1 :])) == at)
    yield Claim(
        name="kg_path.left_out_hop.located",
        value=share(located),
        unit="share",
        target=1.0,
        better="higher",
    )


def won(gold: PathReward, other: PathReward) -> float:
    """Return 1 where the gold trace is scored higher, a half for a tie."""
    return 0.5 if gold.reward == other.reward else float(gold.reward > other.reward)


def share(hits: Sequence[bool]) -> float:
    """Return the share that holds."""
    return round(sum(hits) / len(hits), 4)


def option_claim(choices: Sequence[Problem], rng: Random) -> Claim:
    """Answer each question with each letter, reorder its options, and compare the rewards."""
    changes: list[float] = []
    for problem in choices:
        other, letters = reordered(problem, rng)
        for letter, renamed in letters.items():
            rewards = [answered(*one) for one in ((problem, letter), (other, renamed))]
            changes.append(abs(rewards[0] - rewards[1]))
    return Claim(
        name="kg_path.options.change_by_shuffling",
        value=max(changes),
        unit="reward",
        target=0.0,
        better="lower",
    )


def answered(problem: Problem, letter: str) -> float:
    """Return the reward of the gold path with this letter as its answer."""
    asked = Asked.of(problem, Random(0))
    steps = (*asked.gold, f"The answer is {letter}.")
    prior = tuple(Step(text=f"{text}\n") for text in asked.gold)
    verdict = answer(StepClaim(problem=problem, prior=prior, step=Step(text=steps[-1])))
    return asked.reward(steps, right=verdict.outcome == "valid").reward


def split_claims(graph: str, size: int, *, quick: bool) -> Iterator[Claim]:
    """Hold training paths of up to three hops against test paths of more."""
    for name, options in (("split", HELD_APART), ("no_split", {})):
        side = {"side": "test"} if options else {}
        hops = [3] if quick else [4, 5]
        train = problems(graph, size=size, hops=[1, 2] if quick else [1, 2, 3], **options)
        test = problems(graph, size=size // 3, hops=hops, seed=1, **options, **side)
        trained = [set(path) for each in train for path in read_graph_payload(each).paths]
        tested = [set(read_graph_payload(each).paths[0]) for each in test]
        known = set[Fact]().union(*trained)
        apart = name == "split"
        yield Claim(
            name=f"kg_path.{name}.within_train",
            value=sum(any(path <= other for other in trained) for path in tested),
            unit="count",
            target=0 if apart else None,
            better="lower" if apart else None,
        )
        yield Claim(
            name=f"kg_path.{name}.shared_facts",
            value=share([not known.isdisjoint(path) for path in tested]),
            unit="share",
            target=0 if apart else None,
            better="lower" if apart else None,
        )


if __name__ == "__main__":
    sys.exit(main("papers_kg_path", measure))
