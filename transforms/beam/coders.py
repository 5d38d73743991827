"""Beam coders for the records: msgpack, deterministic, never the silent pickle fallback."""

from typing import Any

from apache_beam import coders
from apache_beam.coders import typecoders

from stepsmith.schemas.codec import decode, encode
from stepsmith.schemas.records import RECORDS
from stepsmith.transforms.beam.report import ShardReport
from stepsmith.transforms.drive.shard import ProblemShard


class RecordCoder(coders.Coder):
    """Encode one kind of record by its codec; equal records have equal bytes, so keys may be."""

    def __init__(self, kind: type) -> None:
        self._kind = kind

    def encode(self, value: object) -> bytes:
        """Encode a record."""
        return encode(value)

    def decode(self, encoded: bytes) -> Any:
        """Decode a record."""
        return decode(self._kind, encoded)

    def is_deterministic(self) -> bool:
        """Say that equal records have equal bytes."""
        return True

    def to_type_hint(self) -> type:
        """Return the record's type."""
        return self._kind

    def __eq__(self, other: object) -> bool:
        return isinstance(other, RecordCoder) and other._kind is self._kind

    def __hash__(self) -> int:
        return hash(self._kind)

    @classmethod
    def from_type_hint(cls, unused_typehint: Any, unused_registry: Any) -> Any:  # noqa: ARG003
        """Make the coder of a type, as Beam's registry asks for it."""
        return cls(unused_typehint)


def register_coders() -> None:
    """Make Beam use these coders for every record; call it before a pipeline is built."""
    for kind in (*RECORDS, ProblemShard, ShardReport):
        typecoders.registry.register_coder(kind, RecordCoder)
