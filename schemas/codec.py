"""Records to bytes and back: msgpack by msgspec, the same bytes for the same record everywhere."""

import threading
from typing import Any, TypeVar

import msgspec

T = TypeVar("T")

_ENCODER = msgspec.msgpack.Encoder(order="deterministic")
_DECODERS: dict[Any, msgspec.msgpack.Decoder[Any]] = {}
_KNOWN: set[Any] = set()
_learning = threading.RLock()


def encode(record: object) -> bytes:
    """Encode a record (or a tuple of records) to msgpack."""
    return _ENCODER.encode(record)


def decode(kind: type[T], data: bytes) -> T:
    """Decode `data` into `kind`; raises `msgspec.ValidationError` where it does not fit."""
    decoder: msgspec.msgpack.Decoder[T] | None = _DECODERS.get(kind)
    if decoder is None:
        decoder = _DECODERS[kind] = msgspec.msgpack.Decoder(known(kind))
    return decoder.decode(data)


def known(kind: T) -> T:
    """Return a type, which msgspec knows from then on and any thread may decode.

    msgspec learns a class when it first decodes one, and shows what it has so far to threads that
    decode one meanwhile: the process dies of it (msgspec 0.22).
    """
    if kind not in _KNOWN:
        with _learning:
            msgspec.json.Decoder(kind)
            _KNOWN.add(kind)
    return kind
