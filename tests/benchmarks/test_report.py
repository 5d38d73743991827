import dataclasses
import json
import math
import subprocess
import sys
from pathlib import Path
from typing import Literal

import pytest

from benchmarks.report import CannotRunError, Claim, Findings, Report, environment, main

FAST = Claim(name="ours.rate", value=120.0, unit="rows/s", target=100.0, better="higher")
SLOW = Claim(name="peer.rate", value=80.0, unit="rows/s", spread=(75.0, 85.0))


def findings(*, quick: bool) -> Findings:
    return Findings(claims=[FAST, SLOW], details={"n": 10 if quick else 1000})


@pytest.mark.parametrize(
    ("value", "better", "holds"),
    [(1.0, "higher", True), (0.9, "higher", False), (1.0, "lower", True), (1.1, "lower", False)],
)
def test_a_claim_holds_on_the_better_side_of_its_target_and_at_it(
    value: float, better: Literal["higher", "lower"], *, holds: bool
) -> None:
    claim = Claim(name="c", value=value, unit="", target=1.0, better=better)
    assert claim.holds is holds


def test_a_baseline_says_nothing_about_holding() -> None:
    assert SLOW.holds is None
    assert set(SLOW.to_json()) == {"name", "value", "unit", "spread"}


@pytest.mark.parametrize("only", [{"target": 1.0}, {"better": "lower"}])
def test_a_target_and_its_better_side_come_together(only: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="which side is better"):
        Claim(name="c", value=1.0, unit="", **only)


def test_json_is_one_object_and_nothing_else(capfd: pytest.CaptureFixture[str]) -> None:
    def noisy(*, quick: bool) -> Findings:
        print("from Python")
        subprocess.run([sys.executable, "-c", "print('from a child')"], check=True)
        return findings(quick=quick)

    assert main("rows", noisy, ["--json"]) == 0
    out, err = capfd.readouterr()
    report = json.loads(out)
    assert [*report] == ["benchmark", "claims", "environment", "details"]
    assert report["claims"][0] == {
        "name": "ours.rate",
        "value": 120.0,
        "unit": "rows/s",
        "target": 100.0,
        "better": "higher",
        "holds": True,
    }
    assert report["details"] == {"n": 1000, "quick": False}
    assert "from Python" in err
    assert "from a child" in err


def test_a_quick_run_carries_no_claim(capsys: pytest.CaptureFixture[str]) -> None:
    assert main("rows", findings, ["--quick", "--json"]) == 0
    report = json.loads(capsys.readouterr().out)
    assert not any("holds" in claim or "target" in claim for claim in report["claims"])
    assert report["details"] == {"n": 10, "quick": True}


def test_the_exit_status_is_0_even_where_a_claim_fails(capsys: pytest.CaptureFixture[str]) -> None:
    def missed(*, quick: bool) -> Findings:
        return Findings(claims=[dataclasses.replace(FAST, value=0.0)])

    assert main("rows", missed, []) == 0
    assert "no" in capsys.readouterr().out.split()


def test_what_cannot_run_exits_with_2_and_the_reason(capsys: pytest.CaptureFixture[str]) -> None:
    def measure(*, quick: bool) -> Findings:
        msg = "needs 4 cores"
        raise CannotRunError(msg)

    assert main("rows", measure, ["--json"]) == 2
    out, err = capsys.readouterr()
    assert (out, err) == ("", "rows: cannot run: needs 4 cores\n")


def test_the_plot_is_drawn_where_there_is_a_curve(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "curve.svg"

    def curved(*, quick: bool) -> Findings:
        return Findings(claims=[SLOW], plot=lambda path: path.write_text("<svg/>") and None)

    assert main("rows", curved, ["--plot", str(path)]) == 0
    assert path.read_text() == "<svg/>"
    assert main("rows", findings, ["--plot", str(path)]) == 2
    assert "no curve" in capsys.readouterr().err


def test_the_table_lines_up_claims_and_baselines() -> None:
    report = Report(
        benchmark="rows",
        claims=(FAST, SLOW),
        environment={"cpu": "a cpu", "cores": 2},
        details={},
    )
    assert report.to_text() == (
        "           value       spread   target  holds\n"
        "ours.rate  120 rows/s           >= 100  yes\n"
        "peer.rate  80 rows/s   75 - 85\n"
        "rows on 2 cores, a cpu"
    )


def test_a_number_that_measures_nothing_is_refused() -> None:
    nothing = Claim(name="c", value=math.nan, unit="")
    report = Report(benchmark="rows", claims=(nothing,), environment={}, details={})
    with pytest.raises(ValueError, match="not JSON compliant"):
        report.to_json()


def test_the_environment_names_the_machine_and_the_versions() -> None:
    found = environment()
    assert found["cores"] >= 1
    assert found["cpu"]
    assert found["versions"].keys() >= {"stepsmith", "apache-beam", "pyarrow", "msgspec"}
