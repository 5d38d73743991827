"""Runs in processes of their own, against a server that says what it was paid for."""

import contextlib
import dataclasses
import json
import subprocess
import sys
from collections.abc import Generator, Iterable
from pathlib import Path

from tests.pipelines.runs import write_recipe

IN_FLIGHT = 8


class Runs:
    """Starts runs in forks of a process that has everything imported."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.pipelines.warm"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self._line() == "ready"

    def start(
        self,
        recipe: Path,
        root: Path,
        *overrides: str,
        workers: int = 1,
        retry_failed: bool = False,
        dies_after: int | None = None,
    ) -> int:
        """Start a run; returns its process id. It may die after some writes and removals."""
        request = {
            "recipe": str(recipe),
            "output": str(root),
            "set": overrides,
            "workers": workers,
            "retry_failed": retry_failed,
            "dies_after": dies_after,
        }
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(request) + "\n")
        self._process.stdin.flush()
        return int(self._line())

    def status(self) -> int:
        """Wait for the run; returns its exit status, negative where a signal ended it."""
        return int(self._line())

    def close(self) -> None:
        self._process.communicate()
        assert self._process.returncode == 0

    def _line(self) -> str:
        assert self._process.stdout is not None
        return self._process.stdout.readline().strip()


@dataclasses.dataclass(frozen=True, kw_only=True)
class SumServer:
    """A server of sums: its URL, and the file with a line for every reply it was paid for."""

    url: str
    log: Path

    def paid(self) -> list[str]:
        """Return what it was paid for since this was last forgotten."""
        return self.log.read_text().splitlines()

    def forget(self) -> None:
        """Count from none again."""
        self.log.write_text("")

    def hold(self, most: int | None) -> None:
        """Give so many replies in all and then none: no run that needs more can end."""
        path = self.log.with_suffix(".most")
        if most is None:
            path.unlink(missing_ok=True)
            return
        # Renamed, for the server reads it at any moment.
        new = path.with_suffix(".new")
        new.write_text(str(most))
        new.replace(path)

    def refuse(self, questions: Iterable[str]) -> None:
        """Refuse from now on to continue the solutions of these problems, and of no others."""
        self.log.with_suffix(".refused").write_text("".join(f"{one}\n" for one in questions))


@contextlib.contextmanager
def sum_server(folder: Path) -> Generator[SumServer, None, None]:
    """Serve sums from a process of its own."""
    log = folder / "paid.log"
    log.touch()
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.pipelines.sum_server", str(log)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    port = int(process.stdout.readline())
    try:
        yield SumServer(url=f"http://127.0.0.1:{port}/v1", log=log)
    finally:
        process.communicate()


def recipe_for(server: SumServer, folder: Path, *, problems: int = 24) -> Path:
    """Write the recipe over sums with this server for its engine."""
    recipe = write_recipe(folder, problems=problems)
    prompt = folder / "bare.toml"
    prompt.write_text('style = "plain"\nquestion = "{prompt}\\n"\nsolution = ""\n')
    text = recipe.read_text()
    start, end = text.index("[policy]"), text.index("[strategy]")
    policy = (
        f'[policy]\nkind = "openai"\nmodel = "sums"\nprompt = "{prompt}"\n\n'
        f'[engine]\nengine_url = "{server.url}"\nmax_in_flight = {IN_FLIGHT}\n\n'
    )
    recipe.write_text(text[:start] + policy + text[end:])
    return recipe
