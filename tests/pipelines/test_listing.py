"""Listing what there is: generated from the registries, and quick."""

import subprocess
import sys

import pytest

from stepsmith.pipelines.listing import listing
from stepsmith.pipelines.look_options import KINDS
from stepsmith.schemas import UnknownNameError


def test_a_format_is_listed_with_its_summary_and_options() -> None:
    lines = [" ".join(line.split()) for line in listing("formats").splitlines()]
    start = lines.index(
        "trl Prompt, steps and one boolean a step, for TRL's stepwise reward trainer."
    )
    assert lines[start + 1 : start + 6] == [
        "labels: 'correct' | 'value' = 'correct'",
        "threshold: float = 0.0",
        "nulls: 'truncate' | 'drop' = 'truncate'",
        'separator: str = "\\n"',
        "prompt_end: str = ''",
    ]


@pytest.mark.parametrize(
    ("kind", "name", "detail"),
    [
        ("labelers", "first_error", "threshold: float (>= 0, < 1) = 0.0"),
        ("policies", "simulated", "error_rate: float = 0.1"),
        ("sources", "jsonl", "path: str | list[str]"),
        ("steps", "line", "max_pieces: int, or left out"),
        ("strategies", "monte_carlo", "rollouts: int (>= 1) = 8"),
        ("verifiers", "math.arithmetic", "version 1"),
    ],
)
def test_every_kind_of_plug_in_is_listed(kind: str, name: str, detail: str) -> None:
    lines = listing(kind).splitlines()
    names = [line.partition(" ")[0] for line in lines if not line.startswith(" ")]
    assert name in names
    assert names == sorted(names)
    assert detail in [line.strip() for line in lines]


@pytest.mark.parametrize("kind", KINDS)
def test_the_command_line_offers_only_kinds_that_can_be_listed(kind: str) -> None:
    assert listing(kind)


def test_an_unknown_kind_names_the_nearest() -> None:
    with pytest.raises(UnknownNameError, match="no kind 'verifier'; did you mean 'verifiers'"):
        listing("verifier")


def test_listing_imports_nothing_heavy() -> None:
    code = f"from stepsmith.pipelines.listing import listing;[listing(kind) for kind in {KINDS!r}]"
    assert not imported_by(code) & {"apache_beam", "pyarrow", "sympy", "torch"}


@pytest.mark.parametrize("command", ["explain", "export", "show"])
def test_only_a_run_imports_beam(command: str) -> None:
    assert "apache_beam" not in imported_by(f"import stepsmith.pipelines.{command}")


def imported_by(code: str) -> set[str]:
    program = f"import sys\n{code}\nprint(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    return set(done.stdout.split())
