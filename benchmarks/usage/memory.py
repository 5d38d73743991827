"""How much memory processes hold that have one graph open, each page counted once."""

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

_PROGRAM = """
import sys
from stepsmith.transforms.graph.store import Graph
graph = Graph.open(sys.argv[1])
touched = int(graph.parts.out.columns.pair.sum() != 0)
print(graph.exists(0, 0, 0), touched, flush=True)
sys.stdin.readline()
"""
MB = 1_000_000


def shared_mb(folder: Path, processes: int = 4) -> tuple[float, float]:
    """Return the proportional and the private memory of processes that have read all keys."""
    command = [sys.executable, "-c", _PROGRAM, str(folder)]
    running = [
        subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        for _ in range(processes)
    ]
    try:
        for process in running:
            if process.stdout is not None:
                process.stdout.readline()
        fields = [_rollup(process.pid) for process in running]
    finally:
        for process in running:
            process.communicate("\n")
    return _sum(fields, ("Pss",)), _sum(fields, ("Private_Clean", "Private_Dirty"))


def _rollup(pid: int) -> dict[str, int]:
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()[1:]
    return {name: int(rest.split()[0]) for name, _, rest in (line.partition(":") for line in lines)}


def _sum(fields: Sequence[dict[str, int]], names: Sequence[str]) -> float:
    return round(sum(field[name] for field in fields for name in names) * 1024 / MB, 1)
