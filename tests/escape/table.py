"""The table `expected.toml`: every probe, how it may end, and where its walls do not hold."""

import dataclasses
import platform
import tomllib
from pathlib import Path
from typing import Literal

import msgspec

from stepsmith.schemas.sandbox import Limits

HERE = Path(__file__).parent
PRELUDE = (HERE / "inside" / "prelude.py").read_text()

Ground = Literal[
    "unsafe",
    "self",
    "uid",
    "ns",
    "docker",
    "gvisor",
    "worker_root",
    "worker_user",
    "worker_open",
    "ns_no_landlock",
]
"""A backend and where it stands; `grounds.py` says what each of them is."""

Form = Literal["alone", "twice", "answers", "pair", "talk", "sibling", "after"]
"""How a probe runs: by itself; two times; with pipes for answers; beside another party of one
conversation, which holds a secret; as both parties; beside a program in the next slot; after a
program that held a secret."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class Probe:
    """One probe. `ends` are the endings that are right where it holds, as `said` writes them.

    `escapes` names the grounds that do not hold it, `uncounted` those that do not where the kernel
    counts nothing for us; a probe that holds even without walls is a
    `control`, or proves nothing, unless this machine lacks what it `needs`. `skipped` says why it
    does not run on a ground. With `only` it runs there alone.
    """

    name: str
    source: str
    ends: tuple[str, ...] = ("exited 0",)
    form: Form = "alone"
    escapes: tuple[Ground, ...] = ()
    uncounted: tuple[Ground, ...] = ()
    control: bool = False
    needs: str = ""
    skipped: dict[Ground, str] = dataclasses.field(default_factory=dict[Ground, str])
    only: tuple[Ground, ...] = ()
    limits: Limits = dataclasses.field(default_factory=Limits)
    stdin_bytes: int = 0
    machine: str = ""

    def escapes_on(self, ground: Ground, *, counted: bool) -> bool:
        """Say whether the table has it that the ground does not hold the probe."""
        return ground in self.escapes or (ground in self.uncounted and not counted)

    def why_skipped(self, ground: Ground) -> str:
        """Say why the probe does not run there; empty where it does."""
        if self.only and ground not in self.only:
            return f"runs on {', '.join(self.only)} only"
        if self.machine and platform.machine() != self.machine:
            return f"speaks to {self.machine} only"
        return self.skipped.get(ground, "")


def read_table() -> dict[str, Probe]:
    """Read all probes; raises where the table and the folder do not name the same ones."""
    table = tomllib.loads((HERE / "expected.toml").read_text())
    limits = table.pop("limits")
    sources = {path.stem: path.read_text() for path in (HERE / "probes").glob("*.py")}
    if table.keys() != sources.keys():
        msg = f"in one of table and folder only: {sorted(table.keys() ^ sources.keys())}"
        raise ValueError(msg)
    return {name: _probe(name, sources[name], row, limits) for name, row in sorted(table.items())}


def _probe(name: str, source: str, row: dict[str, object], limits: dict[str, object]) -> Probe:
    own = row.pop("limits", {})
    assert isinstance(own, dict)
    row |= {"name": name, "source": source, "limits": {**limits, **own}}
    return msgspec.convert(row, Probe)
