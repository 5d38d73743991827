"""Code mutation on every reference of HumanEval and MBPP, run in a real sandbox.

Each reference is edited with the strategy's own defaults. `killed` is the share of judged mutations
that fail a test; a survivor is counted as such, whether the tests are weak or the edit is no error.
The operators were chosen by what became of the even problems of each set alone (`even_problems`);
`odd_problems` says how they do elsewhere. `with_min_kill_share` leaves out the problems that the
strategy's option of that name would refuse at 0.7, which `weak_tests` lists.
`refactorings_passing` is of the edits that should change nothing; `lines_with_a_negative` of the
lines of the solutions on which a statement begins. `labels_reproduced`: every row's program is
made anew of the problem and the row's text, judged again, and must get the same label. A quarter
of the problems is run once more with half of their tests: of the same edits more must survive.
`rate` counts everything: choosing the edits, the runs of the references, programs that never end.

`faults` is another matter: HumanEvalPack's programs each hold a real bug, and are searched for it
as `benchmarks.mutations.faults` says, by what edits of each line do. `top_n` is the share whose
fault is among the first n lines; `chance` what lines in any order would give.
"""

import ast
import collections
import json
import sys
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import partial

from benchmarks.data.folder import data_folder
from benchmarks.mutations.faults import Buggy, Located, locate, read_buggy, shares
from benchmarks.mutations.runs import (
    SETS,
    Mutated,
    mutate,
    opened,
    read_problems,
    run_again,
    side_by_side,
)
from benchmarks.report import Claim, Findings, main
from stepsmith.pipelines.audit import Rate
from stepsmith.sandboxes.contract import Sandbox
from stepsmith.schemas import Mutation
from stepsmith.transforms.judging import Judgement
from stepsmith.transforms.judging.problems import read_code_problem
from stepsmith.transforms.negatives.code.limits import parse_tree
from stepsmith.transforms.negatives.code.program import Span

QUICK = 40  # every so manieth problem of a quick run
WEAK = 4  # every so manieth problem is run with fewer tests
WEAK_SHARE = 0.5
MIN_KILL_SHARE = 0.7
FAULTS = "humanevalpack/python.jsonl"


def measure(*, quick: bool) -> Findings:
    """Edit all references, run all edits, run them again, and find the faults of real bugs.

    What is known goes to standard error as soon as it is: all of it takes a good while.
    """
    folder = data_folder()
    every = QUICK if quick else 1
    with opened() as sandbox:
        report = sandbox.capabilities()
        started = time.monotonic()
        found = {
            name: mutate(read_problems(folder / path, every=every), sandbox, name=name)
            for name, path in SETS.items()
        }
        together = [each for some in found.values() for each in some]
        claims = [*told(mutation_claims(together, time.monotonic() - started))]
        claims += told(claim for name, some in found.items() for claim in set_claims(name, some))
        claims += told(part_claims(found))
        weak_of = [each for each in together if each.result][:: 1 if quick else WEAK]
        weak = mutate(
            [each.problem for each in weak_of],
            sandbox,
            name="half the tests",
            test_share=WEAK_SHARE,
        )
        claims += told(weak_claims(weak_of, weak))
        again = run_again(together, sandbox)
        claims += told([rate_claim("labels_reproduced", reproduced(again), least=1.0)])
        located = find_faults(read_buggy(folder / FAULTS)[::every], sandbox)
        claims += told(fault_claims(located))
    details = {
        "isolation": {"level": report.level, "layers": list(report.layers)},
        "weak_tests": weak_tests(together),
        "errors": {each.problem.id: each.error for each in together if each.error},
        "outcomes": outcomes(together),
        "operators": operators(together),
        "other_outcomes_again": [
            [one.id, one.exec_outcome, two.kind]
            for one, two in again
            if one.exec_outcome != two.kind
        ],
        "refactorings_failing": [
            [one.id, one.after, one.exec_outcome]
            for one in edits(together, "refactoring")
            if one.label is False
        ],
        "faults": [[one.id, one.rank, one.repaired] for one in located],
    }
    return Findings(claims=claims, details=details)


def told(claims: Iterable[Claim]) -> Iterator[Claim]:
    """Pass claims on and show them."""
    for claim in claims:
        print(json.dumps(claim.to_json()), file=sys.stderr, flush=True)
        yield claim


def edits(found: Sequence[Mutated], kind: str) -> list[Mutation]:
    """Return the edits of one kind."""
    return [one for each in found for one in each.mutations if one.op_kind == kind]


def killed(found: Sequence[Mutated]) -> Rate:
    """Return how many of the mutations that could be judged fail a test."""
    judged = [one for one in edits(found, "mutation") if one.label is not None]
    return Rate(sum(one.label is False for one in judged), len(judged))


def passing(found: Sequence[Mutated]) -> Rate:
    """Return how many of the refactorings that could be judged pass."""
    judged = [one for one in edits(found, "refactoring") if one.label is not None]
    return Rate(sum(one.label is True for one in judged), len(judged))


def lines_with_a_negative(found: Sequence[Mutated]) -> Rate:
    """Return on how many of the solutions' lines with a statement some edit fails."""
    hits = total = 0
    for each in found:
        if each.result is None:
            continue
        code = read_code_problem(each.problem)
        lines = statement_lines(code.reference or "", code.solution)
        negative = {one.line - 1 for one in each.mutations if one.label is False}
        hits, total = hits + len(lines & negative), total + len(lines)
    return Rate(hits, total)


_DECLARES = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.Import | ast.ImportFrom


def statement_lines(source: str, span: Span) -> set[int]:
    """Return the lines, from 0, on which a solution's statements begin; not those that declare."""
    first, last = (source.count("\n", 0, offset) for offset in span)
    return {
        node.lineno - 1
        for node in ast.walk(parse_tree(source))
        if isinstance(node, ast.stmt)
        and first <= node.lineno - 1 <= last
        and not isinstance(node, _DECLARES)
        and not (isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant))
    }


def share_of(found: Sequence[Mutated], outcome: str) -> Rate:
    """Return how many of all edits ended so."""
    together = [one for each in found for one in each.mutations]
    return Rate(sum(one.exec_outcome == outcome for one in together), len(together))


def is_same(one: Mutation, again: Judgement) -> bool:
    """Say whether a second run gives the row's label."""
    label = {"valid": True, "invalid": False, "undecided": None}[again.outcome]
    return one.label is label


def reproduced(again: Sequence[tuple[Mutation, Judgement]]) -> Rate:
    """Return how many rows end a second time as they say."""
    return Rate(sum(is_same(one, two) for one, two in again), len(again))


def mutation_claims(found: Sequence[Mutated], seconds: float) -> Iterator[Claim]:
    """State what holds over both sets."""
    n_edits = sum(len(each.mutations) for each in found)
    solved = [each for each in found if each.result]
    yield rate_claim("killed", killed(found), least=0.90)
    yield rate_claim("refactorings_passing", passing(found), least=0.95)
    yield rate_claim("lines_with_a_negative", lines_with_a_negative(found), least=0.85)
    for outcome in ("unjudgeable", "sandbox_error"):
        yield rate_claim(outcome, share_of(found, outcome), most=0.005)
    yield rate_claim("references_trusted", Rate(len(solved), len(found)))
    for kind in ("mutation", "refactoring"):
        count = len(edits(found, kind)) / max(1, len(solved))
        yield Claim(name=f"mutation.{kind}s_per_problem", value=round(count, 2), unit="edits")
    yield Claim(name="mutation.rate", value=round(n_edits / seconds, 1), unit="edits/s")


def set_claims(name: str, found: Sequence[Mutated]) -> Iterator[Claim]:
    """State the same of one set, as baselines beside the claims."""
    yield rate_claim(f"{name}.killed", killed(found))
    yield rate_claim(f"{name}.refactorings_passing", passing(found))
    yield rate_claim(f"{name}.lines_with_a_negative", lines_with_a_negative(found))


def part_claims(found: Mapping[str, Sequence[Mutated]]) -> Iterator[Claim]:
    """State the share killed of both halves, and of the problems that `min_kill_share` keeps."""
    for name, first in (("even_problems", 0), ("odd_problems", 1)):
        half = [each for some in found.values() for each in some[first::2]]
        yield rate_claim(f"killed.{name}", killed(half))
    solved = [each for some in found.values() for each in some if each.result]
    weak = weak_tests(solved)
    kept = [each for each in solved if each.problem.id not in weak]
    yield rate_claim("killed.with_min_kill_share", killed(kept))
    yield rate_claim("problems.with_min_kill_share", Rate(len(kept), len(solved)))


def weak_tests(found: Sequence[Mutated]) -> Mapping[str, tuple[int, int]]:
    """Return the problems of whose mutations too few fail: how many, of how many."""
    rates = {each.problem.id: killed([each]) for each in found if each.result}
    return {
        name: (rate.hits, rate.of)
        for name, rate in rates.items()
        if rate.hits < MIN_KILL_SHARE * rate.of
    }


def weak_claims(whole: Sequence[Mutated], weak: Sequence[Mutated]) -> Iterator[Claim]:
    """State what half of the tests lets through, of the same edits of the same problems."""
    pairs = [pair for pair in zip(whole, weak, strict=True) if pair[1].result]
    few, many = (
        Rate(rate.of - rate.hits, rate.of) for rate in map(killed, zip(*pairs, strict=True))
    )
    yield rate_claim("survivors.all_tests", few)
    yield rate_claim("survivors.half_of_the_tests", many)
    ratio = (many.value or 0.0) / few.value if few.value else 0.0
    yield Claim(
        name="mutation.survivors.half_to_all",
        value=round(ratio, 3),
        unit="times",
        target=1.05,
        better="higher",
    )


def find_faults(buggy: Sequence[Buggy], sandbox: Sandbox) -> list[Located]:
    """Search each buggy program for its fault, several at a time."""
    return side_by_side(partial(locate, sandbox=sandbox), buggy, name="faults")


def fault_claims(located: Sequence[Located]) -> Iterator[Claim]:
    """State how often the fault is among the first suspects."""
    for places in (1, 3, 5):
        yield rate_claim(f"faults.top_{places}", Rate(*shares(located, places)))
    chance = [min(1.0, 3 / len(one.lines)) for one in located if one.lines]
    mean = sum(chance) / max(1, len(located))
    yield Claim(name="mutation.faults.top_3.chance", value=round(mean, 4), unit="share")
    repaired = Rate(sum(one.repaired for one in located), len(located))
    yield rate_claim("faults.repaired_by_an_edit", repaired)


def rate_claim(
    name: str, rate: Rate, *, least: float | None = None, most: float | None = None
) -> Claim:
    """State a share with its Wilson interval."""
    low, high = rate.interval
    target = most if least is None else least
    return Claim(
        name=f"mutation.{name}",
        value=round(rate.value or 0.0, 5),
        unit="share",
        spread=(round(low, 4), round(high, 4)),
        target=target,
        better=None if target is None else "higher" if most is None else "lower",
    )


def outcomes(found: Sequence[Mutated]) -> Mapping[str, Mapping[str, int]]:
    """Count the edits of each kind by how they ended."""
    return {
        kind: dict(collections.Counter(one.exec_outcome for one in edits(found, kind)))
        for kind in ("mutation", "refactoring")
    }


def operators(found: Sequence[Mutated]) -> Mapping[str, tuple[int, int]]:
    """Count each operator's edits, and those that passed."""
    together = [one for each in found for one in each.mutations]
    counts = collections.Counter(one.operator for one in together)
    passed = collections.Counter(one.operator for one in together if one.label)
    return {name: (count, passed[name]) for name, count in counts.most_common()}


if __name__ == "__main__":
    sys.exit(main("mutation", measure))
