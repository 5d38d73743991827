"""Reports of shards: what a footer keeps of them, and gives back."""

import dataclasses

import pytest

from stepsmith.transforms.beam.report import ShardReport

REPORT = ShardReport(index=3, n_problems=5, n_rows=9, n_failed=1, n_tokens=70, duration_ms=12)


def read_back(report: ShardReport) -> ShardReport:
    kept = {name: str(value) for name, value in report.footer().items()}
    return ShardReport.from_footer(kept, n_rows=report.n_rows)


def test_a_footer_keeps_what_two_runs_of_a_recipe_share() -> None:
    assert REPORT.footer() == {"shard": 3, "n_problems": 5, "n_failed": 1}
    expected = ShardReport(index=3, n_problems=5, n_rows=9, n_failed=1, resumed=True)
    assert read_back(REPORT) == expected


@pytest.mark.parametrize("sandbox", ["ns python-0123456789ab", "unsafe python-0123456789ab"])
def test_what_programs_ran_in_is_kept_where_any_did(sandbox: str) -> None:
    ran = dataclasses.replace(REPORT, sandbox=sandbox)
    assert ran.footer()["sandbox"] == sandbox
    assert read_back(ran).sandbox == sandbox
    assert "sandbox" not in REPORT.footer()
