"""Solutions of other problems as negatives: none is right by accident, and how hard each tier is.

Word problems of reasoning-gym's `gsm_symbolic` (templates with other numbers) and of GSM8K are one
domain, MATH the other. Every mismatch that the strategy keeps is checked again by an oracle that
shares no code with it: an answer that is a plain number is compared as one with the problem's, and
a step of the generator's is wrong unless all the numbers in it are values of the problem's own
variables and chain. `unchecked` is what would have been right by accident without the check.

How hard a tier is: a bag of words (which words stand in both texts, which in the solution alone,
and the share of the former) and a logistic regression that tells right solutions from mismatched
ones, by problem in five folds. Of one template all words are the same, so that nothing but figures
can tell: `bag_of_tokens` is the same classifier with numbers among its words, and `figures` a rule
that looks at nothing but the share of the solution's numbers that stand in the problem.
"""

import re
import statistics
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from random import Random
from typing import Any

from benchmarks.data.folder import data_folder, existing
from benchmarks.report import Claim, Findings, main
from stepsmith.sandboxes import shared_pool
from stepsmith.schemas.records import LabelledTrajectory, Pair, Problem, Verdict
from stepsmith.transforms.drive.play import play
from stepsmith.transforms.files import LocalFiles
from stepsmith.transforms.negatives.mismatch.partners import DISTANCES
from stepsmith.transforms.search.base import Ask, Check, SearchResult
from stepsmith.transforms.search.mismatch_negatives import RIGHT, mismatch_negatives
from stepsmith.transforms.source.mismatch import mismatch
from stepsmith.transforms.verify import Tools, get_verifier

_FILES = ("gsm8k/test.jsonl", "math/math500.jsonl")
_BARS: Mapping[str, Mapping[str, Any]] = {
    "other_domain": {"target": 0.95, "better": "higher"},
    "same_template": {"target": 0.65, "better": "lower"},
}
_WORDS = r"[^\W\d_]{2,}"
_TOKENS = r"\w+"
_FIGURES = re.compile(r"\d+(?:\.\d+)?")


def measure(*, quick: bool) -> Findings:
    """Make mismatches of every distance, check them again, and tell them from right ones."""
    problems = read_problems(data_folder(), size=30 if quick else 400)
    tools = Tools(shared_pool())
    results = [(problem, search(problem, tools)) for problem in problems]
    claims = [*_oracle(results), *_dropped(results)]
    for distance in DISTANCES:
        claims += _difficulty(distance, results)
    return Findings(claims=claims, details={"problems": len(problems)})


def read_problems(folder: Path, *, size: int) -> Sequence[Problem]:
    """Read `size` problems of each kind, paired with each other."""
    files = LocalFiles()
    source = mismatch(
        sources=(
            {
                "kind": "reasoning_gym",
                "generator": "gsm_symbolic",
                "size": size,
                "seed": 11,
                "domain": "words",
            },
            {
                "kind": "jsonl",
                "path": str(existing(folder / _FILES[0])),
                "domain": "words",
                "limit": size // 2,
            },
            {
                "kind": "jsonl",
                "path": str(existing(folder / _FILES[1])),
                "domain": "competition",
                "limit": min(size, 500),
            },
        ),
        seed=5,
    )
    return [
        each
        for part in source.parts(files)
        for each in source.read(part, files)
        if isinstance(each, Problem)
    ]


def search(problem: Problem, tools: Tools) -> SearchResult:
    """Run the strategy; its asks are answered by `math.answer`."""
    plan = mismatch_negatives(problem, Random(problem.id))
    verifier = get_verifier("math.answer")

    def answer(ask: Ask) -> Verdict:
        if not isinstance(ask, Check):
            raise TypeError(ask)
        return verifier(ask.claim, tools)

    return play(plan, answer)


_Results = Sequence[tuple[Problem, SearchResult]]


def _oracle(results: _Results) -> Iterator[Claim]:
    """Check again what was kept: whole solutions by their answers, steps by the true values."""
    for distance in DISTANCES:
        answers = [
            refuted
            for problem, result in results
            for row in result.rows
            if row.keep
            and f"/{distance}/" in row.trajectory.id
            and (refuted := refutes_answer(problem, row)) is not None
        ]
        yield _confirmed(f"{distance}.answers", answers)
        steps = [
            refutes_step(problem, row)
            for problem, result in results
            for row in result.rows
            if row.first_error is not None
            and f"/{distance}/" in row.trajectory.id
            and true_values(problem)
        ]
        yield _confirmed(f"{distance}.steps", steps)


def _confirmed(name: str, found: Sequence[bool]) -> Claim:
    return Claim(
        name=f"mismatch.{name}.confirmed_wrong",
        value=statistics.fmean(found) if found else 0.0,
        target=0.99,
        better="higher",
        unit=f"share of {len(found)}",
    )


def refutes_answer(problem: Problem, row: LabelledTrajectory) -> bool | None:
    """Compare two answers as numbers; nothing where one of them is none."""
    try:
        stated = float((row.trajectory.answer or "").replace(",", "").strip("$ "))
        gold = float((problem.answer or "").replace(",", "").strip("$ "))
    except ValueError:
        return None
    return stated != gold


def true_values(problem: Problem) -> set[float]:
    """Return the numbers that are true of a generated problem: its variables and its chain."""
    payload = problem.read_payload(dict[str, Any])
    metadata = payload.get("entry", {}).get("metadata", {})
    held = metadata.get("variables")
    if not isinstance(held, dict):
        return set()
    values = {float(each) for each in held.values() if isinstance(each, int | float)}
    return values | figures(metadata["answer_cot"]) | figures(problem.prompt)


def refutes_step(problem: Problem, row: LabelledTrajectory) -> bool:
    """Say whether a step speaks of some number that the problem and its chain know nothing of.

    One that knows all of them is still wrong where no step of the chain has just these numbers.
    """
    step = row.trajectory.steps[row.first_error or 0].text
    if figures(step) - true_values(problem):
        return True
    own = problem.read_payload(dict[str, Any])["entry"]["metadata"]["answer_cot"].splitlines()
    return all(figures(step) != figures(line) for line in own)


def figures(text: str) -> set[float]:
    """Return the numbers of a text, as a reader without any of the strategy's code reads them."""
    return set(map(float, _FIGURES.findall(text.replace(",", ""))))


def _dropped(results: _Results) -> Iterator[Claim]:
    """Say how many mismatches are dropped, by distance and reason."""
    for distance in DISTANCES:
        rows = [
            row
            for _, result in results
            for row in result.rows
            if f"/{distance}/" in row.trajectory.id
        ]
        reasons = [row.drop_reason or "kept" for row in rows]
        for reason in sorted({RIGHT, *reasons}):
            yield Claim(
                name=f"mismatch.{distance}.{reason.removeprefix('mismatch: ').replace(' ', '_')}",
                value=reasons.count(reason) / len(rows) if rows else 0.0,
                unit=f"share of {len(rows)}",
            )


def _difficulty(distance: str, results: _Results) -> Iterator[Claim]:
    """Measure how well mismatched solutions are told from right ones, whole ones and steps."""
    for kind in ("solution", "step"):
        pairs = [
            pair
            for _, result in results
            for pair in result.pairs
            if pair.source == f"mismatch/{distance}"
            and pair.kind == kind
            and (kind == "step" or not pair.branch_step)
        ]
        bar = _BARS.get(distance, {}) if kind == "solution" else {}
        name = f"mismatch.{distance}.{kind}"
        auc, spread = words_auc(pairs, _WORDS)
        yield Claim(name=f"{name}.bag_of_words", value=auc, spread=spread, unit="AUC", **bar)
        auc, spread = words_auc(pairs, _TOKENS)
        yield Claim(name=f"{name}.bag_of_tokens", value=auc, spread=spread, unit="AUC")
        yield Claim(name=f"{name}.figures", value=figures_auc(pairs), unit="AUC")


def words_auc(pairs: Sequence[Pair], pattern: str) -> tuple[float, tuple[float, float]]:
    """Return the AUC of a bag of words, over five folds of problems: its mean and its range."""
    import numpy as np
    from scipy.sparse import hstack
    from sklearn.feature_extraction.text import CountVectorizer
    from sklearn.linear_model import LogisticRegression
    from sklearn.metrics import roc_auc_score
    from sklearn.model_selection import GroupKFold

    prompts = [pair.prompt for pair in pairs for _ in range(2)]
    texts = [text for pair in pairs for text in (pair.chosen, pair.rejected)]
    labels = np.array([1, 0] * len(pairs))
    groups = [pair.problem_id for pair in pairs for _ in range(2)]
    vectorizer = CountVectorizer(binary=True, token_pattern=pattern).fit([*prompts, *texts])
    one, other = vectorizer.transform(prompts), vectorizer.transform(texts)
    both = one.multiply(other)
    alone = other - both
    share = np.array(both.sum(axis=1) / np.maximum(other.sum(axis=1), 1))
    features = hstack([both, alone, share * 10]).tocsr()
    scores: list[float] = []
    for train, test in GroupKFold(5).split(features, labels, groups):
        model = LogisticRegression(max_iter=500, C=0.3).fit(features[train], labels[train])
        scores.append(float(roc_auc_score(labels[test], model.decision_function(features[test]))))
    return statistics.fmean(scores), (min(scores), max(scores))


def figures_auc(pairs: Sequence[Pair]) -> float:
    """Return the AUC of the share of a solution's numbers that stand in the problem."""
    from sklearn.metrics import roc_auc_score

    def known(pair: Pair, text: str) -> float:
        stated = figures(text)
        return len(stated & figures(pair.prompt + pair.prefix)) / max(len(stated), 1)

    scores = [known(pair, text) for pair in pairs for text in (pair.chosen, pair.rejected)]
    return float(roc_auc_score([1, 0] * len(pairs), scores))


if __name__ == "__main__":
    sys.exit(main("papers_mismatch", measure))
