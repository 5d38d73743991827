import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stepsmith.transforms.verify.steps.chains import Link, find_chains
from tests.verify.steps.pages import page_of


def chains(text: str) -> list[list[str]]:
    """Return each chain's sides as they are written, `?` where they cannot be read."""
    page = page_of(text)

    def written(link: Link) -> list[str]:
        sides = (link.left, link.right)
        return [
            "?"
            if side is None
            else text[page.tokens[side.start].start : page.tokens[side.stop - 1].end]
            for side in sides
        ]

    return [
        [written(chain[0])[0], *(written(link)[1] for link in chain)] for chain in find_chains(page)
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2 + 3 = 5", [["2 + 3", "5"]]),
        ("2 + 3 = 5 = 10 / 2", [["2 + 3", "5", "10 / 2"]]),
        ("x = 2 + 3 = 5", [["?", "2 + 3", "5"]]),
        ("2 + 3 = x = 5", [["2 + 3", "?"], ["?", "5"]]),
        ("2 + 3 = 5 and 4 + 4 = 8", [["2 + 3", "5"], ["4 + 4", "8"]]),
        ("2 + 3 = 5. 4 + 4 = 8", [["2 + 3", "5"], ["4 + 4", "8"]]),
        ("A = 2 * 3 + 1\nA = 7", [["?", "2 * 3 + 1", "7"]]),
        ("A = 2 * 3 + 1\nB = 7", [["?", "2 * 3 + 1"], ["?", "7"]]),
        ("A = 7\nA = 2 * 3 + 1", [["?", "7"], ["?", "2 * 3 + 1"]]),
        ("A = 2 * 3 + 1\nA = x", [["?", "2 * 3 + 1"], ["?", "?"]]),
        ("f(x) = 2 * 3 + 1\nf(x) = 6 + 1 = 7", [["?", "2 * 3 + 1", "6 + 1", "7"]]),
        ("= 5", [["?", "5"]]),
        ("5 =", [["5", "?"]]),
        ("=", [["?", "?"]]),
        ("no sign", []),
    ],
)
def test_a_chain_goes_on_as_long_as_nothing_stands_between(
    text: str, expected: list[list[str]]
) -> None:
    assert chains(text) == expected


@given(st.text("0123456789+*=() .x\n"))
def test_every_sign_is_in_one_link_and_sides_are_shared(text: str) -> None:
    page = page_of(text)
    found = list(find_chains(page))
    signs = [link.sign for chain in found for link in chain]
    expected = [at for at, kind in enumerate(page.kinds) if kind in {"equals", "approximate"}]
    assert signs == expected
    for chain in found:
        for link, following in itertools.pairwise(chain):
            assert following.left is link.right
