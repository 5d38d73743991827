"""What verifiers say of one step: what each saw in it, how it read that, and what it decided."""

import dataclasses
from collections.abc import Iterator, Sequence
from functools import partial

import msgspec

from stepsmith.pipelines.terminal import harmless
from stepsmith.sandboxes import WorkerPool
from stepsmith.sandboxes.errors import SandboxError
from stepsmith.schemas.errors import UserError, suggest
from stepsmith.schemas.records import Claim, Problem, Step
from stepsmith.schemas.sandbox import SandboxSettings
from stepsmith.transforms.files.local import LocalFiles
from stepsmith.transforms.source.jsonl import jsonl
from stepsmith.transforms.verify import (
    VERIFIERS,
    Finding,
    Tools,
    Verifier,
    get_verifier,
    open_shared,
)

ALL = "all"
_NO_PROBLEM = Problem(id="explain", prompt="")


def explain(
    verifiers: str,
    text: str,
    *,
    prior: Sequence[str] = (),
    problem: Problem = _NO_PROBLEM,
    sandbox: SandboxSettings | None = None,
) -> str:
    """Judge one step by each of `verifiers` (names with commas, or `all`), and say why.

    The steps before it are given without their line ends. Raises `UnknownNameError`, and
    `SandboxError` where a verifier that is named needs a sandbox and none can be had; of `all`
    such a one is left out, with the reason.
    """
    claim = Claim(
        problem=problem,
        prior=tuple(Step(text=_as_line(step)) for step in prior),
        step=Step(text=text),
    )
    names = [entry.name for entry in VERIFIERS] if verifiers == ALL else verifiers.split(",")
    chosen = [get_verifier(name.strip()) for name in names]
    with WorkerPool(1) as worker:
        tools = Tools(worker, partial(open_shared, sandbox or SandboxSettings()))
        judge = _judged if verifiers != ALL else _judged_if_possible
        lines = [line for each in chosen for line in judge(each, claim, tools)]
    return harmless("\n".join([*lines, *_given(claim)]))


def read_problem(
    path: str | None,
    identity: str | None = None,
    *,
    prompt: str | None = None,
    answer: str | None = None,
    payload: str | None = None,
) -> Problem:
    """Read a problem from a JSON Lines file, the first without an id; what is given wins.

    Raises `UserError` where there is none, with the ids that are near, and for a payload that is
    not JSON.
    """
    problem = _NO_PROBLEM if path is None else _from_file(path, identity)
    if payload is not None:
        try:
            msgspec.json.decode(payload)
        except msgspec.DecodeError as error:
            msg = f"--payload {payload!r} is not JSON: {error}"
            raise UserError(msg) from None
    given = {"prompt": prompt, "answer": answer, "payload": payload}
    return dataclasses.replace(
        problem, **{name: value for name, value in given.items() if value is not None}
    )


def _from_file(path: str, identity: str | None) -> Problem:
    files, source = LocalFiles(), jsonl(path=path, require_answer=False)
    rows = (row for part in source.parts(files) for row in source.read(part, files))
    known: list[str] = []
    for row in rows:
        if not isinstance(row, Problem):
            if identity is None:
                msg = f"{path}, line {row.line}: {row.message}"
                raise UserError(msg)
        elif identity in (None, row.id):
            return row
        else:
            known.append(row.id)
    msg = f"{path} has no problem {identity or ''!r}; {suggest(identity or '', known)}"
    raise UserError(msg)


def _judged_if_possible(verifier: Verifier, claim: Claim, tools: Tools) -> Iterator[str]:
    try:
        yield from _judged(verifier, claim, tools)
    except SandboxError as error:
        yield f"not asked: {verifier.name}, version {verifier.version}"
        yield f"  sandbox   {error}"


def _judged(verifier: Verifier, claim: Claim, tools: Tools) -> Iterator[str]:
    verdict = verifier(claim, tools)
    yield f"{verdict.outcome} by {verdict.verifier}, version {verdict.version}"
    yield f"  evidence  {verdict.evidence or '(none needed)'}"
    if verdict.score is not None:
        yield f"  score     {verdict.score:g}"
    for finding in () if verifier.trace is None else verifier.trace(claim):
        yield from _found(finding)


def _found(finding: Finding) -> Iterator[str]:
    yield f"  saw       {finding.text!r} (characters {finding.start}-{finding.end})"
    if finding.read:
        yield f"  read      {finding.read}"
    if finding.computed:
        yield f"  computed  {finding.computed}"
    yield f"  decided   {finding.decision}"


def _as_line(text: str) -> str:
    return text if text.endswith("\n") else f"{text}\n"


def _given(claim: Claim) -> Iterator[str]:
    yield f"  step      {claim.step.text!r}"
    for step in claim.prior:
        yield f"  before    {step.text!r}"
    yield f"  answer    {'(none)' if claim.problem.answer is None else repr(claim.problem.answer)}"
