"""Evidence that has to be read: what controls can tell of plain pools and of the conditional block.

Three tables of facts: a made one (12 findings of two states), UMLS-135 (a finding is a relation,
its state the tail) and HPO (diseases and phenotypes; the states that are absent are its curated NOT
facts). From each both blocks are made, and three predictors are trained on held-out groups that
see case and claim, evidence and claim, or all: `case`, `evidence` and `full` are the best of them.
`shuffled` is the bag of words trained on all three and shown another group's evidence.

The plain block is there with its leak: evidence that matches a claim supports it half of the time,
and claims that the case does not bear out are a quarter. Perfect use of that gives 5/6 and 2/3.
"""

import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from random import Random
from typing import Literal

from benchmarks.data.folder import data_folder, read_columns
from benchmarks.report import CannotRunError, Claim, Findings, main
from stepsmith.pipelines.dependence.auc import Auc
from stepsmith.pipelines.dependence.command import measure_rows
from stepsmith.pipelines.dependence.measure import BlockFound, Limits
from stepsmith.schemas.facts import Evidence
from stepsmith.transforms.evidence.examples import examples_of
from stepsmith.transforms.evidence.facts import CaseFact
from stepsmith.transforms.evidence.graphs import facts_of
from stepsmith.transforms.evidence.group import EvidenceGroup
from stepsmith.transforms.evidence.make import GroupDesign, make_problems
from stepsmith.transforms.evidence.wording import N_WORDINGS, Wording
from stepsmith.transforms.graph.store import Graph
from stepsmith.transforms.graph.triples import Fact, Labels, Rows

MAX_CONTROL = 0.55
MIN_FULL = 0.95
MAX_SHUFFLED = 0.55


def measure(*, quick: bool) -> Findings:
    """Measure each table that is there; the made one always is."""
    groups = 30 if quick else 150
    claims: list[Claim] = []
    details: dict[str, object] = {"groups": groups}
    tables: Mapping[str, Callable[[], Iterable[CaseFact]]] = {
        "made": made_facts,
        **({} if quick else {"umls": umls_facts, "hpo": hpo_facts}),
    }
    for name, facts in tables.items():
        try:
            rows = list(evidence_of(facts(), groups=groups, curated=name == "hpo"))
        except CannotRunError as error:
            details[name] = str(error)
            continue
        limits = Limits(
            max_control=MAX_CONTROL, min_full=MIN_FULL, resamples=200 if quick else 1000
        )
        for block in ("plain", "conditional"):
            own = [row for row in rows if row.block == block]
            found = measure_rows(own, limits=limits, limit=None).blocks[block]
            claims += claims_of(f"evidence.{name}.{block}", found, holds=block == "conditional")
            details[f"{name}.{block}"] = {
                "rows": found.rows,
                "groups": found.groups,
                "refused": found.reasons,
                "origins": sorted({row.evidence_origin for row in own}),
                "safety": sorted({row.safety for row in own}),
            }
    return Findings(claims=claims, details=details)


def claims_of(name: str, found: BlockFound, *, holds: bool) -> Iterator[Claim]:
    """Yield the best AUC of each view; only the conditional block promises anything."""
    for view in ("case", "evidence", "full"):
        key = view if view == "full" else f"{view}_only"
        best = max((views[key] for views in found.aucs.values()), key=lambda auc: auc.value)
        target = MIN_FULL if view == "full" else MAX_CONTROL
        yield claim_of(
            f"{name}.{view}", best, target=target if holds else None, higher=view == "full"
        )
    shuffled = found.aucs["words"]["full_evidence_swapped"]
    yield claim_of(
        f"{name}.shuffled", shuffled, target=MAX_SHUFFLED if holds else None, higher=False
    )


def claim_of(name: str, auc: Auc, *, target: float | None, higher: bool) -> Claim:
    """Report an AUC with its interval over groups."""
    better: Literal["higher", "lower"] = "higher" if higher else "lower"
    return Claim(
        name=name,
        value=round(auc.value, 3),
        spread=(round(auc.low, 3), round(auc.high, 3)),
        unit="AUC",
        target=target,
        better=None if target is None else better,
    )


def evidence_of(
    facts: Iterable[CaseFact], *, groups: int, curated: bool = False
) -> Iterator[Evidence]:
    """Make the examples of both blocks."""
    design = GroupDesign(
        plain=groups,
        conditional=groups,
        shown=3,
        modifiers="drawn",
        modified_by={},
        splits={"train": 1.0},
        seed=1,
        curated=curated,
    )
    for problem in make_problems(facts, design, source="benchmark", domain=""):
        group = problem.read_payload(EvidenceGroup)
        wording = Wording(variant=Random(problem.id).randrange(N_WORDINGS))
        yield from (one.evidence for one in examples_of(problem, group, wording))


def made_facts() -> Iterator[CaseFact]:
    """Yield a table in which 240 cases have 12 findings in one of two states, by chance."""
    random = Random(4)
    findings = (
        *("pleural effusion", "pulmonary edema", "consolidation", "pneumothorax"),
        *("cardiomegaly", "rib fracture", "atelectasis", "nodule"),
        *("emphysema", "hernia", "fibrosis", "calcification"),
    )
    for case in range(240):
        for finding in findings:
            state = random.choice(("present", "absent"))
            yield CaseFact(case=f"P{case:03d}", finding=finding, state=state)


def umls_facts() -> Iterator[CaseFact]:
    """Yield UMLS-135 as a table; raises `CannotRunError` where the file is not there."""
    path = data_folder() / "graphs" / "umls135" / "triples.parquet"
    columns = read_columns(path, ("head", "relation", "tail"))
    facts = [Fact(*row) for row in zip(*columns, strict=True)]
    return facts_of(Graph.of(facts), states="tails")


def hpo_facts() -> Iterator[CaseFact]:
    """Yield the diseases and phenotypes of HPO that some NOT fact speaks of, with their states."""
    from stepsmith.transforms.graph.errors import GraphError
    from stepsmith.transforms.graph.loaders.hpo import hpo

    facts: dict[bool, list[Fact]] = {False: [], True: []}
    names: dict[str, tuple[str, ...]] = {}
    try:
        for part in hpo([]):
            if isinstance(part, Rows):
                triples = zip(part.heads, part.relations, part.tails, strict=True)
                facts[part.negative] += [
                    Fact(*each) for each in triples if each[1] == "has_phenotype"
                ]
            elif isinstance(part, Labels):
                for key, text in zip(part.keys, part.texts, strict=True):
                    names.setdefault(key, (text,))
    except GraphError as error:
        raise CannotRunError(str(error)) from None
    heads = {fact.head for fact in facts[True]}
    tails = {fact.tail for fact in facts[True]}
    near = [fact for fact in facts[False] if fact.head in heads or fact.tail in tails]
    return facts_of(Graph.of(near, negatives=facts[True], names=names), states="signs")


if __name__ == "__main__":
    sys.exit(main("papers_evidence", measure))
