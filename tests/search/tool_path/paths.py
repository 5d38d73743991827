"""Paths with code, as a policy would write them, and what they show when they are run."""

from stepsmith.sandboxes.contract import Sandbox
from stepsmith.schemas import Step
from stepsmith.transforms.search.tool_path.observation import observe
from stepsmith.transforms.search.tool_path.program import program_of_path


def code(source: str) -> Step:
    return Step(text=f"```python\n{source}\n```\n", kind="code")


def seen(text: str) -> Step:
    return Step(text=f"```output\n{text}\n```\n", kind="observation")


def run(sandbox: Sandbox, *blocks: str, characters: int = 1_000) -> list[str]:
    """Run the blocks one after another as a policy would, and return what each showed."""
    path: list[Step] = []
    for block in blocks:
        path.append(code(block))
        result = sandbox.run(program_of_path(path))
        path.append(observe(result, path[-1], characters=characters))
    shown = [step.text for step in path if step.kind == "observation"]
    assert all(text.startswith("```output\n") and text.endswith("\n```\n") for text in shown)
    return [text.removeprefix("```output\n").removesuffix("\n```\n") for text in shown]
