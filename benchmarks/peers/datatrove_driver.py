"""Label sums by Math-Shepherd on datatrove's inference runner, against an OpenAI endpoint.

    python datatrove_driver.py SETTINGS.json

Run by datatrove's own interpreter. datatrove has no labelling of its own; `label` is what a user
writes: the searches of a document as one rollout function, every request in flight at once.
"""

# mypy: disable-error-code="import-not-found"

import asyncio
import itertools
import json
import re
import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

from datatrove.data import Document
from datatrove.executor import LocalPipelineExecutor
from datatrove.pipeline.inference.run_inference import InferenceConfig, InferenceRunner
from datatrove.pipeline.writers import JsonlWriter

_ANSWER = re.compile(r"The answer is (-?\d+)\.")


async def label(
    document: Document, generate: Any, *, solutions: int, rollouts: int
) -> list[dict[str, Any]]:
    """Draw solutions, complete every prefix of each but the whole, and count right answers."""
    prompt = f"Problem: {document.text}\nSolution:\n"
    seeds = itertools.count(int(document.id) << 20)
    gold = document.metadata["answer"]

    async def draw(prefix: str, n: int) -> list[str]:
        payloads = [{"prompt": prompt + prefix, "seed": next(seeds)} for _ in range(n)]
        return [reply.text for reply in await asyncio.gather(*map(generate, payloads))]

    async def search(solution: str) -> dict[str, Any]:
        steps = solution.splitlines(keepends=True)
        prefixes = ["".join(steps[: index + 1]) for index in range(len(steps) - 1)]
        groups = await asyncio.gather(*(draw(prefix, rollouts) for prefix in prefixes))
        right = [sum(is_right(text, gold) for text in group) for group in groups]
        values = [*(n / rollouts for n in right), float(is_right(solution, gold))]
        return {"steps": steps, "values": values, "completions": groups}

    return list(await asyncio.gather(*map(search, await draw("", solutions))))


def is_right(text: str, gold: str) -> bool:
    """Say whether the text states the gold answer."""
    found = _ANSWER.search(text)
    return found is not None and found[1] == gold


def read(_: Any, rank: int = 0, world_size: int = 1, *, path: str) -> Iterator[Document]:
    """Read this task's part of the problems."""
    lines = Path(path).read_text().splitlines()
    for index in range(rank, len(lines), world_size):
        problem = json.loads(lines[index])
        yield Document(
            text=problem["question"], id=str(index), metadata={"answer": problem["answer"]}
        )


def run(settings: dict[str, Any]) -> None:
    """Run the pipeline."""
    folder = settings["folder"]
    config = InferenceConfig(
        server_type="endpoint",
        model_name_or_path="sums",
        endpoint_url=settings["url"],
        use_chat=False,
        max_concurrent_generations=settings["in_flight"],
        max_concurrent_documents=settings["documents"],
        default_generation_params={"temperature": 0.7, "max_tokens": 4096},
    )
    name = "${rank}_${chunk_index}.jsonl" if settings["checkpoints"] else "${rank}.jsonl"
    runner = InferenceRunner(
        rollout_fn=partial(label, solutions=settings["solutions"], rollouts=settings["rollouts"]),
        config=config,
        output_writer=JsonlWriter(f"{folder}/rows", output_filename=name, compression=None),
        checkpoints_local_dir=f"{folder}/checkpoints" if settings["checkpoints"] else None,
    )
    LocalPipelineExecutor(
        pipeline=[partial(read, path=settings["problems"]), runner],
        logging_dir=f"{folder}/logs",
        tasks=settings["workers"],
        workers=settings["workers"],
    ).run()


if __name__ == "__main__":
    run(json.loads(Path(sys.argv[1]).read_text()))
