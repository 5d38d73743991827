"""A reasoning-gym entry as a problem's payload, complete enough for the generator's own scorer."""

import dataclasses
import functools
import importlib
import warnings
from collections.abc import Mapping
from fractions import Fraction
from typing import Any, cast

import msgspec

from stepsmith.schemas.errors import SourceError, suggest


@dataclasses.dataclass(frozen=True, kw_only=True)
class GymPayload:
    """The payload of a generated problem.

    `arguments` rebuild the generator (its `size` and `seed` among them); `entry` is what it made,
    written by `freeze`; `version` is the distribution's, for an answer that is disputed.
    """

    generator: str
    arguments: dict[str, Any]
    index: int
    entry: dict[str, Any]
    version: str = ""
    reference_solution: str | None = None


def score_answer(payload: GymPayload, answer: str) -> float:
    """Score an answer in [0, 1] by the generator's own exact scorer, in any process."""
    arguments = msgspec.json.encode(payload.arguments, order="deterministic")
    dataset = _rebuild(payload.generator, arguments)
    return float(dataset.score_answer(answer, thaw(payload.entry)))


@functools.lru_cache(maxsize=8)
def _rebuild(generator: str, arguments: bytes) -> Any:
    # Some generators load a whole corpus when they are built: 1 s for `arc_agi`.
    return build(generator, cast("dict[str, Any]", msgspec.json.decode(arguments)))


def build(generator: str, arguments: Mapping[str, object]) -> Any:
    """Build a generator; raises `SourceError` for an unknown one, or arguments it refuses."""
    with warnings.catch_warnings():
        # One of its dependencies warns of its own syntax whenever it is first compiled.
        warnings.simplefilter("ignore")
        library: Any = importlib.import_module("reasoning_gym.factory")
        importlib.import_module("reasoning_gym")
    if generator not in library.DATASETS:
        msg = f"no generator {generator!r} in reasoning_gym; {suggest(generator, library.DATASETS)}"
        raise SourceError(msg)
    allowed = {field.name for field in dataclasses.fields(library.DATASETS[generator][1])}
    for name in arguments:
        if name not in allowed:
            msg = f"{generator}: no argument {name!r}; {suggest(name, allowed)}"
            raise SourceError(msg)
    try:
        return library.create_dataset(generator, **_with_specs(generator, arguments))
    except (AssertionError, TypeError, ValueError, KeyError) as error:
        msg = f"{generator} refuses its arguments {dict(arguments)}: {error}"
        raise SourceError(msg) from error


def _with_specs(generator: str, arguments: Mapping[str, object]) -> dict[str, object]:
    """Make the specifications that the `composite` generator wants as objects."""
    if generator != "composite":
        return dict(arguments)
    library: Any = importlib.import_module("reasoning_gym.composite")
    specs = cast("list[dict[str, Any]]", arguments.get("datasets", []))
    return {**arguments, "datasets": [library.DatasetSpec(**spec) for spec in specs]}


_TUPLE, _MAP, _FRACTION = "$tuple", "$map", "$fraction"


def freeze(value: object) -> object:
    """Write a value as JSON can say it; tuples, fractions and maps by other keys are marked.

    Scorers compare what a model wrote with the metadata, and a tuple equals no list (`rearc`,
    `arc_agi`), nor the key 1 the key "1" (`graph_color`).
    """
    if isinstance(value, dict):
        pairs = cast("dict[object, object]", value)
        if all(isinstance(key, str) for key in pairs):
            return {str(key): freeze(each) for key, each in pairs.items()}
        return {_MAP: [[freeze(key), freeze(each)] for key, each in pairs.items()]}
    if isinstance(value, tuple):
        return {_TUPLE: [freeze(each) for each in cast("tuple[object, ...]", value)]}
    if isinstance(value, list):
        return [freeze(each) for each in cast("list[object]", value)]
    if isinstance(value, Fraction):
        return {_FRACTION: str(value)}
    return _plain(value)


def _plain(value: object) -> object:
    """Return a plain value; NumPy's texts and numbers are subclasses, and become plain."""
    for kind in (bool, int, float, str):
        if isinstance(value, kind):
            return kind(value)
    if value is None:
        return None
    msg = f"a value of type {type(value).__name__} cannot be written as JSON"
    raise TypeError(msg)


def thaw(value: object) -> Any:
    """Read back what `freeze` wrote."""
    if isinstance(value, list):
        return [thaw(each) for each in cast("list[object]", value)]
    if not isinstance(value, dict):
        return value
    pairs = cast("dict[str, Any]", value)
    if pairs.keys() == {_TUPLE}:
        return tuple(thaw(each) for each in pairs[_TUPLE])
    if pairs.keys() == {_MAP}:
        return {thaw(key): thaw(each) for key, each in pairs[_MAP]}
    if pairs.keys() == {_FRACTION}:
        return Fraction(pairs[_FRACTION])
    return {key: thaw(each) for key, each in pairs.items()}
