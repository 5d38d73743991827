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
from typing import Any, TypeVar, cast

import msgspec

from stepsmith.schemas.codec import known
from stepsmith.schemas.errors import RecipeError, UserError, suggest
from stepsmith.schemas.records import Sampling
from stepsmith.schemas.sandbox import Limits, SandboxSettings

T = TypeVar("T")

DIGEST_VERSION = "2"
"""Raised when the same recipe would make other rows than before."""


_OPERATIONAL = frozenset(
    {"name", "engine", "shards", "window", "plan_deadline_s", "max_error_rate"}
)
_OF_PROGRAMS = ("image", "limits")
_COMPONENTS = ("source", "policy", "strategy", "label", "steps")
_SANDBOX: Mapping[str, Any] = msgspec.to_builtins(SandboxSettings())


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

    `policies` are further ones by name, which a strategy may ask beside `policy`.

    Some of it changes no row: `shards`, `window` (problems searched at a time in one process; null
    lets the engine's limit decide), `plan_deadline_s` (how long the search of one problem may
    take), `max_error_rate` (the share of problems that may fail before the run as a whole does),
    and `engine`: options of the policy that say how it is served (a URL, memory, parallelism). A
    further policy has an `engine` table of its own among its options. Of `sandbox` only the image
    and the limits change rows.
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
    policies: Mapping[str, Component] = dataclasses.field(default_factory=dict[str, Component])
    sandbox: SandboxSettings = dataclasses.field(default_factory=SandboxSettings)
    seed: int = 0
    pilot: int = 64
    shards: int = 8
    window: int | None = None
    plan_deadline_s: float | None = None
    max_error_rate: float = 0.0

    def content(self) -> dict[str, Any]:
        """Return what decides the rows, as plain values; equal recipes give equal JSON.

        What is as usual is left out, whoever spelled it out: a default that no instance holds is
        not there, but `dataclasses.replace` and an override put it in.
        """
        # Through the types, so that a number that counts as a float is one.
        plain: dict[str, Any] = msgspec.to_builtins(
            msgspec.convert(msgspec.to_builtins(self), known(Recipe))
        )
        _leave_out_defaults(self, plain)
        _leave_out_defaults(self.verify, plain["verify"])
        for component in (*(plain[key] for key in _COMPONENTS if key in plain),
                          *plain["policies"].values()):  # fmt: skip
            component["options"] = _one_spelling(component["options"])
        for policy in plain["policies"].values():
            policy["options"].pop("engine", None)
        sandbox = {key: plain["sandbox"][key] for key in _OF_PROGRAMS}
        del plain["sandbox"]
        if sandbox != {key: _SANDBOX[key] for key in _OF_PROGRAMS}:
            plain["sandbox"] = sandbox  # as usual it is left out: most recipes run no program
        return {key: value for key, value in plain.items() if key not in _OPERATIONAL}

    def digest(self, **files: str) -> str:
        """Return the identity of the rows: 16 hex digits over `content` and the named files."""
        return digest_of(self.content(), files)


def digest_of(content: Mapping[str, Any], files: Mapping[str, str]) -> str:
    """Return the digest of a recipe's content and of the files beside it."""
    whole = {"version": DIGEST_VERSION, "content": content, "files": files}
    text = json.dumps(whole, sort_keys=True)
    return hashlib.blake2b(text.encode(), digest_size=8).hexdigest()


def _leave_out_defaults(record: "Recipe | Verifiers", plain: dict[str, Any]) -> None:
    """Remove the fields that are as usual; those whose default is made anew are always there."""
    for field in dataclasses.fields(record):
        if getattr(record, field.name) == field.default:
            plain.pop(field.name, None)


def _one_spelling(value: object) -> object:
    """Write numbers that are equal alike, 2.0 as 2; a truth value is no number."""
    match value:
        case dict():
            table = cast("dict[str, object]", value)
            return {key: _one_spelling(inner) for key, inner in table.items()}
        case list() | tuple():
            return [_one_spelling(inner) for inner in cast("Sequence[object]", value)]
        case float() if value.is_integer():
            return int(value)
        case _:
            return value


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
    return _Reader(text=text, where=where, overrides=overrides).recipe(tree)


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


def read_sandbox(
    overrides: Sequence[str], *, given: SandboxSettings | None = None, where: str = "--sandbox"
) -> SandboxSettings:
    """Read `key=value` pairs that win over `given`, with the keys of a recipe's [sandbox].

    Raises `RecipeError` with what is allowed.
    """
    tree: dict[str, Any] = {"sandbox": msgspec.to_builtins(given or SandboxSettings())}
    for override in overrides:
        _override(tree, f"sandbox.{override}")
    return _Reader(text="", where=where).sandbox(tree)


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


_TABLES = {
    "verify": Verifiers,
    "sampling": Sampling,
    "sandbox": SandboxSettings,
    "sandbox.limits": Limits,
}
"""The tables whose keys are known here; an outer one stands before those inside it."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class _Reader:
    text: str
    where: str
    overrides: Sequence[str] = ()

    def recipe(self, tree: Mapping[str, Any]) -> Recipe:
        self._known(tree, [field.name for field in dataclasses.fields(Recipe)], section="")
        parts: dict[str, Any] = dict(tree)
        for key in ("source", "policy", "strategy", "label", "steps"):
            if key in tree:
                parts[key] = self._component(key, tree[key])
        if "policies" in tree:
            parts["policies"] = {
                name: self._component(f"policies.{name}", table)
                for name, table in self._table("policies", tree["policies"]).items()
            }
        self._check_tables(tree)
        if "engine" in tree:
            self._table("engine", tree["engine"])
        for field in dataclasses.fields(Recipe):
            required = field.default is field.default_factory is dataclasses.MISSING
            if required and field.name not in parts:
                msg = f"{self.where}: missing {field.name!r}; a recipe needs it"
                raise RecipeError(msg)
        return self._convert(parts, Recipe)

    def sandbox(self, tree: Mapping[str, Any]) -> SandboxSettings:
        self._check_tables(tree)
        return self._convert(tree["sandbox"], SandboxSettings)

    def _check_tables(self, tree: Mapping[str, Any]) -> None:
        for key, kind in _TABLES.items():
            *parents, last = key.split(".")
            inside: Mapping[str, Any] = tree
            for parent in parents:
                inside = inside.get(parent, {})
            if last in inside:
                table = self._table(key, inside[last])
                self._known(table, [field.name for field in dataclasses.fields(kind)], section=key)

    def _convert(self, parts: Mapping[str, Any], kind: type[T]) -> T:
        try:
            return msgspec.convert(parts, known(kind))
        except msgspec.ValidationError as error:
            raise RecipeError(self._located(str(error))) from None
        except UserError as error:  # of settings that contradict each other
            msg = f"{self.where}{self._line('sandbox')}: [sandbox]: {error}"
            raise RecipeError(msg) from None

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
        outer, _, key = section.rpartition(".")
        msg = f"{self.where}{self._line(outer, key)}: [{section}] is a table, not {table!r}"
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
        path = "".join(re.findall(r" - at `\$\.?([\w.]*)", message)[:1])
        for override in self.overrides:
            if override.partition("=")[0].strip() == path:
                hint = """; one is written as ["a", "b"]""" if "Expected `array`" in message else ""
                return f"--set {override!r}: {message.partition(' - at ')[0]}{hint}"
        section, _, key = path.rpartition(".")
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
