"""Answer the same questions about a graph with networkx, rustworkx, igraph and DuckDB.

    python graph_engines_driver.py FOLDER

Run by their own interpreter. FOLDER holds facts.npy and lookups.npy, rows of head, relation and
tail, and ends.npy, rows of two nodes; prints one JSON object by engine. Rates are per second of CPU
time; each measure ends after a few seconds, however many of its questions were answered.
"""

# mypy: disable-error-code="import-not-found"

import json
import sys
import time
from collections.abc import Callable, Iterable
from itertools import islice
from pathlib import Path
from typing import Any

import duckdb
import igraph
import networkx as nx
import numpy as np
import rustworkx as rx

MAX_HOPS = 3
LIMIT = 50
_BUDGET_S = 4.0

Facts = list[tuple[int, int, int]]
Ends = list[tuple[int, int]]


def rate(ask: Callable[[Any], object], questions: Iterable[Any]) -> float:
    """Return answers per second of CPU time, stopping when the time is up."""
    began = time.process_time()
    answered = 0
    for answered, question in enumerate(questions, 1):
        ask(question)
        if not answered % 16 and time.process_time() - began > _BUDGET_S:
            break
    return round(answered / max(time.process_time() - began, 1e-9), 1)


def over_networkx(facts: Facts, lookups: Facts, ends: Ends) -> dict[str, Any]:
    """Keep a multigraph keyed by relation; and count what simpler graphs keep."""
    began = time.process_time()
    graph = nx.MultiDiGraph()
    graph.add_edges_from((head, tail, relation) for head, relation, tail in facts)
    built_s = time.process_time() - began

    def paths(pair: tuple[int, int]) -> None:
        list(islice(nx.all_simple_edge_paths(graph, *pair, cutoff=MAX_HOPS), LIMIT))

    return {
        "built_s": built_s,
        "kept": graph.number_of_edges(),
        "kept_by_digraph": nx.DiGraph((head, tail) for head, _, tail in facts).number_of_edges(),
        "kept_by_graph": nx.Graph((head, tail) for head, _, tail in facts).number_of_edges(),
        "exists": rate(lambda fact: graph.has_edge(fact[0], fact[2], key=fact[1]), lookups),
        "paths": rate(paths, ends),
    }


def over_rustworkx(facts: Facts, lookups: Facts, ends: Ends) -> dict[str, Any]:
    """Keep the relation as what an edge carries."""
    began = time.process_time()
    graph = rx.PyDiGraph()
    graph.add_nodes_from(range(1 + max(max(head, tail) for head, _, tail in facts)))
    graph.add_edges_from([(head, tail, relation) for head, relation, tail in facts])
    built_s = time.process_time() - began

    def exists(fact: tuple[int, int, int]) -> bool:
        head, relation, tail = fact
        return graph.has_edge(head, tail) and relation in graph.get_all_edge_data(head, tail)

    def paths(pair: tuple[int, int]) -> None:
        rx.all_simple_paths(graph, *pair, cutoff=MAX_HOPS + 1)  # it counts nodes

    return {
        "built_s": built_s,
        "kept": graph.num_edges(),
        "exists": rate(exists, lookups),
        "paths": rate(paths, ends),
    }


def over_igraph(facts: Facts, lookups: Facts, ends: Ends) -> dict[str, Any]:
    """Keep the relation as an attribute of an edge."""
    began = time.process_time()
    graph = igraph.Graph(edges=[(head, tail) for head, _, tail in facts], directed=True)
    relations = [relation for _, relation, _ in facts]
    tails = [tail for _, _, tail in facts]
    built_s = time.process_time() - began

    def exists(fact: tuple[int, int, int]) -> bool:
        head, relation, tail = fact
        edges = graph.incident(head)
        return any(tails[edge] == tail and relations[edge] == relation for edge in edges)

    def paths(pair: tuple[int, int]) -> None:
        graph.get_all_simple_paths(pair[0], to=pair[1], maxlen=MAX_HOPS, max_results=LIMIT)

    return {
        "built_s": built_s,
        "kept": graph.ecount(),
        "exists": rate(exists, lookups),
        "paths": rate(paths, ends),
    }


def over_duckdb(facts: Facts, lookups: Facts, ends: Ends) -> dict[str, Any]:
    """Keep a table with an index; paths are joins, which may pass a node twice."""
    began = time.process_time()
    base = duckdb.connect(config={"threads": 1})
    given = dict(zip("hrt", np.array(facts).T, strict=True))
    base.execute("CREATE TABLE f AS SELECT h, r, t FROM given ORDER BY h, r, t")
    base.execute("CREATE INDEX by_head ON f (h)")
    built_s = time.process_time() - began
    asked = dict(zip("hrt", np.array(lookups).T, strict=True))
    batch = time.process_time()
    base.execute("SELECT count(*) FROM asked SEMI JOIN f USING (h, r, t)").fetchall()
    batch = time.process_time() - batch
    counted = base.execute("SELECT count(*) FROM f").fetchone()

    def exists(fact: tuple[int, int, int]) -> None:
        base.execute("SELECT 1 FROM f WHERE h = ? AND r = ? AND t = ? LIMIT 1", fact).fetchall()

    def paths(pair: tuple[int, int]) -> None:
        for join in _JOINS:
            base.execute(f"{join} LIMIT {LIMIT}", pair).fetchall()

    del given, asked  # named in the queries alone
    return {
        "built_s": built_s,
        "kept": counted[0] if counted else 0,
        "exists": rate(exists, lookups),
        "exists_many": round(len(lookups) / batch),
        "paths": rate(paths, ends),
    }


_JOINS = (
    "SELECT * FROM f a WHERE a.h = ? AND a.t = ?",
    "SELECT * FROM f a JOIN f b ON a.t = b.h WHERE a.h = ? AND b.t = ?",
    "SELECT * FROM f a JOIN f b ON a.t = b.h JOIN f c ON b.t = c.h WHERE a.h = ? AND c.t = ?",
)


def main(folder: Path) -> None:
    """Ask each engine, one after the other."""
    read = (np.load(folder / f"{name}.npy").tolist() for name in ("facts", "lookups", "ends"))
    facts, lookups, ends = ([tuple(row) for row in rows] for rows in read)
    engines = {
        "networkx": over_networkx,
        "rustworkx": over_rustworkx,
        "igraph": over_igraph,
        "duckdb": over_duckdb,
    }
    print(json.dumps({name: over(facts, lookups, ends) for name, over in engines.items()}))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
