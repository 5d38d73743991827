"""What a verifier says of one step, and what it saw."""

from collections.abc import Iterator, Sequence

from stepsmith.pipelines.terminal import harmless
from stepsmith.sandboxes import WorkerPool
from stepsmith.schemas.records import Claim, Problem, Step
from stepsmith.transforms.verify import get_verifier


def explain(verifier: str, text: str, *, answer: str | None, prior: Sequence[str]) -> str:
    """Judge one step and say why: outcome, evidence, the verifier's version, what it saw.

    The steps before it are given without their line ends. Raises `UnknownNameError`.
    """
    claim = Claim(
        problem=Problem(id="explain", prompt="", answer=answer),
        prior=tuple(Step(text=_as_line(step)) for step in prior),
        step=Step(text=text),
    )
    check = get_verifier(verifier)
    with WorkerPool(1) as worker:
        verdict = check(claim, worker)
    lines = [f"{verdict.outcome} by {verdict.verifier}, version {verdict.version}"]
    lines.append(f"  evidence  {verdict.evidence or '(none needed)'}")
    if verdict.score is not None:
        lines.append(f"  score     {verdict.score:g}")
    return harmless("\n".join([*lines, *_seen(claim)]))


def _as_line(text: str) -> str:
    return text if text.endswith("\n") else f"{text}\n"


def _seen(claim: Claim) -> Iterator[str]:
    yield f"  step      {claim.step.text!r}"
    for step in claim.prior:
        yield f"  before    {step.text!r}"
    yield f"  answer    {'(none)' if claim.problem.answer is None else repr(claim.problem.answer)}"
