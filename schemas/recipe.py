"""Recipes: one strict TOML file says where problems come from and what is made of them.

An unknown key, a missing one or a value of the wrong type is an error that names the file, the
line, what is allowed and the nearest right name. Whether a component's own options fit is checked
against its function's signature, where the registries are known.
"""

import dataclasses
import hashlib
import json
import re
import tomllib
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from stepsmith.schemas.errors import RecipeError, suggest
from stepsmith.schemas.records import Sampling

DIGEST_VERSION = "1"
"""Raised when the same recipe would make other rows than before."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class Component:
    """A plug-in by name, with its options as written."""

    kind: str
    options: Mapping[str, Any] = dataclasses.field(default_factory=dict[str, Any])


@dataclasses.dataclass(frozen=True, kw_only=True)
class Verifiers:
    """Which verifier judges a solution's end, and which judge single steps."""

    outcome: str
    steps: tuple[str, ...] = ()


@dataclasses.dataclass(frozen=True, kw_only=True)
class Recipe:
    """One data set, from its problems to its labels.

    Some of it changes no row: `shards`, `window` (problems searched at a time in one process),
    `max_error_rate` (the share of problems that may fail before the run as a whole does), and
    `engine`: options of the policy that say how it is served (a URL, memory, parallelism).
    """

    name: str
    source: Component
    policy: Component
    strategy: Component
    verify: Verifiers
    label: Component
    steps: Component = Component(kind="line")
    sampling: Sampling = dataclasses.field(default_factory=Sampling)
    engine: Mapping[str, Any] = dataclasses.field(default_factory=dict[str, Any])
    seed: int = 0
    shards: int = 8
    window: int = 32
    max_error_rate: float = 0.0

    def content(self) -> dict[str, Any]:
        """Return what decides the rows, as plain values."""
        operational = {"name", "engine", "shards", "window", "max_error_rate"}
        plain: dict[str, Any] = msgspec.to_builtins(self)
        return {key: value for key, value in plain.items() if key not in operational}

    def digest(self, **files: str) -> str:
        """Return the identity of the rows: 16 hex digits over `content` and the named files."""
        whole = {"version": DIGEST_VERSION, "content": self.content(), "files": files}
        text = json.dumps(whole, sort_keys=True)
        return hashlib.blake2b(text.encode(), digest_size=8).hexdigest()


def read_recipe(text: str, *, where: str, overrides: Sequence[str] = ()) -> Recipe:
    """Parse a recipe; `overrides` are `key.path=value` pairs that win over the file.

    Raises `RecipeError` with the file, the line and what is allowed.
    """
    try:
        tree = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        msg = f"{where}: not TOML: {error}"
        raise RecipeError(msg) from None
    for override in overrides:
        _override(tree, override)
    return _Reader(text=text, where=where).recipe(tree)


def read_override(override: str, *, example: str) -> tuple[str, object]:
    """Read a `key=value` pair; the value is TOML, or a bare word where it is none.

    `example` is shown to whoever wrote something else.
    """
    key, equals, value = override.partition("=")
    if not equals or not key.strip():
        msg = f"--set {override!r}: write key=value, such as --set {example}"
        raise RecipeError(msg)
    try:
        return key.strip(), tomllib.loads(f"value = {value}")["value"]
    except tomllib.TOMLDecodeError:
        return key.strip(), value


def _override(tree: dict[str, Any], override: str) -> None:
    path, value = read_override(override, example="strategy.rollouts=8")
    *parents, last = path.split(".")
    for parent in parents:
        inner: object = tree.setdefault(parent, {})
        if not isinstance(inner, dict):
            msg = f"--set {override!r}: {parent!r} is a value, not a table"
            raise RecipeError(msg)
        tree = inner  # pyright: ignore[reportUnknownVariableType] - TOML keys are strings
    tree[last] = value


@dataclasses.dataclass(frozen=True, kw_only=True)
class _Reader:
    text: str
    where: str

    def recipe(self, tree: Mapping[str, Any]) -> Recipe:
        self._known(tree, [field.name for field in dataclasses.fields(Recipe)], section="")
        parts: dict[str, Any] = dict(tree)
        for key in ("source", "policy", "strategy", "label", "steps"):
            if key in tree:
                parts[key] = self._component(key, tree[key])
        for key, kind in (("verify", Verifiers), ("sampling", Sampling)):
            if key in tree:
                self._table(key, tree[key])
                self._known(tree[key], [f.name for f in dataclasses.fields(kind)], section=key)
        if "engine" in tree:
            self._table("engine", tree["engine"])
        for field in dataclasses.fields(Recipe):
            required = field.default is field.default_factory is dataclasses.MISSING
            if required and field.name not in parts:
                msg = f"{self.where}: missing {field.name!r}; a recipe needs it"
                raise RecipeError(msg)
        try:
            return msgspec.convert(parts, Recipe)
        except msgspec.ValidationError as error:
            raise RecipeError(self._located(str(error))) from None

    def _component(self, section: str, table: object) -> Component:
        options = dict(self._table(section, table))
        kind = options.pop("kind", None)
        if not isinstance(kind, str):
            line = self._line(section)
            msg = f'{self.where}{line}: [{section}] needs a kind, such as kind = "..."'
            raise RecipeError(msg)
        return Component(kind=kind, options=options)

    def _table(self, section: str, table: object) -> Mapping[str, Any]:
        if isinstance(table, dict):
            return table  # pyright: ignore[reportUnknownVariableType] - TOML keys are strings
        msg = f"{self.where}{self._line('', section)}: [{section}] is a table, not {table!r}"
        raise RecipeError(msg)

    def _known(self, table: Mapping[str, Any], allowed: Sequence[str], *, section: str) -> None:
        for key in table:
            if key not in allowed:
                line = self._line(section, key)
                inside = f" in [{section}]" if section else ""
                msg = f"{self.where}{line}: unknown key {key!r}{inside}; {suggest(key, allowed)}"
                raise RecipeError(msg)

    def _located(self, message: str) -> str:
        # msgspec ends its messages with "- at `$.section.key`".
        path = re.search(r" - at `\$\.?([\w.]*)", message)
        section, _, key = (path.group(1) if path else "").rpartition(".")
        return f"{self.where}{self._line(section, key)}: {message}"

    def _line(self, section: str, key: str = "") -> str:
        """Find the line of a section, or of a key in it, as `:12`; nothing if it is not there."""
        current = ""
        for number, line in enumerate(self.text.splitlines(), start=1):
            header = re.match(r"\s*\[+\s*([\w.\-\"]+)\s*\]+", line)
            if header:
                current = header.group(1)
                if not key and current == section:
                    return f":{number}"
                if not section and current == key:
                    return f":{number}"
            elif current == section and key and re.match(rf"\s*\"?{re.escape(key)}\"?\s*=", line):
                return f":{number}"
        return ""
