"""The benchmark of evidence, on its made table."""

import pytest

from benchmarks.papers_evidence import evidence_of, made_facts, measure, umls_facts
from benchmarks.report import CannotRunError


def test_the_made_table_s_conditional_block_holds_and_its_plain_one_leaks() -> None:
    pytest.importorskip("sklearn", reason="scikit-learn is not installed")
    found = measure(quick=True)
    values = {claim.name: claim.value for claim in found.claims}
    assert values["evidence.made.conditional.case"] == 0.5
    assert values["evidence.made.conditional.evidence"] == 0.5
    assert values["evidence.made.conditional.full"] >= 0.9
    assert values["evidence.made.plain.case"] > 0.6
    assert values["evidence.made.plain.evidence"] > 0.75
    # What the plain block promises is nothing: it stands there as a baseline.
    with_target = {claim.name for claim in found.claims if claim.target is not None}
    assert with_target == {name for name in values if ".conditional." in name}


def test_the_made_table_has_twelve_findings_of_two_states() -> None:
    facts = list(made_facts())
    assert len({fact.finding for fact in facts}) == 12
    assert {fact.state for fact in facts} == {"present", "absent"}
    assert len(facts) == 12 * 240


def test_a_real_graph_gives_both_blocks() -> None:
    try:
        rows = list(evidence_of(umls_facts(), groups=4))
    except CannotRunError as error:
        pytest.skip(str(error))
    assert {row.block for row in rows} == {"plain", "conditional"}
    assert len(rows) == 4 * 16 + 4 * 8
