"""Records to bytes and back: msgpack by msgspec, the same bytes for the same record everywhere."""

from typing import Any, TypeVar

import msgspec

T = TypeVar("T")

_ENCODER = msgspec.msgpack.Encoder(order="deterministic")
_DECODERS: dict[Any, msgspec.msgpack.Decoder[Any]] = {}


def encode(record: object) -> bytes:
    """Encode a record (or a tuple of records) to msgpack."""
    return _ENCODER.encode(record)


def decode(kind: type[T], data: bytes) -> T:
    """Decode `data` into `kind`; raises `msgspec.ValidationError` where it does not fit."""
    decoder: msgspec.msgpack.Decoder[T] | None = _DECODERS.get(kind)
    if decoder is None:
        decoder = _DECODERS[kind] = msgspec.msgpack.Decoder(kind)
    return decoder.decode(data)
