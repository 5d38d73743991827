"""The graph engines that a graph is compared with, asked the same in their own environment."""

import json
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from random import Random
from typing import Any

import numpy as np

from benchmarks.graphs.world import make_ends, make_lookups
from benchmarks.peers.environment import interpreter_of
from benchmarks.report import CannotRunError
from stepsmith.transforms.graph.paths import simple_paths
from stepsmith.transforms.graph.store import Graph

MAX_HOPS = 3
_LOOKUPS, _ENDS = 20_000, 200
_TIMEOUT_S = 900


def compare(graph: Graph, random: Random) -> dict[str, Any]:
    """Ask this store and each peer the same lookups and paths; rates are per CPU second."""
    lookups = make_lookups(graph, _LOOKUPS, random)
    ends = make_ends(graph, MAX_HOPS, _ENDS, random)
    out, every = graph.parts.out, slice(None)
    facts = np.stack([out.nodes(), out.relations_at(every), out.others_at(every)], axis=1)
    with tempfile.TemporaryDirectory(prefix="graph-peers-") as name:
        for what, rows in (("facts", facts), ("lookups", lookups), ("ends", ends)):
            np.save(Path(name) / f"{what}.npy", np.asarray(rows, np.int64))
        driver = Path(__file__).parents[1] / "peers" / "graph_engines_driver.py"
        command = [str(interpreter_of("graph_engines")), str(driver), name]
        done = subprocess.run(
            command, capture_output=True, text=True, check=False, timeout=_TIMEOUT_S
        )
    if done.returncode:
        msg = f"the peers ended with status {done.returncode}: {done.stderr[-2000:]}"
        raise CannotRunError(msg)
    ours = {
        "kept": graph.n_facts,
        "exists": rate(lambda fact: graph.exists(*fact), lookups.tolist()),
        "exists_many": many_rate(graph, lookups),
        "paths": rate(lambda pair: simple_paths(graph, *pair, max_hops=MAX_HOPS), ends),
    }
    return {"stepsmith": ours, **json.loads(done.stdout)}


def rate(ask: Callable[[Any], object], questions: Iterable[Any]) -> float:
    """Return answers per second of CPU time."""
    began, answered = time.process_time(), 0
    for answered, question in enumerate(questions, 1):  # noqa: B007 -- counted to the end
        ask(question)
    return answered / max(time.process_time() - began, 1e-9)


def many_rate(graph: Graph, lookups: Any) -> float:
    """Return answers per second of CPU time to questions asked at once."""
    began = time.process_time()
    graph.exists_many(lookups)
    return round(len(lookups) / max(time.process_time() - began, 1e-9))
