"""The store of knowledge graphs: 20 million facts in memory-mapped files, against other engines.

The made graph has 5 million nodes and hubs with up to 1.2 % of the facts. Rates are per second of
CPU time of one core, so that a busy machine counts less; `build` and `open` are wall times. Beside
`build` stands what numpy alone takes to sort the keys of both directions and write as many bytes,
beside `exists` one `searchsorted` of numpy per question. On FB15k-237 the same questions go to
networkx, rustworkx, igraph and DuckDB, which have no hub cap; those of at most 3 hops.
"""

import contextlib
import gc
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random
from typing import Any, Literal

import numpy as np

from benchmarks.data.folder import data_folder, existing
from benchmarks.graphs.checks import mismatched_lookups, mismatched_paths
from benchmarks.graphs.engines import compare, many_rate, rate
from benchmarks.graphs.world import World, make_ends, make_lookups, make_world
from benchmarks.report import CannotRunError, Claim, Findings, main
from benchmarks.usage.memory import shared_mb
from stepsmith.transforms.graph.build import build, write
from stepsmith.transforms.graph.columns import Collected
from stepsmith.transforms.graph.loaders.parquet import parquet
from stepsmith.transforms.graph.paths import simple_paths
from stepsmith.transforms.graph.store import Graph

_QUICK = World(facts=200_000, nodes=50_000, relations=50)
_FB15K237_FACTS = 310_116


def measure(*, quick: bool) -> Findings:
    """Build, open and ask the made graph; check answers; ask the peers about a real one."""
    random = Random(0)
    claims: list[Claim] = []
    details: dict[str, Any] = {}
    with tempfile.TemporaryDirectory(prefix="graph-", dir=os.environ.get("TMPDIR")) as name:
        folder = Path(name)
        claims += _builds(make_world(_QUICK if quick else World()), folder, quick=quick)
        claims += _asks(folder / "made", random, quick=quick)
        total, private = shared_mb(folder / "made")
        claims.append(
            Claim(
                name="graph.four_processes.pss", value=total, unit="MB", target=300, better="lower"
            )
        )
        details["four_processes_private_mb"] = private
        details["bytes"] = (folder / "made" / "arrays.bin").stat().st_size
        count = 100 if quick else 1_000
        claims.append(_none("graph.mismatched_paths", mismatched_paths(count, random)))
        source = _fb15k237()
        if source is not None:
            real = _real(source, folder / "real")
            claims.append(
                _none("graph.mismatched_lookups", mismatched_lookups(real, count, random))
            )
            claims.append(
                Claim(
                    name="graph.fb15k237.facts_kept",
                    value=real.n_facts,
                    unit="facts",
                    target=_FB15K237_FACTS,
                    better="higher",
                )
            )
            if not quick:
                engines = compare(real, random)
                details["fb15k237"] = engines
                claims += _peers(engines)
        else:
            details["fb15k237"] = "not there; set STEPSMITH_DATA"
    return Findings(claims=claims, details=details)


def _builds(collected: Collected, folder: Path, *, quick: bool) -> Iterator[Claim]:
    ours: list[float] = []
    bare: list[float] = []
    cpu: list[float] = []
    for _ in range(1 if quick else 3):
        gc.collect()
        bare.append(_wall_s(lambda: _bare_build(collected, folder / "bare")))
        began = time.process_time()
        ours.append(
            _wall_s(lambda: write(collected, folder / "made", overwrite=True, keys_are_names=False))
        )
        cpu.append(time.process_time() - began)
    yield _median("graph.build", ours, "s", target=3.0)
    yield _median("graph.build.cpu", cpu, "s")
    yield _median("graph.build.numpy_alone", bare, "s")
    ratios = [one / other for one, other in zip(ours, bare, strict=True)]
    yield _median("graph.build.of_numpy_alone", ratios, "times")


def _bare_build(collected: Collected, path: Path) -> None:
    heads, relations, tails = collected.true
    n_nodes, n_relations = len(collected.nodes), len(collected.relation_keys)
    with path.open("wb") as file:
        for first, second in ((heads, tails), (tails, heads)):
            key = (first.astype(np.int64) * n_relations + relations) * n_nodes + second
            key.sort()
            key.view(np.uint32)[: len(key) * 5 // 4].tofile(file)  # as long as pairs and places
    path.unlink()


def _asks(folder: Path, random: Random, *, quick: bool) -> Iterator[Claim]:
    opened = [1000 * _wall_s(lambda: Graph.open(folder)) for _ in range(20)]
    yield _median("graph.open", opened, "ms", target=10.0)
    graph = Graph.open(folder)
    lookups = make_lookups(graph, 10_000 if quick else 500_000, random)
    rows = lookups.tolist()
    exists = graph.exists

    def ask_all(_: object) -> None:
        for head, relation, tail in rows:
            exists(head, relation, tail)

    single = [len(rows) * rate(ask_all, range(1)) for _ in range(3)]
    bare = [rate(_bare_exists(graph), rows[:50_000]) for _ in range(3)]
    many = [many_rate(graph, lookups) for _ in range(3)]
    yield _median("graph.exists", single, "/s", target=1e6)
    yield _median("graph.exists.numpy_alone", bare, "/s")
    yield _median("graph.exists_many", many, "/s", target=5e6)
    for hops, target in ((2, None), (3, None), (4, None), (5, 2_000)):
        ends = make_ends(graph, hops, 50 if quick else 1_000, random)
        found = [rate(_paths(graph, hops), ends) for _ in range(3)]
        yield _median(f"graph.paths.{hops}_hops", found, "/s", target=target)


def _paths(graph: Graph, hops: int) -> Callable[[tuple[int, int]], object]:
    return lambda pair: simple_paths(graph, *pair, max_hops=hops)


def _bare_exists(graph: Graph) -> Callable[[list[int]], object]:
    out = graph.parts.out
    key = (out.nodes().astype(np.int64) << 32) | out.columns.pair

    def ask(row: list[int]) -> bool:
        head, relation, tail = row
        wanted = head << 32 | relation << out.shift | tail
        return bool(key[min(int(key.searchsorted(wanted)), len(key) - 1)] == wanted)

    return ask


def _fb15k237() -> Path | None:
    with contextlib.suppress(CannotRunError):
        return existing(data_folder() / "graphs" / "fb15k237")
    return None


def _real(source: Path, folder: Path) -> Graph:
    facts, names = (str(source / f"{name}.parquet") for name in ("triples", "labels"))
    build(parquet([facts], names=names), folder)
    return Graph.open(folder)


def _peers(engines: dict[str, dict[str, float]]) -> Iterator[Claim]:
    units = {"kept": "facts", "exists": "/s", "exists_many": "/s", "paths": "/s"}
    for engine, found in engines.items():
        for what, value in found.items():
            unit = "s" if what == "built_s" else units.get(what, "facts")
            yield Claim(name=f"graph.fb15k237.{engine}.{what}", value=round(value, 3), unit=unit)


def _wall_s(do: Callable[[], object]) -> float:
    began = time.perf_counter()
    do()
    return time.perf_counter() - began


def _none(name: str, count: int) -> Claim:
    return Claim(name=name, value=count, unit="answers", target=0, better="lower")


def _median(name: str, values: list[float], unit: str, *, target: float | None = None) -> Claim:
    """Rates are better when higher, times when lower."""
    better: Literal["higher", "lower"] = "higher" if unit == "/s" else "lower"
    return Claim(
        name=name,
        value=round(statistics.median(values), 3),
        spread=(round(min(values), 3), round(max(values), 3)),
        unit=unit,
        target=target,
        better=None if target is None else better,
    )


if __name__ == "__main__":
    sys.exit(main("graph", measure))
