import os

import pytest

from stepsmith.sandboxes.errors import SandboxError
from stepsmith.sandboxes.prefork import uids
from stepsmith.sandboxes.prefork.uids import FIRST, PARTIES, Uids


def test_each_slot_has_ids_for_all_its_parties_and_keeps_them() -> None:
    ours = Uids()
    firsts = [ours.first_of(slot) for slot in range(10)]
    assert len({first + party for first in firsts for party in range(PARTIES)}) == 20
    assert all(FIRST <= first < 65_000 for first in firsts)
    assert [ours.first_of(slot) for slot in range(10)] == firsts
    ours.close()


@pytest.fixture
def own_range(monkeypatch: pytest.MonkeyPatch) -> int:
    """Have four ids given out that no other process of this machine is given."""
    first = 10**6 + 16 * os.getpid()
    monkeypatch.setattr(uids, "FIRST", first)
    monkeypatch.setattr(uids, "_LAST", first + 4)
    return first


@pytest.mark.usefixtures("own_range")
def test_two_sandboxes_share_none_until_one_gives_them_back() -> None:
    one, other = Uids(), Uids()
    first = one.first_of(0)
    assert other.first_of(0) != first
    one.close()
    assert other.first_of(1) == first
    other.close()


def test_when_all_are_taken_that_is_an_error(own_range: int) -> None:
    ours = Uids()
    assert {ours.first_of(0), ours.first_of(1)} == {own_range, own_range + 2}
    with pytest.raises(SandboxError, match="belongs to another sandbox"):
        ours.first_of(2)
    ours.close()
