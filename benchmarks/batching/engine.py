"""Continuous batching without a model: slots, a tick a token, prefill with a prefix cache.

Waiting sequences enter free slots in the order of their arrival. A sequence pays for the prompt
tokens that no cached block covers, then holds its slot for one tick a token; it leaves at the end
of a tick, as sequences leave a real engine between two steps of its batch.

The clock of the slots is the engine's own: a waiting sequence enters at the tick at which a slot
came free, even where the event loop hears of it later. A busy server process thus never looks
like an idle engine, just as a real engine does not wait for the process that talks HTTP.
"""

import asyncio
import collections
import dataclasses
import math
from collections.abc import Callable, Sequence

_CHARACTERS_PER_TOKEN = 4
_BLOCK_TOKENS = 16
_BLOCK_CHARACTERS = _CHARACTERS_PER_TOKEN * _BLOCK_TOKENS


@dataclasses.dataclass(frozen=True, kw_only=True)
class Pace:
    """How fast the engine is; `tick_s` 0 answers at once, without slots.

    A reply has `tokens_per_line` a line in the median, times a log-normal factor of a reply's own
    whose logarithm has the standard deviation `length_sigma`.
    """

    slots: int = 64
    tick_s: float = 0.01
    prefill_s: float = 0.0001
    tokens_per_line: float = 8.0
    length_sigma: float = 0.6
    cache_blocks: int = 4096


def count_tokens(text: str) -> int:
    """Count a text's tokens, by its length."""
    return math.ceil(len(text) / _CHARACTERS_PER_TOKEN)


def blocks_of(text: str) -> tuple[int, ...]:
    """Return the keys of a text's full blocks; each stands for all that comes before it, too."""
    keys: list[int] = []
    key = 0
    for start in range(0, len(text) - _BLOCK_CHARACTERS + 1, _BLOCK_CHARACTERS):
        key = hash((key, text[start : start + _BLOCK_CHARACTERS]))
        keys.append(key)
    return tuple(keys)


class PrefixCache:
    """The blocks whose attention is kept, the least recently used leaving first."""

    def __init__(self, capacity: int) -> None:
        self._capacity = capacity
        self._blocks: collections.OrderedDict[int, None] = collections.OrderedDict()

    def covered(self, blocks: Sequence[int]) -> int:
        """Return how many of the leading `blocks` are there."""
        n_hit = 0
        for block in blocks:
            if block not in self._blocks:
                break
            n_hit += 1
        return n_hit

    def add(self, blocks: Sequence[int]) -> None:
        """Keep `blocks`, as the most recently used."""
        for block in blocks:
            self._blocks[block] = None
            self._blocks.move_to_end(block)
        while len(self._blocks) > self._capacity:
            self._blocks.popitem(last=False)


@dataclasses.dataclass(kw_only=True, eq=False)
class _Sequence:
    prompt: str
    blocks: tuple[int, ...]
    text: str
    n_tokens: int
    arrived: float
    done: asyncio.Future[None]
    started: float | None = None
    timer: asyncio.TimerHandle | None = None


class Engine:
    """The slots and who is in them. `held` has each stay in a slot, from and to."""

    def __init__(
        self, pace: Pace, *, loop: asyncio.AbstractEventLoop, clock: Callable[[], float]
    ) -> None:
        self.pace = pace
        self._loop = loop
        self._clock = clock
        self._cache = PrefixCache(pace.cache_blocks)
        self._waiting: collections.deque[_Sequence] = collections.deque()
        self._n_running = 0
        self.held: list[tuple[float, float]] = []
        self.n_cached_tokens = 0
        self.n_abandoned = 0

    async def generate(self, prompt: str, text: str, n_tokens: int) -> None:
        """Return when `text`, of `n_tokens`, has been written after `prompt`.

        A caller that is cancelled gives its slot back at once.
        """
        sequence = _Sequence(
            prompt=prompt,
            blocks=blocks_of(prompt),
            text=text,
            n_tokens=n_tokens,
            arrived=self._clock(),
            done=self._loop.create_future(),
        )
        self._waiting.append(sequence)
        self._admit(sequence.arrived)
        try:
            await sequence.done
        except asyncio.CancelledError:
            self._abandon(sequence)
            raise

    def clear(self) -> None:
        """Forget the prefix cache and what was counted."""
        self._cache = PrefixCache(self.pace.cache_blocks)
        self.held = []
        self.n_cached_tokens = self.n_abandoned = 0

    def _admit(self, free_at: float) -> None:
        while self._waiting and self._n_running < self.pace.slots:
            self._start(self._waiting.popleft(), free_at)

    def _start(self, sequence: _Sequence, free_at: float) -> None:
        n_cached = _BLOCK_TOKENS * self._cache.covered(sequence.blocks)
        self._cache.add(sequence.blocks)
        self.n_cached_tokens += n_cached
        start = max(free_at, sequence.arrived)
        n_new = count_tokens(sequence.prompt) - n_cached
        end = start + n_new * self.pace.prefill_s + sequence.n_tokens * self.pace.tick_s
        end = math.ceil(end / self.pace.tick_s) * self.pace.tick_s
        sequence.started = start
        sequence.timer = self._loop.call_at(end, self._finish, sequence, end)
        self._n_running += 1

    def _finish(self, sequence: _Sequence, end: float) -> None:
        self._release(sequence, end)
        # What was written is cached as well: a continuation of it finds its own prefix.
        self._cache.add(blocks_of(sequence.prompt + sequence.text))
        if not sequence.done.done():
            sequence.done.set_result(None)

    def _abandon(self, sequence: _Sequence) -> None:
        self.n_abandoned += 1
        if sequence.started is None:
            self._waiting.remove(sequence)
        elif sequence.timer is not None and not sequence.timer.cancelled():
            sequence.timer.cancel()
            self._release(sequence, self._clock())

    def _release(self, sequence: _Sequence, end: float) -> None:
        started = end if sequence.started is None else sequence.started
        self.held.append((started, end))
        self._n_running -= 1
        self._admit(end)


def timeline(
    held: Sequence[tuple[float, float]], *, start: float, end: float, slots: int, parts: int = 20
) -> list[float]:
    """Return the share of slot time in use in each of `parts` equal parts of the span."""
    width = (end - start) / parts
    if width <= 0:
        return []
    used = [0.0] * parts
    for begin, stop in held:
        first = max(0, int((begin - start) / width))
        last = min(parts - 1, int((stop - start) / width))
        for part in range(first, last + 1):
            left = start + part * width
            used[part] += max(0.0, min(stop, left + width) - max(begin, left))
    return [round(share / (width * slots), 3) for share in used]
