"""Plain values as tagged JSON and back: exact built-in types only, and never pickle.

    None, True, False, "text"     as in JSON
    ["i", hex]                    an int
    ["f", hex]                    a float, as `float.hex` writes it, with nan, inf and -0.0
    ["c", hex, hex]               a complex number
    ["u", hex]                    a str with lone surrogates, as UTF-8 that lets them pass
    ["b", hex]                    bytes
    ["l", ...] ["t", ...]         a list, a tuple
    ["S", ...] ["F", ...]         a set, a frozenset, in the order of their elements' texts
    ["d", key, value, ...]        a dict, in its own order

A value has one text and a text at most one value. An object of any other type, a subclass of these
too, is *opaque*: what it would say of itself, its `__eq__` for one, is not to be believed.

This module runs inside sandboxes too, alone: it imports the standard library only.
"""

import json
from collections.abc import Callable, Iterable
from typing import NoReturn, cast

MAX_DEPTH = 64
MAX_CHARACTERS = 4 * 2**20
_MAX_SAME_HASH = 64  # elements chosen to collide would make a set of them take for ever


class OpaqueError(ValueError):
    """The value is not plain data of a bearable size; the message is its type's name or why."""


class MalformedError(ValueError):
    """The text is no value's."""


def encode(value: object, *, as_dict: Iterable[type] = ()) -> str:
    """Write a plain value as one line of ASCII; raises `OpaqueError` for anything else.

    Objects of exactly the types `as_dict` are written as the dictionaries that they are.
    """
    return json.dumps(_Writer(as_dict).write(value, 0), separators=(",", ":"))


def decode(text: str | bytes) -> object:
    """Read a value back; raises `MalformedError` for every text that `encode` cannot have written.

    Safe with bytes from anybody, and linear in their number but for sorting.
    """
    if len(text) > MAX_CHARACTERS:
        msg = f"longer than {MAX_CHARACTERS} characters"
        raise MalformedError(msg)
    try:
        line = text if isinstance(text, str) else text.decode("ascii")
        node: object = json.loads(
            line,
            parse_int=_refuse,
            parse_float=_refuse,
            parse_constant=_refuse,
            object_pairs_hook=_refuse,
        )
        return _read(node, 0)
    except (ValueError, TypeError, OverflowError) as error:
        # TypeError: an element that has no hash. OverflowError: a float beyond its range.
        raise MalformedError(str(error)[:200]) from None
    except RecursionError:
        msg = "nested too deep"
        raise MalformedError(msg) from None


class _Writer:
    """Writes one value, and counts what it costs: shared parts are written each time anew."""

    def __init__(self, as_dict: Iterable[type]) -> None:
        self._left = MAX_CHARACTERS
        self._tag_of = _TAG_OF | dict.fromkeys(as_dict, "d")

    def write(self, value: object, depth: int) -> object:
        if depth > MAX_DEPTH:
            msg = "nested too deep"
            raise OpaqueError(msg)
        kind = type(value)
        if value is None or kind is bool:
            self._spend(4)
            return value
        scalar = _SCALARS.get(kind)
        if scalar is not None:
            node = scalar(value)
            self._spend(len(node) if isinstance(node, str) else sum(map(len, node)))
            return node
        tag = self._tag_of.get(kind)
        if tag is None:
            raise OpaqueError(kind.__name__)
        self._spend(4)
        parts = [self.write(part, depth + 1) for part in _parts(value)]
        return [tag, *(sorted(parts, key=json.dumps) if kind in (set, frozenset) else parts)]

    def _spend(self, characters: int) -> None:
        self._left -= characters + 4
        if self._left < 0:
            msg = "too large"
            raise OpaqueError(msg)


def _parts(value: object) -> Iterable[object]:
    if isinstance(value, dict):
        return (part for pair in cast("dict[object, object]", value).items() for part in pair)
    return cast("Iterable[object]", value)


def _write_text(text: str) -> str | list[str]:
    try:
        text.encode()
    except UnicodeEncodeError:
        return ["u", text.encode("utf-8", "surrogatepass").hex()]
    return text


def _write_int(value: int) -> list[str]:
    return ["i", format(value, "x")]


def _write_float(value: float) -> list[str]:
    return ["f", value.hex()]


def _write_complex(value: complex) -> list[str]:
    return ["c", value.real.hex(), value.imag.hex()]


def _write_bytes(value: bytes) -> list[str]:
    return ["b", value.hex()]


_SCALARS: dict[type, Callable[..., str | list[str]]] = {
    int: _write_int,
    float: _write_float,
    complex: _write_complex,
    str: _write_text,
    bytes: _write_bytes,
}
_TAG_OF: dict[type, str] = {list: "l", tuple: "t", set: "S", frozenset: "F", dict: "d"}


def _refuse(found: object) -> NoReturn:
    msg = f"no value is written with {str(found)[:40]!r}"
    raise MalformedError(msg)


def _read(node: object, depth: int) -> object:
    if depth > MAX_DEPTH:
        msg = "nested too deep"
        raise MalformedError(msg)
    if node is None or isinstance(node, bool):
        return node
    if isinstance(node, str):
        node.encode()  # a lone surrogate has a tag of its own
        return node
    tag, *parts = cast("list[object]", node)
    if not isinstance(tag, str):
        _refuse(tag)
    if tag in _READ_SCALAR:
        return _READ_SCALAR[tag](*parts)
    if tag in _READ_PARTS:
        return _READ_PARTS[tag]([_read(part, depth + 1) for part in parts])
    _refuse(tag)


def _same(written: str, text: object) -> None:
    """Insist on the one way to write it."""
    if written != text:
        _refuse(text)


def _read_int(text: str) -> int:
    value = int(text, 16)
    _same(format(value, "x"), text)
    return value


def _read_float(text: str) -> float:
    value = float.fromhex(text)
    _same(value.hex(), text)
    return value


def _read_complex(real: str, imaginary: str) -> complex:
    return complex(_read_float(real), _read_float(imaginary))


def _read_bytes(text: str) -> bytes:
    value = bytes.fromhex(text)
    _same(value.hex(), text)
    return value


def _read_surrogates(text: str) -> str:
    value = _read_bytes(text).decode("utf-8", "surrogatepass")
    if isinstance(_write_text(value), str):
        _refuse(text)
    return value


def _read_set(parts: list[object]) -> frozenset[object]:
    _no_collisions(parts)
    values = frozenset(parts)
    if len(values) != len(parts):
        _refuse("an element twice")
    return values


def _read_dict(parts: list[object]) -> dict[object, object]:
    keys = parts[::2]
    _no_collisions(keys)
    pairs = dict(zip(keys, parts[1::2], strict=True))
    if len(pairs) != len(keys):
        _refuse("a key twice")
    return pairs


def _no_collisions(parts: list[object]) -> None:
    hashes = sorted(map(hash, parts))
    reach = hashes[_MAX_SAME_HASH:]
    if any(low == high for low, high in zip(hashes, reach, strict=False)):
        _refuse("elements of one hash")


_READ_SCALAR: dict[str, Callable[..., object]] = {
    "i": _read_int,
    "f": _read_float,
    "c": _read_complex,
    "u": _read_surrogates,
    "b": _read_bytes,
}
_READ_PARTS: dict[str, Callable[[list[object]], object]] = {
    "l": list,
    "t": tuple,
    "S": lambda parts: set(_read_set(parts)),
    "F": _read_set,
    "d": _read_dict,
}
