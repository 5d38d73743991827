"""One event loop a process, with the policies, their queues and the search window on it.

A module-level host under a lock, not Beam's `Shared`, which rebuilds when two handles alternate.
It outlives bundles: the engine behind it takes minutes to load.
"""

import asyncio
import atexit
import concurrent.futures
import contextlib
import dataclasses
import importlib
import itertools
import threading
from collections.abc import Callable, Coroutine, Generator
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from stepsmith.sandboxes import shared_pool
from stepsmith.schemas.codec import encode
from stepsmith.schemas.records import ErrorRecord
from stepsmith.transforms.beam.files import files_of
from stepsmith.transforms.beam.interpreter import set_to_drive
from stepsmith.transforms.beam.status import Status, write_status
from stepsmith.transforms.drive.driver import Driver, Solved
from stepsmith.transforms.drive.gather import gather_all
from stepsmith.transforms.drive.scheduler import QueuedPolicy, window_of
from stepsmith.transforms.job import Job
from stepsmith.transforms.judging.images import image_of
from stepsmith.transforms.policy.meter import EngineUsage
from stepsmith.transforms.search import runs_programs
from stepsmith.transforms.verify import Tools, open_shared
from stepsmith.transforms.verify.run import Verification

T = TypeVar("T")

_VERIFIER_THREADS = 16
_WRITER_THREADS = 2
"""Few, as Arrow's allocator keeps some 10 MB for each thread that ever wrote a shard, and is slower
the more there are.
"""
_STATUS_EVERY_S = 1.0
_START_NO_PROCESS = frozenset(["openai", "simulated"])


def new_event_loop(job: Job) -> asyncio.AbstractEventLoop:
    """Make uvloop's loop, a fifth cheaper, where it is installed and no engine is started.

    It cannot put a child into a process group, by which a managed server and all that it starts
    are ended. vLLM brings it along.
    """
    recipe = job.recipe
    kinds = {recipe.policy.kind, *(policy.kind for policy in recipe.policies.values())}
    if kinds <= _START_NO_PROCESS:
        with contextlib.suppress(ImportError):
            loop: asyncio.AbstractEventLoop = importlib.import_module("uvloop").new_event_loop()
            return loop
    return asyncio.new_event_loop()


class Host:
    """A thread that runs an event loop for as long as the process lives."""

    def __init__(self, job: Job) -> None:
        self._job = job
        self._interpreter = contextlib.ExitStack()
        self._interpreter.enter_context(set_to_drive())
        self._loop = new_event_loop(job)
        self._thread = threading.Thread(target=self._loop.run_forever, name="host", daemon=True)
        self._thread.start()
        self._contexts = contextlib.AsyncExitStack()
        self._tools = Tools(shared_pool(), partial(open_shared, job.recipe.sandbox))
        self._threads = concurrent.futures.ThreadPoolExecutor(_VERIFIER_THREADS)
        self._writers = concurrent.futures.ThreadPoolExecutor(_WRITER_THREADS)
        self._policies: dict[str | None, asyncio.Future[QueuedPolicy]] = {}
        self._window: asyncio.Semaphore | None = None
        self._room: asyncio.Semaphore | None = None
        self._n_pilots = 0
        self._turns = itertools.count()
        self._status = Status()
        self._reporting: asyncio.Task[None] | None = None

    def submit(self, work: Coroutine[Any, Any, T]) -> concurrent.futures.Future[T]:
        """Run `work` on the loop; the future may be awaited from any thread."""
        return asyncio.run_coroutine_threadsafe(work, self._loop)

    async def off_the_loop(self, work: Callable[[], T]) -> T:
        """Run in a thread what would keep the loop, to its end even where this is cancelled."""
        running = self._loop.run_in_executor(self._writers, work)
        try:
            return await asyncio.shield(running)
        except asyncio.CancelledError:
            await asyncio.gather(running, return_exceptions=True)
            raise

    async def driver(self) -> Driver:
        """Return the driver; the first caller opens the policy and the others wait for it."""
        policy = await self._opened(None)
        if self._job.recipe.plan_deadline_s is not None:
            # Further policies open when they are first asked. Where searches have a deadline that
            # would be spent on an engine's start, which takes minutes.
            await gather_all([self._opened(name) for name in self._job.recipe.policies])
        verification = self.verification
        return Driver(
            policy=policy,
            sampling=self._job.recipe.sampling,
            seed=self._job.recipe.seed,
            read=self._job.reader(),
            ask_verifier=verification.ask,
            policies={name: partial(self._opened, name) for name in self._job.recipe.policies},
            turns=self._turns,
            all_begun=self._all_begun,
            check_problem=verification.check_problem,
            programs=verification,
        )

    async def window(self) -> asyncio.Semaphore:
        """Return what bounds the searches under way in this process; opens the policy."""
        policy = (await self._opened(None)).policy
        if self._window is None:
            given = self._job.recipe.window
            n_searches = window_of(policy.max_in_flight) if given is None else given
            self._window = asyncio.Semaphore(n_searches)
        return self._window

    def _all_begun(self) -> bool:
        return self._window is not None and not self._window.locked()

    async def room(self) -> asyncio.Semaphore:
        """Return what bounds the problems begun ahead in this process; opens the policy."""
        policy = (await self._opened(None)).policy
        if self._room is None:
            self._room = asyncio.Semaphore(policy.max_in_flight)
        return self._room

    @contextlib.contextmanager
    def piloting(self) -> Generator[None]:
        """Say that a part of the pilot is searched while the block runs."""
        self._n_pilots += 1
        try:
            yield
        finally:
            self._n_pilots -= 1

    def is_piloting(self) -> bool:
        """Say whether any part of the pilot is still searched in this process."""
        return self._n_pilots > 0

    @property
    def verification(self) -> Verification:
        """The verifiers of the run, in this process's threads, with its worker pool and sandbox."""
        verify = self._job.recipe.verify
        return Verification(
            outcome=verify.outcome,
            steps=verify.steps,
            tools=self._tools,
            threads=self._threads,
        )

    def open_sandbox(self) -> None:
        """Open the sandbox if the search needs one; raises `SandboxError` where none can be had."""
        strategy = self._job.recipe.strategy
        names = strategy.options.get("verifiers", ())
        self.verification.prepare([self._job.recipe.verify.outcome, *names])
        if runs_programs(strategy.kind):
            _ = self._tools.sandbox

    @property
    def sandbox(self) -> str:
        """What programs run in, its level and its image; empty where none has been opened."""
        opened = self._tools.opened
        if opened is None:
            return ""
        image = image_of(self._job.recipe.sandbox.image)
        return f"{opened.capabilities().level} {image.key}"

    def usage(self) -> EngineUsage:
        """Return what the run's own policy was asked so far; nothing before it is open."""
        return self._usages().get(None, EngineUsage())

    def _usages(self) -> dict[str | None, EngineUsage]:
        return {
            name: opened.result().policy.meter.usage()
            # A copy: bundles ask from threads of their own, while policies are opened.
            for name, opened in list(self._policies.items())
            if opened.done() and not opened.cancelled() and not opened.exception()
        }

    def begin(self, shard: int) -> None:
        """Count a shard's problems from none: its search begins, maybe not for the first time."""
        self._status = self._status.begun(shard)

    def count(self, shard: int, result: Solved | ErrorRecord) -> None:
        """Count a search of the shard that ended."""
        self._status = self._status.after(shard, result)

    async def _opened(self, name: str | None) -> QueuedPolicy:
        """Return a policy; the first caller opens it and the others wait for it."""
        known = self._policies.get(name)
        if known is None or (known.done() and known.exception()):
            known = self._policies[name] = asyncio.ensure_future(self._open(name))
        # Shielded: a bundle that is cancelled must not take the engine's start from the others.
        policy = await asyncio.shield(known)
        if self._reporting is None:
            self._reporting = asyncio.create_task(self._report())
        return policy

    async def _open(self, name: str | None) -> QueuedPolicy:
        return QueuedPolicy(await self._contexts.enter_async_context(self._job.policy(name)))

    async def _report(self) -> None:
        local = files_of(self._job.root).local_path(self._job.layout.status)
        while local is not None:
            self._write_status(Path(local))
            await asyncio.sleep(_STATUS_EVERY_S)

    def _write_status(self, folder: Path) -> None:
        usages = self._usages()
        engine = usages.pop(None, EngineUsage())
        others = {name: usage for name, usage in usages.items() if name is not None}
        write_status(folder, dataclasses.replace(self._status, engine=engine, policies=others))

    async def _aclose(self) -> None:
        # A run that failed or was stopped has requests under way: their connections are closed
        # before the policy is, so that an engine which outlives us does not write for nobody.
        left = asyncio.all_tasks() - {asyncio.current_task()}
        for task in left:
            task.cancel()
        await asyncio.gather(*left, return_exceptions=True)
        local = files_of(self._job.root).local_path(self._job.layout.status)
        if self._reporting is not None and local is not None:
            self._write_status(Path(local))
        await self._contexts.aclose()

    def close(self) -> None:
        """Cancel what is under way, close the policies, then the loop and the threads."""
        self.submit(self._aclose()).result()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()
        self._threads.shutdown()
        self._writers.shutdown()
        self._interpreter.close()


_hosts: dict[bytes, Host] = {}
_lock = threading.Lock()


def host_of(job: Job) -> Host:
    """Return this process's host for a job; made on first use."""
    with _lock:
        recipe = job.recipe
        key = encode((job.digest, recipe.engine, recipe.policies, recipe.window, recipe.sandbox))
        if key not in _hosts:
            _hosts[key] = Host(job)
        return _hosts[key]


def close_hosts() -> None:
    """Close every host of this process, and the engines that only they were using."""
    with _lock:
        while _hosts:
            _hosts.popitem()[1].close()


atexit.register(close_hosts)
