"""`stepsmith graph`: build a graph's folder, and look at one."""

import argparse
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

from stepsmith.schemas.recipe import read_override
from stepsmith.schemas.registry import bind_options
from stepsmith.transforms.graph.build import REJECTS, build
from stepsmith.transforms.graph.check import faults_of
from stepsmith.transforms.graph.errors import GraphError
from stepsmith.transforms.graph.folder import Header, read_header
from stepsmith.transforms.graph.loaders import GRAPH_LOADERS
from stepsmith.transforms.graph.paths import simple_paths
from stepsmith.transforms.graph.profile import profile_of
from stepsmith.transforms.graph.store import Graph
from stepsmith.transforms.graph.triples import Path as GraphPath


def run_command(arguments: argparse.Namespace) -> tuple[str, int]:
    """Run one action; returns what to print and the exit status."""
    return _ACTIONS[arguments.action](arguments)


def _build(arguments: argparse.Namespace) -> tuple[str, int]:
    loader = GRAPH_LOADERS.get(arguments.form).value
    options = dict(read_override(one, example="names=labels.tsv") for one in arguments.overrides)
    read = bind_options(loader, options, where=f"graph format {arguments.form}")
    header = build(
        read(arguments.sources),
        arguments.output,
        sources=[arguments.form, *arguments.sources],
        overwrite=arguments.overwrite,
        max_rejected=arguments.max_rejected,
        keys_are_names=not arguments.no_key_names,
    )
    return "\n".join(_built(arguments.output, header)), 0


def _built(folder: str, header: Header) -> Iterator[str]:
    yield f"{folder}: {_counts(header)}"
    yield f"digest {header.digest}"
    noted = {
        "rows that repeat a fact, kept once": header.duplicates,
        f"rows that are no facts, in {folder}/{REJECTS}": header.rejected,
        "curated false facts that are facts, too": header.contradictions,
        "names of nodes without facts, left out": header.unused_names,
        "described relations without facts, left out": header.unused_relations,
    }
    yield from (f"  {count:,} {what}" for what, count in noted.items() if count)


def _counts(header: Header) -> str:
    return (
        f"{header.facts:,} facts, {header.negatives:,} curated false ones, {header.nodes:,} nodes, "
        f"{header.relations:,} relations, {header.names:,} names"
    )


def _info(arguments: argparse.Namespace) -> tuple[str, int]:
    graph, header = Graph.open(arguments.graph), read_header(Path(arguments.graph))
    profile = profile_of(graph, limit=arguments.n)
    if arguments.json:
        counts = {name: getattr(header, name) for name in _COUNTED}
        return json.dumps({**counts, **profile.to_json()}, indent=2, ensure_ascii=False), 0
    return "\n".join([*_built(arguments.graph, header), *profile.lines()]), 0


_COUNTED = (
    *("format", "facts", "negatives", "nodes", "relations", "names", "digest", "sources"),
    *("duplicates", "rejected", "contradictions", "unused_names", "unused_relations"),
)


def _paths(arguments: argparse.Namespace) -> tuple[str, int]:
    graph = Graph.open(arguments.graph)
    start, end = (_node(graph, written) for written in (arguments.start, arguments.end))
    found = simple_paths(
        graph,
        start,
        end,
        max_hops=arguments.max_hops,
        limit=arguments.limit,
        hub_cap=arguments.hub_cap or None,
    )
    if not found:
        hubs = f" past nodes of at most {arguments.hub_cap} facts" if arguments.hub_cap else ""
        ends = f"{_shown(graph, start)} to {_shown(graph, end)}"
        return f"no path from {ends} of at most {arguments.max_hops} hops{hubs}", 0
    lines = [_line(graph, path) for path in found]
    if len(found) == arguments.limit:
        lines.append(f"the first {len(found)}; --limit shows more")
    return "\n".join(lines), 0


def _node(graph: Graph, written: str) -> int:
    node = graph.node(written)
    if node is not None:
        return node
    named = graph.find(written)
    if len(named) == 1:
        return named[0]
    if named:
        keys = ", ".join(graph.key(one) for one in named)
        msg = f"{written!r} names {len(named)} nodes; give the key of one: {keys}"
        raise GraphError(msg)
    near = graph.names_index.near(written)
    hint = f"did you mean {' or '.join(map(repr, near))}?" if near else "give a key or a name"
    msg = f"no node {written!r}; {hint}"
    raise GraphError(msg)


def _shown(graph: Graph, node: int) -> str:
    name, key = graph.name(node), graph.key(node)
    return name if name == key else f"{name} ({key})"


def _line(graph: Graph, path: GraphPath) -> str:
    hops = [f"--{graph.relation_key(edge.relation)}--> {_shown(graph, edge.tail)}" for edge in path]
    return " ".join([_shown(graph, path[0].head), *hops])


def _check(arguments: argparse.Namespace) -> tuple[str, int]:
    graph = Graph.open(arguments.graph)
    faults: Sequence[str] = list(faults_of(graph))
    if faults:
        return "\n".join([f"{arguments.graph} is damaged; build it anew", *faults]), 1
    return f"{arguments.graph}: {graph.n_facts:,} facts, sorted both ways, as they were written", 0


_ACTIONS: Mapping[str, Callable[[argparse.Namespace], tuple[str, int]]] = {
    "build": _build,
    "info": _info,
    "paths": _paths,
    "check": _check,
}
