"""Chains of FB15k-237 made wrong: how many errors are true after all, and what gives them away.

The graph holds the training facts alone; a false fact that is among the 12.3 % held out is true
after all (`accidental`). `facts` are single facts made wrong, `chains` those of two- and three-hop
questions with every operator. Beside them the usual way: another tail that the graph lacks, drawn
from all nodes (`any`), from the relation's tails (`typed`), or as often as its facts have them
(`drawn`); with `.functional` for relations of one tail a head.

`leak`: a bag of words over the one step, trained on other problems, tells the gold step from the
edited one in its place; 0.5 is blind. `.matched` are edited steps against right ones of the same
words: a fact too early against that fact in its place, a shortcut against the last hop, whose
relation and tail it has, a denial against a true denial.
`wrong_relation` is rare, and measured on 10,000 problems instead of 500.
`naive_typed` are the usual typed tails, written alike. `agreed`: `graph.path`, reading the
text in a closed world, finds the first error where it is said to be. Spreads are 95 % intervals,
Wilson's for shares, resampled problems for leaks.
"""

import dataclasses
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from random import Random

from benchmarks.chains.facts import (
    Split,
    Tally,
    baselines,
    open_split,
    spoil_codex,
    spoil_facts,
)
from benchmarks.chains.leaks import (
    Made,
    edited_pairs,
    matched_pairs,
    measure_leak,
    naive_pairs,
)
from benchmarks.data.folder import data_folder
from benchmarks.report import CannotRunError, Claim, Findings, main
from stepsmith.pipelines.audit.interval import wilson
from stepsmith.schemas.records import Claim as StepClaim
from stepsmith.schemas.records import Problem, Verdict
from stepsmith.transforms.drive.play import play
from stepsmith.transforms.files import LocalFiles
from stepsmith.transforms.graph.payload import read_graph_payload
from stepsmith.transforms.graph.store import Graph
from stepsmith.transforms.graph.triples import Fact
from stepsmith.transforms.graph.wording import variant_of
from stepsmith.transforms.negatives.graph import Truth
from stepsmith.transforms.search.base import Ask, Check
from stepsmith.transforms.search.graph_counterfactuals import graph_counterfactuals
from stepsmith.transforms.source.graph_paths import graph_paths
from stepsmith.transforms.verify.graph_answer import answer
from stepsmith.transforms.verify.graph_path import path

RARE = ("wrong_relation",)
"""Kinds that few chains have: their leak is measured on more problems."""
TYPED, FUNCTIONAL = 0.012, 0.0015
FALSE = ("fact", "none")
"""Faults of steps that speak of a false fact: they state it, or deny it."""
UNSEEN = ("duplicated_hop", "early_stop")
"""Kinds whose error no step verifier is to find: a repeat is none, and the answer is no fact."""


def measure(*, quick: bool) -> Findings:
    """Make facts and chains wrong, and look each up in what was held out."""
    with tempfile.TemporaryDirectory() as scratch:
        split = open_split(data_folder() / "graphs" / "fb15k237", Path(scratch) / "train")
        truth = Truth(split.graph)
        n = 300 if quick else 12_000
        single, usual = spoil_facts(split, truth, n), baselines(split, truth, n)
        problems = make_problems(split.folder, 20 if quick else 500)
        began = time.process_time()
        made = list(map(edit, problems))
        seconds = time.process_time() - began
        chains = tally_chains(split, made)
        agreed = list(map(agreement, made if quick else made[:120]))
        codex = spoil_codex(
            data_folder() / "graphs" / "codex", Path(scratch) / "codex", 50 if quick else 2_000
        )
        many = make_problems(split.folder, 40 if quick else 10_000)
        leaks = dict(leak_claims(split.graph, made, [edit(one, kinds=RARE) for one in many]))
    n_rows = sum(len(each.rows) for each in made)
    claims = [
        *accident_claims("facts", single),
        *accident_claims("chains", chains),
        *(share(f"usual.{way}.accidental", one.held_out, one.made) for way, one in usual.items()),
        known_claim([*single.values(), *chains.values()]),
        *agreement_claims(agreed),
        codex_claim(codex),
        *leaks.values(),
        Claim(name="counterfactuals.rate", value=round(n_rows / seconds, 1), unit="rows/s"),
    ]
    details = {
        "facts": {kind: dataclasses.asdict(one) for kind, one in single.items()},
        "chains": {kind: dataclasses.asdict(one) for kind, one in chains.items()},
        "usual": {way: dataclasses.asdict(one) for way, one in usual.items()},
        "problems": len(made),
        "rows": n_rows,
        "kinds": Counter(one.kind for each in made for one in each.counterfactuals),
        "safety": Counter(one.safety for each in made for one in each.counterfactuals),
        "continuations": Counter(one.continuation for each in made for one in each.counterfactuals),
        "codex": codex,
        "split": "the published one: the first 272,115 rows of the file are the training facts",
    }
    return Findings(claims=claims, details=details)


def make_problems(folder: str, size: int) -> list[Problem]:
    """Sample questions of two and three hops, as a recipe would."""
    source = graph_paths(graph=folder, size=size, hops=(2, 3), per_pattern=0)
    files = LocalFiles()
    found = [one for part in source.parts(files) for one in source.read(part, files)]
    problems = [one for one in found if isinstance(one, Problem)]
    if not problems:
        msg = "no question could be sampled"
        raise CannotRunError(msg)
    return problems


def edit(problem: Problem, *, kinds: tuple[str, ...] = ()) -> Made:
    """Run the strategy on one problem, its outcomes judged by `graph.answer`."""
    rng = Random(variant_of(problem.id))
    result = play(graph_counterfactuals(problem, rng, kinds=kinds), judge)
    return Made(problem=problem, rows=result.rows, counterfactuals=result.counterfactuals)


def judge(ask: Ask) -> Verdict:
    """Answer what the strategy asks: whether a solution ends right."""
    if not isinstance(ask, Check):
        msg = f"the strategy asked for {type(ask).__name__}"
        raise TypeError(msg)
    return answer(ask.claim)


def tally_chains(split: Split, made: Sequence[Made]) -> dict[str, Tally]:
    """Look up every false fact of the edited chains."""
    tallies: dict[str, Tally] = defaultdict(Tally)
    for one in (one for each in made for one in each.counterfactuals if one.fault in FALSE):
        fact = Fact(*(one.after_fact or "").split(" | "))
        tallies[one.kind] = tallies[one.kind].add(split, fact)
    return dict(sorted(tallies.items()))


def agreement(made: Made) -> Mapping[str, tuple[int, int]]:
    """Count of each kind how often `graph.path` finds the first error where it is said to be."""
    payload = dataclasses.replace(read_graph_payload(made.problem), world="closed")
    closed = dataclasses.replace(made.problem, payload=payload.encode())
    kinds = {one.id: one.kind for one in made.counterfactuals}
    counts: dict[str, tuple[int, int]] = {}
    for row in made.rows:
        kind = kinds.get(row.trajectory.id, "reference")
        steps = row.trajectory.steps
        wrong = (
            at
            for at, step in enumerate(steps)
            if path(StepClaim(problem=closed, prior=steps[:at], step=step)).outcome == "invalid"
        )
        expected = None if kind in UNSEEN else row.first_error
        right, n = counts.get(kind, (0, 0))
        counts[kind] = (right + (next(wrong, None) == expected), n + 1)
    return counts


def agreement_claims(found: Sequence[Mapping[str, tuple[int, int]]]) -> Iterator[Claim]:
    """State the shares of each kind, and of all."""
    total: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    for counts in found:
        for kind, pair in counts.items():
            for name in (kind, "all"):
                total[name] = [have + more for have, more in zip(total[name], pair, strict=True)]
    for kind, (right, n) in sorted(total.items()):
        yield share(f"agreed.{kind}", right, n)


def accident_claims(where: str, tallies: Mapping[str, Tally]) -> Iterator[Claim]:
    """State how many false facts of each kind were held out."""
    limits = {"wrong_tail.typed": TYPED, "wrong_tail.functional": FUNCTIONAL}
    for kind, one in tallies.items():
        yield share(f"{where}.{kind}.accidental", one.held_out, one.made, most=limits.get(kind))


def known_claim(tallies: Sequence[Tally]) -> Claim:
    """State how many false facts the graph itself holds, under any name."""
    known = sum(one.known for one in tallies)
    return Claim(
        name="counterfactuals.known_true", value=known, target=0, better="lower", unit="facts"
    )


def share(name: str, hits: int, n: int, *, most: float | None = None) -> Claim:
    """State a share with its Wilson interval."""
    low, high = wilson(hits, n) if n else (0.0, 1.0)
    return Claim(
        name=f"counterfactuals.{name}",
        value=round(hits / n, 6) if n else 0.0,
        spread=(round(low, 6), round(high, 6)),
        unit="share",
        target=most,
        better=None if most is None else "lower",
    )


def leak_claims(
    graph: Graph, made: Sequence[Made], rare: Sequence[Made]
) -> Iterator[tuple[str, Claim]]:
    """State of each kind how well one step gives it away."""
    found = {**edited_pairs(made), **matched_pairs(made), **naive_pairs(graph, made)}
    found |= edited_pairs(rare)
    for kind, pairs in sorted(found.items()):
        leak = measure_leak(pairs)
        if leak is not None:
            yield (
                kind,
                Claim(
                    name=f"counterfactuals.leak.{kind}",
                    value=round(leak.auc, 3),
                    spread=(round(leak.low, 3), round(leak.high, 3)),
                    unit="auc",
                ),
            )


def codex_claim(found: Mapping[str, int]) -> Claim:
    """State how many curated false facts that were written are in the graph."""
    return Claim(
        name="counterfactuals.codex_true",
        value=found.get("in the graph", 0),
        target=0,
        better="lower",
        unit="facts",
    )


if __name__ == "__main__":
    sys.exit(main("counterfactuals", measure))
