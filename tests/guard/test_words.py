"""What the keeper and the template say to each other arrives whole, and so do reports."""

import pytest

from stepsmith.sandboxes.guard import words

FORKS = [words.ToFork(0, 5, 1.5, is_plain=True), words.ToFork(1, 7, 86_400.0, is_plain=False)]


def test_an_order_to_fork_names_parties_and_shares_of_the_descriptors() -> None:
    packet = words.write_forks(FORKS)
    assert [words.ToFork(*fields) for fields in words.read_forks(packet)] == FORKS
    assert words.read_kill(packet) is None


@pytest.mark.parametrize("is_late", [False, True])
def test_an_order_to_kill_names_parties_and_says_whether_they_are_late(*, is_late: bool) -> None:
    order = words.read_kill(words.write_kill(words.ToKill([0, 1], is_late)))
    assert order is not None
    assert (list(order.parties), order.is_late) == ([0, 1], is_late)


@pytest.mark.parametrize("waited_s", [None, 0.0, 2.5])
def test_an_end_keeps_what_was_seen_of_it(waited_s: float | None) -> None:
    gone = words.Gone(1, 9, 0.25, 2**40, 2**24, over_cpu=True, waited_s=waited_s)
    assert words.read_gone(words.write_gone(gone)) == gone


def test_every_order_and_end_is_one_packet() -> None:
    assert len(words.write_forks(FORKS)) < words.MAX_PACKET_BYTES
    assert len(words.write_kill(words.ToKill([0, 1], is_late=True))) < words.MAX_PACKET_BYTES


def test_a_report_without_a_start_is_an_error() -> None:
    assert words.read_report(b"") == {"error": "it vanished at its start"}


def test_a_start_alone_leaves_the_end_to_whoever_waits() -> None:
    assert words.read_report(words.STARTED) == {"error": ""}


def test_a_step_that_failed_is_told_in_its_own_words() -> None:
    data = b"EOSError: no room \xff for it\n"
    assert words.read_report(data) == {"error": "OSError: no room \ufffd for it"}


@pytest.mark.parametrize(
    ("why", "detail", "over_cpu"), [("", "", False), ("cpu", "", True), ("", "stage 1 of 2", False)]
)
def test_process_1_tells_the_end_that_it_saw(why: str, detail: str, *, over_cpu: bool) -> None:
    data = words.STARTED + words.write_report(256, 0.125, 4096, why, detail)
    assert words.read_report(data) == {
        "error": "",
        "status": 256,
        "cpu_s": 0.125,
        "rss": 4096,
        "over_cpu": over_cpu,
        "detail": detail,
    }
