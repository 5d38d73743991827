"""The journal: what was recorded is found again, whatever tore its tail."""

import dataclasses
import resource
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stepsmith.schemas import Rollout, Sampling
from stepsmith.schemas.errors import RunError
from stepsmith.transforms.policy.journal import Journal, key_of


def rollout(index: int, text: str = "so 2 + 3 = 5\n") -> Rollout:
    return Rollout(
        problem_id="p",
        path="solve",
        sample_index=index,
        seed=index,
        policy="m",
        sampling=Sampling(),
        prefix="",
        text=text,
        finish_reason="stop",
    )


HEADER = b"stepsmith journal 1\ndigest\n"
REPLIES = [rollout(index) for index in range(5)]


def write(path: Path, replies: list[Rollout]) -> None:
    with Journal(path, owner="digest") as journal:
        for reply in replies:
            journal.put(reply)


def test_replies_are_found_again_in_their_order(tmp_path: Path) -> None:
    write(tmp_path / "j", REPLIES)
    with Journal(tmp_path / "j", owner="digest") as journal:
        assert list(journal) == REPLIES
        assert journal.n_recovered == 5
        assert journal.get(key_of(REPLIES[3])) == REPLIES[3]


def test_equal_texts_of_one_prompt_stay_apart_by_their_sample_index(tmp_path: Path) -> None:
    write(tmp_path / "j", REPLIES)
    assert len({reply.text for reply in REPLIES}) == 1
    with Journal(tmp_path / "j", owner="digest") as journal:
        assert len(list(journal)) == 5


def test_another_sampling_is_another_reply(tmp_path: Path) -> None:
    write(tmp_path / "j", REPLIES)
    colder = dataclasses.replace(REPLIES[0], sampling=Sampling(temperature=0.1))
    with Journal(tmp_path / "j", owner="digest") as journal:
        assert journal.get(key_of(colder)) is None


@given(cut=st.integers(0, 2000))
def test_a_torn_tail_costs_only_the_replies_it_tore(
    tmp_path_factory: pytest.TempPathFactory, cut: int
) -> None:
    path = tmp_path_factory.mktemp("journal") / "j"
    write(path, REPLIES)
    data = path.read_bytes()
    path.write_bytes(data[: max(0, len(data) - cut)])
    with Journal(path, owner="digest") as journal:
        survivors = list(journal)
        assert survivors == REPLIES[: len(survivors)]
        for reply in REPLIES[len(survivors) :]:
            journal.put(reply)
    assert path.read_bytes() == data


@given(place=st.integers(0, 10_000), flip=st.integers(1, 255))
def test_a_damaged_frame_is_never_taken_for_a_reply(
    tmp_path_factory: pytest.TempPathFactory, place: int, flip: int
) -> None:
    path = tmp_path_factory.mktemp("journal") / "j"
    write(path, REPLIES)
    data = bytearray(path.read_bytes())
    header = data.index(b"\n", data.index(b"\n") + 1) + 1
    place = header + place % (len(data) - header)
    data[place] ^= flip
    path.write_bytes(data)
    with Journal(path, owner="digest") as journal:
        survivors = list(journal)
    assert survivors == REPLIES[: len(survivors)]
    assert len(survivors) < len(REPLIES)


def test_a_reply_is_recorded_once(tmp_path: Path) -> None:
    with Journal(tmp_path / "j", owner="digest") as journal:
        journal.put(REPLIES[0])
        with pytest.raises(RunError, match="recorded before"):
            journal.put(dataclasses.replace(REPLIES[0], text="other"))


def test_a_group_is_recorded_as_its_replies_one_by_one_are(tmp_path: Path) -> None:
    write(tmp_path / "one", REPLIES)
    with Journal(tmp_path / "group", owner="digest") as journal:
        journal.put(*REPLIES)
        assert list(journal) == REPLIES
        journal.put()
    assert (tmp_path / "group").read_bytes() == (tmp_path / "one").read_bytes()


@pytest.mark.parametrize("twice", [(REPLIES[2], REPLIES[2]), (REPLIES[2], REPLIES[0])])
def test_of_a_group_with_a_reply_known_before_nothing_is_recorded(
    tmp_path: Path, twice: tuple[Rollout, ...]
) -> None:
    with Journal(tmp_path / "j", owner="digest") as journal:
        journal.put(REPLIES[0])
        before = journal.path.read_bytes()
        with pytest.raises(RunError, match="recorded before"):
            journal.put(*twice)
        assert list(journal) == REPLIES[:1]
        assert journal.path.read_bytes() == before


def test_where_the_disk_is_full_nothing_is_recorded_and_nothing_is_torn(tmp_path: Path) -> None:
    path = tmp_path / "shard.journal"
    _, hard = limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    with Journal(path, owner="digest") as journal:
        journal.put(REPLIES[0])
        size = path.stat().st_size
        # Room for the first of two frames and a part of the second.
        resource.setrlimit(resource.RLIMIT_FSIZE, (size + 3 * (size - len(HEADER)) // 2, hard))
        try:
            with pytest.raises(RunError, match="replies cannot be recorded: File too large"):
                journal.put(*REPLIES[1:3])
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, limits)
        assert path.stat().st_size == size
        assert list(journal) == REPLIES[:1]
        journal.put(*REPLIES[1:3])
        journal.put(REPLIES[3])
    with Journal(path, owner="digest") as journal:
        assert list(journal) == REPLIES[:4]
        assert journal.n_cut_bytes == 0


def test_a_journal_of_another_recipe_is_refused(tmp_path: Path) -> None:
    write(tmp_path / "j", REPLIES)
    with pytest.raises(RunError, match="another recipe"):
        Journal(tmp_path / "j", owner="other")


def test_one_process_holds_a_journal_and_its_death_frees_it(tmp_path: Path) -> None:
    program = (
        "import sys, pathlib\n"
        "from stepsmith.transforms.policy.journal import Journal\n"
        "Journal(pathlib.Path(sys.argv[1]), owner='digest')\n"
        "print('held', flush=True)\n"
        "sys.stdin.read()\n"
    )
    holder = subprocess.Popen(
        [sys.executable, "-c", program, str(tmp_path / "j")],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert holder.stdout is not None
    assert holder.stdout.readline() == b"held\n"
    with pytest.raises(RunError, match="held by another process"):
        Journal(tmp_path / "j", owner="digest")
    holder.kill()
    holder.communicate()
    with Journal(tmp_path / "j", owner="digest") as journal:
        assert journal.n_recovered == 0
