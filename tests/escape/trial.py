"""One probe in one sandbox: run it, let an honest program follow, and judge both from outside."""

import dataclasses
import json
import secrets
import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor

from stepsmith.sandboxes.contract import Execution, ExecutionResult, Message, Sandbox
from tests.escape.stage import Stage, canary, descendants, living, marked_files, sweep
from tests.escape.table import HERE, PRELUDE, Probe

BENIGN = (HERE / "inside" / "benign.py").read_text()
COMPANION = (HERE / "inside" / "companion.py").read_text()
BENIGN_INPUT = b"what the honest program is given"
COMPANION_S = 0.8
SHARED_FOLDERS = ("/tmp", "/dev/shm", ".")  # noqa: S108 -- where `shared_tmp` looks
GRACE_S = 20.0
"""How much longer than its wall-clock limit a run may take from outside, on a busy machine; and how
long what was killed may take to be gone. What lives on in a probe does so for longer."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class Run:
    """What a probe's run left to judge: its results, and those of the companion beside it."""

    results: tuple[ExecutionResult, ...]
    companions: tuple[ExecutionResult, ...] = ()
    secret: str = ""
    took_s: float = 0.0


class Silence:
    """A conversation in which nobody is asked anything, and all may say what they like."""

    violation = ""

    def __init__(self, parties: int) -> None:
        self._parties = parties

    def restart(self) -> None:
        """Begin again, after a failure of the sandbox."""

    def begin(self) -> Sequence[Message]:
        """Close the questions of all."""
        return [Message(party=party, last=True) for party in range(self._parties)]

    def receive(self, party: int, data: bytes) -> Sequence[Message]:
        """Listen, and say nothing."""
        return ()

    def ended(self, party: int) -> Sequence[Message]:
        """Say nothing."""
        return ()


class Overheard(Silence):
    """A conversation with one party, of which it is told when that has begun to speak."""

    def __init__(self) -> None:
        super().__init__(1)
        self.has_spoken = threading.Event()

    def receive(self, party: int, data: bytes) -> Sequence[Message]:
        """Note it."""
        self.has_spoken.set()
        return ()


@dataclasses.dataclass(frozen=True, kw_only=True)
class Trials:
    """Tries probes in a sandbox of one slot and, for what needs a neighbour, in one of two.

    `mark` is in the name of all that a probe leaves: no other battery of this machine has it.
    """

    stage: Stage
    one: Sandbox
    two: Sandbox
    mark: str = dataclasses.field(default_factory=lambda: secrets.token_hex(2))

    def __call__(self, probe: Probe, number: int) -> tuple[list[str], Run]:
        """Return what escaped, an empty list where all held."""
        tag = f"esc-{probe.name[:3]}-{self.mark}{number:03}"
        sandbox = self.two if probe.form == "sibling" else self.one
        if probe.form == "sibling":
            self._start_both_slots()
        before, processes = self._benign(sandbox), descendants()
        run = self._run(probe, tag)
        after = self._benign(sandbox)
        findings = [*_endings(probe, run), *_reports(tag, run), *self._secrets(run)]
        findings += [*_companions(run), *_followed(before, after), *self.stage.harm()]
        findings += self._left(tag, len(processes))
        if run.took_s > probe.limits.wall_s * len(run.results) + GRACE_S:
            findings.append(f"took {run.took_s:.0f} s")
        return findings, run

    def _run(self, probe: Probe, tag: str) -> Run:
        began = time.monotonic()
        run = _FORMS[probe.form](self, probe, tag)
        return dataclasses.replace(run, took_s=time.monotonic() - began)

    def _execution(self, probe: Probe, tag: str, *, role: int = 0) -> Execution:
        limits = probe.limits
        parameters = self.stage.parameters() | {
            "tag": tag,
            "role": role,
            "memory_bytes": limits.memory_bytes,
            "disk_bytes": limits.disk_bytes,
            "processes": limits.processes,
            "stdin_bytes": probe.stdin_bytes,
        }
        source = f"P = {parameters!r}\n{PRELUDE}\n{probe.source}"
        stdin = b"x" * probe.stdin_bytes
        return Execution(id=tag, source=source, limits=limits, stdin=stdin)

    def _companion(self, probe: Probe, tag: str) -> tuple[Execution, str]:
        secret = canary("companion")
        values = {"$SECRET": secret, "$TAG": tag, "$SECONDS": str(COMPANION_S)}
        # What it keeps in files is only of interest to a neighbour; without walls it would stay.
        values["$FOLDERS"] = " ".join(SHARED_FOLDERS) if probe.form == "sibling" else ""
        source = COMPANION
        for name, value in values.items():
            source = source.replace(name, value)
        stdin = f"{secret}\n".encode() * 200
        limits = dataclasses.replace(probe.limits, wall_s=max(30.0, probe.limits.wall_s))
        return Execution(id=f"{tag}-c", source=source, stdin=stdin, limits=limits), secret

    def _benign(self, sandbox: Sandbox) -> ExecutionResult:
        return sandbox.run(Execution(id="benign", source=BENIGN, stdin=BENIGN_INPUT))

    def _start_both_slots(self) -> None:
        """Start what each slot starts at its first use, or it would look like something left."""
        nap = Execution(id="nap", source="import time; time.sleep(0.3)")
        with ThreadPoolExecutor(2) as executor:
            list(executor.map(self.two.run, [nap, nap]))

    def alone(self, probe: Probe, tag: str) -> Run:
        """Run it by itself."""
        return Run(results=(self.one.run(self._execution(probe, tag)),))

    def twice(self, probe: Probe, tag: str) -> Run:
        """Run it two times, one after the other."""
        execution = self._execution(probe, tag)
        return Run(results=(self.one.run(execution), self.one.run(execution)))

    def answers(self, probe: Probe, tag: str) -> Run:
        """Run it with pipes for questions and answers."""
        return Run(results=self.one.converse([self._execution(probe, tag)], Silence(1)))

    def talk(self, probe: Probe, tag: str) -> Run:
        """Run it as both parties of a conversation."""
        parties = [self._execution(probe, tag, role=role) for role in (0, 1)]
        return Run(results=self.one.converse(parties, Silence(2)))

    def pair(self, probe: Probe, tag: str) -> Run:
        """Run it beside a party of the same conversation that holds a secret."""
        companion, secret = self._companion(probe, tag)
        parties = [self._execution(probe, tag), companion]
        result, other = self.one.converse(parties, Silence(2))
        return Run(results=(result,), companions=(other,), secret=secret)

    def sibling(self, probe: Probe, tag: str) -> Run:
        """Run it while another slot runs a program that holds a secret."""
        companion, secret = self._companion(probe, tag)
        talk = Overheard()
        with ThreadPoolExecutor(1) as executor:
            other = executor.submit(self.two.converse, [companion], talk)
            while not (other.done() or talk.has_spoken.wait(COMPANION_S / 4)):
                pass
            result = self.two.run(self._execution(probe, tag))
            return Run(results=(result,), companions=other.result(), secret=secret)

    def after(self, probe: Probe, tag: str) -> Run:
        """Run it after a program that held a secret, in the same slot."""
        companion, secret = self._companion(probe, tag)
        [other] = self.one.converse([companion], Silence(1))
        result = self.one.run(self._execution(probe, tag))
        return Run(results=(result,), companions=(other,), secret=secret)

    def _secrets(self, run: Run) -> Iterator[str]:
        said = b"".join(result.stdout + result.stderr for result in run.results)
        for kind, secret in (*self.stage.secrets.items(), ("companion", run.secret)):
            if secret and secret.encode() in said:
                yield f"read the secret of the {kind}"

    def _left(self, tag: str, processes: int) -> Iterator[str]:
        """Look for what is left; what has just been killed may take a moment to be gone."""
        deadline = time.monotonic() + GRACE_S
        while living(tag) or len(descendants()) > processes:
            if time.monotonic() > deadline:
                yield f"{max(len(living(tag)), len(descendants()) - processes)} processes live on"
                break
            time.sleep(0.02)
        files = marked_files(tag, self.stage.folder)
        if files:
            yield f"{len(files)} files are left, such as {files[0]}"
        sweep(tag, self.stage.folder)


_FORMS = {
    "alone": Trials.alone,
    "twice": Trials.twice,
    "answers": Trials.answers,
    "talk": Trials.talk,
    "pair": Trials.pair,
    "sibling": Trials.sibling,
    "after": Trials.after,
}


def said(result: ExecutionResult) -> str:
    """Write an ending as the table does: with its code or signal."""
    number = {"exited": result.exit_code, "signaled": result.signal}.get(result.outcome)
    return result.outcome if number is None else f"{result.outcome} {number}"


def _endings(probe: Probe, run: Run) -> Iterator[str]:
    for result in run.results:
        if said(result) not in probe.ends:
            why = f" ({result.detail})" if result.detail else ""
            yield f"ended with {said(result)}{why}, not {' or '.join(probe.ends)}"


def _reports(tag: str, run: Run) -> Iterator[str]:
    """Read what the probe says of itself; one that ended by itself and says nothing is void."""
    for result in run.results:
        report: dict[str, list[str]] = {}
        for line in result.stdout.decode("utf-8", "replace").splitlines():
            if line.startswith(f"{tag} "):
                report = json.loads(line.partition(" ")[2])
        if report.get("escaped"):
            yield f"worked: {', '.join(report['escaped'])}"
        if result.outcome == "exited" and not report.get("tried"):
            yield "VOID: the probe never came to its end: " + result.stderr.decode()[-400:]


def _companions(run: Run) -> Iterator[str]:
    for result in run.companions:
        if said(result) != "exited 0" or b"undisturbed" not in result.stdout:
            yield f"a program beside it was disturbed: {said(result)} {result.detail}"


def _followed(before: ExecutionResult, after: ExecutionResult) -> Iterator[str]:
    if said(before) != "exited 0" or BENIGN_INPUT not in before.stdout:
        yield f"VOID: the honest program fails before the probe: {said(before)} {before.detail}"
    elif said(after) != "exited 0":
        yield f"the next run ended with {said(after)}: {after.detail}"
    elif after.stdout != before.stdout:
        yield f"the next run finds another world: {_difference(before.stdout, after.stdout)}"


def _difference(before: bytes, after: bytes) -> str:
    first, second = json.loads(before), json.loads(after)
    changed = [name for name in first if first[name] != second[name]]
    return "; ".join(f"{name} {first[name]} -> {second[name]}" for name in changed)
