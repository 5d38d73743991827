"""Label sums by distilabel's Math-Shepherd tasks, against a server that speaks OpenAI's chat.

    python distilabel_driver.py SETTINGS.json

Run by distilabel's own interpreter. The pipeline is the one of its documentation: solutions from
`MathShepherdGenerator`, completions and labels from `MathShepherdCompleter`, rows by `FormatPRM`.
The gold solution is given. The client is aiohttp, which costs a fraction of what the `openai`
package that distilabel's own classes use does.

distilabel asks for all solutions, or all completions of a prefix, in one reply: `ask` "text". The
LLM can also draw them apart and join the replies, which makes them independent samples: as the
choices of one request, "choices", or one a request, all at once, "single".
"""

# mypy: disable-error-code="import-not-found"

import asyncio
import itertools
import json
import os
import re
import sys
from pathlib import Path
from typing import Any

import aiohttp
from distilabel.models.llms.base import AsyncLLM
from distilabel.pipeline import Pipeline
from distilabel.steps import ExpandColumns, LoadDataFromDicts, StepResources
from distilabel.steps.tasks import FormatPRM, MathShepherdCompleter, MathShepherdGenerator
from pydantic import PrivateAttr

_COUNT = re.compile(r"Generate (\d+) example solutions")
_SEPARATOR = "\n---\n"


class Sums(AsyncLLM):
    """Asks the server, one session a process, with no bound on the requests in flight."""

    url: str
    ask: str
    _session: Any = PrivateAttr(None)
    _seeds: Any = PrivateAttr(None)

    @property
    def model_name(self) -> str:
        """The server's model."""
        return "sums"

    async def agenerate(self, input: Any, num_generations: int = 1) -> Any:  # noqa: A002
        """Return the one generation that distilabel's Math-Shepherd tasks ask for."""
        if num_generations != 1:
            raise NotImplementedError(num_generations)
        *before, last = input
        asked = _COUNT.search(last["content"])
        n = int(asked[1]) if asked else 1
        if self.ask == "text":
            replies = [await self._post(input, 1)]
        else:
            one = _COUNT.sub("Generate 1 example solutions", last["content"])
            messages = [*before, {**last, "content": one}]
            counts = [n] if self.ask == "choices" else [1] * n
            replies = await asyncio.gather(*(self._post(messages, count) for count in counts))
        texts = [choice["message"]["content"] for reply in replies for choice in reply["choices"]]
        usages = [reply["usage"] for reply in replies]
        return {
            "generations": [_SEPARATOR.join(texts)],
            "statistics": {
                "input_tokens": [sum(usage["prompt_tokens"] for usage in usages)],
                "output_tokens": [sum(usage["completion_tokens"] for usage in usages)],
            },
        }

    async def _post(self, messages: Any, n: int) -> Any:
        if self._session is None:
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(limit=0), timeout=aiohttp.ClientTimeout(total=600)
            )
            self._seeds = itertools.count(os.getpid() << 16)
        body = {"model": "sums", "messages": messages, "n": n, "seed": next(self._seeds)}
        async with self._session.post(f"{self.url}/v1/chat/completions", json=body) as response:
            response.raise_for_status()
            return await response.json()


def run(settings: dict[str, Any]) -> dict[str, int]:
    """Run the pipeline; return the number of rows and of labelled steps."""
    problems = map(json.loads, Path(settings["problems"]).read_text().splitlines())
    data = [
        {
            "instruction": problem["question"],
            "golden_solution": [f"The answer is: {problem['answer']}"],
        }
        for problem in problems
    ]
    batch = settings["batch"]
    llm = Sums(url=settings["url"], ask=settings["ask"])
    with Pipeline(name="sums", cache_dir=settings["folder"]) as pipeline:
        load = LoadDataFromDicts(data=data, batch_size=batch)
        generate = MathShepherdGenerator(llm=llm, M=settings["solutions"], input_batch_size=batch)
        complete = MathShepherdCompleter(
            llm=llm,
            N=settings["rollouts"],
            input_batch_size=batch,
            resources=StepResources(replicas=settings["replicas"]),
        )
        expand = ExpandColumns(columns=["solutions"])
        load >> generate >> complete >> expand >> FormatPRM(format="trl")
    rows = pipeline.run(use_cache=False)["default"]["train"]
    return {"rows": len(rows), "labels": sum(map(len, rows["labels"]))}


if __name__ == "__main__":
    os.environ["HF_HUB_OFFLINE"] = "1"
    print(json.dumps(run(json.loads(Path(sys.argv[1]).read_text()))))
