"""What the pages say about the code, read from the code: cog calls these between its markers.

`cog --check` fails when a page no longer says what the code does; `make docs` writes it anew. A
column or key that docs/meanings.toml does not explain, or explains and is not there, is an error.
"""

import ast
import contextlib
import dataclasses
import inspect
import io
import json
import os
import re
import shlex
import tomllib
import typing
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import cog
import pyarrow as pa

from stepsmith.pipelines.audit.formats import AUDIT_FORMATS
from stepsmith.pipelines.cli import main
from stepsmith.pipelines.run import find_recipe
from stepsmith.sandboxes.contract import Ending, may_label
from stepsmith.schemas.arrow import SAMPLING, STEP, TABLES, VERDICT
from stepsmith.schemas.options import type_text, value_text
from stepsmith.schemas.recipe import Recipe, Verifiers
from stepsmith.schemas.records import Sampling
from stepsmith.schemas.registry import Entry, Option, Registry, options_of
from stepsmith.schemas.sandbox import Limits, SandboxSettings
from stepsmith.transforms.format import FORMATS
from stepsmith.transforms.label import LABELERS
from stepsmith.transforms.policy import POLICIES
from stepsmith.transforms.policy.prompt import shipped_prompts
from stepsmith.transforms.search import STRATEGIES
from stepsmith.transforms.source import SOURCES
from stepsmith.transforms.text.segment import SEGMENTERS
from stepsmith.transforms.verify import VERIFIERS, Case, Sandbox, Worker

_MEANINGS = tomllib.loads((Path(__file__).parent / "meanings.toml").read_text())
_REGISTRIES: Mapping[str, tuple[Registry[Any], Callable[[Any], Callable[..., object]]]] = {
    "sources": (SOURCES, lambda value: value),
    "steps": (SEGMENTERS, lambda value: value),
    "policies": (POLICIES, lambda value: value),
    "strategies": (STRATEGIES, lambda value: value),
    "labelers": (LABELERS, lambda value: value),
    "formats": (FORMATS, lambda value: value.export),
    "audit-formats": (AUDIT_FORMATS, lambda value: value.read),
}
_AUDIT = json.loads((Path(__file__).parent / "audit.json").read_text())
_DISAGREEMENTS = tomllib.loads((Path(__file__).parent / "audited_disagreements.toml").read_text())[
    "item"
]
_WHERE: Mapping[type[object] | None, str] = {
    None: "reads what the model wrote in our own process",
    Worker: "reads what the model wrote in a worker process",
    Sandbox: "runs what the model wrote in a sandbox",
}
_PARTY = {"tool": "The tool is right", "people": "People are right", "unclear": "Unclear"}
_RECIPE_TABLES: dict[str, Any] = {
    "": Recipe,
    "verify": Verifiers,
    "sampling": Sampling,
    "sandbox": SandboxSettings,
    "sandbox.limits": Limits,
}
_STRUCTS = {"sampling": SAMPLING, "step": STEP, "verdict": VERDICT}
_WIDTH = "88"
_BENCHMARKS = Path(__file__).parents[1] / "benchmarks"
_NO_COMMANDS = {"__init__", "report"}


def plugins(kind: str, *, level: int = 2) -> None:
    """Write a section on each plug-in of a kind: what it does, and its options."""
    registry, function_of = _REGISTRIES[kind]
    for entry in registry:
        function = function_of(entry.value)
        _write(f"{'#' * level} `{entry.name}`", "", _prose(entry, function), "")
        options = options_of(function)
        if options:
            rows = [
                (_code(option.name), _option_type(option), _default(option)) for option in options
            ]
            _table(("option", "type", "default"), rows)


def verifiers() -> None:
    """Write a section on each verifier: what it does, and every case that it promises."""
    for entry in VERIFIERS:
        verifier = entry.value
        where = _WHERE[verifier.needs]
        _write(f"## `{entry.name}`", "", entry.summary, "")
        _write(f"Version {verifier.version}; {where}.", "")
        rows = [(_code(_step(case)), _code(case.answer), case.outcome) for case in verifier.cases]
        _table(("step", "answer", "verdict"), rows)


def audit(half: str) -> None:
    """Write what `benchmarks.steps` measured on one half of each set, from its report."""
    header = ("set", "verifier", "precision", "recall", "false alarms", "checked", "F1")
    parts: Mapping[str, Any] = _AUDIT["details"]["parts"]
    rows = [
        (name.removesuffix(f".{half}"), _code(verifier), *_audited(numbers))
        for name, part in parts.items()
        if name.endswith(f".{half}")
        for verifier, numbers in part.items()
    ]
    _table(header, rows)


def audit_claims(*names: str) -> None:
    """Write claims of `benchmarks.steps` by name, with their intervals and targets."""
    claims = {claim["name"].removeprefix("steps."): claim for claim in _AUDIT["claims"]}
    sign = {"higher": "at least", "lower": "at most"}
    rows = [
        (
            name.replace("_", " "),
            f"{claim['value']:.4g}",
            "{:.4g} to {:.4g}".format(*claim["spread"]),
            f"{sign[claim['better']]} {claim['target']:g}" if "target" in claim else "",
            claim["unit"],
        )
        for name, claim in ((name, claims[name]) for name in names)
    ]
    _table(("", "value", "95 % interval", "target", "unit"), rows)


def disagreements() -> None:
    """Write every step that people passed and a verifier refutes, and what a reader found."""
    for number, item in enumerate(_DISAGREEMENTS, start=1):
        _write(f"## {number}. {_PARTY[item['right']]}", "")
        where = f"{_code(item['set'])}, {item['half']} half"
        _write(f"{where}; people said: {item['said']}; refuted by {_code(item['verifier'])}", "")
        step = item["step"].strip()
        fence = "`" * max(3, 1 + max(map(len, re.findall("`+", step)), default=0))
        _write(f"{fence}text", step, fence, "")
        _write(f"{_code(item['refuted'].strip())}: {item['why']}", "")


def _audited(numbers: Mapping[str, Any]) -> Iterable[str]:
    # A set without errors shows how often a tool is wrong, and not how often it is right.
    yield _share(*numbers["precision"]) if numbers["recall"][1] else ""
    yield _share(*numbers["recall"])
    hits, of = numbers["false_alarms"]
    yield f"{1_000 * hits / of:.2f} ({hits})" if of else ""
    yield f"{numbers['checked'][0] / numbers['checked'][1]:.1%}"
    yield f"{numbers['f1']:.1%}" if numbers["f1"] is not None else ""


def _share(hits: int, of: int) -> str:
    return f"{hits / of:.1%} ({hits} of {of})" if of else ""


def benchmarks() -> None:
    """Write a table of the benchmarks and what each is against, and what each says of itself."""
    paths = sorted(path for path in _BENCHMARKS.glob("*.py") if path.stem not in _NO_COMMANDS)
    # Read, not imported: some need packages that the pages do without.
    told = {path.stem: ast.get_docstring(ast.parse(path.read_text())) or "" for path in paths}
    against = _explained("benchmarks", list(told))
    rows = [
        (f"[{_code(name)}](#{name.replace('_', '-')})", said.partition("\n")[0], other)
        for (name, said), other in zip(told.items(), against, strict=True)
    ]
    _table(("`benchmarks.`", "measures", "against"), rows)
    for name, said in told.items():
        _write(f"## {_code(name)}", "", said, "")


def endings() -> None:
    """Write how an execution may end, how that is known, and whether it may become a label."""
    names: Sequence[Ending] = typing.get_args(Ending)
    rows = [
        (_code(name), meaning, "yes" if may_label(name) else "never")
        for name, meaning in zip(names, _explained("endings", names), strict=True)
    ]
    _table(("ending", "how it is known", "a label?"), rows)


def counterfactual_operators() -> None:
    """Write the operators that make chains of facts wrong, with the class of their errors."""
    from stepsmith.transforms.negatives.graph import OPERATORS

    rows = [(_code(entry.name), _code(entry.value.flaw), entry.summary) for entry in OPERATORS]
    _table(("operator", "PRMBench class", "what it does"), rows)


def escapes() -> None:
    """Write what each program of the escape battery tries, and where it is not held."""
    tests = Path(__file__).parent.parent / "tests" / "escape"
    expected = tomllib.loads((tests / "expected.toml").read_text())
    rows = [
        (
            _code(path.stem),
            path.read_text().splitlines()[0].strip('"'),
            ", ".join(_escaped(expected[path.stem])),
        )
        for path in sorted((tests / "probes").glob("*.py"))
    ]
    _table(("program", "what it tries", "not held by"), rows)


def _escaped(row: Mapping[str, Sequence[str]]) -> Iterable[str]:
    yield from map(_code, row.get("escapes", ()))
    if row.get("uncounted"):
        yield f"where nothing is counted: {', '.join(map(_code, row['uncounted']))}"


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
    """Write the keys of a recipe, then those of the tables that are no plug-ins."""
    for section, record in _RECIPE_TABLES.items():
        if section:
            _write(f"### `[{section}]`", "")
        fields, types = dataclasses.fields(record), typing.get_type_hints(record)
        meanings = _explained(f"recipe {section}".strip(), [field.name for field in fields])
        rows = [
            (_code(field.name), _key_type(types[field.name]), _key_default(field), meaning)
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


def _option_type(option: Option) -> str:
    shown = _code(type_text(option.plain_type))
    return f"{shown} {_code(option.allowed)}" if option.allowed else shown


def _default(option: Any) -> str:
    return "required" if option.required else _code(value_text(option.default))


def _key_type(kind: object) -> str:
    is_table = dataclasses.is_dataclass(kind) or typing.get_origin(kind) is Mapping
    return "table" if is_table else _code(type_text(kind))


def _key_default(field: "dataclasses.Field[Any]") -> str:
    if field.default is not dataclasses.MISSING:
        kind = getattr(field.default, "kind", None)
        return _code(f'kind = "{kind}"' if kind else value_text(field.default))
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
