"""Names to functions: one registry a kind of plug-in, filled by scanning a package.

A plug-in is one function in one file. Its keyword-only parameters are its options: they are read
from the recipe, checked against their annotations, and named in `stepsmith list`. An annotation
may say where a value must lie: `Annotated[int, msgspec.Meta(ge=1)]` (`schemas/options.py`).
"""

import dataclasses
import importlib
import importlib.metadata
import inspect
import pkgutil
import threading
import typing
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Generic, TypeVar

import msgspec

from stepsmith.schemas.codec import known
from stepsmith.schemas.errors import RecipeError, UnknownNameError, UserError, suggest
from stepsmith.schemas.options import bounds_text, type_text, value_text

T = TypeVar("T")
R = TypeVar("R")


@dataclasses.dataclass(frozen=True, kw_only=True)
class Entry(Generic[T]):
    """A registered plug-in. `summary` is the first line of its docstring."""

    name: str
    value: T
    summary: str
    module: str


class Registry(Generic[T]):
    """The plug-ins of one kind, by name.

    `package` is scanned for modules on first use; installed distributions add theirs under the
    entry-point group `group`. Workers import nothing by themselves, so ask by name, late.
    """

    def __init__(self, kind: str, *, package: str, group: str | None = None) -> None:
        self.kind = kind
        self._package = package
        self._group = group
        self._entries: dict[str, Entry[T]] = {}
        self._lock = threading.RLock()
        self._loaded = False

    def add(self, name: str, value: T, *, module: str, summary: str) -> None:
        """Register `value`; a second, different owner of `name` is refused."""
        known = self._entries.get(name)
        if known is not None and known.module != module:
            msg = f"{self.kind} {name!r} is defined twice: in {known.module} and in {module}"
            raise RecipeError(msg)
        self._entries[name] = Entry(name=name, value=value, summary=summary, module=module)

    def get(self, name: str) -> Entry[T]:
        """Return the entry called `name`; raises `UnknownNameError` naming the nearest."""
        self.load()
        try:
            return self._entries[name]
        except KeyError:
            msg = f"no {self.kind} {name!r}; {suggest(name, self._entries)}"
            raise UnknownNameError(msg) from None

    def load(self) -> None:
        """Import every module of the package and every installed plug-in, once."""
        with self._lock:
            if self._loaded:
                return
            package = importlib.import_module(self._package)
            for module in pkgutil.iter_modules(package.__path__, f"{self._package}."):
                importlib.import_module(module.name)
            if self._group is not None:
                for point in importlib.metadata.entry_points(group=self._group):
                    _load(point)
            self._loaded = True

    def __iter__(self) -> Iterator[Entry[T]]:
        """Iterate over the entries, sorted by name."""
        self.load()
        return iter(sorted(self._entries.values(), key=lambda entry: entry.name))


def _load(point: importlib.metadata.EntryPoint) -> None:
    """Import a plug-in of an installed distribution; raises `UserError` where it is not there."""
    try:
        point.load()
    except (ImportError, AttributeError) as error:
        owner = "" if point.dist is None else f" of the package {point.dist.name}"
        msg = f"the plug-in {point.name} = {point.value!r}{owner} (entry points {point.group}) "
        msg += f"cannot be loaded: {error}. Mend or remove that package"
        raise UserError(msg) from error


def first_line(function: Callable[..., object]) -> str:
    """Return the first line of a function's docstring, or nothing."""
    return (inspect.getdoc(function) or "").partition("\n")[0]


@dataclasses.dataclass(frozen=True, kw_only=True)
class Option:
    """One option of a plug-in, read from its signature."""

    name: str
    type: object
    required: bool
    default: object

    @property
    def plain_type(self) -> object:
        """The type without what is said of its values."""
        annotated = typing.get_origin(self.type) is typing.Annotated
        return typing.get_args(self.type)[0] if annotated else self.type

    @property
    def allowed(self) -> str:
        """Where a value must lie, such as `> 0, <= 1`; nothing where the type says it all."""
        return bounds_text(self.type)

    def __str__(self) -> str:
        """Show the option as a recipe would write it."""
        text = f"{self.name}: {type_text(self.type)}"
        if self.required:
            return text
        default = value_text(self.default)
        return f"{text} = {default}" if default else f"{text}, or left out"


def options_of(function: Callable[..., object]) -> tuple[Option, ...]:
    """Return the options of a plug-in: its keyword-only parameters."""
    hints = typing.get_type_hints(function, include_extras=True)
    return tuple(
        Option(
            name=parameter.name,
            type=hints[parameter.name],
            required=parameter.default is inspect.Parameter.empty,
            default=parameter.default,
        )
        for parameter in inspect.signature(function).parameters.values()
        if parameter.kind is inspect.Parameter.KEYWORD_ONLY
    )


def _choices(option: Option) -> str:
    closed = typing.get_origin(option.plain_type) is typing.Literal
    return ", ".join(map(repr, typing.get_args(option.plain_type))) if closed else ""


def bind_options(
    function: Callable[..., R], given: Mapping[str, object], *, where: str
) -> Callable[..., R]:
    """Bind checked options to a plug-in.

    `where` names the place in the recipe for messages. Raises `RecipeError` for an unknown, a
    missing or an ill-typed option.
    """
    options = {option.name: option for option in options_of(function)}
    for name in given:
        if name not in options:
            msg = f"{where}: unknown option {name!r}; {suggest(name, options)}"
            raise RecipeError(msg)
    missing = [name for name, option in options.items() if option.required and name not in given]
    if missing:
        msg = f"{where}: missing option {', '.join(map(repr, missing))}"
        raise RecipeError(msg)
    checked: dict[str, object] = {}
    for name, value in given.items():
        try:
            kind = typing.cast("typing.Any", options[name].type)
            checked[name] = msgspec.convert(value, known(kind))
        except msgspec.ValidationError as error:
            option = options[name]
            said = option.allowed or _choices(option)
            allowed = f"; allowed: {said}" if said else ""
            msg = f"{where}: option {name!r} was given {value!r}: {error}{allowed}"
            raise RecipeError(msg) from None
    return partial(function, **checked)
