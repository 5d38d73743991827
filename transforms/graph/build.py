"""Build a graph's folder from what loaders give: facts, names, relations, and rejected rows."""

from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import msgspec
import numpy as np

from stepsmith.transforms.graph.columns import Collected, collect
from stepsmith.transforms.graph.digest import digest_of
from stepsmith.transforms.graph.errors import GraphError
from stepsmith.transforms.graph.folder import (
    FORMAT,
    Header,
    refuse_existing,
    whole_folder,
    write_graph,
)
from stepsmith.transforms.graph.index import Integers, Side, make_side
from stepsmith.transforms.graph.names import Names, surfaces_of
from stepsmith.transforms.graph.parts import Parts
from stepsmith.transforms.graph.relations import Relation, with_text
from stepsmith.transforms.graph.triples import Part, RejectedRow

_SHOWN = 20
REJECTS = "rejects.jsonl"


def build(
    parts: Iterable[Part],
    folder: str | Path,
    *,
    sources: Sequence[str] = (),
    overwrite: bool = False,
    max_rejected: int = 0,
    keys_are_names: bool = True,
) -> Header:
    """Build a graph into a folder, whole or not at all.

    More than `max_rejected` rows that are no facts raise `GraphError`, which lists the first of
    them; fewer are left out and written to `rejects.jsonl` in the folder.
    """
    refuse_existing(Path(folder), overwrite=overwrite)
    collected = collect(parts)
    refuse_rejected(collected.rejected, max_rejected)
    if not collected.n_rows:
        msg = f"{', '.join(sources) or 'the input'} holds no fact"
        raise GraphError(msg)
    return write(
        collected, folder, sources=sources, overwrite=overwrite, keys_are_names=keys_are_names
    )


def write(
    collected: Collected,
    folder: str | Path,
    *,
    sources: Sequence[str] = (),
    overwrite: bool = False,
    keys_are_names: bool = True,
) -> Header:
    """Write what was collected into a folder, whole or not at all."""
    parts, names = make_parts(collected, keys_are_names=keys_are_names)
    header = Header(
        format=FORMAT,
        nodes=len(parts.nodes),
        relations=len(parts.relations),
        facts=len(parts.out),
        negatives=len(parts.false),
        names=len(parts.called),
        digest="",
        sources=tuple(sources),
        rejected=len(collected.rejected),
        duplicates=collected.n_rows - len(parts.out) - len(parts.false),
        contradictions=_contradictions(parts),
        unused_names=collected.unused_names,
        unused_relations=len(set(collected.declared) - set(collected.relation_keys)),
    )
    with whole_folder(Path(folder), overwrite=overwrite) as new, ThreadPoolExecutor(1) as pool:
        # The hash and the files are made of the same arrays, at the same time.
        digest = pool.submit(digest_of, parts)
        if collected.rejected:
            encoded = (msgspec.json.encode(row) + b"\n" for row in collected.rejected)
            (new / REJECTS).write_bytes(b"".join(encoded))
        return write_graph(new, header, parts, names, digest.result)


def make_parts(collected: Collected, *, keys_are_names: bool = True) -> tuple[Parts, Names]:
    """Sort what was collected into a graph, both directions at once."""
    sizes = (len(collected.nodes), len(collected.relation_keys))
    with ThreadPoolExecutor() as pool:
        out = pool.submit(_side, collected.true, *sizes)
        into = pool.submit(_side, collected.true[::-1], *sizes)
        keys = list(collected.nodes) if keys_are_names else ()
        names = Names.of(surfaces_of(keys, list(collected.called), collected.name_ptr))
    known = collected.declared
    relations = [with_text(known.get(key, Relation(key=key))) for key in collected.relation_keys]
    parts = Parts(
        nodes=collected.nodes,
        relations=tuple(relations),
        out=out.result(),
        into=into.result(),
        false=_side(collected.false, *sizes),
        called=collected.called,
        name_ptr=collected.name_ptr,
        names=lambda: names,
    )
    return parts, names


def refuse_rejected(rejected: Sequence[RejectedRow], allowed: int) -> None:
    """Raise `GraphError` where more rows were rejected than are allowed."""
    if len(rejected) <= allowed:
        return
    lines = [str(row) for row in rejected[:_SHOWN]]
    if len(rejected) > _SHOWN:
        lines.append(f"and {len(rejected) - _SHOWN} more")
    count = "1 row is" if len(rejected) == 1 else f"{len(rejected)} rows are"
    msg = f"{count} no fact, and {allowed} allowed (--max-rejected):\n" + "\n".join(lines)
    raise GraphError(msg)


def _side(columns: Sequence[Integers], n_nodes: int, n_relations: int) -> Side:
    nodes, relations, others = columns
    return make_side(nodes, relations, others, n_nodes=n_nodes, n_relations=n_relations)


def _contradictions(parts: Parts) -> int:
    """Count the curated false facts that are facts, too."""
    false = parts.false
    if not len(false):  # as in most graphs: to name millions of nodes takes a while
        return 0
    every = slice(None)
    relations, others = false.relations_at(every), false.others_at(every)
    return int(np.count_nonzero(parts.out.has_many(false.nodes(), relations, others)))
