"""The labels of `graph.path` find the step that is wrong, where a token-overlap reward cannot.

Three-hop paths of FB15k-237 are written as sentences, and each is spoiled in nine ways. Every text
goes through linking: `wording` are the forms of the project's own wording, `held_out` forms that
it does not have, `line` machine lines, `both` a sentence with its line. `exact`: the first step
that is labelled wrong is the one that was spoiled; a list of names has none and must not count as a
chain.
Measured in a closed world; in an open one an absent fact is undecided, but what is denied, turned
round or out of its order is wrong all the same. `gold_wins` is the chance that the published reward
scores a gold text above a spoiled one, ties half.
"""

import itertools
import statistics
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

from benchmarks.chains.paths import question_of, sample_paths, spoiled, stated
from benchmarks.chains.texts import WRITERS, Statement, names_only, path_values, worded
from benchmarks.data.folder import data_folder, existing, read_columns
from benchmarks.report import Claim, Findings, main
from benchmarks.summaries.claims import share_claim
from stepsmith.transforms.graph.build import build
from stepsmith.transforms.graph.loaders.base import GRAPH_LOADERS
from stepsmith.transforms.graph.overlap import path_reward
from stepsmith.transforms.graph.store import Graph
from stepsmith.transforms.graph.triples import Edge, Fact, Labels, Part, Rows
from stepsmith.transforms.graph.wording import spoken_name
from stepsmith.transforms.linking.step import forget
from stepsmith.transforms.verify.graph.chain import judge_chain
from stepsmith.transforms.verify.graph.measures import ChainMeasures, measure_chain

EXACT, GOLD, CAUGHT = 0.97, 0.99, 0.95
PLANTED = ("negated", "reversed", "order")
LISTS = ("names", "names_and_words")


class Seen(NamedTuple):
    """One text that was judged: how it was written and spoiled, and what came out."""

    writer: str
    kind: str
    expected: int | None
    closed: ChainMeasures
    opened: ChainMeasures
    reward: float
    ambiguous: bool

    @property
    def exact(self) -> bool:
        """Say whether the first wrong step is the spoiled one; a list of names proves nothing."""
        if self.kind in LISTS:
            return self.closed.first_wrong is None and not self.closed.ends
        return self.closed.first_wrong == self.expected


def measure(*, quick: bool) -> Findings:
    """Judge every path and its corruptions in every way of writing."""
    folder = data_folder() / "graphs"
    with tempfile.TemporaryDirectory() as scratch:
        graph = open_fb15k(folder / "fb15k237", Path(scratch) / "graph")
        paths = sample_paths(graph, 20 if quick else 2_000, Random(0))
        began = time.process_time()
        seen = list(itertools.chain.from_iterable(map(_judge, itertools.repeat(graph), paths)))
        cpu_s = time.process_time() - began
        false_claims, false_details = curated(
            folder / "codex", Path(scratch), limit=200 if quick else 0
        )
    n_steps = sum(len(each.closed.classes) for each in seen)
    details = {
        "paths": len(paths),
        "texts": len(seen),
        "ambiguous_paths": sum(each.ambiguous for each in seen if each.kind == "gold"),
        "steps_per_cpu_s": round(2 * n_steps / cpu_s),
        "by_kind": {writer: dict(by_kind(seen, writer)) for writer in WRITERS},
        "classes_of_gold": Counter(
            f"{each.writer}/{one}" for each in seen if each.kind == "gold"
            for one in each.closed.classes
        ),
        **false_details,
    }  # fmt: skip
    return Findings(claims=[*claims(seen), *false_claims], details=details)


def _judge(graph: Graph, path: Sequence[Edge]) -> Iterator[Seen]:
    closed, opened = (question_of(graph, path, closed=world) for world in (True, False))
    nodes = {node for edge in path for node in (edge.head, edge.tail)}
    ambiguous = any(len(graph.find(spoken_name(graph, node))) > 1 for node in nodes)
    values = path_values(graph, path)
    for writer, texts in _texts(graph, path):
        for kind, expected, steps in texts:
            forget()
            yield Seen(
                writer,
                kind,
                expected,
                measure_chain(closed, judge_chain(closed, steps)),
                measure_chain(opened, judge_chain(opened, steps)),
                path_reward("\n".join(steps), values, right=True).r_path,
                ambiguous,
            )


Texts = list[tuple[str, int | None, list[str]]]


def _texts(graph: Graph, path: Sequence[Edge]) -> Iterator[tuple[str, Texts]]:
    rng = Random(repr(path))
    variants = [("gold", (stated(path), None)), *spoiled(graph, path, rng)]
    for writer, write in WRITERS.items():
        texts: Texts = [
            (kind, expected, [write(graph, each, rng) for each in statements])
            for kind, (statements, expected) in variants
        ]
        names = names_only(graph, path)
        texts.append(("names", None, [names]))
        texts.append(("names_and_words", None, [f"{names} start relation end"]))
        yield writer, texts


def claims(seen: Sequence[Seen]) -> Iterator[Claim]:
    """Yield the shares that the issue asks for, and the reward's beside them."""
    for writer in WRITERS:
        mine = [each for each in seen if each.writer == writer]
        wrong = [each.exact for each in mine if each.kind != "gold"]
        yield share_claim(f"first_wrong_exact.{writer}", wrong, target=EXACT)
        gold = [_accepted(each.closed) for each in mine if each.kind == "gold"]
        yield share_claim(f"gold_accepted.{writer}", gold, target=GOLD)
        for kind in PLANTED:
            for world in ("closed", "opened"):
                caught = [
                    getattr(each, world).first_wrong == each.expected
                    for each in mine
                    if each.kind == kind
                ]
                yield share_claim(f"caught.{kind}.{writer}.{world}", caught, target=CAUGHT)
    rewards = rewards_of(seen)
    for kind, values in rewards.items():
        if kind != "gold":
            yield Claim(
                name=f"token_overlap.gold_wins.{kind}",
                value=round(gold_wins(rewards["gold"], values), 3),
                unit="share",
            )


def _accepted(measures: ChainMeasures) -> bool:
    return measures.ends and set(measures.classes) == {"supported"}


def by_kind(seen: Sequence[Seen], writer: str) -> Iterator[tuple[str, dict[str, float]]]:
    """Yield for each kind how many texts there are and how many are exact in either world."""
    kinds = dict.fromkeys(each.kind for each in seen)
    for kind in kinds:
        mine = [each for each in seen if each.kind == kind and each.writer == writer]
        yield (
            kind,
            {
                "texts": len(mine),
                "exact": round(statistics.mean(each.exact for each in mine), 4),
                "open_world": round(
                    statistics.mean(each.opened.first_wrong == each.expected for each in mine), 4
                ),
                "reward": round(statistics.mean(each.reward for each in mine), 3),
            },
        )


def rewards_of(seen: Sequence[Seen]) -> Mapping[str, list[float]]:
    """Return the published reward of the worded texts, by kind."""
    found: defaultdict[str, list[float]] = defaultdict(list)
    for each in seen:
        if each.writer == "wording":
            found[each.kind].append(each.reward)
    return found


def gold_wins(gold: Sequence[float], other: Sequence[float]) -> float:
    """Return the chance that a gold score is above another, ties half."""
    counts, total = Counter(other), 0.0
    for score, n in Counter(gold).items():
        total += n * sum(
            m * (1.0 if score > one else 0.5 if score == one else 0.0) for one, m in counts.items()
        )
    return total / (len(gold) * len(other))


def curated(folder: Path, scratch: Path, *, limit: int) -> tuple[list[Claim], dict[str, Any]]:
    """Judge curated false facts as steps that assert them: CoDEx-M's by key, HPO's by name.

    Half of CoDEx's are declared in the graph. The others are merely absent: undecided in an open
    world, never valid. HPO's are all declared, and written as sentences.
    """
    negatives = _negatives(folder / "codex-m.test_negatives.txt")
    negatives = negatives[:limit] if limit else negatives
    rows = read_columns(folder / "triples.parquet", ("head", "relation", "tail"))
    declared = list(zip(*negatives[::2], strict=True))
    parts: list[Part] = [
        Rows(heads=rows[0], relations=rows[1], tails=rows[2]),
        Rows(heads=declared[0], relations=declared[1], tails=declared[2], negative=True),
    ]
    build(parts, scratch / "codex")
    codex = Graph.open(scratch / "codex")
    known = [edge for fact in negatives if (edge := codex.edge(Fact(*fact))) is not None]
    found = {"codex": _false_facts(codex, known, lambda edge: " | ".join(codex.fact(edge)))}
    if not limit:
        build(GRAPH_LOADERS.get("hpo").value(()), scratch / "hpo", max_rejected=1_000)
        hpo = Graph.open(scratch / "hpo")
        rng = Random(0)
        found["hpo"] = _false_facts(
            hpo, list(hpo.negatives()), lambda edge: worded(hpo, Statement(edge), rng)
        )
    claims = [
        Claim(
            name=f"{name}.false_facts_labelled_valid",
            value=sum(n for one, n in classes.items() if one.startswith("supported")),
            target=0,
            better="lower",
            unit="facts",
        )
        for name, classes in found.items()
    ]
    return claims, {name: dict(classes) for name, classes in found.items()}


def _false_facts(graph: Graph, edges: Sequence[Edge], write: Callable[[Edge], str]) -> Counter[str]:
    classes: Counter[str] = Counter()
    for edge in edges:
        if graph.exists(*edge):
            classes["a fact as well"] += 1
            continue
        question = question_of(graph, [edge], closed=False)
        classes.update(measure_chain(question, judge_chain(question, [write(edge)])).classes)
    return classes


def _negatives(path: Path) -> list[tuple[str, str, str]]:
    lines = existing(path).read_text().splitlines()
    return [(head, relation, tail) for head, relation, tail in map(str.split, lines)]


def open_fb15k(folder: Path, target: Path) -> Graph:
    """Build FB15k-237 with its names, and open it."""
    heads, relations, tails = read_columns(folder / "triples.parquet", ("head", "relation", "tail"))
    keys, texts = read_columns(folder / "labels.parquet", ("id", "label"))
    parts: list[Part] = [
        Rows(heads=heads, relations=relations, tails=tails),
        Labels(keys=keys, texts=texts),
    ]
    build(parts, target, keys_are_names=False)
    return Graph.open(target)


if __name__ == "__main__":
    sys.exit(main("graph_labels", measure))
