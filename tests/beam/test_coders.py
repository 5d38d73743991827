"""Beam coders: every record has ours, deterministic, and never the pickle fallback."""

import pytest
from apache_beam.coders import typecoders
from hypothesis import given

from stepsmith.schemas import RECORDS
from stepsmith.transforms.beam.coders import RecordCoder, register_coders
from stepsmith.transforms.beam.report import ShardReport
from stepsmith.transforms.drive.shard import ProblemShard
from tests.strategies import records


@pytest.mark.parametrize("kind", [*RECORDS, ProblemShard, ShardReport])
def test_beam_finds_our_coder_for_every_record(kind: type) -> None:
    register_coders()
    coder = typecoders.registry.get_coder(kind)
    assert coder == RecordCoder(kind)
    assert coder.is_deterministic()


@given(record=records())
def test_a_record_survives_its_coder(record: object) -> None:
    coder = RecordCoder(type(record))
    assert coder.decode(coder.encode(record)) == record


def test_coders_of_two_records_differ() -> None:
    first, second = RECORDS[:2]
    assert RecordCoder(first) != RecordCoder(second)
    assert hash(RecordCoder(first)) == hash(RecordCoder(first))
