"""Records: what must hold of every one of them."""

import dataclasses
import json
import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stepsmith.schemas import RECORDS, Problem, Rollout, decode, encode
from tests.strategies import records


@pytest.mark.parametrize("kind", RECORDS)
def test_records_are_frozen_keyword_only_and_without_a_dict(kind: type) -> None:
    assert kind.__dataclass_params__.frozen
    assert all(field.kw_only for field in dataclasses.fields(kind))
    assert "__slots__" in vars(kind)


@given(record=records())
def test_a_record_survives_its_bytes(record: object) -> None:
    assert decode(type(record), encode(record)) == record


@given(record=records())
def test_equal_records_have_equal_bytes_and_hashes(record: object) -> None:
    twin = decode(type(record), encode(record))
    assert encode(twin) == encode(record)
    assert hash(twin) == hash(record)


@given(record=records())
def test_a_record_survives_pickle(record: object) -> None:
    assert pickle.loads(pickle.dumps(record)) == record


def test_decoding_another_kind_raises() -> None:
    data = encode(Problem(id="a", prompt="b"))
    with pytest.raises(Exception, match="missing required field"):
        decode(Rollout, data)


@given(payload=st.dictionaries(st.text(), st.integers(-(2**53), 2**53)))
def test_a_payload_is_read_as_the_type_asked_for(payload: dict[str, int]) -> None:
    problem = Problem(id="a", prompt="b", payload=json.dumps(payload))
    assert problem.read_payload(dict[str, int]) == payload
