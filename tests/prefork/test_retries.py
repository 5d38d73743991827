from typing import get_args

import pytest

from stepsmith.sandboxes.contract import Ending
from stepsmith.sandboxes.prefork.retries import Attempt

RETRIED = ("sandbox_error", "timeout_starved", "timeout_wall")


@pytest.mark.parametrize("ending", [one for one in get_args(Ending) if one not in RETRIED])
def test_what_the_program_did_is_the_last_word(ending: Ending) -> None:
    assert Attempt().after([ending], slot=0) is None


@pytest.mark.parametrize("ending", ["sandbox_error", "timeout_starved"])
def test_what_was_not_its_doing_is_tried_twice_more_elsewhere(ending: Ending) -> None:
    second = Attempt().after([ending], slot=3)
    assert second == Attempt(number=2, failures=1, slots=frozenset({3}))
    assert second is not None
    third = second.after([ending], slot=1)
    assert third == Attempt(number=3, failures=2, slots=frozenset({1, 3}))
    assert third is not None
    assert third.after([ending], slot=0) is None


def test_a_program_out_of_time_is_tried_once_more_alone_with_twice_the_time() -> None:
    second = Attempt().after(["timeout_wall"], slot=0)
    assert second == Attempt(number=2, alone=True)
    assert second is not None
    assert (Attempt().stretch, second.stretch) == (1.0, 2.0)
    assert second.after(["timeout_wall"], slot=0) is None


def test_being_alone_lasts_through_a_failure() -> None:
    alone = Attempt().after(["timeout_wall"], slot=0)
    assert alone is not None
    again = alone.after(["sandbox_error"], slot=0)
    assert again == Attempt(number=3, failures=1, slots=frozenset({0}), alone=True)


@pytest.mark.parametrize("endings", [("exited", "sandbox_error"), ("sandbox_error", "exited")])
def test_one_party_that_failed_has_all_tried_again(endings: tuple[Ending, ...]) -> None:
    assert Attempt().after(endings, slot=0) == Attempt(number=2, failures=1, slots=frozenset({0}))
