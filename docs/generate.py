"""What the pages say about the code, read from the code: cog calls these between its markers.

`cog --check` fails when a page no longer says what the code does; `make docs` writes it anew. A
column or key that docs/meanings.toml does not explain, or explains and is not there, is an error.
"""

import contextlib
import dataclasses
import inspect
import io
import os
import re
import shlex
import tomllib
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import cog
import pyarrow as pa

from stepsmith.pipelines.cli import main
from stepsmith.pipelines.run import find_recipe
from stepsmith.schemas.arrow import SAMPLING, STEP, TABLES, VERDICT
from stepsmith.schemas.recipe import Recipe, Verifiers
from stepsmith.schemas.records import Sampling
from stepsmith.schemas.registry import Entry, Registry, options_of
from stepsmith.transforms.format import FORMATS
from stepsmith.transforms.label import LABELERS
from stepsmith.transforms.policy import POLICIES
from stepsmith.transforms.policy.prompt import shipped_prompts
from stepsmith.transforms.search import STRATEGIES
from stepsmith.transforms.source import SOURCES
from stepsmith.transforms.text.segment import SEGMENTERS
from stepsmith.transforms.verify import VERIFIERS, Case

_MEANINGS = tomllib.loads((Path(__file__).parent / "meanings.toml").read_text())
_REGISTRIES: Mapping[str, tuple[Registry[Any], Callable[[Any], Callable[..., object]]]] = {
    "sources": (SOURCES, lambda value: value),
    "steps": (SEGMENTERS, lambda value: value),
    "policies": (POLICIES, lambda value: value),
    "strategies": (STRATEGIES, lambda value: value),
    "labelers": (LABELERS, lambda value: value),
    "formats": (FORMATS, lambda value: value.export),
}
_STRUCTS = {"sampling": SAMPLING, "step": STEP, "verdict": VERDICT}
_WIDTH = "88"


def plugins(kind: str, *, level: int = 2) -> None:
    """Write a section on each plug-in of a kind: what it does, and its options."""
    registry, function_of = _REGISTRIES[kind]
    for entry in registry:
        function = function_of(entry.value)
        _write(f"{'#' * level} `{entry.name}`", "", _prose(entry, function), "")
        options = options_of(function)
        if options:
            rows = [
                (_code(option.name), _code(_type(option.type)), _default(option))
                for option in options
            ]
            _table(("option", "type", "default"), rows)


def verifiers() -> None:
    """Write a section on each verifier: what it does, and every case that it promises."""
    for entry in VERIFIERS:
        verifier = entry.value
        where = "in a worker process" if verifier.needs_worker else "in our own process"
        _write(f"## `{entry.name}`", "", entry.summary, "")
        _write(f"Version {verifier.version}; reads what the model wrote {where}.", "")
        rows = [(_code(_step(case)), _code(case.answer), case.outcome) for case in verifier.cases]
        _table(("step", "answer", "verdict"), rows)


def schema(name: str) -> None:
    """Write the columns of a table, or the fields of a struct in one."""
    fields = _STRUCTS.get(name) or TABLES[name].schema
    meanings = _explained(name, [field.name for field in fields])
    rows = [
        (_code(field.name), _arrow(field.type), "yes" if field.nullable else "", meaning)
        for field, meaning in zip(fields, meanings, strict=True)
    ]
    _table(("column", "type", "null?", "meaning"), rows)


def version(name: str) -> None:
    """Write the version of a table."""
    _write(f"Version {TABLES[name].version}.", "")


def recipe_keys() -> None:
    """Write the keys of a recipe, then those of the two tables that are no plug-ins."""
    for section, record in (("", Recipe), ("verify", Verifiers), ("sampling", Sampling)):
        if section:
            _write(f"### `[{section}]`", "")
        fields = dataclasses.fields(record)
        meanings = _explained(f"recipe {section}".strip(), [field.name for field in fields])
        rows = [
            (_code(field.name), _key_type(field.type), _key_default(field), meaning)
            for field, meaning in zip(fields, meanings, strict=True)
        ]
        _table(("key", "type", "default", "meaning"), rows)


def recipe(name: str) -> None:
    """Write a recipe that ships, whole."""
    text, _ = find_recipe(name)
    _write("```toml", text.rstrip(), "```", "")


def prompts() -> None:
    """Write the names of the prompts that ship."""
    _write(", ".join(map(_code, shipped_prompts())), "")


def usage(*command: str) -> None:
    """Write the help of a command."""
    run(*command, "--help")


def run(*arguments: str) -> None:
    """Write a command as it is typed, and what it prints."""
    os.environ["COLUMNS"] = _WIDTH
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed), contextlib.suppress(SystemExit):
        main(arguments)
    _write("```console", f"$ stepsmith {shlex.join(arguments)}", printed.getvalue().rstrip())
    _write("```", "")


def _prose(entry: Entry[Any], function: Callable[..., object]) -> str:
    return inspect.getdoc(function) or entry.summary


def _explained(section: str, names: Sequence[str]) -> list[str]:
    meanings = _MEANINGS[section]
    if set(names) != set(meanings):
        msg = f"docs/meanings.toml, [{section}]: differs in {set(names) ^ set(meanings)}"
        raise KeyError(msg)
    return [meanings[name] for name in names]


def _step(case: Case) -> str:
    return "".join((*case.prior, case.text))


def _type(kind: object) -> str:
    """Show a type as a recipe's author meets it: TOML has lists, and a null is a key left out."""
    plain = isinstance(kind, type) and not hasattr(kind, "__args__")
    shown = kind.__name__ if plain else str(kind).replace("typing.", "")
    shown = re.sub(r"tuple\[(\w+), \.\.\.\]", r"list[\1]", shown).removesuffix(" | None")
    return re.sub(r"Literal\[(.*)\]", lambda found: found[1].replace(", ", " | "), shown)


def _default(option: Any) -> str:
    return "required" if option.required else _code(_toml(option.default))


def _toml(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    return "[]" if value == () else repr(value)


def _key_type(kind: object) -> str:
    words = {"Component": "table", "Verifiers": "table", "Sampling": "table"}
    name = _type(kind)
    return "table" if name.startswith("collections.abc.Mapping") else words.get(name, _code(name))


def _key_default(field: "dataclasses.Field[Any]") -> str:
    if field.default is not dataclasses.MISSING:
        kind = getattr(field.default, "kind", None)
        return _code(f'kind = "{kind}"' if kind else _toml(field.default))
    return "required" if field.default_factory is dataclasses.MISSING else ""


def _arrow(kind: pa.DataType) -> str:
    if pa.types.is_list(kind):
        return f"list of {_arrow(kind.value_type)}"
    for name, struct in _STRUCTS.items():
        if kind == struct:
            return f"[{name}](#{name})"
    return _code(str(kind))


def _code(text: str | None) -> str:
    """Show text as code in one cell of a table."""
    if not text:
        return ""
    shown = text.replace("\r", "\\r").replace("\n", "\\n").replace("|", "\\|")
    longest = max((len(ticks) for ticks in re.findall("`+", shown)), default=0)
    fence = "`" * (longest + 1)
    pad = " " if longest else ""
    return f"{fence}{pad}{shown}{pad}{fence}"


def _table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    _write(*(f"| {' | '.join(row)} |" for row in (header, ["---"] * len(header), *rows)), "")


def _write(*lines: str) -> None:
    cog.outl("\n".join(lines))
