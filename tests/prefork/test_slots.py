import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from stepsmith.sandboxes.errors import SandboxError
from stepsmith.sandboxes.prefork.slots import Slots

WAIT_S = 120


def test_a_sandbox_without_slots_is_refused() -> None:
    with pytest.raises(ValueError, match="0 slots; allowed: 1 or more"):
        Slots(0)


def test_no_slot_is_lent_twice() -> None:
    slots = Slots(2)
    lock, lent, seen = threading.Lock(), set[int](), list[int]()

    def use(_: int) -> None:
        with slots.borrow() as slot:
            with lock:
                assert slot not in lent
                lent.add(slot)
                seen.append(slot)
            with lock:
                lent.remove(slot)

    with ThreadPoolExecutor(8) as threads:
        list(threads.map(use, range(200)))
    assert len(seen) == 200
    assert set(seen) <= {0, 1}


def test_another_slot_is_lent_where_there_is_another() -> None:
    slots = Slots(2)
    with slots.borrow(avoid={0}) as slot:
        assert slot == 1
    with slots.borrow(avoid={0, 1}) as slot:
        assert slot == 0
    with Slots(1).borrow(avoid={0}) as slot:
        assert slot == 0


def test_a_slot_to_be_avoided_is_not_lent_though_it_alone_is_free() -> None:
    slots = Slots(2)
    with ThreadPoolExecutor(1) as threads:
        with slots.borrow(avoid={0}) as first:
            waits = threads.submit(lambda: borrowed(slots, avoid={0}))
            assert first == 1
            assert not waits.done()
        assert waits.result(WAIT_S) == 1


def borrowed(slots: Slots, *, avoid: set[int]) -> int:
    with slots.borrow(avoid=avoid) as slot:
        return slot


def test_who_is_alone_waits_for_the_others_and_goes_before_those_who_come_later() -> None:
    slots = Slots(2)
    order: list[str] = []

    def alone() -> None:
        with slots.borrow(alone=True):
            order.append("alone")

    def later() -> None:
        with slots.borrow():
            order.append("later")

    with ThreadPoolExecutor(2) as threads:
        with slots.borrow():
            first = threads.submit(alone)
            while not slots._waiting_alone:
                pass
            second = threads.submit(later)
            assert order == []
        first.result(WAIT_S)
        second.result(WAIT_S)
    assert order == ["alone", "later"]


def test_a_slot_comes_back_when_its_user_raises() -> None:
    slots = Slots(1)
    with pytest.raises(KeyError), slots.borrow():
        raise KeyError
    with slots.borrow(alone=True) as slot:
        assert slot == 0


def test_closed_slots_are_lent_no_more_and_those_who_wait_are_told() -> None:
    slots = Slots(1)
    with ThreadPoolExecutor(1) as threads:
        with slots.borrow():
            waits = threads.submit(lambda: borrowed(slots, avoid=set()))
            assert not slots.close(0)
            with pytest.raises(SandboxError, match="closed"):
                waits.result(WAIT_S)
        assert slots.close(0)
    with pytest.raises(SandboxError, match="closed"), slots.borrow():
        pass
