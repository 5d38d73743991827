import collections
import enum
import math
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stepsmith.transforms.judging.codec import (
    MAX_CHARACTERS,
    MAX_DEPTH,
    MalformedError,
    OpaqueError,
    decode,
    encode,
)
from tests.judging.values import VALUES


def twin(left: object, right: object) -> bool:
    """Whether two values are the same down to the types, the signs of zero and the nan."""
    if type(left) is not type(right):
        return False
    if isinstance(left, dict) and isinstance(right, dict):
        return twin(list(left.items()), list(right.items()))
    if isinstance(left, (list, tuple)) and isinstance(right, (list, tuple)):
        return len(left) == len(right) and all(map(twin, left, right))
    if isinstance(left, (set, frozenset)) and isinstance(right, (set, frozenset)):
        return encode(left) == encode(right)
    return repr(left) == repr(right)


@given(VALUES)
def test_what_is_written_is_read_back_as_it_was(value: object) -> None:
    assert twin(decode(encode(value)), value)
    assert twin(decode(encode(value).encode()), value)


@given(VALUES)
def test_a_text_is_one_line_of_ascii(value: object) -> None:
    text = encode(value)
    assert text.isascii()
    assert "\n" not in text


@given(VALUES)
def test_a_value_has_one_text(value: object) -> None:
    assert encode(decode(encode(value))) == encode(value)


@given(st.binary() | st.text())
def test_any_bytes_are_a_value_or_malformed(data: bytes | str) -> None:
    try:
        decode(data)
    except MalformedError:
        return


_TAGS = st.sampled_from(["i", "f", "c", "u", "b", "l", "t", "S", "F", "d", "x", ""])
_NODES = st.recursive(
    st.none() | st.booleans() | _TAGS | st.text("0123456789abcdefx-+.pn \ud800", max_size=6),
    lambda inner: st.tuples(_TAGS, st.lists(inner, max_size=4)).map(lambda two: [two[0], *two[1]]),
    max_leaves=10,
)


@given(_NODES)
def test_any_json_of_the_right_look_is_a_value_or_malformed(node: object) -> None:
    import json

    text = json.dumps(node, separators=(",", ":"))
    try:
        value = decode(text)
    except MalformedError:
        return
    assert twin(decode(encode(value)), value)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "null"),
        (True, "true"),
        (-255, '["i","-ff"]'),
        (-0.0, '["f","-0x0.0p+0"]'),
        (math.inf, '["f","inf"]'),
        (math.nan, '["f","nan"]'),
        (1j, '["c","0x0.0p+0","0x1.0000000000000p+0"]'),
        ("é\n", '"\\u00e9\\n"'),
        ("\ud83d\ude00", '["u","eda0bdedb880"]'),
        (b"\x00", '["b","00"]'),
        ([1], '["l",["i","1"]]'),
        ((), '["t"]'),
        ({"b", "a"}, '["S","a","b"]'),
        (frozenset(), '["F"]'),
        ({"k": None}, '["d","k",null]'),
    ],
)
def test_the_texts_are_these(value: object, text: str) -> None:
    assert encode(value) == text
    assert twin(decode(text), value)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "1",
        "1.5",
        "NaN",
        "{}",
        '{"a":null}',
        "[]",
        "[null]",
        '["i"]',
        '["i","0x1"]',
        '["i","1_0"]',
        '["i","01"]',
        '["i"," 1"]',
        '["i","A"]',
        '["i",null]',
        '["i","1","2"]',
        '["f","1.5"]',
        '["f","0x1p+5000"]',
        '["f","-nan"]',
        '["c","nan"]',
        '["b","0 0"]',
        '["u","61"]',
        '"\\ud800"',
        '["S",["l"]]',
        '["S",null,null]',
        '["S",true,["i","1"]]',
        '["d",null]',
        '["d",null,null,null,null]',
        '["d",["S"],null]',
        '["x"]',
        '[["l"]]',
        "nullnull",
        "\xff",
        "[" * 100_000,
        '["l",' * 900 + "null" + "]" * 900,
        "1" * 60_000,
    ],
)
def test_what_no_value_is_written_as_is_malformed(text: str) -> None:
    with pytest.raises(MalformedError):
        decode(text)


class Equal:
    def __eq__(self, other: object) -> bool:
        return True

    __hash__ = None  # type: ignore[assignment]


class Sly(list[int]):
    def __eq__(self, other: object) -> bool:
        return True

    __hash__ = None  # type: ignore[assignment]


class Colour(enum.IntEnum):
    RED = 1


@pytest.mark.parametrize(
    ("value", "name"),
    [
        (Equal(), "Equal"),
        (Sly([1]), "Sly"),
        (Colour.RED, "Colour"),
        (collections.Counter("aab"), "Counter"),
        (range(3), "range"),
        (bytearray(b"x"), "bytearray"),
        (map(str, [1]), "map"),
        (object, "type"),
        ([1, {"a": (Equal(),)}], "Equal"),
    ],
)
def test_anything_but_the_exact_types_is_opaque_at_any_depth(value: object, name: str) -> None:
    with pytest.raises(OpaqueError, match=f"^{name}$"):
        encode(value)


def test_types_named_as_dictionaries_are_written_as_such_and_their_subclasses_are_not() -> None:
    class More(collections.Counter[str]):
        pass

    value = [collections.Counter("aab")]
    assert encode(value, as_dict=[collections.Counter]) == encode([{"a": 2, "b": 1}])
    with pytest.raises(OpaqueError, match="More"):
        encode([More("aab")], as_dict=[collections.Counter])


def nested(depth: int) -> list[object]:
    value: list[object] = []
    for _ in range(depth):
        value = [value]
    return value


def test_depth_is_capped_on_both_sides_at_the_same_place() -> None:
    assert decode(encode(nested(MAX_DEPTH))) == nested(MAX_DEPTH)
    with pytest.raises(OpaqueError, match="too deep"):
        encode(nested(MAX_DEPTH + 1))
    text = encode(nested(MAX_DEPTH))
    with pytest.raises(MalformedError, match="too deep"):
        decode(f'["l",{text}]')


def test_a_list_that_holds_itself_is_opaque() -> None:
    loop: list[object] = []
    loop.append(loop)
    with pytest.raises(OpaqueError, match="too deep"):
        encode(loop)


def test_a_value_that_is_small_only_by_sharing_is_too_large() -> None:
    value: object = "x"
    for _ in range(40):
        value = [value] * 10
    with pytest.raises(OpaqueError, match="too large"):
        encode(value)


def test_a_text_beyond_the_limit_is_not_even_parsed() -> None:
    with pytest.raises(MalformedError, match="longer than"):
        decode('"' + "x" * MAX_CHARACTERS + '"')


def test_huge_integers_cross_though_python_would_not_print_them() -> None:
    value = 3**200_000
    assert decode(encode(value)) == value


def test_elements_chosen_to_collide_are_refused_and_not_waited_for() -> None:
    prime = 2**61 - 1
    parts = ",".join(f'["i","{prime * k:x}"]' for k in range(1, 60_000))
    began = time.process_time()
    with pytest.raises(MalformedError, match="one hash"):
        decode(f'["S",{parts}]')
    with pytest.raises(MalformedError, match="one hash"):
        decode('["d",' + parts.replace("],", "],null,") + ",null]")
    assert time.process_time() - began < 60  # one by one it would be minutes
