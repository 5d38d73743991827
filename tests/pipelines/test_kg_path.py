"""The recipe kg_path, end to end: questions from a graph, hops looked up, exports that load."""

import dataclasses
import json
import threading
from collections import Counter
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from stepsmith.pipelines.export import export
from stepsmith.pipelines.run import RunOptions, make_job, run
from stepsmith.schemas import LabelledTrajectory
from stepsmith.transforms.files import LocalFiles
from stepsmith.transforms.graph.payload import read_graph_payload
from stepsmith.transforms.sink.read import read_trajectories
from stepsmith.transforms.verify.graph.evidence import read_evidence
from tests.graph.made import made_folder

Hop = tuple[str, str, str]
RIGHT, SWAPPED, REVERSED, WRONG = "right", "swapped", "reversed", "wrong letter"
KINDS = (RIGHT, SWAPPED, REVERSED, WRONG)


@dataclasses.dataclass(frozen=True)
class Shown:
    """What a prompt shows last: its facts, its question, its options."""

    facts: tuple[Hop, ...]
    start: str
    relations: tuple[str, str]
    options: dict[str, str]

    @classmethod
    def read(cls, prompt: str) -> "Shown":
        block = prompt.rpartition("Facts:\n")[2].split("\n")
        facts = [line.split(" | ") for line in block if " | " in line]
        [question] = [line for line in block if line.endswith("Name Q.")]
        first, second, _ = question.split(". ")
        kinds = {relation for _, relation, _ in facts}
        [one] = [kind for kind in kinds if first.endswith(f" {kind} P")]
        [two] = [kind for kind in kinds if second in (f"P {kind} Q", f"P has the {kind} Q")]
        start = first.removesuffix(f" {one} P").removesuffix(" has the")
        options = dict(line.split(". ") for line in block if line[1:3] == ". ")
        return cls(tuple((h, r, t) for h, r, t in facts), start, (one, two), options)

    def path(self) -> tuple[Hop, Hop]:
        """Return the one way along the relations that the facts show to an option."""
        [found] = [
            (one, two)
            for one in self.facts
            for two in self.facts
            if one[:2] == (self.start, self.relations[0])
            and two[:2] == (one[2], self.relations[1])
            and two[2] in self.options.values()
        ]
        return found


def reply(prompt: str, kind: str) -> str:
    """Answer a question as it should be, or spoiled in one way."""
    shown = Shown.read(prompt)
    hops = list(shown.path())
    letters = {name: letter for letter, name in shown.options.items()}
    letter = letters[hops[-1][2]]
    if kind == SWAPPED:
        hops.reverse()
    if kind == REVERSED:
        hops[0] = (hops[0][2], hops[0][1], hops[0][0])
    if kind == WRONG:
        letter = next(other for other in sorted(letters.values()) if other != letter)
    lines = [f" {h} {r} {t}. ({h} | {r} | {t})" for h, r, t in hops]
    return "\nHop 2:".join(lines) + f"\nThe answer is {letter}."


class Solver(BaseHTTPRequestHandler):
    """An OpenAI completions server; a seed decides how a reply is spoiled."""

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        text = reply(body["prompt"], KINDS[body["seed"] % len(KINDS)])
        choice = {"index": 0, "text": text, "finish_reason": "stop"}
        usage = {"prompt_tokens": 1, "completion_tokens": 1}
        data = json.dumps({"choices": [choice], "usage": usage}).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base class's name
        """Say nothing."""


@pytest.fixture
def server() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Solver) as http:
        thread = threading.Thread(target=http.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{http.server_address[1]}/v1"
        http.shutdown()
        thread.join()


def kind_of(row: LabelledTrajectory) -> str:
    seed = row.trajectory.seed
    assert seed is not None
    return KINDS[seed % len(KINDS)]


def test_every_hop_is_labelled_by_the_graph_and_the_exports_load(
    server: str, tmp_path: Path
) -> None:
    folder = made_folder(tmp_path / "graph", nodes=300, facts=750)
    policy = 'policy={kind="openai", model="m", prompt="kg_path"}'
    sets = (f"source.graph={folder}", "source.size=12", policy, f'engine={{engine_url="{server}"}}')
    job = make_job("kg_path", output=str(tmp_path / "out"), overrides=(*sets, "shards=2"))
    manifest = run(job, RunOptions(quiet=True))
    assert manifest is not None
    assert (manifest.counts.done, manifest.counts.failed) == (12, 0)
    rows = list(read_trajectories(LocalFiles(), str(tmp_path / "out")))
    assert {kind_of(row) for row in rows} == set(KINDS)
    for row in rows:
        check_row(row)
    check_exports(tmp_path, rows)


def check_row(row: LabelledTrajectory) -> None:
    """The first hop is wrong where it was spoiled, and the answer alone decides the outcome."""
    kind = kind_of(row)
    first, second, answer = (label.correct for label in row.labels)
    assert (first, answer) == ({RIGHT: True, WRONG: True}.get(kind, first), None)
    assert row.outcome.outcome == ("invalid" if kind == WRONG else "valid")
    if kind in {RIGHT, WRONG}:
        assert (first, second, row.first_error) == (True, True, None)
        evidence = [read_evidence(label.verdicts[0].evidence) for label in row.labels[:2]]
        told = [each.fact for each in evidence if each is not None]
        path = read_graph_payload(row.problem).paths
        assert tuple(told) in path
    elif kind == SWAPPED:
        assert (first, row.first_error) == (False, 0)
    else:
        assert first is not True


def check_exports(folder: Path, rows: list[LabelledTrajectory]) -> None:
    datasets = pytest.importorskip("datasets")
    for name in ("kg_path_reward", "graph_chains", "trl"):
        path = folder / f"{name}.jsonl"
        export(str(folder / "out"), name, str(path), ())
        loaded = datasets.load_dataset(
            "json", data_files=str(path), split="train", cache_dir=str(folder / "cache")
        )
        assert len(loaded) > 0, name
        if name == "kg_path_reward":
            rewards = {each["id"]: each for each in loaded}
            for row in rows:
                r_bin = rewards[row.trajectory.id]["r_bin"]
                assert r_bin == (-1.0 if kind_of(row) == WRONG else 0.1)
            by_kind = Counter(
                (kind_of(row), rewards[row.trajectory.id]["coverage"]) for row in rows
            )
            assert {coverage for _, coverage in by_kind} == {1.0}  # it sees none of the faults
