"""One event loop a process, with the policy, the journals and the search window on it.

A module-level host under a lock, not Beam's `Shared`, which rebuilds when two handles alternate.
It outlives bundles: the engine behind it takes minutes to load.
"""

import asyncio
import atexit
import concurrent.futures
import contextlib
import dataclasses
import threading
from collections.abc import Coroutine
from pathlib import Path
from typing import Any, TypeVar

from stepsmith.sandboxes import shared_pool
from stepsmith.schemas.codec import encode
from stepsmith.schemas.records import ErrorRecord
from stepsmith.transforms.beam.files import files_of
from stepsmith.transforms.beam.status import Status, write_status
from stepsmith.transforms.job import Job
from stepsmith.transforms.policy import Policy
from stepsmith.transforms.policy.meter import EngineUsage
from stepsmith.transforms.search.driver import Driver, Solved
from stepsmith.transforms.verify.run import Verification

T = TypeVar("T")

_VERIFIER_THREADS = 16
_STATUS_EVERY_S = 1.0


class Host:
    """A thread that runs an event loop for as long as the process lives."""

    def __init__(self, job: Job) -> None:
        self._job = job
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="host", daemon=True)
        self._thread.start()
        self._contexts = contextlib.AsyncExitStack()
        self._threads = concurrent.futures.ThreadPoolExecutor(_VERIFIER_THREADS)
        self.window = asyncio.Semaphore(job.recipe.window)
        self._policy: asyncio.Future[Policy] | None = None
        self._status = Status()
        self._reporting: asyncio.Task[None] | None = None

    def submit(self, work: Coroutine[Any, Any, T]) -> concurrent.futures.Future[T]:
        """Run `work` on the loop; the future may be awaited from any thread."""
        return asyncio.run_coroutine_threadsafe(work, self._loop)

    async def driver(self) -> Driver:
        """Return the driver; the first caller opens the policy and the others wait for it."""
        return Driver(
            policy=await self._opened_policy(),
            sampling=self._job.recipe.sampling,
            seed=self._job.recipe.seed,
            read=self._job.reader(),
            ask_verifier=self.verification.ask,
        )

    @property
    def verification(self) -> Verification:
        """The verifiers of the run, in this process's threads and worker pool."""
        verify = self._job.recipe.verify
        return Verification(
            outcome=verify.outcome,
            steps=verify.steps,
            worker=shared_pool(),
            threads=self._threads,
        )

    def usage(self) -> EngineUsage:
        """Return what the engine was asked so far; nothing before it is open."""
        policy = self._policy
        if policy is None or not policy.done() or policy.exception():
            return EngineUsage()
        return policy.result().meter.usage()

    def count(self, result: Solved | ErrorRecord) -> None:
        """Count a search that ended."""
        self._status = self._status.after(result)

    async def _opened_policy(self) -> Policy:
        if self._policy is None or (self._policy.done() and self._policy.exception()):
            context = self._contexts.enter_async_context(self._job.policy())
            self._policy = asyncio.ensure_future(context)
        # Shielded: a bundle that is cancelled must not take the engine's start from the others.
        policy = await asyncio.shield(self._policy)
        if self._reporting is None:
            self._reporting = asyncio.create_task(self._report(policy))
        return policy

    async def _report(self, policy: Policy) -> None:
        local = files_of(self._job.root).local_path(self._job.layout.status)
        while local is not None:
            self._write_status(Path(local), policy)
            await asyncio.sleep(_STATUS_EVERY_S)

    def _write_status(self, folder: Path, policy: Policy) -> None:
        status = dataclasses.replace(self._status, engine=policy.meter.usage())
        write_status(folder, status)

    async def _aclose(self) -> None:
        local = files_of(self._job.root).local_path(self._job.layout.status)
        if self._reporting is not None and self._policy is not None:
            self._reporting.cancel()
            if local is not None:
                self._write_status(Path(local), await self._policy)
        await self._contexts.aclose()

    def close(self) -> None:
        """Close the policy, then the loop and the threads."""
        self.submit(self._aclose()).result()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()
        self._threads.shutdown()


_hosts: dict[bytes, Host] = {}
_lock = threading.Lock()


def host_of(job: Job) -> Host:
    """Return this process's host for a job; made on first use."""
    with _lock:
        key = encode((job.digest, job.recipe.engine, job.recipe.window))
        if key not in _hosts:
            _hosts[key] = Host(job)
        return _hosts[key]


def close_hosts() -> None:
    """Close every host of this process, and the engines that only they were using."""
    with _lock:
        while _hosts:
            _hosts.popitem()[1].close()


atexit.register(close_hosts)
