"""What there is to name in a recipe or a command, read from the registries themselves."""

from collections.abc import Callable, Iterator
from importlib import resources
from typing import Any

from stepsmith.pipelines.audit.formats import AUDIT_FORMATS
from stepsmith.schemas.errors import UnknownNameError, suggest
from stepsmith.schemas.registry import Registry, options_of
from stepsmith.transforms.format import FORMATS
from stepsmith.transforms.graph.loaders import GRAPH_LOADERS
from stepsmith.transforms.label import LABELERS
from stepsmith.transforms.policy import POLICIES
from stepsmith.transforms.search import STRATEGIES
from stepsmith.transforms.source import SOURCES
from stepsmith.transforms.text.segment import SEGMENTERS
from stepsmith.transforms.verify import VERIFIERS, Verifier

Listed = tuple[str, str, tuple[str, ...]]
"""A name, its summary, and a line on each of its options."""


def listing(kind: str) -> str:
    """List all of a kind: the name, a line on it, its options with their types and defaults."""
    if kind not in _KINDS:
        msg = f"no kind {kind!r}; {suggest(kind, _KINDS)}"
        raise UnknownNameError(msg)
    listed = list(_KINDS[kind]())
    if not listed:
        return f"no {kind} yet"
    width = max(len(name) for name, _, _ in listed)
    return "\n".join(line for one in listed for line in _lines(one, width))


def _lines(listed: Listed, width: int) -> Iterator[str]:
    name, summary, details = listed
    yield f"{name:<{width}}  {summary}".rstrip()
    for detail in details:
        yield f"{'':<{width}}    {detail}"


def _entries(
    registry: Registry[Any], details: Callable[[Any], tuple[str, ...]]
) -> Callable[[], Iterator[Listed]]:
    def entries() -> Iterator[Listed]:
        for entry in registry:
            yield entry.name, entry.summary, details(entry.value)

    return entries


def _options(function: Callable[..., object]) -> tuple[str, ...]:
    return tuple(map(str, options_of(function)))


def _version(verifier: Verifier) -> tuple[str, ...]:
    return (f"version {verifier.version}",)


def _recipes() -> Iterator[Listed]:
    files = resources.files("stepsmith.pipelines.recipes").iterdir()
    for file in sorted(files, key=lambda file: file.name):
        if file.name.endswith(".toml"):
            yield file.name.removesuffix(".toml"), _first_comment(file.read_text()), ()


def _first_comment(text: str) -> str:
    comments = (line for line in text.splitlines() if line.startswith("#"))
    return next(comments, "").lstrip("# ")


_KINDS: dict[str, Callable[[], Iterator[Listed]]] = {
    "audit-formats": _entries(AUDIT_FORMATS, lambda form: _options(form.read)),
    "formats": _entries(FORMATS, lambda form: _options(form.export)),
    "graphs": _entries(GRAPH_LOADERS, _options),
    "labelers": _entries(LABELERS, _options),
    "policies": _entries(POLICIES, _options),
    "recipes": _recipes,
    "sources": _entries(SOURCES, _options),
    "steps": _entries(SEGMENTERS, _options),
    "strategies": _entries(STRATEGIES, _options),
    "verifiers": _entries(VERIFIERS, _version),
}
