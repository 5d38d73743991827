"""Awaiting many at once: the first failure is raised, and by then nothing else is under way."""

import asyncio

import pytest

from stepsmith.transforms.drive.gather import gather_all


async def value(number: int) -> int:
    await asyncio.sleep(0)
    return number


async def failure(message: str) -> int:
    await asyncio.sleep(0)
    raise ValueError(message)


class Tail:
    """Work that never ends by itself, and takes a while to be cancelled."""

    def __init__(self) -> None:
        self.begun = self.ended = 0
        self.running = asyncio.Event()

    async def run(self) -> int:
        self.begun += 1
        self.running.set()
        try:
            await asyncio.Event().wait()
        finally:
            for _ in range(3):
                await asyncio.sleep(0)
            self.ended += 1
        return 0


@pytest.mark.parametrize("count", [0, 1, 5])
async def test_results_come_in_the_order_of_the_work(count: int) -> None:
    assert await gather_all([value(number) for number in range(count)]) == list(range(count))


@pytest.mark.parametrize("n_others", [0, 1, 4])
async def test_the_first_failure_is_raised_as_it_is_when_the_rest_has_ended(n_others: int) -> None:
    tail = Tail()
    with pytest.raises(ValueError, match="first"):
        await gather_all([*(tail.run() for _ in range(n_others)), failure("first")])
    assert tail.begun == tail.ended == n_others


async def test_what_is_cancelled_from_outside_cancels_all_of_it() -> None:
    first, last = Tail(), Tail()
    waiting = asyncio.create_task(gather_all([first.run(), last.run()]))
    await last.running.wait()
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    assert (first.ended, last.ended) == (1, 1)
