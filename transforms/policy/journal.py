"""The journal of an unfinished shard: every reply that was paid for, safe before it is used.

An append-only file of frames (length, CRC-32, msgpack of a `Rollout`). A process that is killed
loses at most the frames it was writing: a torn or damaged tail is cut off when the journal is
opened again. One process holds a journal at a time; the kernel frees it when that process dies.
"""

import fcntl
import os
import struct
import zlib
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Self

from stepsmith.schemas.codec import decode, encode
from stepsmith.schemas.errors import RunError
from stepsmith.schemas.records import Rollout, Sampling

_FRAME = struct.Struct("<II")
_MAGIC = b"stepsmith journal 1\n"

Key = tuple[str, str, int, Sampling]


def key_of(rollout: Rollout) -> Key:
    """Return what the reply is filed under; the sample index keeps k samples of a prompt apart."""
    return rollout.problem_id, rollout.path, rollout.sample_index, rollout.sampling


class Journal:
    """The replies of one shard, on disk and in memory.

    `n_recovered` counts the replies that were found when it was opened, `n_cut_bytes` the bytes
    of a torn tail that were dropped.
    """

    def __init__(self, path: Path, *, owner: str) -> None:
        """Open or continue the journal at `path`; `owner` is the recipe's digest.

        Raises `RunError` when another process holds it or when it belongs to another recipe.
        """
        path.parent.mkdir(parents=True, exist_ok=True)
        self.path = path
        self._file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o644)
        try:
            self._lock()
            # What is held by nobody else has the length that this gave it.
            self._n_bytes = 0
            self._replies, self.n_cut_bytes = self._recover(_MAGIC + owner.encode() + b"\n")
        except BaseException:
            os.close(self._file)
            raise
        self.n_recovered = len(self._replies)

    def __enter__(self) -> Self:
        """Use the journal as a context; it is closed at the end and stays on disk."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close the file."""
        os.close(self._file)

    def get(self, key: Key) -> Rollout | None:
        """Return the recorded reply, or nothing."""
        return self._replies.get(key)

    def put(self, *rollouts: Rollout) -> None:
        """Record replies before anything is made of them, all in one write.

        A second reply of a key is a bug, for which nothing is recorded, unless it is to another
        prefix: it takes the place of the first. Raises `RunError` for it, and where the file cannot
        be written (a full disk): of these replies none is recorded then.
        """
        replies: dict[Key, Rollout] = {}
        frames: list[bytes] = []
        for rollout in rollouts:
            key = key_of(rollout)
            filed = self._replies.get(key)
            if key in replies or (filed is not None and filed.prefix == rollout.prefix):
                msg = f"reply {rollout.sample_index} of {rollout.path!r} was recorded before"
                raise RunError(msg)
            payload = encode(rollout)
            frames += (_FRAME.pack(len(payload), zlib.crc32(payload)), payload)
            replies[key] = rollout
        self._append(b"".join(frames))
        self._replies |= replies

    def _append(self, data: bytes) -> None:
        try:
            _write_all(self._file, data)
        except OSError as error:
            # Half a frame in mid-file would cost every reply behind it.
            os.ftruncate(self._file, self._n_bytes)
            msg = f"{self.path}: replies cannot be recorded: {error.strerror}"
            raise RunError(msg) from error
        self._n_bytes += len(data)

    def __iter__(self) -> Iterator[Rollout]:
        """Iterate over the replies, in the order in which they were recorded."""
        return iter(self._replies.values())

    def _lock(self) -> None:
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            msg = f"{self.path} is held by another process: is this run still going on?"
            raise RunError(msg) from None

    def _recover(self, header: bytes) -> tuple[dict[Key, Rollout], int]:
        data = self.path.read_bytes()
        if not data.startswith(header):
            # A header is torn only where nothing follows it.
            if not header.startswith(data):
                msg = f"{self.path} belongs to another recipe or format"
                raise RunError(msg)
            os.ftruncate(self._file, 0)
            _write_all(self._file, header)
            self._n_bytes = len(header)
            return {}, len(data)
        replies, end = _read_frames(data, len(header))
        os.ftruncate(self._file, end)
        self._n_bytes = end
        return replies, len(data) - end


def _read_frames(data: bytes, start: int) -> tuple[dict[Key, Rollout], int]:
    replies: dict[Key, Rollout] = {}
    while start + _FRAME.size <= len(data):
        length, checksum = _FRAME.unpack_from(data, start)
        payload = data[start + _FRAME.size : start + _FRAME.size + length]
        if len(payload) < length or zlib.crc32(payload) != checksum:
            break
        rollout = decode(Rollout, payload)
        replies[key_of(rollout)] = rollout
        start += _FRAME.size + length
    return replies, start


def _write_all(file: int, data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(file, view) :]
