"""The program that runs a path's last block of code in the state that the earlier ones made."""

from collections.abc import Sequence
from functools import cache
from importlib import resources

from stepsmith.sandboxes.contract import Execution
from stepsmith.schemas.records import Step
from stepsmith.transforms.search.tool_path.observation import was_stopped
from stepsmith.transforms.text.blocks import code_of

__all__ = ["program_of_path"]

_PACKAGE = "stepsmith.transforms.search.tool_path"


def program_of_path(steps: Sequence[Step], *, identity: str = "", seed: int = 0) -> Execution:
    """Make the program that runs a path's last block of code after all those before it.

    It depends on the steps alone, and with the same `seed` each run of a block gives the same.
    Raises `ValueError` for a path without code.
    """
    places = [index for index, step in enumerate(steps) if step.kind == "code"]
    if not places:
        msg = "a path without code has no program"
        raise ValueError(msg)
    *before, last = places
    blocks = [code_of(steps[place].text) for place in before if not was_stopped(steps[place + 1])]
    source = f"{_host()}\nrun({[*blocks, code_of(steps[last].text)]!r})\n"
    return Execution(id=identity, source=source, seed=seed)


@cache
def _host() -> str:
    return (resources.files(_PACKAGE) / "session_host.py").read_text("utf-8")
