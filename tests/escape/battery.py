"""Run the probes on one ground: `python -m tests.escape.battery GROUND [PROBE ...]`.

Prints one JSON object a line: first what the sandbox says of itself, then one a probe, with what
escaped. Runs by itself so that all processes of a sandbox are below it, and none else.
"""

import argparse
import contextlib
import ctypes
import dataclasses
import json
import sys
import traceback
from collections.abc import Iterator, Sequence
from typing import get_args

from stepsmith.sandboxes.errors import SandboxError
from stepsmith.sandboxes.images import Image
from stepsmith.sandboxes.open import open_sandbox
from stepsmith.schemas.sandbox import SandboxSettings
from tests.escape.grounds import GROUNDS, build_guard_image
from tests.escape.stage import Stage
from tests.escape.table import Ground, Probe, read_table
from tests.escape.trial import Trials, said
from tests.escape.without_landlock import remove_landlock

_SET_CHILD_SUBREAPER = 36
IMAGE = Image(name="python")


@dataclasses.dataclass(frozen=True, kw_only=True)
class Judged:
    """One probe's result on one ground. `skipped` says why there is none."""

    probe: str
    findings: list[str] = dataclasses.field(default_factory=list[str])
    endings: list[str] = dataclasses.field(default_factory=list[str])
    took_s: float = 0.0
    skipped: str = ""


def battery(
    settings: SandboxSettings, ground: Ground, probes: Sequence[Probe]
) -> Iterator[dict[str, object]]:
    """Yield what the sandbox says of itself, then what each probe came to."""
    ctypes.CDLL(None).prctl(_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    with Stage() as stage, contextlib.ExitStack() as closing:
        one, two = (
            open_sandbox(dataclasses.replace(settings, slots=slots), [IMAGE]) for slots in (1, 2)
        )
        closing.callback(one.close)
        closing.callback(two.close)
        yield dataclasses.asdict(one.capabilities())
        trials = Trials(stage=stage, one=one, two=two)
        for number, probe in enumerate(probes):
            yield dataclasses.asdict(_judge(trials, probe, ground, number))


def _judge(trials: Trials, probe: Probe, ground: Ground, number: int) -> Judged:
    skipped = probe.why_skipped(ground)
    if skipped:
        return Judged(probe=probe.name, skipped=skipped)
    try:
        findings, run = trials(probe, number)
    except Exception:  # a judge that fails must not look like a wall that held
        return Judged(probe=probe.name, findings=["VOID: " + traceback.format_exc()[-1500:]])
    return Judged(
        probe=probe.name,
        findings=findings,
        endings=[said(result) for result in run.results],
        took_s=round(run.took_s, 2),
    )


def main() -> int:
    """Run the probes named, or all; 1 where the sandbox refused to open."""
    parser = argparse.ArgumentParser(prog="python -m tests.escape.battery")
    parser.add_argument("ground", choices=get_args(Ground))
    parser.add_argument("probes", nargs="*")
    parser.add_argument("--no-landlock", action="store_true")
    parser.add_argument("--minimum", help="refuse below this level")
    arguments = parser.parse_args()
    standing, table = GROUNDS[arguments.ground], read_table()
    settings = standing.settings
    if arguments.no_landlock or not (standing.landlock or standing.is_in_a_container):
        remove_landlock()
    if arguments.minimum:
        settings = dataclasses.replace(settings, minimum=arguments.minimum)
    chosen = [table[name] for name in arguments.probes] or [*table.values()]
    if settings.backend == "docker":
        build_guard_image()
    try:
        for line in battery(settings, arguments.ground, chosen):
            print(json.dumps(line), flush=True)
    except SandboxError as error:
        print(json.dumps({"refused": str(error)}))
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
