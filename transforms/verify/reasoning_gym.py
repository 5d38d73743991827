"""Score the answer to a generated problem by its generator's own scorer."""

import msgspec

from stepsmith.schemas.records import Claim, Problem, Verdict
from stepsmith.transforms.source.gym_entry import GymPayload
from stepsmith.transforms.text.answer import extract_answer
from stepsmith.transforms.verify.base import (
    Case,
    Worker,
    ask,
    invalid,
    undecided,
    valid,
    verifier,
)
from stepsmith.transforms.verify.reasoning_gym_worker import TARGET

_DEADLINE_S = 5.0
_MAX_CHARACTERS = 10_000

_EXAMPLE = msgspec.json.encode(
    GymPayload(
        generator="chain_sum",
        arguments={"size": 1, "seed": 0},
        index=0,
        entry={"question": "2 + 3 =", "answer": "5", "metadata": {"source_dataset": "chain_sum"}},
    )
).decode()


def check_gold(problem: Problem, worker: Worker) -> Verdict:
    """Score the answer that a problem comes with, if any, by its generator's own scorer."""
    if not (problem.answer or "").strip():
        return valid("no answer of its own")
    entry = _entry_of(problem)
    return entry if isinstance(entry, Verdict) else _score(entry, problem.answer or "", worker)


@verifier(
    "reasoning_gym.answer",
    needs=Worker,
    gold=check_gold,
    cases=[
        Case("The answer is 5.", "valid", payload=_EXAMPLE),
        Case(".", "valid", payload=_EXAMPLE, prior=("2 + 3 is ", r"\boxed{5}")),
        Case("The answer is 6.", "invalid", payload=_EXAMPLE),
        Case("The answer is 5.", "undecided"),  # from no generator
        Case("2 + 3 = 5", "undecided", payload=_EXAMPLE),  # states no answer
    ],
)
def answer(claim: Claim, worker: Worker) -> Verdict:
    """Judge the answer stated last in the solution so far by the generator's own scorer.

    A score below 1 is partial credit at best: `invalid`, with the score in the verdict.
    """
    entry = _entry_of(claim.problem)
    if isinstance(entry, Verdict):
        return entry
    found = extract_answer("".join(step.text for step in (*claim.prior, claim.step)))
    if found is None or not found.answer.strip():
        return undecided("no answer: the solution states none")
    return _score(entry, found.answer, worker)


def _entry_of(problem: Problem) -> GymPayload | Verdict:
    try:
        return problem.read_payload(GymPayload)
    except msgspec.ValidationError as error:
        return undecided(f"no scorer: the problem is not of reasoning-gym's ({error})")


def _score(entry: GymPayload, stated: str, worker: Worker) -> Verdict:
    if len(stated) > _MAX_CHARACTERS:
        return undecided(f"too long: the answer has {len(stated)} characters")
    try:
        payload = msgspec.msgpack.encode((entry, stated))
    except UnicodeEncodeError:
        return undecided(f"unreadable: {stated[:80]!r} is no text")
    reply = ask(worker, TARGET, payload, deadline_s=_DEADLINE_S)
    if isinstance(reply, Verdict):
        return reply
    score = msgspec.json.decode(reply, type=float)
    seen = f"{stated[:200]!r} scores {score:g} by {entry.generator}'s own scorer"
    return valid(seen, score=score) if score >= 1 else invalid(seen, score=score)
